"""Bounds how many lists that may read all of an instance's rows, for a filter or an order, are read at once.

Law: a read counts until it has ended, also where its caller has left: a thread that reads is not stopped.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine
from typing import Any, TypeVar

from mailproof.domain.limit_errors import TooMuchWork

MAX_READING, MAX_READING_OF_INSTANCE = 8, 4
"""Reads at once: in all, and of one instance."""

T = TypeVar("T")


class ListReads:
    """Counts the reads of one kind of list at the moment, on all event loops."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    async def run(self, instance_id: str, work: Coroutine[Any, Any, T]) -> T:
        """Run a read and return what it returns.

        Args:
            instance_id: Whose rows are read.
            work: The read.

        Raises:
            TooMuchWork: There are as many already as are allowed.
        """
        with self._lock:
            if self._counts[instance_id] >= MAX_READING_OF_INSTANCE or self._counts.total() >= MAX_READING:
                work.close()
                raise TooMuchWork
            self._counts[instance_id] += 1
        task = asyncio.ensure_future(work)
        task.add_done_callback(lambda done: self._ended(instance_id, done))
        return await asyncio.shield(task)

    def _ended(self, instance_id: str, done: asyncio.Future[T]) -> None:
        with self._lock:
            self._counts[instance_id] -= 1
            self._counts += Counter()  # without those that are 0
        if not done.cancelled():
            done.exception()  # nobody may be left who asks for it
