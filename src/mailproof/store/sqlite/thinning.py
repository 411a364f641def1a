"""Thins the event logs in SQLite, a batch at a time, inside the transaction of the writer."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.ledger import Event
from mailproof.domain.phrase import say
from mailproof.domain.thinning import ThinningPolicy
from mailproof.store import keys, rows
from mailproof.store.replay import Start
from mailproof.store.sqlite import schema
from mailproof.store.thinning import BATCH, ThinnedBatch, bounds, named_in, prefix, thin

HEAD = "SELECT thinned_through, thinned_count, sequence FROM instances WHERE id = ?"
_OLDEST = f"SELECT {rows.EVENT} FROM events WHERE instance_id = ? AND sequence > ? ORDER BY sequence LIMIT ?"  # noqa: S608
_SNAPSHOT = f"SELECT {rows.EVENT} FROM events WHERE instance_id = ? AND provider_id = ? AND sequence <= ?"  # noqa: S608
_KEPT_FROM = "SELECT min(first_sequence) FROM idempotency_keys WHERE instance_id = ? AND created_at >= ?"
_PUT = "UPDATE events SET type = ?, payload = ? WHERE instance_id = ? AND sequence = ?"
_DELETE = "DELETE FROM events WHERE instance_id = ? AND sequence = ?"
_MOVE = "UPDATE instances SET thinned_through = ?, thinned_count = ? WHERE id = ?"
_COUNT = (
    "SELECT count(*) FROM events WHERE instance_id = ? AND sequence > ? AND created_at < ? "
    "AND (created_at < ? OR sequence <= ?)"
)


def thin_batch(
    connection: sqlite3.Connection, instance_id: str, policy: ThinningPolicy, now: datetime
) -> ThinnedBatch | None:
    """Take the oldest events of an instance away that go, as many as a batch has.

    Returns:
        What is left of them; None if none goes.

    Raises:
        LogBroken: See `mailproof.store.thinning.thin`.
        StoreUnavailable: A newer release made the database.
    """
    newer = schema.newer(connection)
    if newer:  # what that release keeps in events, snapshots of this one would lose
        raise StoreUnavailable(say("{newer}: thin it with that release; nothing was changed", newer=newer))
    head = connection.execute(HEAD, (instance_id,)).fetchone()
    if head is None:
        return None
    start, last = Start(*head[:2]), head[2]
    kept_from = connection.execute(_KEPT_FROM, (instance_id, keys.expiry(now))).fetchone()[0]
    oldest = connection.execute(_OLDEST, (instance_id, start.thinned_through, BATCH)).fetchall()
    events = prefix([rows.to_event(row) for row in oldest], policy, last, kept_from, now)
    if not events:
        return None
    done = thin(start, _snapshots(connection, instance_id, events, start), events)
    connection.executemany(_DELETE, [(instance_id, sequence) for sequence in done.gone])
    for snapshot in done.snapshots:
        row = rows.of_event(snapshot)
        connection.execute(_PUT, (row[3], row[4], instance_id, snapshot.sequence))
    connection.execute(_MOVE, (done.start.thinned_through, done.start.thinned_count, instance_id))
    return done


def count(connection: sqlite3.Connection, instance_id: str, policy: ThinningPolicy, now: datetime) -> int:
    """Return how many events go, but for those that an idempotency key still answers with."""
    head = connection.execute(HEAD, (instance_id,)).fetchone()
    if head is None:
        return 0
    found: int = connection.execute(_COUNT, (instance_id, *bounds(policy, head[0], head[2], now))).fetchone()[0]
    return found


def _snapshots(connection: sqlite3.Connection, instance_id: str, events: Sequence[Event], start: Start) -> list[Event]:
    found: list[Event] = []
    for provider_id in named_in(events) if start.thinned_through else ():
        place = instance_id, provider_id, start.thinned_through
        found += [rows.to_event(row) for row in connection.execute(_SNAPSHOT, place).fetchall()]
    return sorted(found, key=lambda each: each.sequence)
