"""Keeps a SQLite database to one server: the second one that starts is told which process has it.

The lock is the system's and ends with its process, however that ends; what stands in the file is for people alone.
Commands that open the database for a moment (backup, token, instance, rebuild, thin …) do not take it, and may run
beside a server.
"""

from __future__ import annotations

import os
import platform
import re
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from mailproof.domain.errors import StartupError
from mailproof.store.file_lock import lock
from mailproof.store.sqlite.note import open_side_file, side_path

SUFFIX = ".serving"

_HOLDER = re.compile(r"([1-9][0-9]{0,9}) ([!-~]{1,255})\n")
_MOST = 300  # octets of the file that are read


class ServingLock:
    """The right to serve a database. It is held until it is closed, or the process ends.

    Args:
        database: The database's file, whose directory exists.

    Raises:
        StartupError: Another process serves it, or the file of the lock can't be used.
    """

    def __init__(self, database: Path) -> None:
        path = side_path(database, SUFFIX)
        try:
            self._descriptor = open_side_file(path, database)
        except OSError as error:
            raise StartupError(f"the lock {path} can't be opened: {error.strerror}") from error
        try:
            if not lock(self._descriptor):
                _refuse(database, _holder(self._descriptor))
            with suppress(OSError):  # a full disk keeps no server from starting
                os.ftruncate(self._descriptor, 0)
                os.write(self._descriptor, f"{os.getpid()} {platform.node()}\n".encode())
        except OSError as error:
            os.close(self._descriptor)
            raise StartupError(f"the lock {path} can't be used: {error.strerror}") from error
        except BaseException:
            os.close(self._descriptor)
            raise

    def close(self) -> None:
        """Give it back."""
        os.close(self._descriptor)


def _holder(descriptor: int) -> str:
    """Return which process has the lock, as it says itself; "" if that is not known."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    found = _HOLDER.fullmatch(os.read(descriptor, _MOST).decode("ascii", "replace"))
    if found is None:
        return ""
    here = found[2] == platform.node()
    return f" (process {found[1]})" if here else f" (process {found[1]} on {found[2]})"


def _refuse(database: Path, holder: str) -> NoReturn:
    raise StartupError(
        f"another mailproof{holder} already serves {database}: stop that one first, or give this one another "
        "directory with --data-dir; only PostgreSQL (--database-url) has several servers on one database"
    )
