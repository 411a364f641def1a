"""The note beside a database: which database it is, and how many of its commits were acknowledged.

It is a file of its own, since what it is there for is to be compared with the database file: a file that was exchanged,
and a write-ahead log of which a part was lost, show in that the two disagree (`mailproof.store.sqlite.guard`). The
count is written after each commit without waiting for the disk, so after a power cut the note may lag behind the
database, and is never ahead of it. The first line, on the identity, is on disk before the database is changed.

The file is locked as well, shared by all who have the database open, by one alone who exchanges it; locks end with
their process.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mailproof.store.file_lock import lock

SUFFIX = ".acknowledged"

_FORM = "mailproof-note 1"
_IDENTITY_BYTES = 96
_COUNT_BYTES = 40
_WAIT = 5.0
"""Seconds that a lock is waited for: another process that starts holds it for some milliseconds."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What a note says.

    Attributes:
        database_id: The random id of the database.
        stamp: The number in the header of its file: another one for each time that it is opened by one process alone.
        next_stamp: The number that it was about to get. The same, unless a start was cut short.
        commits: How many commits were acknowledged; 0 if that line is damaged.
    """

    database_id: str
    stamp: int
    next_stamp: int
    commits: int


def side_path(database: Path, suffix: str) -> Path:
    """Return the path of a file beside a database. Of a symbolic link, that is beside the file that it leads to.

    There SQLite itself has its write-ahead log.
    """
    real = database.resolve() if database.is_symlink() else database
    return real.with_name(real.name + suffix)


def note_path(database: Path) -> Path:
    """Return the path of a database's note."""
    return side_path(database, SUFFIX)


def read_note(database: Path) -> Noted | None:
    """Return what the note of a database says; None where there is none, or it is damaged."""
    try:
        return _parse(note_path(database).read_bytes())
    except OSError:
        return None


def give_to_owner(path: Path | int, like: Path) -> None:
    """Give a file to whoever owns another one, where root makes it: a service that is not root must open it later.

    SQLite does so with its side files. A root that may not, as in some containers, goes on without it.

    Args:
        path: The file, or its descriptor, of which nobody can exchange the file meanwhile.
        like: The other file.
    """
    if sys.platform != "win32" and os.geteuid() == 0:
        with suppress(OSError):
            if _owner(path) != _owner(like):
                os.chown(path, *_owner(like))


def open_side_file(path: Path, database: Path) -> int:
    """Open a file beside a database for reading and writing, and return its descriptor. It is made where there is none.

    Root may use the directory of somebody else, who could have put a link there: a link is never followed, or what is
    written here would destroy the file that it leads to.

    Args:
        path: The file.
        database: The database; who owns it gets a file that is made.

    Raises:
        OSError: It can't be opened, or is no plain file.
    """
    flags = os.O_RDWR | os.O_CREAT
    if sys.platform != "win32":  # for the type checker, which also checks for other systems
        flags |= os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no plain file")
    give_to_owner(descriptor, database if database.exists() else database.parent)
    return descriptor


def _owner(path: Path | int) -> tuple[int, int]:
    found = os.stat(path)  # noqa: PTH116 - it may be a descriptor
    return found.st_uid, found.st_gid


class Note:
    """The note of a database that is open. It is made where it does not exist.

    Args:
        database: The database's file.

    Raises:
        OSError: It can't be opened.
    """

    def __init__(self, database: Path) -> None:
        self.path = note_path(database)
        self._file = os.fdopen(open_side_file(self.path, database), "r+b", buffering=0)
        self._position = threading.Lock()

    def read(self) -> Noted | None:
        """Return what it says; None if it is new or damaged."""
        with self._position:
            self._file.seek(0)
            return _parse(self._file.read(_IDENTITY_BYTES + _COUNT_BYTES))

    def write_identity(self, database_id: str, stamp: int, next_stamp: int) -> None:
        """Write which database it is, and wait until that is on disk."""
        with self._position:
            self._file.seek(0)
            self._file.write(_line(f"{_FORM} {database_id} {stamp:010} {next_stamp:010}", _IDENTITY_BYTES))
        os.fsync(self._file.fileno())

    def write_commits(self, commits: int) -> None:
        """Write how many commits were acknowledged. This does not wait for the disk."""
        with self._position:
            self._file.seek(_IDENTITY_BYTES)
            self._file.write(_line(f"{commits:020}", _COUNT_BYTES))

    def is_in_place(self) -> bool:
        """Return whether it is still the file that lies at its path."""
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), self.path.stat())
        except OSError:
            return False

    def lock_alone(self) -> bool:
        """Lock it for this process alone; return whether nobody else has it locked."""
        return lock(self._file.fileno(), alone=True)

    def lock_shared(self) -> bool:
        """Lock it together with others; return False if somebody keeps it alone for long."""
        give_up = time.monotonic() + _WAIT
        while not lock(self._file.fileno(), alone=False):
            if time.monotonic() > give_up:
                return False
            time.sleep(0.01)
        return True

    def close(self) -> None:
        """Close it, which ends the lock."""
        self._file.close()


def _line(text: str, length: int) -> bytes:
    """Return a line of a fixed length with its checksum, so that a later one takes its place whole."""
    line = f"{text} {zlib.crc32(text.encode()):08x}".ljust(length - 1) + "\n"
    return line.encode("ascii")


def _text(line: bytes) -> str | None:
    text, _, check = line.decode("ascii", "replace").rstrip().rpartition(" ")
    return text if check == f"{zlib.crc32(text.encode()):08x}" else None


def _parse(content: bytes) -> Noted | None:
    identity = (_text(content[:_IDENTITY_BYTES]) or "").split(" ")
    if " ".join(identity[:2]) != _FORM or len(identity) != 5:
        return None
    count = _text(content[_IDENTITY_BYTES : _IDENTITY_BYTES + _COUNT_BYTES])
    return Noted(identity[2], int(identity[3]), int(identity[4]), int(count or 0))
