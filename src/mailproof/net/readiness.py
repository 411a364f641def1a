"""When a socket can be read or written: what the two ways have in common, and the choice between them.

`epoll_readiness` is for systems that have epoll; `plain_readiness` is by asyncio alone and for all others. The tests
run over both: what can be told apart is the CPU that they take.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from mailproof.net.plain_readiness import PlainReadiness


class Readiness(Protocol):
    """Waits for one non-blocking socket, in one task at a time. Made on the event loop that it waits on.

    Attributes:
        reset: Whether the peer was seen to have reset the connection, which reading does not tell any more.
    """

    reset: bool

    def bound(self, limit: float) -> None:
        """End each wait from now on with a TimeoutError at `limit`, on the loop's clock."""

    async def connected(self) -> bool:
        """Wait until the connect has ended, and return whether the socket may have an error to tell.

        Raises:
            TimeoutError: The bound has come.
        """

    def take(self) -> bool:
        """Return whether something has happened while nobody waited; then it is not worth waiting before a read."""

    async def readable(self) -> None:
        """Wait until there may be something to read from now on. There may still be nothing.

        Raises:
            TimeoutError: The bound has come.
        """

    async def writable(self) -> None:
        """Wait until the network may have room from now on. There may still be none.

        Raises:
            TimeoutError: The bound has come.
        """

    def again(self) -> None:
        """Note that there may be more to read than was read."""

    def close(self) -> None:
        """Stop watching. The socket must be closed next."""


def _best() -> Callable[[socket.socket], Readiness]:
    if sys.platform == "linux":
        with suppress(ImportError):  # also Linux's `select` may have been built without
            from mailproof.net.epoll_readiness import EpollReadiness

            return EpollReadiness
    return PlainReadiness


readiness_of = _best()
"""Begins to watch a socket."""

HAS_EPOLL = readiness_of is not PlainReadiness
