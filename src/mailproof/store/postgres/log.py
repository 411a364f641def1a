"""The event log in PostgreSQL: each write is one statement.

A `PreparedWrite` is a decision that is ready to be written. It names the instance's sequence at the time of the
decision, and its statement does nothing if the instance has another one by then. So it can be sent again after a lost
connection, however late the first statement arrives: it is carried out once or not at all, and its `write_id` in the
log shows which.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.ledger import UNBOUNDED, Change, Event, IdempotencyKey, Quota, Situation, evolve
from mailproof.domain.model import Caller, Provider, ProviderState
from mailproof.store import keys, rows
from mailproof.store.decisions import events_of, growth, providers_of
from mailproof.store.failures import unknown_instance
from mailproof.store.payloads import DESTROYED, dump_change, dump_settings
from mailproof.store.postgres.pool import Connection, transaction

_KEPT = ""
"""Stands in the place of settings that are not stored anew."""

_COLUMNS = rows.PROVIDER.split(", ")
_PROVIDERS = len(_COLUMNS)
_SITUATION = (
    f"SELECT i.sequence, i.provider_count, i.sequence - i.thinned_count, "  # noqa: S608 - constants
    f"{rows.columns('p')}, {rows.columns('a')} FROM instances AS i "
    "LEFT JOIN providers AS p ON p.id = $2 AND p.instance_id = i.id LEFT JOIN providers AS a ON a.id = i.active_id "
    "WHERE i.id = $1"
)
_MOVE = (
    "UPDATE instances SET sequence = sequence + $3::bigint, provider_count = provider_count + $4::bigint, "
    "active_id = $5::text WHERE id = $1 AND sequence = $2 RETURNING id"
)
_LOG = (
    f"INSERT INTO events ({rows.EVENT}, write_id) "  # noqa: S608 - constants
    "SELECT moved.id, $2::bigint + v.place, v.provider_id, v.type, v.payload, $6::text, $7::text, $8::bigint, $9::text "
    "FROM moved, unnest($10::bigint[], $11::text[], $12::text[], $13::text[]) "
    "AS v (place, provider_id, type, payload)"
)
_SAVE = (
    f"INSERT INTO providers ({rows.PROVIDER}) SELECT v.* FROM moved, "  # noqa: S608 - constants
    "unnest($14::text[], $15::text[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], "
    f"$21::text[], $22::bytea[]) AS v ({rows.PROVIDER}) "
    "ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, changed_at = excluded.changed_at, "
    "state = excluded.state, sealed = excluded.sealed, "
    f"settings = CASE excluded.settings WHEN '{_KEPT}' THEN providers.settings ELSE excluded.settings END "
    "WHERE providers.instance_id = excluded.instance_id"
)
_REMOVE = "DELETE FROM providers WHERE id = ANY($14::text[]) AND EXISTS (SELECT 1 FROM moved)"
_KEEP = (
    f"INSERT INTO idempotency_keys ({keys.COLUMNS}) "  # noqa: S608 - constants
    "SELECT moved.id, $6::text, ${0}::text, ${1}::bytea, $2::bigint + 1, $3::bigint, $8::bigint FROM moved"
)
_ADD = (
    "WITH moved AS (UPDATE instances SET sequence = sequence + $2::bigint, "  # noqa: S608 - constants
    "provider_count = provider_count + $2::bigint "
    "WHERE id = $1 AND ($12::bigint = 0 OR provider_count + $2::bigint <= $12::bigint) "
    "AND ($13::bigint = 0 OR sequence - thinned_count + $2::bigint <= $13::bigint) RETURNING id, sequence), "
    f"logged AS (INSERT INTO events ({rows.EVENT}) SELECT moved.id, moved.sequence - $2::bigint + v.place, "
    "v.provider_id, v.type, v.payload, v.actor, v.peer, v.created_at FROM moved, "
    "unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[]) "
    "AS v (place, provider_id, type, payload, actor, peer, created_at)), "
    f"saved AS (INSERT INTO providers ({rows.PROVIDER}) SELECT v.provider_id, moved.id, "
    "moved.sequence - $2::bigint + v.place, moved.sequence - $2::bigint + v.place, v.created_at, v.created_at, "
    f"{ProviderState.INACTIVE.value}, v.settings, v.sealed FROM moved, "
    "unnest($3::bigint[], $4::text[], $9::bigint[], $10::text[], $11::bytea[]) "
    "AS v (place, provider_id, created_at, settings, sealed)) "
    "SELECT sequence FROM moved"
)
_COUNT = "SELECT provider_count, sequence - thinned_count FROM instances WHERE id = $1"
_DESTROY = (
    f"UPDATE events SET payload = regexp_replace(payload, '{DESTROYED[0]}', '{DESTROYED[1]}') "  # noqa: S608 - constants
    f"WHERE instance_id = $1 AND provider_id = $2 AND sequence < $3 AND {rows.has_sealed('strpos')}"
)
_DESTROY_ANYWHERE = (
    # The text is compared too: where thinning puts a snapshot in its place meanwhile, that has the secret of now.
    f"UPDATE events SET payload = regexp_replace(events.payload, '{DESTROYED[0]}', '{DESTROYED[1]}') "  # noqa: S608
    f"FROM ({rows.superseded('strpos', '$1')}) AS s WHERE events.instance_id = s.instance_id "
    "AND events.sequence = s.sequence AND events.payload = s.payload"
)
_ADDED = f"SELECT {rows.EVENT} FROM events WHERE instance_id = $1 AND provider_id = $2 ORDER BY sequence LIMIT 1"  # noqa: S608
_EVENTS = (
    f"SELECT {rows.EVENT} FROM events WHERE instance_id = $1 AND sequence >= $2 AND sequence < $3 "  # noqa: S608
    "ORDER BY sequence"
)
_KEY = f"SELECT {keys.FOUND} FROM idempotency_keys WHERE instance_id = $1 AND token_id = $2 AND key = $3"  # noqa: S608
_FORGET = "DELETE FROM idempotency_keys WHERE instance_id = $1 AND token_id = $2 AND key = $3 AND created_at < $4"
_FORGET_OLD = (
    "DELETE FROM idempotency_keys WHERE (instance_id, token_id, key) IN (SELECT instance_id, token_id, key "  # noqa: S608
    f"FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT {keys.FORGOTTEN_AT_ONCE})"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """What one look at an instance finds.

    Attributes:
        sequence: The sequence of the instance's last event.
        situation: What a decision is based on.
    """

    sequence: int
    situation: Situation


@dataclass(frozen=True, slots=True)
class PreparedWrite:
    """A decision that is ready to be written.

    Attributes:
        before: The named provider as it was before; None if there was none.
        sequence: The instance's sequence when the decision was made.
        events: The events of the decision, at least one.
        saved: The changed providers as they will be, the active one last.
        removed: The ids of the removed providers.
        count: By how much the instance will have more providers than before.
        active_id: The id of the provider that will be active; None if none will be.
        key: The idempotency key of the call.
        write_id: A random mark by which the events are known as this decision's.
    """

    before: Provider | None
    sequence: int
    events: tuple[Event, ...]
    saved: tuple[Provider, ...]
    removed: tuple[str, ...]
    count: int
    active_id: str | None
    key: IdempotencyKey | None
    write_id: str

    @property
    def instance_id(self) -> str:
        """The instance that it changes."""
        return self.events[0].instance_id

    @property
    def superseded(self) -> Mapping[str, int]:
        """The providers whose earlier secrets are destroyed, with the sequence before which; empty for none."""
        if self.before is not None and self.before.sealed is None and len(self.events) == 1:
            return {}  # spares an update without a secret two round trips
        return rows.superseded_in(self.events)


def prepare(
    caller: Caller, moment: Moment, changes: Sequence[Change], key: IdempotencyKey | None, now: datetime
) -> PreparedWrite:
    """Prepare the write of a decision.

    Args:
        caller: Whose instance it is, and who the events name.
        moment: What the decision is based on.
        changes: The decision, at least one change.
        key: The idempotency key of the call.
        now: The time of the events.
    """
    situation, caller = moment.situation, replace(caller, peer=storable(caller.peer))
    events = events_of(caller, changes, moment.sequence + 1, now)
    known = providers_of(situation)
    touched: dict[str, Provider | None] = {}
    active_id = situation.active.id if situation.active else None
    for event in events:
        for provider_id, provider in evolve(event, known).items():
            known.pop(provider_id, None)
            touched[provider_id] = provider
            if provider is not None:
                known[provider_id] = provider
            if provider is not None and provider.state is ProviderState.ACTIVE:
                active_id = provider_id
            elif active_id == provider_id:
                active_id = None
    return PreparedWrite(
        situation.provider,
        moment.sequence,
        events,
        # A provider that becomes inactive is saved first, so that at no moment two are active.
        tuple(sorted((each for each in touched.values() if each), key=lambda each: each.state is ProviderState.ACTIVE)),
        tuple(each for each, provider in touched.items() if provider is None),
        growth(changes),
        active_id,
        key,
        os.urandom(12).hex(),
    )


async def look(connection: Connection, instance_id: str, provider_id: str) -> Moment:
    """Read a situation from one snapshot.

    Raises:
        LookupError: There is no such instance.
    """
    row = await connection.fetchrow(_SITUATION, instance_id, provider_id)
    if row is None:
        raise unknown_instance(instance_id)
    sequence, count, there, *columns = row
    named, active = columns[:_PROVIDERS], columns[_PROVIDERS:]
    return Moment(sequence, Situation(_provider(named), _provider(active), count, sequence, there))


async def write(connection: Connection, prepared: PreparedWrite) -> bool:
    """Write a decision, and destroy the secrets that it supersedes.

    Returns:
        Whether it was written. If the instance has changed since the decision, nothing is.
    """
    superseded = prepared.superseded
    if (superseded or (prepared.saved and prepared.removed)) and not connection.is_in_transaction():
        # In CockroachDB a statement may change a table only once, so this takes two.
        async with transaction(connection):
            return await write(connection, prepared)
    parts = [f"moved AS ({_MOVE})", f"logged AS ({_LOG})"]
    arguments: list[Any] = _arguments(prepared)
    if prepared.saved:
        parts.append(f"saved AS ({_SAVE})")
        arguments += map(list, zip(*_saved(prepared), strict=True))
    elif prepared.removed:
        parts.append(f"removed AS ({_REMOVE})")
        arguments.append(list(prepared.removed))
    if prepared.key is not None:
        parts.append(f"kept AS ({_KEEP.format(len(arguments) + 1, len(arguments) + 2)})")
        arguments += [storable(prepared.key.key), prepared.key.digests[0]]
    moved = await connection.fetchval(f"WITH {', '.join(parts)} SELECT id FROM moved", *arguments)  # noqa: S608
    if moved is not None and prepared.saved and prepared.removed:
        await connection.execute("DELETE FROM providers WHERE id = ANY($1::text[])", list(prepared.removed))
    for provider_id, last in superseded.items() if moved is not None else ():
        await connection.execute(_DESTROY, prepared.instance_id, provider_id, last)
    return moved is not None


def _arguments(prepared: PreparedWrite) -> list[Any]:
    events = [rows.of_event(event) for event in prepared.events]
    _, _, provider_ids, types, payloads, actors, peers, times = zip(*events, strict=True)
    return [
        prepared.instance_id,
        prepared.sequence,
        len(events),
        prepared.count,
        prepared.active_id,
        actors[0],
        peers[0],
        times[0],
        prepared.write_id,
        [event.sequence - prepared.sequence for event in prepared.events],
        list(provider_ids),
        list(types),
        list(payloads),
    ]


def _saved(prepared: PreparedWrite) -> list[tuple[Any, ...]]:
    renewed = rows.with_new_settings(prepared.events)
    return [
        tuple(
            _KEPT if name == "settings" and each.id not in renewed else value
            for name, value in zip(_COLUMNS, row, strict=True)
        )
        for each, row in ((each, rows.of_provider(each)) for each in prepared.saved)
    ]


async def destroy_superseded(connection: Connection, limit: int) -> int:
    """Destroy secrets in events that no provider has any more, and return how many."""
    status = await connection.execute(_DESTROY_ANYWHERE, limit)
    return int(status.split()[-1])  # "UPDATE 3"


async def was_written(connection: Connection, prepared: PreparedWrite) -> bool:
    """Return whether a decision was written.

    The answer False is final only once the decision can't be written any more.
    """
    found = await connection.fetchval(
        "SELECT write_id FROM events WHERE instance_id = $1 AND sequence = $2",
        prepared.instance_id,
        prepared.sequence + 1,
    )
    return bool(found == prepared.write_id)


async def add(
    connection: Connection, instance_id: str, events: Sequence[tuple[Caller, Change, int]], quota: Quota = UNBOUNDED
) -> int:
    """Append events that each add a provider, and save the providers.

    Args:
        connection: The connection to use.
        instance_id: The instance that they are added to.
        events: Of each event its caller, its change and its time as it is stored.
        quota: How much the instance may have.

    Returns:
        The sequence of the last event.

    Raises:
        LookupError: There is no such instance.
        ConfigQuotaExceeded: It would have more providers than it may; none of the events was stored.
        EventQuotaExceeded: It would have more events than it may, likewise.
        asyncpg.UniqueViolationError: One of the providers was added before.
    """
    last: int | None = await connection.fetchval(
        _ADD,
        instance_id,
        len(events),
        list(range(1, len(events) + 1)),
        [change.provider_id for _, change, _ in events],
        [change.type.value for _, change, _ in events],
        [dump_change(change) for _, change, _ in events],
        [caller.token.id for caller, _, _ in events],
        [storable(caller.peer) for caller, _, _ in events],
        [at for _, _, at in events],
        [dump_settings(_settings(change)) for _, change, _ in events],
        [change.sealed for _, change, _ in events],
        quota.providers,
        quota.events,
    )
    if last is None:
        head = await connection.fetchrow(_COUNT, instance_id)
        if head is None:
            raise unknown_instance(instance_id)
        quota.check(head[0], head[1], [change for _, change, _ in events])
        raise StoreUnavailable  # another call has made room meanwhile
    return last


async def find_added(connection: Connection, instance_id: str, provider_id: str) -> Event | None:
    """Return the event that added a provider, or None if the instance has none."""
    row = await connection.fetchrow(_ADDED, instance_id, provider_id)
    return rows.to_event(tuple(row)) if row else None


async def replay(
    connection: Connection, caller: Caller, key: IdempotencyKey, now: datetime
) -> tuple[Event, ...] | None:
    """Return the events of the call that had this key first, or None if no call had it. An expired key is deleted.

    Raises:
        IdempotencyKeyReused: The key was used with another request.
    """
    place = caller.instance_id, caller.token.id, storable(key.key)
    row = await connection.fetchrow(_KEY, *place)
    if row is None:
        return None
    sequences = keys.first_call(tuple(row), key, now)
    if sequences is None:
        await connection.execute(_FORGET, *place, keys.expiry(now))
        return None
    found = await connection.fetch(_EVENTS, caller.instance_id, sequences.start, sequences.stop)
    return tuple(rows.to_event(tuple(each)) for each in found)


async def forget_old_keys(connection: Connection, now: datetime) -> None:
    """Delete some of the expired keys."""
    await connection.execute(_FORGET_OLD, keys.expiry(now))


def can_be_stored(text: str) -> bool:
    """Return whether PostgreSQL can store a text: it has no NUL, and no half of a surrogate pair."""
    return "\0" not in text and text == text.encode("utf-8", "replace").decode()


def sought(text: str) -> str:
    """Return an id to search for: the empty one, which no record has, instead of one that can't be stored."""
    return text if can_be_stored(text) else ""


def storable(text: str) -> str:
    """Return a text with the characters replaced that can't be stored."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _provider(columns: Sequence[Any]) -> Provider | None:
    return rows.to_provider(columns) if columns[0] is not None else None


def _settings(change: Change) -> Any:
    if change.settings is None:
        raise ValueError(f"the event that adds {change.provider_id} has no settings")
    return change.settings
