"""Says on a terminal that a command waits for a service, on a line that goes as soon as there is something to print.

Law: only where standard error is a terminal, and only after a moment; nothing of it is ever in a pipe or a file.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from mailproof.cli.terminal import can_replace

MOMENT = 1.0
"""Seconds of silence before anything is said."""

_shown: list[int] = []
"""How many characters stand there; a process has one terminal."""

_ending: list[Callable[[], None]] = []
"""What keeps the line from being shown."""


@contextlib.contextmanager
def waiting_for(target: str) -> Iterator[None]:
    """Say that an answer is waited for, from within a running event loop.

    Args:
        target: Who is to answer.
    """
    if not can_replace(sys.stderr):
        yield
        return
    import asyncio

    timer = asyncio.get_running_loop().call_later(MOMENT, _show, f"waiting for {target} …")
    _ending.append(timer.cancel)
    try:
        yield
    finally:
        end_waiting()


def end_waiting() -> None:
    """Take the line away: something else is printed now."""
    for each in _ending:
        each()
    _ending.clear()
    if _shown:
        blank = " " * _shown.pop()
        with contextlib.suppress(OSError):
            sys.stderr.write(f"\r{blank}\r")
            sys.stderr.flush()


def _show(text: str) -> None:
    from shutil import get_terminal_size

    text = text[: max(0, get_terminal_size().columns - 1)]  # a line that is wrapped could not be taken away
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{text}\r")  # so that what is printed by other ways begins at the margin too
        sys.stderr.flush()
        _shown.append(len(text))
