"""The time of one call: it ends at its deadline, but not while what it has begun to store is being stored.

Who repeats a call that was answered by DEADLINE_EXCEEDED must not have stored it the first time where that can be
avoided: what waits to be stored is withdrawn, and what has begun is waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from mailproof.domain.storing import Withdraw, grant

GRACE = 1.0
"""Seconds beyond its deadline that a call waits for what it has begun to store. The transports still deliver then."""


def grant_grace(scope: asyncio.Timeout) -> None:
    """Let the current task, whose time is bounded by `scope`, store what it has begun to."""
    task = asyncio.current_task()

    @contextmanager
    def grace(withdraw: Withdraw) -> Iterator[None]:
        end = scope.when()
        # What the call has started beside itself, which has its context, is not bounded by its deadline.
        if asyncio.current_task() is not task or end is None or scope.expired():
            yield
            return
        loop = asyncio.get_running_loop()

        def on_deadline() -> None:
            if withdraw() and not scope.expired():
                scope.reschedule(end)

        scope.reschedule(end + GRACE)
        timer = loop.call_at(end, on_deadline)
        try:
            yield
        finally:
            timer.cancel()
            if loop.time() < end and not scope.expired():
                scope.reschedule(end)

    grant(grace)
