"""A transfer's calls, which may be made again as they are: how often, after which wait; and how far it is.

The client library does not know that: of these calls the options in the protos do not say it.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mailproof.cli.terminal import can_replace
from mailproof.cli.waiting import end_waiting

if TYPE_CHECKING:
    from mailproof.client import CallError

TRIES = 6
"""How often a call fails in a row, without any progress in between, until the command gives up."""

_LONGEST = 30.0
"""Seconds that are waited for at most."""


class RepeatedCalls:
    """Counts the failures since the last progress."""

    def __init__(self) -> None:
        self._failed = 0

    def progress(self) -> None:
        """Forget the failures."""
        self._failed = 0

    async def wait(self, error: CallError) -> bool:
        """Wait until the call may be made again; return False, at once, where that is of no use."""
        import asyncio

        self._failed += 1
        seconds = self._seconds(error)
        if seconds is None or self._failed >= TRIES:
            return False
        await asyncio.sleep(seconds)
        return True

    def _seconds(self, error: CallError) -> float | None:
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= _LONGEST else None
        if error.code in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
            return min(float(2 ** (self._failed - 2)), _LONGEST)
        return None


class ProgressLine:
    """One line of standard error that says how far a command has got; nothing where that is no terminal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = can_replace(sys.stderr)

    def show(self, done: int, total: int) -> None:
        """Show how many configurations are done."""
        if self._shown:
            end_waiting()
            print(f"\r{self._what} {done:,} of {max(total, done):,}\x1b[K", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
