"""A queue from the task that runs a test to the reader of its progress, with a wake-up for heartbeats.

One timer serves the whole test. What is put only notes its time, which postpones the wake-up; a new timer for each step
would cost more than the step.
"""

from __future__ import annotations

import asyncio
from collections import deque

from mailproof.smtp.report import Alternative, Step, StepStarted

FeedEvent = StepStarted | Step | Alternative

EARLY = 0.002  # seconds that a timer may fire early: uvloop counts in milliseconds


class Feed:
    """A queue with one reader.

    Args:
        interval: Seconds in which nothing is put after which the reader is woken.
    """

    __slots__ = ("_events", "_interval", "_last_event", "_loop", "_timer", "_waiter")

    def __init__(self, interval: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._events: deque[FeedEvent] = deque()
        self._waiter: asyncio.Future[bool] | None = None
        self._interval = interval
        self._last_event = self._loop.time()
        self._timer = self._loop.call_later(interval, self._on_timer)

    def put(self, event: FeedEvent) -> None:
        """Add an event, and wake the reader."""
        self._events.append(event)
        self.wake()

    def take(self) -> FeedEvent | None:
        """Return what was put first; None where there is nothing."""
        return self._events.popleft() if self._events else None

    def wake(self) -> None:
        """Wake the reader."""
        self._last_event = self._loop.time()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

    async def wait(self) -> bool:
        """Wait until woken; return False where the interval has passed and nothing was put."""
        self._waiter = self._loop.create_future()
        return await self._waiter

    def close(self) -> None:
        """Stop the timer."""
        self._timer.cancel()

    def _on_timer(self) -> None:
        left = self._last_event + self._interval - self._loop.time()
        if left <= EARLY:
            left, self._last_event = self._interval, self._loop.time()
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(False)
        self._timer = self._loop.call_later(left, self._on_timer)
