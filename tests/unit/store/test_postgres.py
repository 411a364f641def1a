"""The store on PostgreSQL, beyond what every store must do."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import asyncpg
import pytest

from clock_support.waiting import HANG, eventually, eventually_here
from contract.postgres_audit import audit
from contract.store_contract import StoreContract
from contract.store_world import Clock, Database
from mailproof.domain.clock import utc_now
from mailproof.domain.database import DatabaseLimits, parse_url
from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.domain.ledger import Change, Event, EventType, IdempotencyKey
from mailproof.domain.model import Caller, Page, Role, SmtpSettings
from mailproof.domain.provider_errors import ProviderNotFound
from mailproof.domain.shares import Demand, LocalCounter, RateLimit, Scope, SlotLimit
from mailproof.rpc.deadlines import grant_grace
from mailproof.store.migration import Migration
from mailproof.store.postgres import limit_counter
from mailproof.store.postgres import schema as postgres_schema
from mailproof.store.postgres import store as postgres
from mailproof.store.postgres.faults import LOST, translate
from mailproof.store.postgres.limit_counter import PostgresCounter
from mailproof.store.postgres.pool import Connection
from mailproof.store.postgres.store import PostgresStore
from postgres_support.server import execute, query, schema
from service_support.tokens import stored_token

SIX = RateLimit("tests", Scope.TOKEN, 6, 6_000_000, b"six")
RATES = (("a", 3, 1), ("b", 7, 5), ("c", 1, 2), ("d", 20, 1))
SETTINGS = SmtpSettings("post@example.com", "n", True, "smtp.example.com:587", "u")
MANY = 100_000


@asynccontextmanager
async def opened(
    url: str, limits: DatabaseLimits | None = None, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[PostgresStore]:
    store = await postgres.open_store(parse_url(url), limits, clock=clock)
    try:
        yield store
    finally:
        await store.close()


@dataclass
class Place:
    """A database for the contract."""

    url: str
    clock: Clock
    stores: list[PostgresStore] = field(default_factory=list)

    async def open(self) -> PostgresStore:
        store = await postgres.open_store(parse_url(self.url), DatabaseLimits(connections=4), clock=self.clock)
        self.stores.append(store)
        return store

    async def tamper(self, statement: str) -> None:
        await asyncio.to_thread(execute, self.url, statement)


class TestContract(StoreContract):
    server: str

    @pytest.fixture(autouse=True)
    def _server(self, postgres_url: str) -> None:
        type(self).server = postgres_url

    def database(self, clock: Clock) -> AbstractAsyncContextManager[Database]:
        @asynccontextmanager
        async def manage() -> AsyncIterator[Database]:
            with ThreadPoolExecutor(1) as thread:  # its helpers have a loop of their own
                loop = asyncio.get_running_loop()
                fresh = schema(self.server)
                place = Place(await loop.run_in_executor(thread, fresh.__enter__), clock)
                try:
                    yield place
                finally:
                    for store in place.stores:
                        await store.close()
                    await loop.run_in_executor(thread, fresh.__exit__, None, None, None)

        return manage()


async def admin(store: PostgresStore, *instance_ids: str) -> Caller:
    count = len(await store.list_tokens())
    token = await stored_token(
        store, digest=count.to_bytes(32, "big"), name="t", role=Role.ADMIN, instance_ids=instance_ids
    )
    return Caller(token, token.instance_ids[0], "192.0.2.7:4321")


def addition(store: PostgresStore) -> Change:
    return Change(EventType.SMTP_ADDED, store.new_id(), SETTINGS, b"\x01" * 40)


def connections(url: str) -> int:
    """Return how many connections there are to the database but for the one that asks."""
    count: int = query(
        url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )[0][0]
    return count


def wait_for_connections(url: str, count: int) -> None:
    """Wait until the server has noticed what was closed."""
    eventually(lambda: connections(url) == count, "there are other connections")


# ---- loops and connections


def test_each_short_loop_closes_what_it_opened(url: str) -> None:
    store = asyncio.run(postgres.open_store(parse_url(url)))
    wait_for_connections(url, 0)
    for _ in range(3):
        asyncio.run(store.ping())
        wait_for_connections(url, 0)
    asyncio.run(store.close())


def test_close_ends_the_connections_of_all_loops_after_what_runs_on_them(url: str) -> None:
    loops = [asyncio.new_event_loop() for _ in range(3)]
    threads = [threading.Thread(target=loop.run_forever) for loop in loops]
    for thread in threads:
        thread.start()
    store = asyncio.run(postgres.open_store(parse_url(url)))
    caller = asyncio.run(admin(store))
    try:
        for loop in loops:
            asyncio.run_coroutine_threadsafe(store.ping(), loop).result(HANG)
        assert connections(url) == 3

        async def close_beside_adds() -> list[Future[Event]]:
            holder = await asyncpg.connect(url)
            async with holder.transaction():
                await holder.execute("SELECT 1 FROM instances FOR UPDATE")  # so that no add ends before
                adds = [asyncio.run_coroutine_threadsafe(store.add(caller, addition(store)), loop) for loop in loops]
                shares = store.pools._shares
                await eventually_here(lambda: all(share.calls for share in shares.values()), "not all have begun")
                closing = asyncio.create_task(asyncio.to_thread(lambda: asyncio.run(store.close())))
                await eventually_here(lambda: store.pools._closed, "nothing is closed")
                assert not any(each.done() for each in adds)
            await closing
            await holder.close()
            return adds

        running = asyncio.run(close_beside_adds())
        assert sorted(each.result(HANG).sequence for each in running) == [1, 2, 3]
        wait_for_connections(url, 0)
        with pytest.raises(StoreUnavailable):
            asyncio.run_coroutine_threadsafe(store.ping(), loops[0]).result(HANG)
    finally:
        for loop, thread in zip(loops, threads, strict=True):
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
    asyncio.run(store.close())


def test_no_more_connections_than_allowed_are_made(url: str) -> None:
    async def main() -> None:
        async with opened(url, DatabaseLimits(connections=3)) as store:
            caller = await admin(store)
            await asyncio.gather(*(store.get(caller.instance_id, "1") for _ in range(50)))
            assert await asyncio.to_thread(connections, url) == 3

    asyncio.run(main())


def test_a_refused_decision_costs_no_connection(url: str) -> None:
    async def main() -> None:
        async with opened(url) as store:
            caller = await admin(store)

            def refuse(_: object) -> list[Change]:
                raise ProviderNotFound("1")

            pids = set()
            for _ in range(3):
                with pytest.raises(ProviderNotFound):
                    await store.commit(caller, "1", refuse)
                pids.add(await store.pools.run(lambda connection: connection.fetchval("SELECT pg_backend_pid()")))
            assert len(pids) == 1

    asyncio.run(main())


def test_a_caller_that_goes_away_leaves_its_connection_usable(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailproof.store.postgres.pool._CLOSING", HANG)  # the server's time to end the statement
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"

    async def main() -> None:
        async with opened(url, DatabaseLimits(connections=1, call_timeout=HANG)) as store:
            pids = set()
            for _ in range(3):
                pids.add(await store.pools.run(lambda connection: connection.fetchval("SELECT pg_backend_pid()")))
                sleeping = asyncio.ensure_future(
                    store.pools.run(lambda connection: connection.execute("SELECT pg_sleep(3600)"))
                )
                await asyncio.to_thread(eventually, lambda: query(url, asleep) == [(1,)])
                sleeping.cancel()
                await store.ping()
            assert len(pids) == 1

    asyncio.run(main())


def test_it_works_without_prepared_statements(url: str) -> None:
    async def main() -> None:
        async with opened(url, DatabaseLimits(prepared=0)) as store:
            caller = await admin(store)
            added = await store.add(caller, addition(store))
            await store.commit(caller, added.change.provider_id, lambda _: [addition(store)])
            assert (await store.list(caller.instance_id, Page())).total == 2
            assert await store.rebuild() == 0

    asyncio.run(main())


# ---- writes


def test_adds_that_wait_together_share_a_statement(url: str) -> None:
    async def main() -> None:
        async with opened(url) as store:
            caller = await admin(store)
            events = await asyncio.gather(*(store.add(caller, addition(store)) for _ in range(40)))
            assert [event.sequence for event in events] == list(range(1, 41)), "in the order of their coming"

    asyncio.run(main())
    assert query(url, "SELECT count(DISTINCT xmin::text) FROM events") == [(1,)]
    audit(url)


def test_at_a_deadline_what_is_being_written_is_waited_for_and_what_waits_is_withdrawn(url: str) -> None:
    async def within(moment: float, work: Awaitable[object]) -> object:
        async with asyncio.timeout_at(moment) as scope:
            grant_grace(scope)
            return await work

    async def run() -> None:
        async with opened(url) as store:
            await store.create_instance("a")
            caller = await admin(store, "a")
            stored = await store.add(caller, addition(store))
            holder = await asyncpg.connect(url)
            lock = holder.transaction()
            await lock.start()
            await holder.execute("SELECT 1 FROM instances WHERE id = 'a' FOR UPDATE")  # so that no write goes on
            loop = asyncio.get_running_loop()
            soon = loop.time() + 0.4
            passed = asyncio.Event()
            loop.call_at(soon + 0.1, passed.set)
            writing = asyncio.create_task(within(soon, store.add(caller, addition(store))))
            line = await eventually_line(store)
            waiting = asyncio.create_task(within(soon, store.add(caller, addition(store))))
            change = Change(EventType.PASSWORD_CHANGED, stored.change.provider_id, None, b"\x02" * 40)
            changing = asyncio.create_task(within(soon, store.commit(caller, change.provider_id, lambda _: (change,))))
            await passed.wait()
            with pytest.raises(TimeoutError):
                await waiting
            assert not writing.done()
            assert line.waiting == []
            await lock.rollback()
            await holder.close()
            await writing
            await changing
            events = await store.list_events("a", before=None, limit=10)
            assert len(events) == 3

    asyncio.run(run())


async def eventually_line(store: PostgresStore) -> Any:
    """Return the line of adds of which the first is being written."""
    adder = store._adder
    await eventually_here(lambda: adder._lines and not next(iter(adder._lines.values())).waiting)
    return next(iter(adder._lines.values()))


def test_of_adds_that_share_a_statement_one_with_a_taken_id_fails_alone(url: str) -> None:
    async def main() -> None:
        async with opened(url) as store:
            caller, other = await admin(store), await admin(store, "other")
            taken = (await store.add(other, addition(store))).change.provider_id
            results = await asyncio.gather(
                store.add(caller, addition(store)),
                store.add(caller, replace(addition(store), provider_id=taken)),
                store.add(caller, addition(store)),
                return_exceptions=True,
            )
            assert isinstance(results[1], StoreUnavailable)
            assert "nothing was stored" in results[1].message
            assert [getattr(each, "sequence", None) for each in results] == [1, None, 2]
            with pytest.raises(StoreUnavailable):
                await store.commit(caller, "", lambda _: [replace(addition(store), provider_id=taken)])
            stored = await store.get("other", taken)
            assert stored is not None
            assert stored.details.sequence == 1

    asyncio.run(main())
    audit(url)


def test_an_unknown_instance_is_no_place_to_write(url: str) -> None:
    async def main() -> None:
        async with opened(url) as store:
            caller = replace(await admin(store), instance_id="unknown")
            with pytest.raises(LookupError):
                await store.add(caller, addition(store))
            with pytest.raises(LookupError):
                await store.commit(caller, "", lambda _: [addition(store)])

    asyncio.run(main())


def test_keys_are_forgotten_after_a_day(url: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    async def main() -> None:
        nonlocal now
        async with opened(url, clock=lambda: now) as store:
            caller = await admin(store)
            key, other = (IdempotencyKey(name, (bytes(32),)) for name in ("a", "b"))
            first = await store.add(caller, addition(store), key=key)
            assert await store.add(caller, addition(store), key=other) != first
            now += timedelta(hours=23)
            assert await store.add(caller, addition(store), key=key) == first
            now += timedelta(hours=2)
            store._forgot_at = float("-inf")
            assert (await store.add(caller, addition(store), key=key)).sequence == 3
            assert await store.add(caller, addition(store), key=key) != first

    asyncio.run(main())
    assert query(url, "SELECT key FROM idempotency_keys") == [("a",)], "the other one is deleted"
    audit(url)


@pytest.mark.parametrize("odd", ["\0", "a\0b", "\ud800", "x\udfff"])
def test_what_postgresql_can_not_store_finds_nothing_and_breaks_nothing(url: str, odd: str) -> None:
    async def main() -> None:
        async with opened(url) as store:
            token = await stored_token(store, digest=bytes(32))
            caller = Caller(token, token.instance_ids[0], odd)
            assert await store.get(caller.instance_id, odd) is None
            assert await store.list_events(caller.instance_id, before=None, limit=1, provider_id=odd) == ()
            assert (await store.commit(caller, odd, lambda _: ())).provider is None
            change = replace(addition(store), settings=replace(SETTINGS, description=odd))
            event = await store.add(caller, change, key=IdempotencyKey(odd, (bytes(32),)))
            assert await store.add(caller, change, key=IdempotencyKey(odd, (bytes(32),))) == event
            await store.add(caller, addition(store))
            stored = await store.get(caller.instance_id, change.provider_id)
            assert stored is not None
            assert stored.settings == change.settings, "settings are JSON, which can say it"
            with pytest.raises(ValueError, match="NUL"):
                await stored_token(store, instance_ids=[odd])
            with pytest.raises(ValueError, match="NUL"):
                await stored_token(store, name=odd)

    asyncio.run(main())
    audit(url)


def test_rebuilding_mends_what_was_tampered_with(url: str) -> None:
    async def main() -> None:
        async with opened(url) as store:
            caller = await admin(store)
            events = [await store.add(caller, addition(store)) for _ in range(5)]
            ids = [event.change.provider_id for event in events]
            await store.commit(caller, ids[0], lambda _: [Change(EventType.ACTIVATED, ids[0])])
            before = await store.list(caller.instance_id, Page())
            assert await store.rebuild() == 0
            for statement in (
                f"DELETE FROM providers WHERE id = '{ids[1]}'",
                f"UPDATE providers SET sealed = NULL WHERE id = '{ids[2]}'",
                "INSERT INTO providers SELECT '7', instance_id, 9, 9, 0, 0, 2, '', NULL FROM providers LIMIT 1",
                "UPDATE instances SET provider_count = 42, active_id = NULL, sequence = 1",
            ):
                await asyncio.to_thread(execute, url, statement)
            assert await store.rebuild(check=True) == 4
            assert await store.rebuild() == 4, "three providers, and the instance's counts"
            after = await store.list(caller.instance_id, Page())
            assert replace(after, viewed_at=before.viewed_at) == before
            active = await store.get_active(caller.instance_id)
            assert active is not None
            assert active.id == ids[0]

    asyncio.run(main())
    audit(url)


# ---- reads


def test_a_page_of_many_is_read_by_the_index_whatever_the_plan_is_made_for(url: str) -> None:
    """A prepared statement's plan is made again for all parameters after five uses; it must not become a scan.

    PostgreSQL counts the rows that it read: no more than were asked for, where there are few and where there are many.
    """

    async def main() -> int:
        async with opened(url) as store:
            caller = await admin(store)
            few = await admin(store, "few")
            for place, count in ((caller, MANY), (few, 1000)):
                await asyncio.to_thread(execute, url, _many(place.instance_id, count))
            await asyncio.to_thread(execute, url, "ANALYZE")
            before: int = await asyncio.to_thread(rows_read, url)
            for place in (few, caller):
                for _ in range(20):
                    assert len((await store.list(place.instance_id, Page())).providers) == 100
            assert (await store.list(caller.instance_id, Page(limit=1))).total == MANY
        return before

    before = asyncio.run(main())
    wait_for_connections(url, 0)  # a connection's counts are complete once it has ended
    assert rows_read(url) - before == 2 * 20 * 100 + 1


def rows_read(url: str) -> int:
    """Return how many rows of the providers were read so far, by scans and by indexes."""
    counted: int = query(
        url, "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'providers'"
    )[0][0]
    return counted


def _many(instance_id: str, count: int) -> str:
    settings = (
        '{"kind":"smtp","sender_address":"a@example.com","sender_name":"n","tls":true,"host":"h.example.com:587",'
        '"user":"u","reply_to_address":"","description":""}'
    )
    return (
        f"UPDATE instances SET provider_count = {count}, sequence = {count} WHERE id = '{instance_id}';"
        f"INSERT INTO providers SELECT '{instance_id}-' || n, '{instance_id}', n, n, 1, 1, 2, '{settings}', NULL "
        f"FROM generate_series(1, {count}) AS n"
    )


# ---- schema


@pytest.mark.parametrize(
    "error", [asyncpg.UniqueViolationError, asyncpg.DuplicateObjectError, asyncpg.DuplicateTableError]
)
def test_another_replica_may_make_the_first_table_meanwhile(url: str, error: type[asyncpg.PostgresError]) -> None:
    """PostgreSQL says so in three ways, by how far the other has got."""

    class Overtaken:
        """A connection that another is ahead of by one table."""

        def __init__(self, real: Connection) -> None:
            self._real = real

        async def execute(self, statement: str, *arguments: object) -> str:
            status: str = await self._real.execute(statement, *arguments)
            if statement == postgres_schema._VERSIONS:
                raise error("schema_version is there")
            return status

        async def fetchval(self, statement: str) -> object:
            return await self._real.fetchval(statement)

    async def main() -> None:
        connection = await asyncpg.connect(url)
        overtaken = cast("Connection", Overtaken(connection))
        await postgres_schema.migrate(overtaken, now=1, instance_id="1")
        await connection.close()

    asyncio.run(main())
    assert query(url, "SELECT id, is_default FROM instances") == [("1", True)]


def test_a_migration_that_fails_leaves_nothing_behind(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def open_and_close() -> None:
        async with opened(url):
            pass

    asyncio.run(open_and_close())
    with monkeypatch.context() as patched:
        broken = (*postgres_schema.MIGRATIONS, Migration(("CREATE TABLE half (x bigint)", "no statement"), oldest=1))
        patched.setattr(postgres_schema, "MIGRATIONS", broken)
        with pytest.raises(StartupError, match="syntax error"):
            asyncio.run(open_and_close())
    assert query(url, "SELECT to_regclass('half')::text") == [(None,)]
    asyncio.run(open_and_close())


def test_reopening_keeps_everything(url: str) -> None:
    async def main() -> None:
        async with opened(url) as store:
            caller = await admin(store)
            added = await store.add(caller, addition(store))
            instance_id = await store.default_instance()
        async with opened(url) as store:
            assert await store.default_instance() == instance_id
            stored = await store.get(instance_id, added.change.provider_id)
            assert stored is not None
            assert [each.id for each in await store.sealed_samples()] == [stored.id]

    asyncio.run(main())


# ---- errors


def _error(code: str) -> Exception:
    return asyncpg.PostgresError.new({"C": code, "M": "what the server says", "S": "ERROR"})


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (_error("57P01"), StoreUnavailable, LOST),
        (_error("08006"), StoreUnavailable, LOST),
        (_error("40001"), StoreUnavailable, LOST),  # of a later try, when an earlier one got no answer
        (_error("53100"), StoreUnavailable, "disk that holds the database is full"),
        (_error("53200"), StoreUnavailable, "no resources left"),
        (_error("28P01"), StoreUnavailable, "can't be used right now"),
        (_error("42P01"), RuntimeError, "42P01"),
        (_error("22021"), RuntimeError, "22021"),
        (asyncpg.InterfaceError("postgresql://u:hunter2@db"), StoreUnavailable, LOST),
        (asyncpg.ClientConfigurationError("postgresql://u:hunter2@db"), RuntimeError, "ClientConfigurationError"),
        (ConnectionRefusedError(111, "Connect call failed ('hunter2', 1)"), StoreUnavailable, LOST),
        (TimeoutError(), StoreUnavailable, LOST),
        (KeyError("hunter"), KeyError, "hunter"),
        (ProviderNotFound("1"), ProviderNotFound, "not found"),
    ],
)
def test_errors_of_the_driver_become_ours(error: Exception, kind: type[Exception], sentence: str) -> None:
    translated = translate(error, maybe_stored=True)
    assert type(translated) is kind
    assert sentence in str(translated)
    assert "hunter2" not in str(translated)
    if isinstance(translated, StoreUnavailable):
        assert translated.retry_after


def test_no_driver_error_gets_out(url: str) -> None:
    async def broken(connection: Connection) -> None:
        await connection.execute("SELECT no_such_column")

    async def main() -> None:
        async with opened(url) as store:
            caller = await admin(store)
            with pytest.raises(RuntimeError, match="42703"):
                await store.pools.run(broken)
            await asyncio.to_thread(execute, url, "ALTER TABLE providers RENAME TO gone")
            for call in (store.get(caller.instance_id, "1"), store.add(caller, addition(store)), store.rebuild()):
                with pytest.raises(RuntimeError, match="42P01"):
                    await call

    asyncio.run(main())


def test_limits_hold_over_all_replicas(url: str) -> None:
    async def scenario() -> None:
        demand = Demand((SIX,), (SlotLimit(Scope.HOST, 4, b"four"),), 3600.0)
        async with opened(url) as one, opened(url) as two:
            counters = one.limit_counter(), two.limit_counter()
            names = [str(number) for number in range(40)]
            taken = await asyncio.gather(*(counters[int(name) % 2].take(demand, name) for name in names))
            held = [name for name, denial in zip(names, taken, strict=True) if denial is None]
            assert len(held) == 4
            for name in held[:3]:
                await counters[1].give_back(demand, name)
            taken = await asyncio.gather(*(counters[int(name) % 2].take(demand, f"again {name}") for name in names))
            assert taken.count(None) == 2, "as many as the rate still allows"

    asyncio.run(scenario())


@dataclass
class Micros:
    """Microseconds that pass only when a test says so."""

    now: int = 10**15

    def __call__(self) -> int:
        return self.now


def test_the_database_counts_as_memory_does(url: str) -> None:
    async def scenario() -> None:
        chance, clock, memory_clock = random.Random(7), Micros(), Micros()
        rates = [RateLimit(name, Scope.ALL, most, period, name.encode()) for name, most, period in RATES]
        slots = [SlotLimit(Scope.HOST, most, bytes([most])) for most in (1, 2, 5)]
        memory, held = LocalCounter(memory_clock), list[tuple[Demand, str]]()
        outcomes: set[str] = set()
        async with opened(url) as store:
            counter = PostgresCounter(store.pools, clock)
            for number in range(400):
                clock.now = memory_clock.now = clock.now + chance.choice((0, 1, 40_000, 900_000))
                if held and chance.random() < 0.2:
                    demand, lease = held.pop(chance.randrange(len(held)))
                    uncounted = chance.sample(demand.rates, chance.randint(0, len(demand.rates)))
                    await counter.give_back(demand, lease, uncounted)
                    memory.give_back_now(demand, lease, uncounted)
                    continue
                lease = str(number)
                some = chance.sample(rates, chance.randint(0, 3)), chance.sample(slots, chance.randint(0, 2))
                demand = Demand(tuple(some[0]), tuple(some[1]), chance.choice((0.1, 3.0, 60.0)))
                there, here = await counter.take(demand, lease), memory.take_now(demand, lease)
                assert (there and there.retry_after) == (here and here.retry_after), number
                outcomes.add(type(here.limit).__name__ if here else "taken")
                if here is None:
                    held.append((demand, lease))
        assert outcomes == {"taken", "RateLimit", "SlotLimit"}

    asyncio.run(scenario())


def test_what_bounds_nothing_any_more_is_deleted(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit_counter, "_SWEEP_EVERY", -1.0)

    async def scenario() -> None:
        async with opened(url) as store:
            clock = Micros()
            counter = PostgresCounter(store.pools, clock)
            for number in range(20):
                key = str(number).encode()
                demand = Demand((replace(SIX, period=6, key=key),), (SlotLimit(Scope.HOST, 1, key),), 5.0)
                assert await counter.take(demand, "x") is None
                clock.now += 10_000_000

    asyncio.run(scenario())
    for table in ("limit_rates", "limit_slots"):
        ((count,),) = query(url, f"SELECT count(*) FROM {table}")
        assert count <= 2
