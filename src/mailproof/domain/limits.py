"""How long and how many: the bounds of whatever dials other hosts on a caller's behalf. Standard library only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mailproof.domain.errors import TooManyTests

ANSWER_MARGIN = 0.25
"""Seconds kept from the caller's deadline, so that the answer to a timeout still reaches the caller."""


class Limits:
    """One bound for all tests and searches of a process, whatever transport they came by.

    Args:
        max_timeout: Seconds that one may take.
        max_concurrent: How many may run at once; more are refused, none waits.
    """

    def __init__(self, *, max_timeout: float, max_concurrent: int) -> None:
        self._max_timeout = max_timeout
        self._max_concurrent = max_concurrent
        self._running = 0
        self._lock = threading.Lock()  # the count is shared by the event loops of gRPC and HTTP

    def timeout(self, wanted: float, remaining: float | None) -> float:
        """Return the seconds it gets.

        Args:
            wanted: What the caller asks for.
            remaining: Until the caller's deadline, None without one. With very little left half of it is kept:
                better a short test than no report.
        """
        limit = min(wanted, self._max_timeout)
        return limit if remaining is None else min(limit, max(remaining - ANSWER_MARGIN, remaining / 2))

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one place.

        Raises:
            TooManyTests: All are taken.
        """
        with self._lock:
            if self._running >= self._max_concurrent:
                raise TooManyTests(self._max_concurrent)
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
