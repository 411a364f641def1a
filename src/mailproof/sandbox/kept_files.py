"""What the sandbox gives out, kept in the data directory, so that what worked before a restart works after it.

The password, the server's key and certificate, and its authority are made once. They last until the service is started
on the directory without its sandbox, which removes them (`forget`). The files are for their owner alone. What is
damaged or has expired is made anew.
"""

from __future__ import annotations

import os
import secrets
import ssl
import stat
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from mailproof.domain.errors import StartupError
from mailproof.domain.secret import Secret
from mailproof.sandbox.authority import is_good, make_identity, server_context
from mailproof.syntax.text import is_visible_ascii

CA_FILE = "sandbox-ca.pem"
"""The authority, which clients need to trust the sandbox."""

SERVER_FILE = "sandbox-server.pem"
"""The server's key and certificate."""

PASSWORD_FILE = "sandbox-password"  # noqa: S105 - the name of a file
TOKEN_FILE = "sandbox-token"  # noqa: S105 - likewise
"""The access token that the service makes for who tries it."""

_MOST = 16 * 1024  # octets of a file
_LEAST_PASSWORD, _LONGEST_PASSWORD = 8, 200  # characters


def kept_password(directory: Path) -> Secret:
    """Return the sandbox's password, which is made where none is kept.

    Raises:
        StartupError: It can't be read or written.
    """
    kept = read(directory / PASSWORD_FILE)
    if _LEAST_PASSWORD <= len(kept) <= _LONGEST_PASSWORD and is_visible_ascii(kept):
        return Secret(kept)
    made = Secret(secrets.token_urlsafe(12))
    write(directory / PASSWORD_FILE, made.reveal())
    return made


def kept_server_context(directory: Path) -> tuple[ssl.SSLContext, str]:
    """Return the TLS context of the sandbox's certificate, and its authority as PEM; both are made where none are kept.

    Raises:
        StartupError: They can't be read or written.
    """
    served, authority = read(directory / SERVER_FILE), read(directory / CA_FILE)
    if not is_good(served, authority, datetime.now(UTC)):
        served, authority = (text.strip() for text in make_identity())
        write(directory / SERVER_FILE, served)
        write(directory / CA_FILE, authority)
    return server_context(directory / SERVER_FILE), authority


def forget(directory: Path) -> None:
    """Remove all that is kept.

    Raises:
        StartupError: It can't be removed.
    """
    for name in (TOKEN_FILE, PASSWORD_FILE, SERVER_FILE, CA_FILE):
        try:
            (directory / name).unlink(missing_ok=True)
        except OSError as error:
            raise StartupError(f"{directory / name} can't be removed: {error.strerror}") from error


def read(path: Path) -> str:
    """Return what a file holds, without the white space around it; "" where there is none, or it holds no ASCII.

    Raises:
        StartupError: It can't be read.
    """
    flags = os.O_RDONLY
    if sys.platform != "win32":  # for the type checker, which also checks for other systems
        flags |= os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise StartupError(f"the sandbox's file {path} can't be read: {error.strerror}") from error
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise StartupError(f"the sandbox's file {path} can't be read: it is no file")
        if stat.S_IMODE(mode) & 0o077:
            with suppress(OSError):
                _close_to_others(descriptor)
        return os.read(descriptor, _MOST).decode("ascii").strip()
    except UnicodeDecodeError:
        return ""
    finally:
        os.close(descriptor)


def _close_to_others(descriptor: int) -> None:
    if sys.platform != "win32":  # by its descriptor: what has its name by now may be another file
        os.fchmod(descriptor, 0o600)


def write(path: Path, text: str) -> None:
    """Put a text into a file of its owner's alone. It is there as a whole or not at all.

    Raises:
        StartupError: It can't be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(f"{text}\n")
        part.replace(path)
    except OSError as error:
        raise StartupError(f"the sandbox can't write {path}: {error.strerror}") from error
