"""SQLite's writer the plain way: a savepoint for each job, and a future of the thread's, as asyncio wraps it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TypeVar

from mailproof.store.sqlite.writer import Job, Writer, _Result, _Waiter

T = TypeVar("T")


class PlainWriter(Writer):
    """A writer that runs each job under its own savepoint, and whose tasks wait as threads do."""

    async def run(self, job: Job[T]) -> T:
        return await asyncio.wrap_future(self.submit(job))

    def _together(self, batch: Sequence[_Waiter]) -> Sequence[_Result] | None:
        return None
