"""Calls that may be made again as they are: how often, after which wait; and how far they are, on a terminal."""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import grpc

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

    async def wait(self, error: grpc.aio.AioRpcError) -> bool:
        """Wait until the call may be made again; return False, at once, where that is of no use."""
        import asyncio

        self._failed += 1
        seconds = self._seconds(error)
        if seconds is None or self._failed >= TRIES:
            return False
        await asyncio.sleep(seconds)
        return True

    def _seconds(self, error: grpc.aio.AioRpcError) -> float | None:
        asked = _retry_after(error)
        if asked is not None:
            return asked if asked <= _LONGEST else None
        if error.code().name in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
            return min(float(2 ** (self._failed - 2)), _LONGEST)
        return None


def _retry_after(error: grpc.aio.AioRpcError) -> float | None:
    from google.rpc import error_details_pb2, status_pb2

    packed = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    if isinstance(packed, bytes):
        retry = error_details_pb2.RetryInfo()
        for each in status_pb2.Status.FromString(packed).details:
            if each.Unpack(retry):
                seconds: float = retry.retry_delay.ToTimedelta().total_seconds()
                return seconds
    return None


class ProgressLine:
    """One line of standard error that says how far a command has got; nothing where that is no terminal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = sys.stderr.isatty()

    def show(self, done: int, total: int) -> None:
        """Show how many configurations are done."""
        if self._shown:
            print(f"\r{self._what} {done:,} of {max(total, done):,}\x1b[K", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
