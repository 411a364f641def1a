"""Bounds on the time and the number of tests and searches, which connect to other hosts. Standard library only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mailproof.domain.errors import TooManyTests

ANSWER_MARGIN = 0.25
"""Seconds that a test ends before the caller's deadline, so that its report still reaches the caller."""


class Limits:
    """Bounds for all tests and searches of a process, whichever transport their calls came by.

    Args:
        max_timeout: Seconds that one of them may take.
        max_concurrent: How many may run at once; more are refused, and none is queued.
    """

    def __init__(self, *, max_timeout: float, max_concurrent: int) -> None:
        self._max_timeout = max_timeout
        self._max_concurrent = max_concurrent
        self._running = 0
        self._lock = threading.Lock()  # the count is shared by the event loops of gRPC and HTTP

    def timeout(self, wanted: float, remaining: float | None) -> float:
        """Return the seconds that a test or search may take.

        Args:
            wanted: The seconds that the caller asks for.
            remaining: The seconds until the caller's deadline; None if it has none. If very few are left, half of them
                are used: a short test is better than no report.
        """
        limit = min(wanted, self._max_timeout)
        return limit if remaining is None else min(limit, max(remaining - ANSWER_MARGIN, remaining / 2))

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Count one test or search as running.

        Raises:
            TooManyTests: As many are running as may.
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
