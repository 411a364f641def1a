"""The event log in SQLite: decisions carried out. Runs inside its caller's transaction.

`carry_out` is the only way to change a provider. What an event makes of the providers is `ledger.evolve`'s business;
here it is given its sequence and saved.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from mailproof.domain.errors import IdempotencyKeyReused, StoreUnavailable
from mailproof.domain.ledger import (
    ADDED,
    Change,
    CommitResult,
    Decide,
    Event,
    EventType,
    IdempotencyKey,
    Situation,
    evolve,
)
from mailproof.domain.model import Caller, Provider, ProviderState
from mailproof.store import rows

KEYS_LAST = timedelta(hours=24)
"""How long an idempotency key is remembered."""

_EXPIRED_AT_ONCE = 100  # keys that one write forgets at most

_PROVIDER = f"SELECT {rows.PROVIDER} FROM providers WHERE id = ? AND instance_id = ?"  # noqa: S608 - constants
_ADD = f"INSERT INTO providers ({rows.PROVIDER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_SAVE = "UPDATE providers SET sequence = ?, changed_at = ?, state = ?, settings = ?, sealed = ? WHERE id = ?"
_EVENT = f"INSERT INTO events ({rows.EVENT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_KEY = (
    "SELECT digest, first_sequence, event_count FROM idempotency_keys "
    "WHERE instance_id = ? AND token_id = ? AND key = ? AND created_at >= ?"
)


def carry_out(
    connection: sqlite3.Connection,
    caller: Caller,
    provider_id: str,
    decide: Decide,
    key: IdempotencyKey | None,
    now: datetime,
) -> CommitResult:
    """Decide, append the events and save what they make of the providers.

    Raises:
        LookupError: There is no such instance. IdempotencyKeyReused: The key was used with another request.
    """
    if key is not None:
        earlier = _replay(connection, caller, key, now)
        if earlier is not None:
            return CommitResult(None, earlier, replayed=True)
    situation = _situation(connection, caller.instance_id, provider_id)
    changes = decide(situation)
    events = append(connection, caller, changes, situation, now) if changes else ()
    if key is not None and events:
        _remember(connection, caller, key, events, now)
    return CommitResult(situation.provider, events)


def append(
    connection: sqlite3.Connection, caller: Caller, changes: Sequence[Change], situation: Situation, now: datetime
) -> tuple[Event, ...]:
    """Append an event for each change, and save what they make of the providers.

    Raises:
        LookupError: There is no such instance.
    """
    row = connection.execute(
        "UPDATE instances SET sequence = sequence + ?, provider_count = provider_count + ? WHERE id = ? "
        "RETURNING sequence",
        (len(changes), sum(map(_growth, changes)), caller.instance_id),
    ).fetchone()
    if row is None:
        raise LookupError(f"there is no instance {caller.instance_id}")
    first = row[0] - len(changes) + 1
    events = tuple(
        Event(caller.instance_id, first + place, change, caller.token.id, caller.peer, now)
        for place, change in enumerate(changes)
    )
    known = {each.id: each for each in (situation.provider, situation.active) if each is not None}
    for event in events:
        connection.execute(_EVENT, rows.of_event(event))
        _save(connection, event, known)
    return events


def _save(connection: sqlite3.Connection, event: Event, known: dict[str, Provider]) -> None:
    """Save what an event makes of the providers, and keep `known` and the instance's row in step."""
    for provider_id, provider in evolve(event, known).items():
        former = known.get(provider_id)
        if provider is None:
            known.pop(provider_id, None)
            connection.execute("DELETE FROM providers WHERE id = ?", (provider_id,))
        elif former is None:
            known[provider_id] = provider
            try:
                connection.execute(_ADD, rows.of_provider(provider))
            except sqlite3.IntegrityError as error:  # two processes chose alike within 10 ms
                raise StoreUnavailable("the new id is taken; nothing was stored") from error
        else:
            known[provider_id] = provider
            _, _, _, sequence, _, changed_at, state, settings, sealed = rows.of_provider(provider)
            connection.execute(_SAVE, (sequence, changed_at, state, settings, sealed, provider_id))
        _mark_active(connection, event.instance_id, provider_id, former, provider)


def _growth(change: Change) -> int:
    """Return by how much a change makes the providers more; one that can't be followed is undone with its commit."""
    return (change.type in ADDED) - (change.type is EventType.REMOVED)


def _mark_active(
    connection: sqlite3.Connection, instance_id: str, provider_id: str, before: Provider | None, after: Provider | None
) -> None:
    was = before is not None and before.state is ProviderState.ACTIVE
    now = after is not None and after.state is ProviderState.ACTIVE
    if now and not was:
        connection.execute("UPDATE instances SET active_id = ? WHERE id = ?", (provider_id, instance_id))
    elif was and not now:
        statement = "UPDATE instances SET active_id = NULL WHERE id = ? AND active_id = ?"
        connection.execute(statement, (instance_id, provider_id))


def _situation(connection: sqlite3.Connection, instance_id: str, provider_id: str) -> Situation:
    head = connection.execute("SELECT active_id, provider_count FROM instances WHERE id = ?", (instance_id,))
    active_id, count = head.fetchone() or (None, 0)
    found = _provider(connection, instance_id, provider_id) if provider_id else None
    active = found if active_id == provider_id else _provider(connection, instance_id, active_id)
    return Situation(found, active, count)


def _provider(connection: sqlite3.Connection, instance_id: str, provider_id: str | None) -> Provider | None:
    if provider_id is None:
        return None
    row = connection.execute(_PROVIDER, (provider_id, instance_id)).fetchone()
    return rows.to_provider(row) if row else None


def _replay(
    connection: sqlite3.Connection, caller: Caller, key: IdempotencyKey, now: datetime
) -> tuple[Event, ...] | None:
    """Return the events of the call that had this key, None where none had it."""
    connection.execute(
        "DELETE FROM idempotency_keys WHERE rowid IN "
        "(SELECT rowid FROM idempotency_keys WHERE created_at < ? ORDER BY created_at LIMIT ?)",
        (rows.micros(now - KEYS_LAST), _EXPIRED_AT_ONCE),
    )
    row: tuple[Any, ...] | None = connection.execute(
        _KEY,
        (caller.instance_id, caller.token.id, key.key, rows.micros(now - KEYS_LAST)),
    ).fetchone()
    if row is None:
        return None
    digest, first, count = row
    if digest not in key.digests:
        raise IdempotencyKeyReused
    events = connection.execute(
        f"SELECT {rows.EVENT} FROM events WHERE instance_id = ? AND sequence >= ? AND sequence < ? "  # noqa: S608
        "ORDER BY sequence",
        (caller.instance_id, first, first + count),
    )
    return tuple(rows.to_event(each) for each in events.fetchall())


def _remember(
    connection: sqlite3.Connection, caller: Caller, key: IdempotencyKey, events: Sequence[Event], now: datetime
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO idempotency_keys "
        "(instance_id, token_id, key, digest, first_sequence, event_count, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            caller.instance_id,
            caller.token.id,
            key.key,
            key.digests[0],
            events[0].sequence,
            len(events),
            rows.micros(now),
        ),
    )
