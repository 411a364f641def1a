"""PostgreSQL and the way to it fail: no acknowledged write is lost, none is done twice, no answer is wrong."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from clock_support.loop import WaitedClock
from clock_support.waiting import HANG, eventually_here
from contract.postgres_audit import audit
from mailproof.domain.database import DatabaseLimits, parse_url
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.ledger import ADDED, Change, EventType, IdempotencyKey, Situation
from mailproof.domain.model import Caller, Page, Role, SmtpSettings
from mailproof.store.postgres import store as postgres
from mailproof.store.postgres.pool import Connection, transaction
from mailproof.store.postgres.store import PostgresStore
from postgres_support.proxy import Cut, Proxy, proxied
from postgres_support.server import Server, database, running_server
from service_support.tokens import stored_token

SETTINGS = SmtpSettings("post@example.com", "n", True, "smtp.example.com:587", "u")
PATIENT = DatabaseLimits(connect_timeout=HANG, call_timeout=HANG)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server(durable=True) as running:
        yield running


@pytest.fixture
def durable_url(server: Server) -> Iterator[str]:
    """A database in a server that may be stopped."""
    with database(server.url) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def common_url(postgres_url: str) -> Iterator[str]:
    """A database for tests that look only at what has come in since they began: to make one takes longer."""
    with database(postgres_url) as fresh:
        yield fresh


@asynccontextmanager
async def opened(url: str, limits: DatabaseLimits | None = None) -> AsyncIterator[PostgresStore]:
    store = await postgres.open_store(parse_url(url), limits)
    try:
        yield store
    finally:
        await store.close()


async def admin(store: PostgresStore) -> Caller:
    token = await stored_token(store, digest=os.urandom(32), name="t")
    return Caller(token, token.instance_ids[0], "192.0.2.7:4321")


def addition(store: PostgresStore, text: str = "") -> Change:
    return Change(EventType.SMTP_ADDED, store.new_id(), replace(SETTINGS, description=text), b"\x01" * 40)


# ---- the connection is cut

Operation = Callable[[PostgresStore, Caller, str], Awaitable[object]]
KEY = IdempotencyKey("key", (b"d" * 32,))


def changed(provider_id: str, text: str) -> Change:
    return Change(EventType.SMTP_CHANGED, provider_id, replace(SETTINGS, description=text), None, ("description",))


async def add(store: PostgresStore, caller: Caller, _: str) -> list[int]:
    return [(await store.add(caller, addition(store))).sequence]


async def add_with_key(store: PostgresStore, caller: Caller, _: str) -> list[int]:
    key = IdempotencyKey(os.urandom(8).hex(), KEY.digests)
    first = await store.add(caller, addition(store), key=key)
    assert await store.add(caller, addition(store), key=key) == first
    return [first.sequence]


async def change(store: PostgresStore, caller: Caller, provider_id: str) -> list[int]:
    outcome = await store.commit(caller, provider_id, lambda _: [changed(provider_id, "new")])
    return [event.sequence for event in outcome.events]


async def replace_one(store: PostgresStore, caller: Caller, provider_id: str) -> list[int]:
    """A removal and an addition in one commit: two statements in a transaction."""
    fresh = addition(store)
    outcome = await store.commit(caller, provider_id, lambda _: [Change(EventType.REMOVED, provider_id), fresh])
    return [event.sequence for event in outcome.events]


async def add_token(store: PostgresStore, _: Caller, __: str) -> list[int]:
    token = await stored_token(store, digest=os.urandom(32), name="x", role=Role.VIEWER, instance_ids=["another"])
    assert [each.id for each in await store.list_tokens()].count(token.id) == 1
    return []


async def read(store: PostgresStore, caller: Caller, provider_id: str) -> list[int]:
    assert await store.get(caller.instance_id, provider_id)
    assert (await store.list(caller.instance_id, Page())).total
    assert await store.find_token(bytes(32)) is None
    return []


@pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.name.lower())
@pytest.mark.parametrize(
    "operation", [add, add_with_key, change, replace_one, add_token, read], ids=lambda each: each.__name__
)
def test_a_cut_at_any_point_of_a_call_neither_loses_nor_doubles_it(
    common_url: str, operation: Operation, cut: Cut
) -> None:
    """Each exchange of the call is the one that is cut, in turn; the call succeeds all the same, once."""

    async def once(proxy: Proxy, through: str, exchange: int) -> bool:
        async with opened(through) as store:
            caller = await admin(store)
            provider_id = (await store.add(caller, addition(store))).change.provider_id
            before = (await store.list(caller.instance_id, Page(limit=1))).sequence
            proxy.arm(exchange, cut)
            sequences = await operation(store, caller, provider_id)
            happened = await asyncio.to_thread(proxy.disarm)
            assert isinstance(sequences, list)
            events = await asyncio.to_thread(audit, common_url)
            assert sequences == [event.sequence for event in events[before:]], f"cut at exchange {exchange}"
            return happened

    with proxied(common_url) as (proxy, through):
        for exchange in range(40):
            if not asyncio.run(once(proxy, through, exchange)):
                assert exchange
                return
    raise AssertionError("the call has no end")


@pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.name.lower())
def test_a_cut_while_the_instance_is_locked_neither_loses_nor_doubles(common_url: str, cut: Cut) -> None:
    """Another's write comes between reading and writing, so that the lock is taken; up to the COMMIT all are cut."""

    async def once(proxy: Proxy, through: str, exchange: int) -> bool:
        async with opened(through) as store, opened(common_url) as other:
            caller = await admin(store)
            provider_id = (await store.add(caller, addition(store))).change.provider_id
            before = (await store.list(caller.instance_id, Page(limit=1))).sequence
            turns = 0

            async def interfere() -> None:
                await other.add(caller, addition(other))

            def decide(situation: Situation) -> list[Change]:
                nonlocal turns
                turns += 1
                assert situation.provider is not None
                if turns == 1:
                    with ThreadPoolExecutor(1) as thread:  # `decide` waits for nothing, but here it has to
                        thread.submit(asyncio.run, interfere()).result()
                return [changed(provider_id, "new")]

            proxy.arm(exchange, cut)
            outcome = await store.commit(caller, provider_id, decide)
            happened = await asyncio.to_thread(proxy.disarm)
            events = await asyncio.to_thread(audit, common_url)
            assert len(events) == before + 2, f"cut at exchange {exchange}"
            assert [event for event in events if event.change.type is EventType.SMTP_CHANGED][-1:] == list(
                outcome.events
            )
            return happened

    with proxied(common_url) as (proxy, through):
        for exchange in range(40):
            if not asyncio.run(once(proxy, through, exchange)):
                assert exchange >= 7
                return
    raise AssertionError("the call has no end")


