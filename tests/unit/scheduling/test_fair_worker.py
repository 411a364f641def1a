"""Work of several shares: whose turn it is, what is refused, and what is dropped."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from clock_support.waiting import HANG
from mailproof.domain.limit_errors import TooMuchWork
from mailproof.scheduling.fair_worker import FairWorker


class Bench:
    """A worker whose first piece holds its thread until the test lets go."""

    def __init__(self, worker: FairWorker) -> None:
        self.worker = worker
        self.done: list[str] = []
        self.go = threading.Event()
        self.began = threading.Event()

    def hold(self) -> str:
        self.began.set()
        self.go.wait(HANG)
        return "held"

    def piece(self, share: str, name: str, cost: int = 1) -> Coroutine[Any, Any, None]:
        return self.worker.run(share, lambda: self.done.append(name), cost=cost)

    async def held(self, share: str = "first") -> asyncio.Task[str]:
        task = asyncio.create_task(self.worker.run(share, self.hold))
        await asyncio.to_thread(self.began.wait, HANG)
        return task


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(FairWorker("test", most=6, most_of_share=4))
    yield made
    made.go.set()
    made.worker.close()


def test_another_share_waits_for_one_piece_alone(bench: Bench) -> None:
    async def main() -> None:
        tasks: list[asyncio.Task[Any]] = [await bench.held("greedy")]
        tasks += [asyncio.create_task(bench.piece("greedy", f"greedy {n}")) for n in range(4)]
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(bench.piece("other", "other")))
        await asyncio.sleep(0)
        bench.go.set()
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert bench.done == ["greedy 0", "other", "greedy 1", "greedy 2", "greedy 3"]


def test_what_would_wait_behind_too_much_is_refused(bench: Bench) -> None:
    async def main() -> None:
        tasks: list[asyncio.Task[Any]] = [await bench.held()]
        tasks.append(asyncio.create_task(bench.piece("a", "a", cost=3)))
        await asyncio.sleep(0)
        with pytest.raises(TooMuchWork):  # of this share
            await bench.piece("a", "refused", cost=2)
        tasks.append(asyncio.create_task(bench.piece("b", "b", cost=2)))
        await asyncio.sleep(0)
        with pytest.raises(TooMuchWork) as refused:  # in all
            await bench.piece("c", "refused", cost=2)
        assert refused.value.retry_after
        bench.go.set()
        await asyncio.gather(*tasks)
        await bench.piece("a", "later")

    asyncio.run(main())
    assert bench.done == ["a", "b", "later"]


def test_a_piece_that_costs_more_than_may_wait_is_done_where_nothing_waits(bench: Bench) -> None:
    asyncio.run(bench.piece("a", "dear", cost=100))
    assert bench.done == ["dear"]


def test_what_was_cancelled_is_not_done_and_takes_no_room(bench: Bench) -> None:
    async def main() -> None:
        held = await bench.held()
        waiting = asyncio.create_task(bench.piece("a", "cancelled", cost=4))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        after = asyncio.create_task(bench.piece("a", "after", cost=4))
        await asyncio.sleep(0)
        bench.go.set()
        await asyncio.gather(held, after)

    asyncio.run(main())
    assert bench.done == ["after"]


class Large:
    """What a piece reads."""


def test_an_error_is_raised_and_keeps_nothing_alive(bench: Bench) -> None:
    kept: list[weakref.ref[Large]] = []

    def fail() -> None:
        read = Large()
        kept.append(weakref.ref(read))
        raise ValueError("broken")

    async def main() -> None:
        with pytest.raises(ValueError, match="broken"):
            await bench.worker.run("a", fail)

    gc.disable()
    try:
        asyncio.run(main())
        bench.worker.close()
        assert [each() for each in kept] == [None]
    finally:
        gc.enable()
