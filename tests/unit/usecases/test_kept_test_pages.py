"""Lists of kept tests that read all of an instance's tests are bounded in number, and wait on no event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mailproof.domain.clock import utc_now
from mailproof.domain.errors import InvalidFields
from mailproof.domain.filters import OrderKey
from mailproof.domain.kept_test import NEWEST_TESTS_FIRST, KeptTest, TestQuery
from mailproof.domain.kept_test_fields import TEST_FIELDS
from mailproof.domain.limit_errors import TooMuchWork
from mailproof.domain.model import Caller, Role, Token
from mailproof.store.sealing import open_sealer
from mailproof.store.sqlite import kept_tests
from mailproof.store.sqlite.store import open_store
from mailproof.usecases import kept_test_pages
from mailproof.usecases.kept_test_pages import KeptTestPages
from mailproof.usecases.list_reads import MAX_READING, MAX_READING_OF_INSTANCE


class Store:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.reading = 0

    async def list_tests(self, _instance_id: str, _query: TestQuery) -> Sequence[KeptTest]:
        self.reading += 1
        await self.open.wait()
        return ()

    async def list_tokens(self) -> Sequence[Any]:
        return ()


def caller(instance_id: str) -> Caller:
    return Caller(Token("t", "n", Role.VIEWER, (instance_id,), utc_now()), instance_id)


def test_so_many_lists_may_read_all_tests_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        store: Any = Store()
        pages = KeptTestPages(store, open_sealer(tmp_path, None))

        def begin(instance_id: str, **asked: Any) -> asyncio.Task[Any]:
            return asyncio.ensure_future(pages.list(caller(instance_id), **asked))

        running = [begin("a", filter_="code = x") for _ in range(MAX_READING_OF_INSTANCE)]
        await asyncio.sleep(0)
        with pytest.raises(TooMuchWork):
            await begin("a", order_by="code")
        running.append(begin("a"))  # the newest tests are at hand
        running += [begin("b", order_by="code") for _ in range(MAX_READING - MAX_READING_OF_INSTANCE)]
        await asyncio.sleep(0)
        with pytest.raises(TooMuchWork):
            await begin("c", filter_="code = x")
        assert store.reading == MAX_READING + 1
        store.open.set()
        await asyncio.gather(*running)
        await begin("a", filter_="code = x")

    asyncio.run(scenario())


def test_a_list_whose_caller_has_left_counts_until_it_is_read(tmp_path: Path) -> None:
    async def scenario() -> None:
        store: Any = Store()
        pages = KeptTestPages(store, open_sealer(tmp_path, None))
        for _ in range(MAX_READING_OF_INSTANCE):
            left = asyncio.ensure_future(pages.list(caller("a"), filter_="code = x"))
            await asyncio.sleep(0)
            left.cancel()
            with suppress(asyncio.CancelledError):
                await left
        with pytest.raises(TooMuchWork):
            await pages.list(caller("a"), filter_="code = x")
        store.open.set()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
        await pages.list(caller("a"), filter_="code = x")

    asyncio.run(scenario())


def test_parts_of_texts_are_looked_for_ten_times_at_most(tmp_path: Path) -> None:
    async def scenario(terms: int) -> None:
        store: Any = Store()
        store.open.set()
        text = " AND ".join(["(overridden:a OR NOT code:b*)"] * (terms // 2))
        await KeptTestPages(store, open_sealer(tmp_path, None)).list(caller("a"), filter_=text)

    asyncio.run(scenario(10))
    with pytest.raises(InvalidFields, match="more than 10 parts of texts"):
        asyncio.run(scenario(12))


def test_every_field_that_orders_a_list_can_be_continued_after() -> None:
    assert set(kept_test_pages._SORTED) == {name for name, field in TEST_FIELDS.items() if field.ordered}


@pytest.mark.parametrize(
    ("query", "aside"),
    [
        (TestQuery(), False),
        (TestQuery("7", order=NEWEST_TESTS_FIRST), False),
        (TestQuery(order=(OrderKey("code"), OrderKey("id"))), True),
    ],
)
def test_a_list_that_reads_all_tests_is_read_on_another_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: TestQuery, aside: bool
) -> None:
    threads = []

    def find_all(*_: Any) -> Sequence[KeptTest]:
        threads.append(threading.current_thread())
        return ()

    async def scenario() -> None:
        store = open_store(tmp_path / "mailproof.db")
        await store.list_tests("i", query)
        await store.close()

    monkeypatch.setattr(kept_tests, "find_all", find_all)
    asyncio.run(scenario())
    assert (threads != [threading.main_thread()]) is aside