# ---- PostgreSQL is restarted under load


@dataclass
class Load:
    """Writers and readers of one instance, and what they heard.

    Attributes:
        lives: How often PostgreSQL has come up.
        is_up: Whether it is up; set before it goes down and after it has come up.
        working: Who had a success since it came up.
        turned_away: Calls that began while it was up, and were refused although it stayed up.
    """

    caller: Caller
    acknowledged: dict[str, int] = field(default_factory=dict)
    maybe: set[str] = field(default_factory=set)
    refused: int = 0
    counted: int = 0
    maybe_counted: int = 0
    wrong: list[str] = field(default_factory=list)
    ending: bool = False
    lives: int = 1
    is_up: bool = True
    working: set[str] = field(default_factory=set)
    turned_away: int = 0

    async def add(self, name: str, store: PostgresStore) -> None:
        while not self.ending:
            change, life = addition(store), self._life
            try:
                event = await store.add(self.caller, change)
            except StoreUnavailable as error:
                self._refused(error, change.provider_id, life)
                continue
            if event.change != change:
                self.wrong.append(f"another's event: {event}")
            self.acknowledged[change.provider_id] = event.sequence
            self.working.add(name)
            try:
                if await store.get(self.caller.instance_id, change.provider_id) is None:
                    self.wrong.append(f"{change.provider_id} was acknowledged and is not there")
            except StoreUnavailable:
                pass

    async def count(self, name: str, store: PostgresStore, provider_id: str) -> None:
        """Add one to a number that all count in: a lost update would be seen at the end."""

        def decide(situation: Situation) -> list[Change]:
            assert situation.provider is not None
            assert isinstance(situation.provider.settings, SmtpSettings)
            return [changed(provider_id, str(int(situation.provider.settings.description) + 1))]

        while not self.ending:
            life = self._life
            try:
                await store.commit(self.caller, provider_id, decide)
            except StoreUnavailable as error:
                self.maybe_counted += "not known" in error.message
                self._refused(error, "", life)
                continue
            self.counted += 1
            self.working.add(name)

    @property
    def _life(self) -> int:
        """Return in which life of PostgreSQL it is now; 0 while it is down."""
        return self.lives if self.is_up else 0

    def _refused(self, error: StoreUnavailable, provider_id: str, life: int) -> None:
        self.refused += 1
        self.turned_away += life != 0 and life == self._life
        if not error.retry_after:
            self.wrong.append("no hint when to come again")
        if "not known" in error.message:
            self.maybe.add(provider_id)


