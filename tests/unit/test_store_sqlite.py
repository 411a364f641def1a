"""The SQLite adapter: the contract, and what is its own (group commit, full disks, foreign files, keys)."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import stat
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import pytest

from contract.sqlite_audit import audit
from contract.store_contract import Clock, StoreContract, admin, new
from mailproof.errors import StartupError, StoreUnavailable
from mailproof.model import Page, Role, SmtpConfig
from mailproof.secret import Secret
from mailproof.store import Store, schema
from mailproof.store.sealing import SealBroken, Sealer
from mailproof.store.sqlite import SqliteStore, open_store

SEALER = Sealer(bytes(32))


@asynccontextmanager
async def opened(path: Path, sealer: Sealer | None = SEALER) -> AsyncIterator[SqliteStore]:
    store = open_store(path, sealer, clock=Clock())
    try:
        yield store
    finally:
        await store.close()


class TestContract(StoreContract):
    paths: ClassVar[Iterator[Path]]

    @pytest.fixture(autouse=True)
    def _directory(self, tmp_path: Path) -> None:
        TestContract.paths = (tmp_path / f"{number}.db" for number in itertools.count())

    def open(self, clock: Callable[[], datetime]) -> AbstractAsyncContextManager[Store]:
        @asynccontextmanager
        async def manage() -> AsyncIterator[Store]:
            path = next(TestContract.paths)
            store = open_store(path, SEALER, clock=clock)
            try:
                yield store
            finally:
                await store.close()
            audit(path, SEALER)

        return manage()


class Gate:
    """A job that keeps the writer busy until it is opened."""

    def __init__(self, store: SqliteStore) -> None:
        self._event = threading.Event()
        self.passed: Future[bool] = store.writer.submit(lambda _: self._event.wait(30))

    def open(self) -> None:
        self._event.set()


def test_writers_that_wait_together_share_a_commit(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            commits, writes = store.writer.commits, store.writer.writes
            gate = Gate(store)
            waiting = [asyncio.ensure_future(store.add_config(caller, new())) for _ in range(32)]
            await asyncio.sleep(0)
            gate.open()
            await asyncio.gather(*waiting)
            assert store.writer.writes - writes == 33
            assert store.writer.commits - commits <= 2

    asyncio.run(main())


def test_a_failing_write_undoes_itself_and_not_its_neighbours(tmp_path: Path) -> None:
    def insert(name: str, *, fail: bool = False) -> Callable[[sqlite3.Connection], str]:
        def job(connection: sqlite3.Connection) -> str:
            connection.execute("INSERT INTO instances (id, is_default, created_at) VALUES (?, 0, 0)", (name,))
            if fail:
                raise LookupError(name)
            return name

        return job

    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            gate = Gate(store)
            futures = [store.writer.submit(insert(name, fail=name == "b")) for name in "abc"]
            gate.open()
            assert [futures[0].result(30), futures[2].result(30)] == ["a", "c"]
            assert isinstance(futures[1].exception(30), LookupError)
            assert await store.instances() == {"a", "c", await store.default_instance()}

    asyncio.run(main())


def test_success_is_told_after_the_commit(tmp_path: Path) -> None:
    seen: list[int] = []

    def look(_: Future[int]) -> None:
        with closing(sqlite3.connect(tmp_path / "x.db")) as other:
            seen.extend(row[0] for row in other.execute("SELECT count(*) FROM instances WHERE id = 'told'"))

    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            gate = Gate(store)
            future = store.writer.submit(
                lambda connection: (
                    connection.execute(
                        "INSERT INTO instances (id, is_default, created_at) VALUES ('told', 0, 0)"
                    ).rowcount
                )
            )
            future.add_done_callback(look)
            gate.open()
            assert future.result(30) == 1

    asyncio.run(main())
    assert seen == [1]


def test_commits_reach_the_disk(tmp_path: Path) -> None:
    """No test here can cut the power; that SQLite is told to wait for the disk can be seen."""

    def pragmas(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            assert store.writer.submit(pragmas).result(30) == ["wal", 2, 1]

    asyncio.run(main())


def test_a_cancelled_waiter_in_the_queue_is_not_written(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            entered, release = threading.Event(), threading.Event()

            def hold(_: sqlite3.Connection) -> bool:
                entered.set()
                return release.wait(30)

            store.writer.submit(hold)
            assert entered.wait(30)
            task = asyncio.ensure_future(store.add_config(caller, new("cancelled")))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.sleep(0)
            release.set()
            assert (await store.add_config(caller, new("kept"))).details.sequence == 1

    asyncio.run(main())


def test_a_full_disk_is_said_and_service_resumes(tmp_path: Path) -> None:
    async def limit(store: SqliteStore, spare: int | None) -> None:
        def job(connection: sqlite3.Connection) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + spare if spare is not None else 2**30}")

        await asyncio.wrap_future(store.writer.submit(job))

    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            await limit(store, 3)
            made: list[SmtpConfig] = []

            async def fill() -> None:
                while True:
                    made.append(await store.add_config(caller, new(password="x" * 1000)))

            with pytest.raises(StoreUnavailable, match="full") as caught:
                await fill()
            assert caught.value.retry_after
            assert made
            page = await store.list_configs(caller.instance_id, Page(limit=1000))
            assert page.configs == tuple(reversed(made)), "reads go on, and see what was acknowledged"
            await limit(store, None)
            after = await store.add_config(caller, new())
            assert after.details.sequence == len(made) + 1

    asyncio.run(main())
    audit(tmp_path / "x.db", SEALER)


def test_a_database_that_another_process_keeps_locked_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "_BUSY_WRITER", 0.01)

    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(StoreUnavailable, match="busy"):
                    await store.add_config(caller, new())
                assert (await store.list_configs(caller.instance_id, Page())).total == 0
            assert (await store.add_config(caller, new())).details.sequence == 1

    asyncio.run(main())


def test_another_process_write_is_seen_at_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as one, opened(tmp_path / "x.db", None) as other:
            assert await one.find_token(bytes(32)) is None
            made = await other.create_token(digest=bytes(32), name="", role=Role.ADMIN, instance_id="")
            assert await one.find_token(bytes(32)) == made

    asyncio.run(main())


def test_no_password_stands_in_the_files(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            await store.add_config(caller, new("in the clear", password="correct horse battery"))
            read()  # while it is open: the write-ahead log is not empty

    def read() -> None:
        found.extend(path.read_bytes() for path in tmp_path.iterdir())

    found: list[bytes] = []
    asyncio.run(main())
    assert any(b"in the clear" in part for part in found)
    assert not any(b"correct horse" in part for part in found)


def test_the_files_are_their_owners_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "made" / "x.db") as store:
            await admin(store)
            for path in ((tmp_path / "made"), *(tmp_path / "made").iterdir()):
                assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path

    asyncio.run(main())


def test_reopening_keeps_everything(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            added = await store.add_config(caller, new(password="pw"))
            instance_id = await store.default_instance()
        async with opened(tmp_path / "x.db") as store:
            assert await store.default_instance() == instance_id
            assert await store.get_config(instance_id, added.id) == added
            assert await store.get_password(instance_id, added.id) == Secret("pw")
            assert (await store.add_config(caller, new())).details.sequence == 2

    asyncio.run(main())


def test_a_wrong_key_is_refused_and_the_record_named(tmp_path: Path) -> None:
    async def main() -> str:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            await store.add_config(caller, new())
            return (await store.add_config(caller, new(password="pw"))).id

    config_id = asyncio.run(main())
    with pytest.raises(StartupError, match=config_id):
        open_store(tmp_path / "x.db", Sealer(bytes([1] * 32)))


def test_a_former_key_still_opens_and_the_new_one_seals(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            old = await store.add_config(caller, new(password="old"))
        rotated = Sealer(bytes([1] * 32), bytes(32))
        async with opened(tmp_path / "x.db", rotated) as store:
            fresh = await store.add_config(caller, new(password="new"))
            assert await store.get_password(caller.instance_id, old.id) == Secret("old")
            assert await store.get_password(caller.instance_id, fresh.id) == Secret("new")
        assert set(audit(tmp_path / "x.db", rotated).values()) == {"old", "new"}
        for key in (Sealer(bytes(32)), Sealer(bytes([1] * 32))):
            with pytest.raises(StartupError):
                open_store(tmp_path / "x.db", key)

    asyncio.run(main())


def test_a_password_moved_to_another_record_does_not_open(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            mine, theirs = [await store.add_config(caller, new(password=word)) for word in ("mine", "theirs")]
            with closing(sqlite3.connect(tmp_path / "x.db")) as other, other:
                other.execute(
                    "UPDATE smtp_configs SET sealed_password = (SELECT sealed_password FROM smtp_configs WHERE id = ?) "
                    "WHERE id = ?",
                    (theirs.id, mine.id),
                )
            with pytest.raises(SealBroken):
                await store.get_password(caller.instance_id, mine.id)

    asyncio.run(main())


def test_a_store_without_a_key_has_no_passwords(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db", None) as store:
            caller = await admin(store)
            with pytest.raises(RuntimeError):
                await store.add_config(caller, new(password="pw"))

    asyncio.run(main())


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    asyncio.run(open_store(tmp_path / "x.db").close())
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("INSERT INTO schema_version VALUES (?, 0)", (len(schema.MIGRATIONS) + 1,))
    with pytest.raises(StartupError, match="newer release"):
        open_store(tmp_path / "x.db")


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(open_store(tmp_path / "x.db").close())
    broken = (*schema.MIGRATIONS, ("CREATE TABLE half (x INTEGER) STRICT", "no statement"))
    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(StartupError, match="brought up to date"):
            open_store(tmp_path / "x.db")
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema WHERE name = 'half'").fetchall() == []
    asyncio.run(open_store(tmp_path / "x.db").close())


def test_many_that_open_a_new_database_at_once_agree(tmp_path: Path) -> None:
    barrier = threading.Barrier(6)
    instances: list[str] = []
    errors: list[Exception] = []

    def start() -> None:
        async def main() -> None:
            async with opened(tmp_path / "x.db") as store:
                instances.append(await store.default_instance())

        barrier.wait(30)
        try:
            asyncio.run(main())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors
    assert len(instances) == 6
    assert len(set(instances)) == 1


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    content = b"this is no database, though it is long enough for its header " * 20
    (tmp_path / "x.db").write_bytes(content)
    with pytest.raises(StartupError, match=r"x\.db"):
        open_store(tmp_path / "x.db")
    assert (tmp_path / "x.db").read_bytes() == content


def test_a_directory_in_the_files_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="can't be opened"):
        open_store(tmp_path)


def test_an_id_that_is_taken_is_passed_over(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            taken = (await store.add_config(caller, new())).id
            numbers = iter([taken, taken, "7"])
            store._ids.next = lambda: next(numbers)  # type: ignore[method-assign]
            assert (await store.add_config(caller, new())).id == "7"

    asyncio.run(main())


def test_pages_are_read_by_the_index_and_not_by_counting(tmp_path: Path) -> None:
    asyncio.run(open_store(tmp_path / "x.db").close())
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM smtp_configs WHERE instance_id = 'i' ORDER BY added_sequence DESC LIMIT 9"
        ).fetchall()
        header = connection.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM smtp_configs WHERE sealed_password IS NOT NULL "
            "AND substr(sealed_password, 1, 9) > x'00' ORDER BY substr(sealed_password, 1, 9) LIMIT 1"
        ).fetchall()
    assert "smtp_configs_order" in plan[0][3]
    assert len(plan) == 1, "no sorting"
    assert "smtp_configs_key" in header[0][3]
    assert len(header) == 1
