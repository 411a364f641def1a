"""The event log in SQLite: carries out decisions, inside the transaction of its caller.

Providers are changed by `add` and `carry_out` alone. `domain.ledger.evolve` says how an event changes them; this module
gives the event its sequence, and saves both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.ledger import (
    UNBOUNDED,
    Change,
    CommitResult,
    Decide,
    Event,
    IdempotencyKey,
    Quota,
    Situation,
    evolve,
)
from mailproof.domain.model import Caller, Provider, ProviderState
from mailproof.store import keys, rows
from mailproof.store.decisions import events_of, growth, providers_of
from mailproof.store.failures import ID_TAKEN, unknown_instance
from mailproof.store.payloads import without_secret

_NOTHING = Situation(None, None, 0)

_PROVIDER = f"SELECT {rows.PROVIDER} FROM providers WHERE id = ? AND instance_id = ?"  # noqa: S608 - constants
_ADD = f"INSERT INTO providers ({rows.PROVIDER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_COUNT = "SELECT provider_count, sequence - thinned_count FROM instances WHERE id = ?"
_HEAD = "SELECT active_id, provider_count, sequence, sequence - thinned_count FROM instances WHERE id = ?"
_SAVE = (
    "UPDATE providers SET sequence = ?, changed_at = ?, state = ?, settings = coalesce(?, settings), sealed = ? "
    "WHERE id = ?"
)
_EVENT = f"INSERT INTO events ({rows.EVENT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_KEY = f"SELECT {keys.FOUND} FROM idempotency_keys WHERE instance_id = ? AND token_id = ? AND key = ?"  # noqa: S608
_KEEP = f"INSERT OR REPLACE INTO idempotency_keys ({keys.COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_FORGET = (
    "DELETE FROM idempotency_keys WHERE rowid IN "  # noqa: S608 - constants
    f"(SELECT rowid FROM idempotency_keys WHERE created_at < ? ORDER BY created_at LIMIT {keys.FORGOTTEN_AT_ONCE})"
)
_SUPERSEDED = (
    "SELECT sequence, payload FROM events WHERE instance_id = ? AND provider_id = ? AND sequence < ? "  # noqa: S608
    f"AND {rows.has_sealed('instr')}"
)
_SUPERSEDED_ANYWHERE = rows.superseded("instr", "?")
_DESTROY = "UPDATE events SET payload = ? WHERE instance_id = ? AND sequence = ?"
_REPLAYED = (
    f"SELECT {rows.EVENT} FROM events WHERE instance_id = ? AND sequence >= ? AND sequence < ? "  # noqa: S608
    "ORDER BY sequence"
)


def add(
    connection: sqlite3.Connection,
    caller: Caller,
    change: Change,
    key: IdempotencyKey | None,
    now: datetime,
    quota: Quota = UNBOUNDED,
) -> Event:
    """Add a provider without reading the situation, of which only the count matters to it.

    Returns:
        The event; if the key was used before, the event of that earlier call.

    Raises:
        LookupError: There is no such instance.
        ConfigQuotaExceeded: It has as many providers as it may.
        EventQuotaExceeded: It has as many events as it may.
        IdempotencyKeyReused: The key was used with another request.
    """
    earlier = _replay(connection, caller, key, now) if key is not None else None
    if earlier is not None:
        return earlier[0]
    if quota != UNBOUNDED:  # before anything is written: what fails afterwards has the whole batch written again
        count, there = connection.execute(_COUNT, (caller.instance_id,)).fetchone() or (0, 0)
        quota.check(count, there, (change,))
    events = append(connection, caller, (change,), _NOTHING, now)
    if key is not None:
        _remember(connection, caller, key, events, now)
    return events[0]


def carry_out(
    connection: sqlite3.Connection,
    caller: Caller,
    provider_id: str,
    decide: Decide,
    key: IdempotencyKey | None,
    now: datetime,
) -> CommitResult:
    """Call `decide`, append the events of its decision, and save the providers that they change.

    Raises:
        LookupError: There is no such instance.
        IdempotencyKeyReused: The key was used with another request.
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
    """Append an event for each change, and save the providers that they change.

    Raises:
        LookupError: There is no such instance.
    """
    row = connection.execute(
        "UPDATE instances SET sequence = sequence + ?, provider_count = provider_count + ? WHERE id = ? "
        "RETURNING sequence",
        (len(changes), growth(changes), caller.instance_id),
    ).fetchone()
    if row is None:
        raise unknown_instance(caller.instance_id)
    events = events_of(caller, changes, row[0] - len(changes) + 1, now)
    known = providers_of(situation)
    for event in events:
        connection.execute(_EVENT, rows.of_event(event))
        _save(connection, event, known)
    for provider_id, last in rows.superseded_in(events).items():
        found = connection.execute(_SUPERSEDED, (caller.instance_id, provider_id, last)).fetchall()
        for sequence, payload in found:
            connection.execute(_DESTROY, (without_secret(payload), caller.instance_id, sequence))
    return events


