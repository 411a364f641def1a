"""What the store's contract is told in: a database, stores on it that stand for replicas, a clock, callers, changes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from mailproof.domain.ledger import Change, Decide, Event, EventType, IdempotencyKey, Situation, evolve
from mailproof.domain.model import Caller, HttpSettings, OAuthClient, Page, Provider, Role, SmtpSettings
from mailproof.store.contract import Store
from service_support.tokens import stored_token

SETTINGS = SmtpSettings(
    sender_address="post@example.com",
    sender_name="Poßt 郵",
    tls=True,
    host="smtp.example.com:587",
    user="u",
    reply_to_address="help@example.com",
    description='quotes " and \\ and \0 and \ud800',
    oauth=OAuthClient("https://login.example.com/token", "client", ("one", "two")),
)

PEER = "192.0.2.7:4321"


class Clock:
    """Advances by a second each time it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        return self.advance(timedelta(seconds=1))

    def advance(self, by: timedelta) -> datetime:
        with self._lock:
            self.now += by
            return self.now


class Database(Protocol):
    """One new database. The adapter's tests make it; at its end they close what was opened on it."""

    async def open(self) -> Store:
        """Open a store on it, as another replica does."""
        ...

    async def tamper(self, statement: str) -> None:
        """Run an SQL statement on its tables, behind the stores' backs."""
        ...


@dataclass(frozen=True)
class World:
    """A database with a first store on it."""

    store: Store
    database: Database
    clock: Clock

    async def another(self) -> Store:
        """Return a further store, as another replica has it."""
        return await self.database.open()

    async def caller(self, *instance_ids: str) -> Caller:
        """Return a caller with a fresh token, for the first of its instances."""
        count = len(await self.store.list_tokens())
        token = await stored_token(
            self.store, digest=count.to_bytes(32, "big"), name=f"t{count}", role=Role.ADMIN, instance_ids=instance_ids
        )
        return Caller(token, token.instance_ids[0], PEER)


Scenario = Callable[[World], Awaitable[None]]


class Contract:
    """The base of the suite's parts."""

    def database(self, clock: Clock) -> AbstractAsyncContextManager[Database]:
        """Return a new, empty database; what is opened on it uses this clock."""
        raise NotImplementedError

    def run(self, scenario: Scenario) -> None:
        async def main() -> None:
            clock = Clock()
            async with self.database(clock) as database:
                await scenario(World(await database.open(), database, clock))

        asyncio.run(main())


def smtp(name: str = "n", host: str = "smtp.example.com:587", user: str = "") -> SmtpSettings:
    """Return settings, told apart by the sender's name."""
    return SmtpSettings("post@example.com", name, True, host, user)


def adding(
    store: Store, settings: SmtpSettings | HttpSettings | None = None, sealed: bytes | None = None, name: str = "n"
) -> Change:
    """Return the change that adds a provider with a new id."""
    settings = settings or smtp(name)
    event_type = EventType.HTTP_ADDED if isinstance(settings, HttpSettings) else EventType.SMTP_ADDED
    return Change(event_type, store.new_id(), settings, sealed)


async def add(store: Store, caller: Caller, name: str = "n") -> str:
    """Add a provider and return its id."""
    return (await store.add(caller, adding(store, name=name))).change.provider_id


def does(*changes: Change) -> Decide:
    """Return a decision for these changes, whatever the situation."""
    return lambda _: changes


def activation(provider_id: str) -> Decide:
    """Return a decision that makes a provider the active one; nothing where it is gone or is that already."""

    def decide(situation: Situation) -> Sequence[Change]:
        if situation.provider is None or situation.provider == situation.active:
            return ()
        return (Change(EventType.ACTIVATED, provider_id, deactivated=situation.active.id if situation.active else ""),)

    return decide


def change(event_type: EventType, provider_id: str) -> Decide:
    """Return the decision for an event that says nothing more."""
    return does(Change(event_type, provider_id))


def key(name: str = "k", *digests: bytes) -> IdempotencyKey:
    """Return an idempotency key, by default of one and the same request."""
    return IdempotencyKey(name, digests or (bytes(32),))


async def log_of(store: Store, instance_id: str) -> list[Event]:
    """Return all events, oldest first, read page by page, and check that they have no gap."""
    events: list[Event] = []
    before: int | None = None
    while page := await store.list_events(instance_id, before=before, limit=7):
        assert len(page) <= 7
        events += page
        before = page[-1].sequence
    events.reverse()
    through = await store.thinned_through(instance_id)
    whole = [event.sequence for event in events if event.sequence > through]
    assert whole == list(range(through + 1, through + 1 + len(whole)))
    assert all(event.instance_id == instance_id for event in events)
    return events


async def providers_of(store: Store, instance_id: str) -> dict[str, Provider]:
    """Return all providers by id, oldest first."""
    page = await store.list(instance_id, Page(limit=10_000, ascending=True))
    assert page.total == len(page.providers)
    return {provider.id: provider for provider in page.providers}


async def check(store: Store, instance_id: str) -> list[Event]:
    """Hold an instance against the log's laws, by what the contract shows of it; return its log."""
    events = await log_of(store, instance_id)
    state: dict[str, Provider] = {}
    for event in events:
        for provider_id, provider in evolve(event, state).items():
            if provider is None:
                del state[provider_id]
            else:
                state[provider_id] = provider
    found = await providers_of(store, instance_id)
    assert found == state, "the state is what the events make it"
    assert list(found) == list(state), "in the order of creation"
    active = [provider for provider in found.values() if provider.state.name == "ACTIVE"]
    assert active == [each for each in [await store.get_active(instance_id)] if each is not None]
    page = await store.list(instance_id, Page(limit=1))
    assert (page.sequence, page.total) == (len(events), len(found))
    return events
