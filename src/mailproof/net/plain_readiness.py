"""When a socket can be read or written, by asyncio alone: `add_reader` and `add_writer` around each wait.

For systems without epoll (macOS, Windows), on any event loop but Windows' default one, which has neither call.
The kernel is asked anew at each wait, so there is nothing to remember between two of them.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable


class PlainReadiness:
    """Waits for one non-blocking socket: see `readiness.Readiness`."""

    __slots__ = ("_is_open", "_limit", "_loop", "_number", "reset")

    def __init__(self, watched: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._number = watched.fileno()
        self._limit: float | None = None
        self._is_open = True
        self.reset = False

    def bound(self, limit: float) -> None:
        """End each wait from now on with a TimeoutError at `limit`, on the loop's clock."""
        self._limit = limit

    async def connected(self) -> bool:
        """Wait until the connect has ended; whether the socket has an error to tell, it alone knows."""
        await self.writable()
        return True

    def take(self) -> bool:
        """Return False: what happened in the meantime ends the next wait at once."""
        return False

    async def readable(self) -> None:
        """Wait until there may be something to read."""
        await self._wait(self._loop.add_reader, self._loop.remove_reader)

    async def writable(self) -> None:
        """Wait until the network may have room."""
        await self._wait(self._loop.add_writer, self._loop.remove_writer)

    def again(self) -> None:
        """Do nothing: what was left ends the next wait at once."""

    def close(self) -> None:
        """Stop watching."""
        if self._is_open:  # else the number may be another socket's by now
            self._is_open = False
            self._loop.remove_reader(self._number)
            self._loop.remove_writer(self._number)

    async def _wait(self, add: Callable[..., object], remove: Callable[[int], object]) -> None:
        ready: asyncio.Future[None] = self._loop.create_future()
        add(self._number, _settle, ready)
        try:
            async with asyncio.timeout_at(self._limit):
                await ready
        finally:
            if self._is_open:
                remove(self._number)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():  # `done`: the kernel tells it in each turn of the loop until the wait is over
        ready.set_result(None)