@asynccontextmanager
async def under_load(url: str, writers: int) -> AsyncIterator[Load]:
    """Write through two stores, as two replicas would, and check all at the end."""
    async with opened(url, PATIENT) as one, opened(url, PATIENT) as two:
        caller = await admin(one)
        counter = (await one.add(caller, addition(one, "0"))).change.provider_id
        load = Load(caller)
        tasks = [
            asyncio.create_task(
                load.add(f"{place}-{number}", store) if number % 2 else load.count(f"{place}-{number}", store, counter)
            )
            for place, store in enumerate((one, two))
            for number in range(writers // 2)
        ]
        try:
            yield load
        finally:
            load.ending = True
            await asyncio.gather(*tasks)
        assert not load.wrong
        events = await asyncio.to_thread(audit, url)
        added = {event.change.provider_id: event.sequence for event in events if event.change.type in ADDED}
        assert load.acknowledged.items() <= added.items(), "what was acknowledged is there, at its place"
        assert added.keys() <= load.acknowledged.keys() | load.maybe | {counter}, "and what was refused is not"
        stored = await one.get(caller.instance_id, counter)
        assert stored is not None
        assert isinstance(stored.settings, SmtpSettings)
        number = int(stored.settings.description)
        assert number == sum(event.change.type is EventType.SMTP_CHANGED for event in events), "no update is lost"
        assert load.counted <= number <= load.counted + load.maybe_counted


@pytest.mark.parametrize("how", ["fast", "immediate", "kill"])
def test_a_restart_under_load_gives_no_wrong_answer_and_is_over_at_once(
    server: Server, durable_url: str, how: str
) -> None:
    """Each writer works again, and no call is refused that began once PostgreSQL was up."""

    def restart() -> None:
        if how == "kill":
            server.kill()
        else:
            server.stop(signal.SIGINT if how == "fast" else signal.SIGQUIT)
        server.start()

    async def main() -> None:
        async with under_load(durable_url, 16) as load:
            await eventually_here(lambda: len(load.working) == 16, "not every writer works")
            for _ in range(2):
                load.is_up = False
                await asyncio.to_thread(restart)
                load.working.clear()
                load.lives, load.is_up = load.lives + 1, True
                await eventually_here(lambda: len(load.working) == 16, "not every writer works again")
        assert load.turned_away == 0

    asyncio.run(main())


def test_while_postgresql_is_down_calls_are_unavailable_with_a_hint(server: Server, durable_url: str) -> None:
    clock = WaitedClock()

    async def main() -> None:
        async with opened(durable_url) as store:
            caller = await admin(store)
            await asyncio.to_thread(server.stop)
            try:
                began = clock.waited
                errors = await asyncio.gather(
                    store.ping(),
                    store.get(caller.instance_id, "1"),
                    store.add(caller, addition(store)),
                    store.commit(caller, "", lambda _: [addition(store)]),
                    store.find_token(bytes(32)),
                    store.rebuild(),
                    return_exceptions=True,
                )
                assert clock.waited - began < 4  # the pauses between the repetitions
                for error in errors:
                    assert isinstance(error, StoreUnavailable)
                    assert error.retry_after
                    assert "127.0.0.1" not in error.message
            finally:
                await asyncio.to_thread(server.start)
            await store.ping()

    with asyncio.Runner(loop_factory=clock) as runner:
        runner.run(main())


def test_32_writers_by_way_of_two_stores_leave_no_gap_and_lose_no_update(url: str) -> None:
    async def main() -> None:
        async with under_load(url, 32) as load:
            await eventually_here(lambda: len(load.acknowledged) > 100 and load.counted > 50, "too few writes")
        assert load.refused == 0

    asyncio.run(main())


def test_two_calls_at_once_with_one_key_are_one_event_and_one_answer(url: str) -> None:
    async def main() -> None:
        async with opened(url) as one, opened(url) as two:
            caller = await admin(one)
            for number in range(20):
                key = IdempotencyKey(str(number), KEY.digests)
                events = await asyncio.gather(
                    *(store.add(caller, addition(store), key=key) for store in (one, two, one, two))
                )
                assert len(set(events)) == 1
            assert len(await asyncio.to_thread(audit, url)) == 20

    asyncio.run(main())


def test_a_write_by_one_store_is_seen_by_another_at_once(common_url: str) -> None:
    async def main() -> None:
        async with opened(common_url) as one, opened(common_url) as two:
            caller = await admin(one)
            assert await two.find_token(bytes(32)) is None
            for _ in range(50):
                event = await one.add(caller, addition(one))
                assert await two.get(caller.instance_id, event.change.provider_id) is not None
                assert (await two.list(caller.instance_id, Page(limit=1))).sequence == event.sequence

    asyncio.run(main())


def test_a_server_that_never_answers_is_given_up_in_time(url: str) -> None:
    """A lock that somebody holds stands for every way in which an answer can be long in coming."""
    clock = WaitedClock(slowness=4)

    async def main() -> None:
        async with opened(url, DatabaseLimits(call_timeout=0.5)) as store, opened(url) as other:
            caller = await admin(store)

            async def hold(connection: Connection) -> None:
                async with transaction(connection):
                    await connection.execute("SELECT 1 FROM instances FOR UPDATE")
                    for call in (
                        store.add(caller, addition(store)),
                        store.commit(caller, "", lambda _: [addition(store)]),
                    ):
                        began = clock.waited
                        with pytest.raises(StoreUnavailable, match="not known"):
                            await call
                        assert clock.waited - began == pytest.approx(0.5)

            await other.pools.once(hold)
            assert (await store.add(caller, addition(store))).sequence >= 1
        await asyncio.to_thread(audit, url)

    with asyncio.Runner(loop_factory=clock) as runner:
        runner.run(main())
