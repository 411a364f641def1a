"""The state made anew from the log, in PostgreSQL: in one transaction, one instance after the other.

What is as it should be is not written again.
"""

from __future__ import annotations

from typing import Any

from mailproof.ledger import evolve
from mailproof.model import ConfigState, Provider
from mailproof.store import rows
from mailproof.store.postgres_pool import Connection, transaction

_LONG = 3600.0
"""Seconds for one statement over a whole table."""

_BATCH = 1000
_LOCK = "SELECT id FROM instances ORDER BY id FOR UPDATE"
_LOG = f"SELECT {rows.EVENT} FROM events WHERE instance_id = $1 ORDER BY sequence"  # noqa: S608 - constants
_STATE = f"SELECT {rows.PROVIDER} FROM providers WHERE instance_id = $1"  # noqa: S608 - constants
_INSERT = f"INSERT INTO providers ({rows.PROVIDER}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"  # noqa: S608
_HEAD = "UPDATE instances SET sequence = $2, provider_count = $3, active_id = $4 WHERE id = $1"


async def rebuild(connection: Connection) -> int:
    """Make the state anew from the events; return how many providers differ from before."""
    async with transaction(connection):
        return await rebuild_within(connection)


async def rebuild_within(connection: Connection) -> int:
    """Do what `rebuild` does inside a transaction that was begun."""
    return sum([await _rebuild(connection, row[0]) for row in await connection.fetch(_LOCK)])


async def _rebuild(connection: Connection, instance_id: str) -> int:
    known: dict[str, Provider] = {}
    sequence = 0
    async for row in connection.cursor(_LOG, instance_id, prefetch=_BATCH):
        event = rows.to_event(tuple(row))
        sequence = event.sequence
        for provider_id, provider in evolve(event, known).items():
            known.pop(provider_id, None)
            if provider is not None:
                known[provider_id] = provider
    right: dict[str, tuple[Any, ...]] = {each.id: rows.of_provider(each) for each in known.values()}
    wrong = set(right)
    async for row in connection.cursor(_STATE, instance_id, prefetch=_BATCH):
        found = tuple(row)
        if right.get(found[0]) == found:
            wrong.remove(found[0])
        else:
            wrong.add(found[0])
    await connection.execute("DELETE FROM providers WHERE id = ANY($1::text[])", list(wrong), timeout=_LONG)
    await connection.executemany(_INSERT, [right[each] for each in wrong if each in right], timeout=_LONG)
    active = next((each.id for each in known.values() if each.state is ConfigState.ACTIVE), None)
    await connection.execute(_HEAD, instance_id, sequence, len(known), active)
    return len(wrong)
