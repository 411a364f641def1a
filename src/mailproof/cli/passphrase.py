"""Where commands take the passphrase of an export from: a file or a terminal, and never a flag, which lists show."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mailproof.cli.arguments import UsageError

_MAX = 4000  # octets; the service takes 1000 characters


def add_passphrase(parser: argparse.ArgumentParser) -> None:
    """Add `--passphrase-file`."""
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="file that holds the passphrase of the secrets; default: asked for on a terminal",
    )


def read_passphrase(file: Path | None, *, twice: bool = False) -> str:
    """Return the passphrase.

    Args:
        file: The file that holds it; None to ask for it.
        twice: Whether it is asked for twice, so that no slip makes a document that nobody can open.

    Raises:
        UsageError: There is none.
    """
    if file is not None:
        try:
            with file.open("rb") as opened:
                text = opened.read(_MAX).decode().rstrip("\r\n")
        except OSError as error:
            raise UsageError(f"argument --passphrase-file: {file} can't be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UsageError(f"argument --passphrase-file: {file} is not UTF-8") from None
        if not text:
            raise UsageError(f"argument --passphrase-file: {file} is empty")
        return text
    if not sys.stdin.isatty():
        raise UsageError("there is no passphrase: name its file with --passphrase-file")
    from mailproof.cli.typed_secret import ask_secret

    text = ask_secret("passphrase")
    if not text:
        raise UsageError("the passphrase is empty")
    if twice and ask_secret("the same again") != text:
        raise UsageError("the two passphrases differ")
    return text
