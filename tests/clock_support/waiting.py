"""Waits for what has to happen: they end as soon as it has, and fail only where nothing but a hang is left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

HANG = 240.0
"""Seconds after which what was waited for will not come: no machine under load is as late."""

_PAUSE = 0.01


def eventually(condition: Callable[[], object], what: str = "it never happened") -> None:
    """Wait until a condition holds, looking again and again.

    Args:
        condition: Asked often; true once it holds.
        what: Said where it never does.

    Raises:
        AssertionError: It does not hold after `HANG` seconds.
    """
    end = time.monotonic() + HANG
    while not condition():
        if time.monotonic() >= end:
            raise AssertionError(what)
        time.sleep(_PAUSE)


async def eventually_here(condition: Callable[[], object], what: str = "it never happened") -> None:
    """Wait as `eventually` does, in a coroutine: the loop goes on meanwhile.

    Args:
        condition: As there.
        what: As there.

    Raises:
        AssertionError: As there.
    """
    end = time.monotonic() + HANG
    while not condition():
        if time.monotonic() >= end:
            raise AssertionError(what)
        await asyncio.sleep(_PAUSE)