def destroy_superseded(connection: sqlite3.Connection, limit: int) -> int:
    """Destroy secrets in events that no provider has any more, and return how many."""
    found = connection.execute(_SUPERSEDED_ANYWHERE, (limit,)).fetchall()
    for instance_id, sequence, payload in found:
        connection.execute(_DESTROY, (without_secret(payload), instance_id, sequence))
    return len(found)


def _save(connection: sqlite3.Connection, event: Event, known: dict[str, Provider]) -> None:
    """Save the providers that an event changes, in the database and in `known`, and which of them is active."""
    renewed = rows.with_new_settings((event,))
    for provider_id, provider in evolve(event, known).items():
        former = known.get(provider_id)
        if provider is None:
            known.pop(provider_id, None)
            connection.execute("DELETE FROM providers WHERE id = ?", (provider_id,))
        elif former is None:
            known[provider_id] = provider
            try:
                connection.execute(_ADD, rows.of_provider(provider))
            except sqlite3.IntegrityError as error:  # two processes made the same id within 10 ms
                raise StoreUnavailable(ID_TAKEN) from error
        else:
            known[provider_id] = provider
            _, _, _, sequence, _, changed_at, state, settings, sealed = rows.of_provider(provider)
            kept = settings if provider_id in renewed else None
            connection.execute(_SAVE, (sequence, changed_at, state, kept, sealed, provider_id))
        _mark_active(connection, event.instance_id, provider_id, former, provider)


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
    active_id, count, sequence, there = connection.execute(_HEAD, (instance_id,)).fetchone() or (None, 0, 0, 0)
    found = _provider(connection, instance_id, provider_id) if provider_id else None
    active = found if active_id == provider_id else _provider(connection, instance_id, active_id)
    return Situation(found, active, count, sequence, there)


def _provider(connection: sqlite3.Connection, instance_id: str, provider_id: str | None) -> Provider | None:
    if provider_id is None:
        return None
    row = connection.execute(_PROVIDER, (provider_id, instance_id)).fetchone()
    return rows.to_provider(row) if row else None


def _replay(
    connection: sqlite3.Connection, caller: Caller, key: IdempotencyKey, now: datetime
) -> tuple[Event, ...] | None:
    """Return the events of the call that had this key first, or None if no call had it."""
    connection.execute(_FORGET, (keys.expiry(now),))
    row = connection.execute(_KEY, (caller.instance_id, caller.token.id, key.key)).fetchone()
    sequences = keys.first_call(row, key, now)
    if sequences is None:
        return None
    found = connection.execute(_REPLAYED, (caller.instance_id, sequences.start, sequences.stop))
    return tuple(rows.to_event(each) for each in found.fetchall())


def _remember(
    connection: sqlite3.Connection, caller: Caller, key: IdempotencyKey, events: Sequence[Event], now: datetime
) -> None:
    kept = key.key, key.digests[0], events[0].sequence, len(events), rows.micros(now)
    connection.execute(_KEEP, (caller.instance_id, caller.token.id, *kept))
