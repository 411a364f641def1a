"""Thins the event logs in PostgreSQL, a batch at a time, each under the lock of its instance's row."""

from __future__ import annotations

from datetime import datetime

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.phrase import say
from mailproof.domain.thinning import ThinningPolicy
from mailproof.store import keys, rows
from mailproof.store.postgres import schema
from mailproof.store.postgres.pool import Connection, transaction
from mailproof.store.replay import Start
from mailproof.store.thinning import BATCH, ThinnedBatch, bounds, named_in, prefix, thin

HEAD = "SELECT thinned_through, thinned_count, sequence FROM instances WHERE id = $1"
# Locked, so that nobody destroys a secret in them of which a snapshot would keep a copy.
_OLDEST = (
    f"SELECT {rows.EVENT} FROM events WHERE instance_id = $1 AND sequence > $2 "  # noqa: S608 - constants
    f"ORDER BY sequence LIMIT {BATCH} FOR UPDATE"
)
_SNAPSHOTS = (
    f"SELECT {rows.EVENT} FROM events WHERE instance_id = $1 AND provider_id = ANY($2::text[]) "  # noqa: S608
    "AND sequence <= $3 ORDER BY sequence FOR UPDATE"
)
_KEPT_FROM = "SELECT min(first_sequence) FROM idempotency_keys WHERE instance_id = $1 AND created_at >= $2"
_PUT = (
    "UPDATE events SET type = v.type, payload = v.payload "
    "FROM unnest($2::bigint[], $3::text[], $4::text[]) AS v (sequence, type, payload) "
    "WHERE events.instance_id = $1 AND events.sequence = v.sequence"
)
_DELETE = "DELETE FROM events WHERE instance_id = $1 AND sequence = ANY($2::bigint[])"
_COUNT = (
    "SELECT count(*) FROM events WHERE instance_id = $1 AND sequence > $2 AND created_at < $3 "
    "AND (created_at < $4 OR sequence <= $5)"
)
_MOVE = "UPDATE instances SET thinned_through = $2, thinned_count = $3 WHERE id = $1"


async def thin_batch(
    connection: Connection, instance_id: str, policy: ThinningPolicy, now: datetime
) -> ThinnedBatch | None:
    """Take the oldest events of an instance away that go, as many as a batch has. The call may be repeated.

    Returns:
        What is left of them; None if none goes.

    Raises:
        LogBroken: See `mailproof.store.thinning.thin`.
        StoreUnavailable: A newer release made the database.
    """
    newer = await schema.newer(connection)
    if newer:  # what that release keeps in events, snapshots of this one would lose
        raise StoreUnavailable(say("{newer}: thin it with that release; nothing was changed", newer=newer))
    async with transaction(connection):
        head = await connection.fetchrow(f"{HEAD} FOR UPDATE", instance_id)
        if head is None:
            return None
        start, last = Start(head[0], head[1]), head[2]
        kept_from = await connection.fetchval(_KEPT_FROM, instance_id, keys.expiry(now))
        oldest = await connection.fetch(_OLDEST, instance_id, start.thinned_through)
        events = prefix([rows.to_event(tuple(row)) for row in oldest], policy, last, kept_from, now)
        if not events:
            return None
        named = sorted(named_in(events)) if start.thinned_through else []
        snapshots = await connection.fetch(_SNAPSHOTS, instance_id, named, start.thinned_through) if named else []
        done = thin(start, [rows.to_event(tuple(row)) for row in snapshots], events)
        await connection.execute(_DELETE, instance_id, list(done.gone))
        put = [rows.of_event(each) for each in done.snapshots]
        if put:
            sequences, types, payloads = ([row[column] for row in put] for column in (1, 3, 4))
            await connection.execute(_PUT, instance_id, sequences, types, payloads)
        await connection.execute(_MOVE, instance_id, done.start.thinned_through, done.start.thinned_count)
    return done


async def count(connection: Connection, instance_id: str, policy: ThinningPolicy, now: datetime) -> int:
    """Return how many events go, but for those that an idempotency key still answers with."""
    head = await connection.fetchrow(HEAD, instance_id)
    if head is None:
        return 0
    found: int = await connection.fetchval(_COUNT, instance_id, *bounds(policy, head[0], head[2], now))
    return found
