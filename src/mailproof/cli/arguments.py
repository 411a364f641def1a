"""Arguments that several subcommands have, and how a wrong one is complained about."""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable

from mailproof.cli.exit_codes import BAD_USAGE

MAX_SECONDS = 3600


class UsageError(Exception):
    """An argument is wrong; the text begins with "argument" and its name."""


_origins: dict[str, str] = {}
"""Where the values of flags come from that nobody has typed, by the flags; a process runs one command."""


def note_origin(flag: str, place: str) -> None:
    """Note that a flag has its value from a file or a variable, so that a complaint names that."""
    _origins[flag] = place


def forget_origins(typed: Iterable[str]) -> None:
    """Forget where values of flags come from that were typed after all."""
    for argument in typed:
        _origins.pop(argument.partition("=")[0], None)


def complain(command: str, error: UsageError) -> int:
    """Print what is wrong with an argument, on one line of standard error.

    Args:
        command: The subcommand's name.
        error: What is wrong.

    Returns:
        The exit code.
    """
    text = str(error)
    for flag, place in _origins.items():
        if text.startswith(f"argument {flag}: "):
            text = f"{place}: {text.removeprefix(f'argument {flag}: ')}"
    print(f"mailproof {command}: {text}", file=sys.stderr)
    return BAD_USAGE


def add_timeout(parser: argparse.ArgumentParser) -> None:
    """Add `--timeout`."""
    parser.add_argument("--timeout", metavar="S", type=seconds, default=30.0, help="for everything; default: 30")


def add_depth(parser: argparse.ArgumentParser) -> None:
    """Add `--depth`."""
    from mailproof.smtp.vocabulary import Depth

    parser.add_argument(
        "--depth",
        choices=[depth.value for depth in Depth],
        help="how far the test goes; default: auth, with --to data; rcpt tries a recipient and sends nothing",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add `--language`. The default is English and not the terminal's locale: scripts read what is printed."""
    from mailproof.languages.language import Language
    from mailproof.languages.negotiation import of_locale

    parser.add_argument(
        "--language",
        type=str.lower,
        choices=[language.value for language in Language],
        default=of_locale(os.environ.get("MAILPROOF_LANGUAGE", "")).value,
        help="of messages and advice; default: $MAILPROOF_LANGUAGE, otherwise en",
    )


def seconds(text: str) -> float:
    """Parse a duration in seconds.

    Raises:
        argparse.ArgumentTypeError: It is none, or out of bounds.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= MAX_SECONDS:  # also false for nan
        raise argparse.ArgumentTypeError(f"must be a number of seconds, more than 0 and at most {MAX_SECONDS}")
    return value
