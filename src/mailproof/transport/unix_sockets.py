"""Listening on a Unix socket: a file through which programs of this machine connect, if its permissions let them.

A file that a crash has left is removed where nobody listens on it any more; no other file is ever touched.
"""

from __future__ import annotations

import os
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mailproof.domain.errors import StartupError

PEER = "unix"
"""What stands for the address of a client, which has none."""

_PATIENCE = 2.0  # seconds for whoever listens already to take a connection


@dataclass(frozen=True, slots=True)
class UnixAddress:
    """A Unix socket to listen on.

    Attributes:
        path: Its file.
        mode: The permissions of the file: who may connect needs to write it.
    """

    path: Path
    mode: int = 0o600

    def __str__(self) -> str:
        return f"unix:{self.path}"

    def bind(self) -> socket.socket:
        """Return a socket that listens on it, if only with a backlog: one that did not would pass for a crash's.

        Raises:
            StartupError: It can't be used; the sentence says why.
        """
        listener = _socket()
        try:
            with self.making():
                listener.bind(str(self.path))
                listener.listen()
        except (OSError, StartupError) as error:
            listener.close()
            if isinstance(error, StartupError):
                raise
            raise StartupError(f"can't listen on {self}: {error.strerror}") from None
        return listener

    @contextmanager
    def making(self) -> Iterator[None]:
        """Make room for the file, and give it its permissions, which it has from the first moment, if it is made.

        Raises:
            StartupError: Something else is there, or another program listens.
        """
        self._remove_stale()
        before = os.umask(0o777 & ~self.mode)
        try:
            yield
        finally:
            os.umask(before)
        with suppress(OSError):  # it was not made, which is the maker's to say
            self.path.chmod(self.mode)

    def identity(self) -> tuple[int, int, int] | None:
        """Return what tells the file apart from any later one of its name; None if there is none."""
        try:
            found = self.path.lstat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_mtime_ns  # a number is soon given to another file

    def remove(self, identity: tuple[int, int, int] | None) -> None:
        """Remove the file, unless another one is there by now.

        Args:
            identity: Of the file that was made.
        """
        if identity is not None and self.identity() == identity:
            with suppress(OSError):
                self.path.unlink()

    def _remove_stale(self) -> None:
        found = self.identity()
        try:
            kind = self.path.lstat().st_mode
        except FileNotFoundError:
            return
        except OSError as error:
            raise StartupError(f"can't listen on {self}: {error.strerror}") from None
        if not stat.S_ISSOCK(kind):
            raise StartupError(f"can't listen on {self}: the file exists and is no socket")
        with _socket() as asking:
            asking.settimeout(_PATIENCE)
            try:
                asking.connect(str(self.path))
            except ConnectionRefusedError:  # nobody listens
                self.remove(found)  # another start may have put its own there meanwhile
                return
            except OSError as error:
                raise StartupError(f"can't listen on {self}: {error.strerror or 'another program is there'}") from None
        raise StartupError(f"can't listen on {self}: another program listens there")


def _socket() -> socket.socket:
    if sys.platform != "win32":
        return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    else:  # noqa: RET505 - the other system's branch for the types
        raise StartupError("this system has no Unix sockets")
