"""One piece of work in each turn of an event loop, so that many of them at once don't block it.

A piece of ten milliseconds is no harm; a hundred of them that become ready in the same turn are a second in which the
loop answers nobody. Law: between two pieces the loop has a turn for everything else.
"""

from __future__ import annotations

import asyncio
import threading
import weakref


class Turns:
    """Hands out the turns. Usable from several event loops, each of which has its own."""

    __slots__ = ("_lock", "_locks")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = weakref.WeakKeyDictionary()

    async def next(self) -> None:
        """Wait until no other piece has this turn of the loop; what follows without waiting is the piece."""
        loop = asyncio.get_running_loop()
        with self._lock:
            lock = self._locks.setdefault(loop, asyncio.Lock())
        await lock.acquire()
        loop.call_soon(lock.release)
