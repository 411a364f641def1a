"""When a socket can be read or written: one epoll for all connections of an event loop, one future and one timer each.

`loop.add_reader` costs some ten system calls a connection, and uvloop's `sock_connect` a trip to a thread that looks
the address up once more; here a connection costs one call to watch it and none to forget it. Linux alone has epoll.

What pays for it: by asyncio alone, with the plain twin (`plain_readiness`), a test takes 28 % more CPU with plain EHLO,
16 % with STARTTLS and 7 % with implicit TLS, on 2 cores (`bench/smtp_bench.py ways`; docs/performance.md).
tests/e2e/smtp/test_readiness.py runs both.

Law: no edge is lost. The kernel tells each change once, so one that comes while nobody waits is remembered, and the
end of a stream is remembered for good.
"""

from __future__ import annotations

import asyncio
import math
import socket
import sys
from collections.abc import Callable

assert sys.platform == "linux"  # noqa: S101 - for the type checker, which also checks for other systems
from select import EPOLLERR, EPOLLET, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLRDHUP, epoll  # noqa: E402 - what it looks at

EARLY = 0.002  # seconds that a timer may come before its time: uvloop counts in milliseconds

_EVENTS = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET
_ENDED = EPOLLRDHUP | EPOLLHUP  # each later read returns at once


class _Poller:
    """The epoll of one event loop, which watches it as one file. Opened for the first socket, closed with the last."""

    __slots__ = ("_epoll", "_loop", "_watched")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._watched: dict[int, Callable[[int], None]] = {}
        self._epoll = epoll()
        loop.add_reader(self._epoll.fileno(), self._drain)

    def watch(self, number: int, wake: Callable[[int], None]) -> None:
        """Have `wake` called with what happens to this file."""
        self._epoll.register(number, _EVENTS)
        self._watched[number] = wake

    def forget(self, number: int) -> None:
        """Let go of a file that is to be closed, which ends the kernel's part."""
        del self._watched[number]
        if not self._watched:
            del _POLLERS[self._loop]
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()

    def _drain(self) -> None:
        watched = self._watched
        for number, events in self._epoll.poll(0):
            wake = watched.get(number)
            if wake is not None:  # else it was closed a moment ago
                wake(events)


_POLLERS: dict[asyncio.AbstractEventLoop, _Poller] = {}
"""The loops that have open connections. A loop is of one thread, and so is its entry."""


class EpollReadiness:
    """Waits for one non-blocking socket: see `readiness.Readiness`."""

    __slots__ = (
        "_armed",
        "_ended",
        "_events",
        "_limit",
        "_loop",
        "_number",
        "_poller",
        "_ready",
        "_timer",
        "_waiter",
        "reset",
    )

    def __init__(self, watched: socket.socket) -> None:
        loop = self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._ready = self._ended = False  # whether there was an edge that nobody waited for; and the last one
        self._events = 0  # all that have come
        self.reset = False
        self._limit = self._armed = math.inf
        self._timer: asyncio.TimerHandle | None = None  # goes off at `_armed`
        self._number = watched.fileno()
        poller = _POLLERS.get(loop)
        if poller is None:
            poller = _POLLERS[loop] = _Poller(loop)
        poller.watch(self._number, self._wake)
        self._poller: _Poller | None = poller

    def bound(self, limit: float) -> None:
        """End each wait from now on with a TimeoutError at `limit`, on the loop's clock."""
        self._limit = limit
        if limit < self._armed:
            if self._timer is not None:
                self._timer.cancel()
            self._arm()

    def take(self) -> bool:
        """Return whether something has happened while nobody waited; then it is not worth waiting before a read."""
        ready, self._ready = self._ready, self._ended
        return ready

    async def connected(self) -> bool:
        """Wait until the connect has ended, and return whether the socket has an error to tell.

        Raises:
            TimeoutError: The bound has come.
        """
        await self.readable()
        # The greeting may have come along, or the end: no edge will tell either again.
        self._ready = self._ready or self._events & (EPOLLIN | EPOLLERR | EPOLLHUP) != 0
        return self._events & (EPOLLERR | EPOLLHUP) != 0

    async def readable(self) -> None:
        """Wait until something happens from now on, which may be another thing.

        Raises:
            TimeoutError: The bound has come.
        """
        if self._loop.time() >= self._limit:
            raise TimeoutError
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    async def writable(self) -> None:
        """Wait until something happens from now on, which may be another thing.

        Raises:
            TimeoutError: The bound has come.
        """
        await self.readable()
        self._ready = True  # the edge may have been for something to read

    def again(self) -> None:
        """Remember an edge: there may be more to read than was read."""
        self._ready = True

    def close(self) -> None:
        """Stop watching. The socket must be closed next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        poller, self._poller = self._poller, None
        if poller is not None:
            poller.forget(self._number)

    def _wake(self, events: int) -> None:
        self._events |= events
        waiter = self._waiter
        if events & _ENDED:
            self._ready = self._ended = True
        if waiter is None or waiter.done():  # `done`: whoever waited may have looked before this edge
            self._ready = True
        else:
            waiter.set_result(None)

    def _arm(self) -> None:
        self._armed = self._limit
        self._timer = self._loop.call_at(self._limit, self._expire)

    def _expire(self) -> None:
        if self._limit - self._loop.time() > EARLY:  # it was put off
            self._arm()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())
