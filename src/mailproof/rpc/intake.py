"""The bytes of requests that are under way, bounded for the whole process and for each token.

The guards bound one request; this bounds all of them together, so that callers with a token can't fill the memory by
many bodies at once that arrive slowly.
"""

from __future__ import annotations

import asyncio
import threading

from mailproof.domain.errors import MalformedRequest
from mailproof.domain.limit_errors import TooManyBytes
from mailproof.domain.phrase import say
from mailproof.rpc.open_calls import OpenCall

BODY_TIMEOUT = 10.0
"""Seconds for the whole request body to arrive."""

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of bodies that all requests together may hold."""

MAX_BYTES_OF_TOKEN = 16 * 1024 * 1024
"""Bytes of bodies that the requests of one token may hold."""


class Budget:
    """Counts the bytes of the bodies that were read and not yet decoded, on all event loops.

    Args:
        total: Bytes for all requests.
        each: Bytes for the requests of one token.
    """

    def __init__(self, total: int = MAX_BYTES, each: int = MAX_BYTES_OF_TOKEN) -> None:
        self._total = total
        self._each = each
        self._used = 0
        self._by_token: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, token_id: str, count: int) -> None:
        """Count more bytes.

        Raises:
            TooManyBytes: There is no room for them now.
        """
        with self._lock:
            mine = self._by_token.get(token_id, 0) + count
            if mine > self._each or self._used + count > self._total:
                raise TooManyBytes
            self._by_token[token_id] = mine
            self._used += count

    def give_back(self, token_id: str, count: int) -> None:
        """Count bytes no more."""
        with self._lock:
            self._used -= count
            left = self._by_token[token_id] - count
            if left:
                self._by_token[token_id] = left
            else:
                del self._by_token[token_id]


class Intake:
    """The body of one request while it is taken in. Close it when the body was decoded or given up.

    Args:
        budget: Bounds what all bodies hold.
        call: The call whose request it is.
    """

    __slots__ = ("_budget", "_call", "_taken", "_timer")

    def __init__(self, budget: Budget, call: OpenCall) -> None:
        self._budget = budget
        self._call = call
        self._taken = 0
        self._timer: asyncio.TimerHandle | None = None

    def take(self, count: int) -> None:
        """Count more bytes of the body.

        Raises:
            TooManyBytes: There is no room for them now.
        """
        self._budget.take(self._call.caller.token.id, count)
        self._taken += count

    def hold(self, count: int, seconds: float) -> None:
        """Count the bytes that a slow body may hold, for a transport that does not see them come.

        Args:
            count: How many.
            seconds: After which the call ends, unless the body has come.
        """
        try:
            self.take(count)
        except TooManyBytes as failure:
            self._call.end(failure)
        else:
            late = MalformedRequest(
                say("the body did not arrive within {body_timeout} seconds", body_timeout=f"{BODY_TIMEOUT:.0f}")
            )
            self._timer = asyncio.get_running_loop().call_later(seconds, self._call.end, late)

    def arrived(self) -> None:
        """Note that the body has come: what waits for its turn to be decoded is not slow to come."""
        if self._timer is not None:
            self._timer.cancel()

    def close(self) -> None:
        """Give all of it back."""
        self.arrived()
        if self._taken:
            self._budget.give_back(self._call.caller.token.id, self._taken)
            self._taken = 0
