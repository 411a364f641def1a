"""The bytes of requests that are under way, bounded for the whole process and for each token.

The guards bound one request; this bounds all of them together, so that callers with a token can't fill the memory by
many bodies at once that arrive slowly.
"""

from __future__ import annotations

import threading

from mailproof.domain.errors import TooManyBytes

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
    """What one request's body holds of the budget. Close it when the body was decoded or given up."""

    __slots__ = ("_budget", "_taken", "_token_id")

    def __init__(self, budget: Budget, token_id: str) -> None:
        self._budget = budget
        self._token_id = token_id
        self._taken = 0

    def take(self, count: int) -> None:
        """Count more bytes of the body.

        Raises:
            TooManyBytes: There is no room for them now.
        """
        self._budget.take(self._token_id, count)
        self._taken += count

    def close(self) -> None:
        """Give all of it back."""
        if self._taken:
            self._budget.give_back(self._token_id, self._taken)
            self._taken = 0
