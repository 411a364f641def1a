"""The event loop of a command that dials: one that can watch sockets, on any system."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine

T = TypeVar("T")

TICK = 0.25  # seconds that Ctrl-C may take on Windows


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as `asyncio.run` does.

    Raises:
        ServiceShortage: There are no file descriptors for the loop itself.
    """
    import asyncio

    from mailproof.net.shortage import shortages_raised

    # Windows' default loop has no `add_reader`, and reports other error numbers than the sockets do.
    loops = asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)
    # Closed in the end: Python would complain of one that Ctrl-C kept from beginning.
    with contextlib.closing(work), shortages_raised(), loops as runner:
        _tick(runner.get_loop())
        if not os.environ.get("MAILPROOF_DEBUG"):
            runner.get_loop().set_exception_handler(_say_nothing)
        return runner.run(work)


def _say_nothing(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Keep a failure of a task that nobody waits for any more from being a traceback: the command has its own end."""


def _tick(loop: asyncio.AbstractEventLoop) -> None:
    """Wake the loop now and then: on Windows no signal does, and Ctrl-C would have to wait for a server's answer."""
    loop.call_later(TICK, _tick, loop)
