"""The writer of SQLite the plain way: a task waits for a future of the thread's, as asyncio wraps it."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from mailproof.store.sqlite.writer import Job, Writer

T = TypeVar("T")


class PlainWriter(Writer):
    """A writer whose tasks wait as threads do."""

    async def run(self, job: Job[T]) -> T:
        return await asyncio.wrap_future(self.submit(job))
