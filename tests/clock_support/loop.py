"""An event loop whose clock stands still while anything happens, so that what was waited for can be told exactly.

Sockets, threads and peers are real, and so is each wait. But the loop's clock counts a wait only once it was waited
out: the time that the machine takes for work, for a slow thread or for an answer is not in it. A test of a silent peer
that has a deadline of 0.4 s waits for 0.4 s on this clock, under any load; one in which nothing is waited out waits
for 0 s.

Not for a peer that drips: each of its bytes begins the wait anew, and the clock would stand still for as long.
"""

from __future__ import annotations

import asyncio
import selectors

_START = 1000.0  # on the clock: no loop's clock is at 0, and code may take 0 for "not yet"


class WaitedClock:
    """Makes loops that keep this clock: hand it over as a `loop_factory`.

    Args:
        slowness: Real seconds that a second of a wait takes. More than 1 where an answer is sure to come and a short
            wait must not overtake it on a machine under load; that costs nothing, since the wait is not waited out.

    Attributes:
        waited: The seconds that were waited out so far.
    """

    def __init__(self, slowness: float = 1.0) -> None:
        self.slowness = slowness
        self.waited = 0.0

    def __call__(self) -> asyncio.AbstractEventLoop:
        """Return a loop."""
        return _WaitedLoop(self)


class _WaitedLoop(asyncio.SelectorEventLoop):
    def __init__(self, clock: WaitedClock) -> None:
        self._clock = clock
        super().__init__(_CountingSelector(clock))

    def time(self) -> float:
        return _START + self._clock.waited


class _CountingSelector(selectors.DefaultSelector):
    """Counts the waits in which nothing came."""

    def __init__(self, clock: WaitedClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(timeout * self._clock.slowness)
        if not ready:
            self._clock.waited += timeout
        return ready
