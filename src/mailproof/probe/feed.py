"""The way of a test's events from the task that makes them to whoever reads them, and the pulse between them.

One timer serves the whole test: events put the pulse off by writing down when they came, since a timer for each would
cost more than the event.
"""

from __future__ import annotations

import asyncio
from collections import deque

from mailproof.smtp.report import Step

EARLY = 0.002  # seconds that a timer may come before its time: uvloop counts in milliseconds


class Feed:
    """A queue with one reader.

    Args:
        interval: Seconds without an event after which the reader is woken without one.
    """

    __slots__ = ("_events", "_interval", "_last_event", "_loop", "_timer", "_waiter")

    def __init__(self, interval: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._events: deque[Step] = deque()
        self._waiter: asyncio.Future[bool] | None = None
        self._interval = interval
        self._last_event = self._loop.time()
        self._timer = self._loop.call_later(interval, self._on_timer)

    def put(self, step: Step) -> None:
        """Add an event."""
        self._events.append(step)
        self.wake()

    def take(self) -> Step | None:
        """Return the next event if there is one."""
        return self._events.popleft() if self._events else None

    def wake(self) -> None:
        """Wake the reader."""
        self._last_event = self._loop.time()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

    async def wait(self) -> bool:
        """Wait until woken; return False where the pulse did it."""
        self._waiter = self._loop.create_future()
        return await self._waiter

    def close(self) -> None:
        """Stop the pulse."""
        self._timer.cancel()

    def _on_timer(self) -> None:
        left = self._last_event + self._interval - self._loop.time()
        if left <= EARLY:
            left, self._last_event = self._interval, self._loop.time()
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(False)
        self._timer = self._loop.call_later(left, self._on_timer)
