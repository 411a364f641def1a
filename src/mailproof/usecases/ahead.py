"""Lets a test or a search run ahead of whoever reads its events: a slow reader neither slows nor holds it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")

MAX_UNREAD = 1000
"""Events that are kept for a reader that is slow; of more the oldest are dropped. A report has its steps once more."""


async def ahead(events: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """Yield the events of a generator that runs in a task of its own.

    Closing this generator ends the other one, and waits until it has ended.

    Raises:
        Exception: What the generator raised, after the events that came before it.
    """
    unread: deque[T] = deque(maxlen=MAX_UNREAD)
    news = asyncio.Event()

    async def collect() -> None:
        async with aclosing(events):
            async for event in events:
                unread.append(event)
                news.set()

    task = asyncio.create_task(collect(), name="mailproof-ahead")
    task.add_done_callback(lambda _: news.set())
    try:
        while True:
            while unread:
                yield unread.popleft()
            if task.done():
                break
            news.clear()
            await news.wait()
        task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # a reader that has gone is told of no failure
