"""What runs ahead of its reader: it neither waits for one nor fills the memory, and ends with it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from mailproof.usecases.ahead import MAX_UNREAD, ahead


class Source:
    """Yields numbers, then ends, breaks or hangs."""

    def __init__(self, count: int, end: str = "") -> None:
        self._count = count
        self._end = end
        self.closed = False

    async def run(self) -> AsyncGenerator[int, None]:
        try:
            for number in range(self._count):
                yield number
            if self._end == "break":
                raise ValueError("broken")
            if self._end == "hang":
                await asyncio.Event().wait()
        finally:
            self.closed = True


def test_it_ends_without_its_reader_who_misses_nothing() -> None:
    async def scenario() -> None:
        source = Source(5)
        async with aclosing(ahead(source.run())) as events:
            assert await anext(events) == 0
            await asyncio.sleep(0)  # a turn of the loop
            assert source.closed
            assert [event async for event in events] == [1, 2, 3, 4]

    asyncio.run(scenario())


def test_of_too_many_the_oldest_are_dropped() -> None:
    async def scenario() -> list[int]:
        async with aclosing(ahead(Source(3 * MAX_UNREAD).run())) as events:
            return [event async for event in events]

    assert asyncio.run(scenario()) == list(range(2 * MAX_UNREAD, 3 * MAX_UNREAD))


def test_what_it_raises_comes_after_its_events() -> None:
    async def scenario() -> None:
        async with aclosing(ahead(Source(2, "break").run())) as events:
            assert [await anext(events), await anext(events)] == [0, 1]
            with pytest.raises(ValueError, match="broken"):
                await anext(events)

    asyncio.run(scenario())


@pytest.mark.parametrize("end", ["hang", "break"])
def test_a_reader_that_leaves_ends_it(end: str) -> None:
    source = Source(2, end)

    async def scenario() -> None:
        async with aclosing(ahead(source.run())) as events:
            await anext(events)

    asyncio.run(scenario())
    assert source.closed
