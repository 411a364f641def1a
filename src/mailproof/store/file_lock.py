"""Locks of files between processes. They end with the file's descriptor, however the process ends.

The service does not run on Windows, which has no such locks: there every lock is to be had.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def lock(descriptor: int, *, alone: bool = True) -> bool:
    """Lock a file or a directory until it is closed.

    Args:
        descriptor: Of the open file.
        alone: Whether nobody else may have a lock on it, or everybody a lock of the same kind.

    Returns:
        Whether it is locked now; False if another process has a lock that forbids this one.
    """
    if sys.platform != "win32":  # for the type checker, which also checks for other systems
        import fcntl

        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def is_free(path: Path, start: int, length: int) -> bool:
    """Return whether no other process has a POSIX lock on a part of a file, as SQLite's are.

    A process that closes the file in this way loses its own locks on it.

    Args:
        path: The file, which must be writable.
        start: The first octet of the part.
        length: How many octets it has.
    """
    if sys.platform != "win32":  # likewise
        import fcntl

        with path.open("r+b") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
            except (BlockingIOError, PermissionError):
                return False
    return True


@contextmanager
def locked_directory(directory: Path) -> Iterator[bool]:
    """Lock a directory within this context, and yield whether that was possible."""
    if sys.platform == "win32":  # a directory can't be opened there
        yield True
    else:
        import os

        descriptor = os.open(directory, os.O_RDONLY)
        try:
            yield lock(descriptor)
        finally:
            os.close(descriptor)
