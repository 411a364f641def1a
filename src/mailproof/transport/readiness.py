"""One look at whether the service can serve, shared by all who ask, with an answer that does not wait for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from mailproof.domain.errors import Failure, StoreUnavailable
from mailproof.domain.phrase import say

FRESH = 0.25
"""Seconds that an answer is given again without another look: thousands of questions cost four looks a second."""

WAIT = 0.05
"""Seconds that a question waits for a look that is under way."""

STALE = 5.0
"""Seconds that the last answer counts while a look is under way; afterwards what is looked at is stuck."""


class SharedCheck:
    """Answers as a check did last. Lives on one event loop.

    Args:
        check: Raises a `Failure` while the service can't serve. It may hang.
    """

    def __init__(self, check: Callable[[], Awaitable[None]]) -> None:
        self._check = check
        self._look: asyncio.Task[None] | None = None
        self._began = 0.0
        self._answered = float("-inf")
        self._failure: Failure | None = None

    async def __call__(self) -> None:
        """Answer within `WAIT` seconds or so; the very first look may take `STALE`.

        Raises:
            Failure: The service can't serve.
        """
        if time.monotonic() - self._answered > FRESH:
            if self._look is None:
                self._began = time.monotonic()
                self._look = asyncio.ensure_future(self._renew())
            first = self._answered == float("-inf")
            done, _ = await asyncio.wait({self._look}, timeout=STALE if first else WAIT)
            if not done and (first or time.monotonic() - self._began > STALE):
                raise StoreUnavailable(say("the store does not answer"))
        if self._failure is not None:
            raise self._failure

    async def _renew(self) -> None:
        try:
            await self._check()
            self._failure = None
        except Failure as failure:
            self._failure = failure
        except Exception:  # noqa: BLE001 - whoever asks is told, and the next look may find better
            self._failure = StoreUnavailable(say("the store can't be asked"))
        finally:
            self._answered, self._look = time.monotonic(), None
