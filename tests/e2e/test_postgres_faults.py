"""PostgreSQL and the way to it fail: no acknowledged write is lost, none is done twice, no answer is wrong."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from contract.postgres_audit import audit
from mailproof.database import DatabaseLimits, parse_url
from mailproof.errors import ConfigNotFound, StoreUnavailable
from mailproof.ledger import Change, Event, EventType, IdempotencyKey, Situation
from mailproof.model import Caller, Page, Role, SmtpSettings
from mailproof.store import postgres
from mailproof.store.postgres import PostgresStore
from postgres_support.proxy import Cut, Proxy, proxied
from postgres_support.server import Server, database, execute, query, running_server

SETTINGS = SmtpSettings("post@example.com", "n", True, "smtp.example.com:587", "u")
RECOVERY_SECONDS = 5.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server(durable=True) as running:
        yield running


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    with database(server.url) as fresh:
        yield fresh


@asynccontextmanager
async def opened(url: str, limits: DatabaseLimits | None = None) -> AsyncIterator[PostgresStore]:
    store = await postgres.open_store(parse_url(url), limits)
    try:
        yield store
    finally:
        await store.close()


async def admin(store: PostgresStore) -> Caller:
    token = await store.create_token(digest=os.urandom(32), name="t", role=Role.ADMIN, instance_ids=())
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
    token = await store.create_token(digest=os.urandom(32), name="x", role=Role.VIEWER, instance_ids=["another"])
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
def test_a_cut_at_any_point_of_a_call_neither_loses_nor_doubles_it(url: str, operation: Operation, cut: Cut) -> None:
    """Each exchange of the call is the one that is cut, in turn; the call succeeds all the same, once."""

    async def once(proxy: Proxy, through: str, exchange: int) -> bool:
        async with opened(through) as store:
            caller = await admin(store)
            provider_id = (await store.add(caller, addition(store))).change.provider_id
            before = len(await asyncio.to_thread(audit, url))
            proxy.arm(exchange, cut)
            sequences = await operation(store, caller, provider_id)
            happened = await asyncio.to_thread(proxy.disarm)
            assert isinstance(sequences, list)
            events = await asyncio.to_thread(audit, url)
            assert sequences == [event.sequence for event in events[before:]], f"cut at exchange {exchange}"
            return happened

    with proxied(url) as (proxy, through):
        for exchange in range(40):
            if not asyncio.run(once(proxy, through, exchange)):
                assert exchange
                return
    raise AssertionError("the call has no end")


@pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.name.lower())
def test_a_cut_while_the_instance_is_locked_neither_loses_nor_doubles(url: str, cut: Cut) -> None:
    """Another's write comes between reading and writing, so that the lock is taken; up to the COMMIT all are cut."""

    async def once(proxy: Proxy, through: str, exchange: int) -> bool:
        async with opened(through) as store, opened(url) as other:
            caller = await admin(store)
            provider_id = (await store.add(caller, addition(store))).change.provider_id
            before = len(await asyncio.to_thread(audit, url))
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
            events = await asyncio.to_thread(audit, url)
            assert len(events) == before + 2, f"cut at exchange {exchange}"
            assert [event for event in events if event.change.type is EventType.SMTP_CHANGED][-1:] == list(
                outcome.events
            )
            return happened

    with proxied(url) as (proxy, through):
        for exchange in range(40):
            if not asyncio.run(once(proxy, through, exchange)):
                assert exchange >= 7
                return
    raise AssertionError("the call has no end")
