"""The SQLite adapter: the contract, and what is its own (group commit, full disks, foreign files, plans)."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import stat
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from clock_support.waiting import HANG
from contract.sqlite_audit import audit
from contract.store_contract import StoreContract
from contract.store_world import Clock, Database, activation, add, adding, providers_of, smtp
from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.domain.kept_test import TestQuery
from mailproof.domain.ledger import Change, IdempotencyKey, LogBroken
from mailproof.domain.model import Caller, Page
from mailproof.domain.secret import SealBroken, Secret
from mailproof.domain.thinning import ThinningPolicy
from mailproof.store.contract import Store
from mailproof.store.migration import Migration
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite import kept_tests, schema
from mailproof.store.sqlite.store import SqliteStore, open_store
from mailproof.store.sqlite.transfer import SqliteDatabase
from mailproof.store.transfer import transfer
from mailproof.usecases.provider_secrets import check_keys, identity, open_secret
from mailproof.usecases.providers import Providers, SmtpInput
from service_support.tokens import stored_token

SEALER = Sealer(bytes(32))


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteStore]:
    store = open_store(path, clock=Clock())
    try:
        yield store
    finally:
        await store.close()


async def admin(store: Store) -> Caller:
    count = len(await store.list_tokens())
    token = await stored_token(store, digest=count.to_bytes(32, "big"), name="")
    return Caller(token, token.instance_ids[0])


@dataclass
class File:
    """A database for the contract."""

    path: Path
    clock: Clock
    stores: list[SqliteStore] = field(default_factory=list)

    async def open(self) -> SqliteStore:
        store = open_store(self.path, clock=self.clock)
        self.stores.append(store)
        return store

    async def tamper(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement)


class TestContract(StoreContract):
    directory: Path

    @pytest.fixture(autouse=True)
    def _directory(self, tmp_path: Path) -> None:
        type(self).directory = tmp_path

    def database(self, clock: Clock) -> AbstractAsyncContextManager[Database]:
        @asynccontextmanager
        async def manage() -> AsyncIterator[Database]:
            file = File(self.directory / f"{next(NUMBERS)}.db", clock)
            try:
                yield file
            finally:
                for store in file.stores:
                    await store.close()

        return manage()


NUMBERS = itertools.count()


class Gate:
    """A job that keeps the writer busy until it is opened."""

    def __init__(self, store: SqliteStore) -> None:
        self._event = threading.Event()
        self.passed: Future[bool] = store.writer.submit(lambda _: self._event.wait(HANG))

    def open(self) -> None:
        self._event.set()


def test_writers_that_wait_together_share_a_commit(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            commits, writes = store.writer.commits, store.writer.writes
            gate = Gate(store)
            waiting = [asyncio.ensure_future(store.add(caller, adding(store))) for _ in range(32)]
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
            assert [futures[0].result(HANG), futures[2].result(HANG)] == ["a", "c"]
            assert isinstance(futures[1].exception(30), LookupError)
            assert await store.instances() == {"a", "c", await store.default_instance()}

    asyncio.run(main())


@pytest.mark.parametrize(("writes", "runs"), [(False, ["a", "b", "c"]), (True, ["a", "b", "a", "b", "c"])])
def test_only_a_failure_that_has_written_makes_jobs_run_again(tmp_path: Path, writes: bool, runs: list[str]) -> None:
    ran: list[str] = []

    def insert(name: str) -> Callable[[sqlite3.Connection], str]:
        def job(connection: sqlite3.Connection) -> str:
            ran.append(name)
            if writes or name != "b":
                connection.execute("INSERT INTO instances (id, is_default, created_at) VALUES (?, 0, 0)", (name,))
            if name == "b":
                raise LookupError(name)
            return name

        return job

    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            gate = Gate(store)
            futures = [store.writer.submit(insert(name)) for name in "abc"]
            gate.open()
            assert isinstance(futures[1].exception(30), LookupError)
            assert [futures[0].result(HANG), futures[2].result(HANG)] == ["a", "c"]
            assert await store.instances() == {"a", "c", await store.default_instance()}
            alone = store.writer.submit(insert("b"))
            assert isinstance(alone.exception(30), LookupError)
            assert await store.instances() == {"a", "c", await store.default_instance()}

    asyncio.run(main())
    assert ran == [*runs, "b"]


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
            assert future.result(HANG) == 1

    asyncio.run(main())
    assert seen == [1]


def test_commits_reach_the_disk(tmp_path: Path) -> None:
    """No test here can cut the power; that SQLite is told to wait for the disk can be seen."""

    def pragmas(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            assert store.writer.submit(pragmas).result(HANG) == ["wal", 2, 1]

    asyncio.run(main())


def test_a_cancelled_waiter_in_the_queue_is_not_written(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            entered, release = threading.Event(), threading.Event()

            def hold(_: sqlite3.Connection) -> bool:
                entered.set()
                return release.wait(HANG)

            store.writer.submit(hold)
            assert entered.wait(HANG)
            task = asyncio.ensure_future(store.add(caller, adding(store)))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.sleep(0)
            release.set()
            assert (await store.add(caller, adding(store))).sequence == 1

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
            made: list[str] = []

            async def fill() -> None:
                while True:
                    made.append((await store.add(caller, adding(store, sealed=bytes(1000)))).change.provider_id)

            with pytest.raises(StoreUnavailable, match="full") as caught:
                await fill()
            assert caught.value.retry_after
            assert made
            page = await store.list(caller.instance_id, Page(limit=1000))
            assert [each.id for each in page.providers] == made[::-1], "reads go on, and see what was acknowledged"
            await limit(store, None)
            after = await store.add(caller, adding(store))
            assert after.details.sequence == len(made) + 1

    asyncio.run(main())
    audit(tmp_path / "x.db")


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
                    await store.add(caller, adding(store))
                assert (await store.list(caller.instance_id, Page())).total == 0
            assert (await store.add(caller, adding(store))).sequence == 1

    asyncio.run(main())


def test_the_files_are_their_owners_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "made" / "x.db") as store:
            await admin(store)
            for path in ((tmp_path / "made"), *(tmp_path / "made").iterdir()):
                assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path

    asyncio.run(main())


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    asyncio.run(open_store(tmp_path / "x.db").close())
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("INSERT INTO schema_version (version, applied_at) VALUES (1000, 0)")
    with pytest.raises(StartupError, match=r"schema 1000, which releases from schema 1000 on can use"):
        open_store(tmp_path / "x.db")


def test_a_newer_schema_is_used_if_it_says_so_but_what_concerns_all_data_is_left_to_its_release(tmp_path: Path) -> None:
    path = tmp_path / "x.db"

    async def main() -> None:
        async with opened(path) as store:
            caller = await admin(store)
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute("ALTER TABLE providers ADD COLUMN novel INTEGER NOT NULL DEFAULT 7")
                connection.execute("INSERT INTO schema_version VALUES (1000, 0, ?)", (len(schema.MIGRATIONS),))
            await add(store, caller)
            await store.ping()
        async with opened(path) as store:
            assert (await store.list(caller.instance_id, Page())).total == 1
            assert await store.rebuild(check=True) == 0
            with pytest.raises(StoreUnavailable, match="rebuild it with that release"):
                await store.rebuild()
            with pytest.raises(StoreUnavailable, match="thin it with that release"):
                await store.thin(caller.instance_id, ThinningPolicy(keep=1))
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute("INSERT INTO schema_version VALUES (1001, 0, 1000)")
            with pytest.raises(StoreUnavailable, match="can't use it any more"):
                await store.ping()

    asyncio.run(main())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM schema_version WHERE version = 1001")
    asyncio.run(open_store(tmp_path / "z.db").close())
    for pair in ((path, tmp_path / "y.db"), (tmp_path / "z.db", path)):
        with pytest.raises(StartupError, match="move it with that release; nothing was moved"):
            asyncio.run(transfer(*map(SqliteDatabase, pair)))


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(open_store(tmp_path / "x.db").close())
    broken = (*schema.MIGRATIONS, Migration(("CREATE TABLE half (x INTEGER) STRICT", "no statement"), oldest=1))
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

        barrier.wait(HANG)
        try:
            asyncio.run(main())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG)
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


def test_no_password_stands_in_the_files(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            await Providers(store, SEALER).add_smtp(caller, SmtpInput(smtp("clear", user="u"), Secret("correct horse")))
            read()  # while the write-ahead log is not empty

    def read() -> None:
        found.extend(path.read_bytes() for path in tmp_path.iterdir())

    found: list[bytes] = []
    asyncio.run(main())
    assert any(b"clear" in part for part in found)
    assert not any(b"correct horse" in part for part in found)


def seal(store: Store, caller: Caller, password: str, sealer: Sealer = SEALER) -> Change:
    """Return the change that adds a provider with a password, sealed as the use cases seal it."""
    fresh = adding(store)
    assert fresh.settings is not None
    sealed = sealer.seal(Secret(password), identity(caller.instance_id, fresh.provider_id, fresh.settings))
    return replace(fresh, sealed=sealed)


def test_a_wrong_key_is_refused_and_the_record_named(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            await add(store, caller)
            await check_keys(store, Sealer(bytes([1] * 32)))  # nothing is sealed yet
            mine = (await store.add(caller, seal(store, caller, "pw"))).change.provider_id
            await check_keys(store, SEALER)
            with pytest.raises(StartupError, match=f"{mine} of instance {caller.instance_id}"):
                await check_keys(store, Sealer(bytes([1] * 32)))

    asyncio.run(main())


def test_each_key_in_use_is_asked_for(tmp_path: Path) -> None:
    async def main() -> None:
        new = Sealer(bytes([1] * 32))
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            old_one = (await store.add(caller, seal(store, caller, "old"))).change.provider_id
            new_one = (await store.add(caller, seal(store, caller, "new", new))).change.provider_id
            await check_keys(store, Sealer(bytes([1] * 32), bytes(32)))
            for sealer, missed in ((SEALER, new_one), (new, old_one)):
                with pytest.raises(StartupError, match=missed):
                    await check_keys(store, sealer)

    asyncio.run(main())


def test_a_secret_moved_to_another_record_does_not_open(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            mine, theirs = [
                (await store.add(caller, seal(store, caller, word))).change.provider_id for word in ("mine", "theirs")
            ]
            with closing(sqlite3.connect(tmp_path / "x.db")) as other, other:
                other.execute(
                    "UPDATE providers SET sealed = (SELECT sealed FROM providers WHERE id = ?) WHERE id = ?",
                    (theirs, mine),
                )
            moved = await store.get(caller.instance_id, mine)
            assert moved is not None
            with pytest.raises(SealBroken):
                open_secret(SEALER, moved)

    asyncio.run(main())


def test_what_is_read_often_is_read_by_an_index(tmp_path: Path) -> None:
    async def main() -> list[str]:
        statements: list[str] = []
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            mine = await add(store, caller)
            store._read(lambda connection: connection.set_trace_callback(statements.append))
            store.writer.submit(lambda connection: connection.set_trace_callback(statements.append)).result(HANG)
            await store.get(caller.instance_id, mine)
            await store.get_active(caller.instance_id)
            for page in (Page(), Page(ascending=True)):
                await store.list(caller.instance_id, page)
            await store.list_events(caller.instance_id, before=9, limit=9)
            await store.list_events(caller.instance_id, before=9, limit=9, provider_id=mine)
            await store.find_token(bytes(32))
            await store.sealed_samples()
            await store.commit(caller, mine, activation(mine), key=IdempotencyKey("k", (bytes(32),)))
        return statements

    statements = {each for each in asyncio.run(main()) if each.startswith(("SELECT", "UPDATE", "DELETE"))}
    assert len(statements) > 10
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        for statement in statements:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
            assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step], (statement, plan)


def test_a_counter_that_lags_behind_the_log_is_mended(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            mine = await add(store, caller)
            await store.commit(caller, mine, activation(mine))
            for column, value in (("sequence", "1"), ("provider_count", "7"), ("active_id", "NULL")):
                with closing(sqlite3.connect(tmp_path / "x.db")) as other, other:
                    other.execute(f"UPDATE instances SET {column} = {value}")
                assert await store.rebuild(check=True) == 1
                assert await store.rebuild() == 1
                audit(tmp_path / "x.db")
            assert (await store.add(caller, adding(store))).sequence == 3

    asyncio.run(main())


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM events WHERE sequence = 3", "event 3 of instance .* is missing"),
        ("DELETE FROM events WHERE sequence = 1", "event 1 of instance .* is missing"),
        ("UPDATE events SET payload = '{' WHERE sequence = 2", "event 2 of instance .* is damaged"),
        ("UPDATE events SET payload = '[]' WHERE sequence = 2", "event 2 of instance .* is damaged"),
        ("UPDATE events SET payload = '{}' WHERE sequence = 2", "event 2 of instance .* can't follow"),
        ("UPDATE events SET provider_id = 'x' WHERE sequence = 3", "event 3 of instance .* can't follow"),
        ("UPDATE events SET payload = '{}' WHERE sequence = 4", "event 4 of instance .* can't follow"),
    ],
)
def test_a_log_that_makes_no_sense_is_left_alone_and_the_place_named(
    tmp_path: Path, statement: str, sentence: str
) -> None:
    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            one, two = await add(store, caller), await add(store, caller)
            await store.commit(caller, one, activation(one))
            await store.commit(caller, two, activation(two))
            before = await providers_of(store, caller.instance_id)
            with closing(sqlite3.connect(tmp_path / "x.db")) as other, other:
                other.execute(statement)
            for check in (True, False):
                with pytest.raises(LogBroken, match=sentence):
                    await store.rebuild(check=check)
            assert await providers_of(store, caller.instance_id) == before

    asyncio.run(main())


def test_a_rebuild_that_can_not_have_the_lock_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_BUSY_WRITER", 0.01)

    async def main() -> None:
        async with opened(tmp_path / "x.db") as store:
            await add(store, await admin(store))
            with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                assert await store.rebuild(check=True) == 0, "comparing needs no lock"
                with pytest.raises(StoreUnavailable, match="busy"):
                    await store.rebuild()

    asyncio.run(main())


def test_a_damaged_page_is_refused_when_it_is_read_and_not_before(tmp_path: Path) -> None:
    """SQLite keeps no checksums: what is damaged is found when it is met."""

    async def fill() -> str:
        async with opened(tmp_path / "x.db") as store:
            caller = await admin(store)
            for _ in range(200):
                await add(store, caller)
            return caller.instance_id

    instance_id = asyncio.run(fill())
    path = tmp_path / "x.db"
    content = path.read_bytes()
    half = len(content) // 4096 // 2 * 4096  # the tables' definitions are before it
    path.write_bytes(content[:half] + b"\xa5" * (len(content) - half))

    async def read() -> None:
        async with opened(path) as store:
            with pytest.raises(StoreUnavailable, match="damaged"):
                await store.list(instance_id, Page(limit=1000))
            with pytest.raises(StoreUnavailable, match="damaged"):
                await store.rebuild()

    asyncio.run(read())


def test_what_a_rotation_destroys_is_not_left_in_the_write_ahead_log(tmp_path: Path) -> None:
    path, log = tmp_path / "x.db", tmp_path / "x.db-wal"
    blob = b"QUJDREVGR0hJSktM"

    async def main() -> None:
        async with opened(path) as store:
            provider_id = await add(store, await admin(store))
            with closing(sqlite3.connect(path, timeout=HANG)) as older, older:
                older.execute("UPDATE events SET payload = ?", (f'{{"sealed":"{blob.decode()}"}}',))
                older.execute("DELETE FROM providers WHERE id = ?", (provider_id,))
            assert blob in log.read_bytes()
            assert await store.destroy_superseded(10) == 1
            assert blob not in log.read_bytes() + path.read_bytes()

    asyncio.run(main())


def test_kept_tests_of_a_configuration_are_found_by_its_index(tmp_path: Path) -> None:
    """Also without statistics, where SQLite would rather walk through all tests of the instance."""

    async def main() -> None:
        async with opened(tmp_path / "x.db"):
            pass
        asked: list[str] = []
        with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
            connection.set_trace_callback(asked.append)
            kept_tests.find_all(connection, "i", TestQuery("7"))
            kept_tests.find_last_good(connection, "i", "7", None)
            connection.set_trace_callback(None)
            plans = [str(connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()) for statement in asked]
        for plan, index in zip(plans, ("tests_of_config", "tests_good"), strict=True):
            assert index in plan

    asyncio.run(main())
