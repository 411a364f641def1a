"""A task that waits for SQLite's writer: the futures of its own, and those of the thread that asyncio wraps."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.store_world import Clock, smtp
from mailproof.domain.errors import IdempotencyKeyReused, StoreUnavailable
from mailproof.domain.ledger import Change, EventType, IdempotencyKey
from mailproof.domain.model import Caller, Page
from mailproof.store.sqlite.store import open_store
from mailproof.store.sqlite.writer import Writer
from plain_support.writer import PlainWriter
from service_support.tokens import stored_token

WRITERS = pytest.mark.parametrize("kind", [Writer, PlainWriter])

Results = tuple[list[object], list[tuple[str]]]


def connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY)")
    return connection


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("writer") / "x.db"


def job(names: list[str], ending: str) -> Callable[[sqlite3.Connection], int]:
    def run(connection: sqlite3.Connection) -> int:
        for name in names:
            connection.execute("INSERT INTO names VALUES (?)", (name,))
        if ending == "fails":
            raise LookupError(names)
        return len(names)

    return run


async def carried_out(writer: Writer, jobs: list[tuple[list[str], str]], path: Path) -> Results:
    """Let all jobs wait together; return what each got, in order, and what is on disk."""
    began, gate = threading.Event(), threading.Event()

    def hold(_: sqlite3.Connection) -> None:
        began.set()
        gate.wait(30)

    writer.submit(hold)
    began.wait(30)
    waiting = [asyncio.ensure_future(writer.run(job(names, ending))) for names, ending in jobs]
    await asyncio.sleep(0)
    for task, (_, ending) in zip(waiting, jobs, strict=True):
        if ending == "is cancelled":
            task.cancel()
    await asyncio.sleep(0)
    gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.wrap_future(writer.stop())
    with closing(sqlite3.connect(path)) as other:
        rows = other.execute("SELECT name FROM names ORDER BY rowid").fetchall()
    return [each if isinstance(each, int) else (type(each), str(each)) for each in results], rows


jobs = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcdefgh"), max_size=3), st.sampled_from(["ends", "ends", "fails", "is cancelled"])
    ),
    max_size=8,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(jobs)
def test_tasks_get_the_same_results(folder: Callable[[], Path], jobs: list[tuple[list[str], str]]) -> None:
    found: list[Results] = []
    for kind in (Writer, PlainWriter):
        path = folder()
        found.append(asyncio.run(carried_out(kind(connected(path)), jobs, path)))
    assert found[0] == found[1]


@WRITERS
def test_a_task_that_is_cancelled_while_its_job_runs_stops_no_other(
    kind: type[Writer], folder: Callable[[], Path]
) -> None:
    async def scenario() -> None:
        writer = kind(connected(folder()))
        began, gate = threading.Event(), threading.Event()

        def slow(_: sqlite3.Connection) -> None:
            began.set()
            gate.wait(30)

        task = asyncio.ensure_future(writer.run(slow))
        assert await asyncio.to_thread(began.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gate.set()
        assert await writer.run(job(["a"], "ends")) == 1
        await asyncio.wrap_future(writer.stop())

    asyncio.run(scenario())


@WRITERS
def test_a_writer_that_was_stopped_takes_no_job(kind: type[Writer], folder: Callable[[], Path]) -> None:
    async def scenario() -> None:
        writer = kind(connected(folder()))
        await asyncio.wrap_future(writer.stop())
        with pytest.raises(StoreUnavailable):
            await writer.run(job([], "ends"))

    asyncio.run(scenario())


additions = st.lists(st.tuples(st.sampled_from(["", "k1", "k2"]), st.sampled_from(["a", "b"])), min_size=1, max_size=6)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(additions)
def test_an_add_is_what_a_commit_that_adds_is(folder: Callable[[], Path], additions: list[tuple[str, str]]) -> None:
    """An add reads no situation; one that does, the plain way, has the same events, providers, replays and refusals."""

    async def outcome(*, plain: bool) -> object:
        clock = Clock()
        store = open_store(folder(), clock=clock)
        token = await stored_token(store, digest=b"d" * 32, name="", instance_ids=("one",))
        caller = Caller(replace(token, id="t"), "one")
        got: list[object] = []
        for number, (name, request) in enumerate(additions):
            change = Change(EventType.SMTP_ADDED, f"p{number}", smtp(request))
            key = IdempotencyKey(name, (request.encode() * 32,)) if name else None
            try:
                if plain:
                    event = (await store.commit(caller, "", lambda _, change=change: (change,), key=key)).events[0]  # type: ignore[misc]
                else:
                    event = await store.add(caller, change, key=key)
                got.append((event.sequence, event.change, event.actor_token_id))
            except IdempotencyKeyReused:
                got.append("reused")
        page = await store.list("one", Page())
        got.append(
            ([(each.id, each.settings, each.added_sequence) for each in page.providers], page.total, page.sequence)
        )
        await store.close()
        return got

    assert asyncio.run(outcome(plain=False)) == asyncio.run(outcome(plain=True))
