"""Where encryption keys come from: texts of one key or several, and the files that hold them.

A text holds one key a line, or several with commas between them: the newest first, under which is sealed; the others
only open what was sealed before. Each is base64 of 32 bytes. Blank lines and lines that begin with # are passed over.
Laws: a file of keys can be read by its owner alone, and no sentence quotes what may be a key.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from mailproof.domain.errors import StartupError

KEY_FILE = "secret.key"
KEY_BYTES = 32

MAX_TEXT = 16 * 1024
"""Characters of a text of keys; each key has 44."""


class KeySource(Protocol):
    """Has the keys, the newest first."""

    def read(self) -> tuple[bytes, ...]:
        """Return the keys, at least one.

        Raises:
            StartupError: They can't be had, or are malformed.
        """
        ...

    def stamp(self) -> object:
        """Return what differs where `read` may return other keys than before; costs next to nothing."""
        ...


class FixedKeys:
    """Keys that stay the same as long as the process runs."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = keys

    def read(self) -> tuple[bytes, ...]:
        """See `KeySource`."""
        return self._keys

    def stamp(self) -> object:
        """See `KeySource`."""
        return None


class KeyFileSource:
    """A file of keys, which may be changed while the process runs.

    Args:
        path: The file.
        forbidden: The bits of its mode that are refused.
        create: Whether it is made, with a new key, where it does not exist.
    """

    def __init__(self, path: Path, *, forbidden: int = 0o077, create: bool = False) -> None:
        self.path = path
        self._forbidden = forbidden
        self._create = create

    def read(self) -> tuple[bytes, ...]:
        """See `KeySource`."""
        try:
            if self._create:
                with suppress(FileExistsError):
                    if not self.path.exists():
                        _create(self.path)
            return parse_keys(self._text(), str(self.path))
        except OSError as error:
            raise StartupError(f"the encryption key {self.path} can't be used: {error.strerror}") from error

    def stamp(self) -> object:
        """See `KeySource`."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        # Its owner and mode too: a file that could not be read may be given to whom it is for.
        return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode, found.st_uid, found.st_gid

    def write(self, keys: Sequence[bytes]) -> None:
        """Replace the file's keys, whole and on disk, or not at all. Whose file it is does not change.

        Raises:
            StartupError: The file can't be written.
        """
        try:
            temporary = _written(self.path, keys)
            try:
                _give_to_owner_of(self.path, temporary)
                temporary.replace(self.path)
            except BaseException:
                temporary.unlink()
                raise
            _sync(self.path.parent)
        except OSError as error:
            raise StartupError(f"the encryption key {self.path} can't be written: {error.strerror}") from error

    def _text(self) -> str:
        with self.path.open(encoding="ascii", errors="replace") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & self._forbidden:
                raise StartupError(
                    f"the encryption key {self.path} can be read by others (mode {mode:04o}): run chmod 600 {self.path}"
                )
            return file.read(MAX_TEXT + 1)


def new_key() -> bytes:
    """Return a new key."""
    return secrets.token_bytes(KEY_BYTES)


def parse_keys(text: str, source: str) -> tuple[bytes, ...]:
    """Return the keys of a text.

    Args:
        text: One key or several.
        source: Where the text comes from, for the sentence of an error.

    Raises:
        StartupError: One of them is no key, one comes twice, or there is none.
    """
    lines = [line for line in text[: MAX_TEXT + 1].splitlines() if not line.lstrip().startswith("#")]
    parts = [part.strip() for line in lines for part in line.split(",") if part.strip()]
    keys = tuple(_decode(part) for part in parts if len(text) <= MAX_TEXT)
    if not keys or None in keys:
        raise StartupError(
            f"the encryption key in {source} is not one: it must be base64 of {KEY_BYTES} bytes, as "
            f'"openssl rand -base64 {KEY_BYTES}" prints it'
        )
    if len(set(keys)) < len(keys):
        raise StartupError(f"an encryption key in {source} comes twice")
    return tuple(key for key in keys if key is not None)


def _decode(text: str) -> bytes | None:
    try:
        key = b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


def _create(path: Path) -> None:
    """Create the file with a new key, whole and on disk, or not at all. If two processes try at once, the first wins.

    Raises:
        FileExistsError: Another process was first.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = _written(path, [new_key()])
    try:
        path.hardlink_to(temporary)  # unlike a rename it fails where the name is taken
    finally:
        temporary.unlink()
    _sync(path.parent)


def _written(path: Path, keys: Sequence[bytes]) -> Path:
    """Write keys into a file beside another, for its owner alone, and return its path."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(b64encode(key) + b"\n" for key in keys)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink()
        raise
    return temporary


def _give_to_owner_of(path: Path, temporary: Path) -> None:
    """Give a file to whom another one belongs: root may rotate the keys of a service that runs as somebody else."""
    with suppress(FileNotFoundError):
        owner = path.stat()
        if sys.platform != "win32" and owner.st_uid != temporary.stat().st_uid:
            os.chown(temporary, owner.st_uid, owner.st_gid)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
