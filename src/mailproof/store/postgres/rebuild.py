"""Computes the state in PostgreSQL anew from the events, while the database is in use; stores it, or only compares it.

Everything is done in one transaction. First the events are replayed without a lock. Then the instances are locked, to
replay the events that were appended meanwhile, to compare, and to replace the rows that differ. Memory grows with the
providers, and not with the log.
"""

from __future__ import annotations

from typing import Any

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.model import Provider
from mailproof.domain.phrase import say
from mailproof.store import rows
from mailproof.store.payloads import UNREADABLE
from mailproof.store.postgres import schema
from mailproof.store.postgres.pool import Connection, transaction
from mailproof.store.replay import Replay, Start

_BATCH = 1000
_HEADS = "SELECT id, sequence, provider_count, active_id, thinned_through, thinned_count FROM instances ORDER BY id"
_EVENTS = f"SELECT {rows.EVENT} FROM events WHERE instance_id = $1 AND sequence > $2 ORDER BY sequence"  # noqa: S608
_STATE = f"SELECT {rows.PROVIDER} FROM providers WHERE instance_id = $1"  # noqa: S608 - constants
_INSERT = f"INSERT INTO providers ({rows.PROVIDER}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"  # noqa: S608
_HEAD = "UPDATE instances SET sequence = $2, provider_count = $3, active_id = $4 WHERE id = $1"


async def rebuild(connection: Connection, *, check: bool) -> int:
    """Compute the state anew, and store it.

    Args:
        connection: The connection to use.
        check: Whether the state is only compared: nothing is changed or locked.

    Returns:
        How many records differed: providers, and instances whose counts were wrong.

    Raises:
        LogBroken: An event is missing, or can't follow those before it.
        StoreUnavailable: A newer release made the database.
    """
    replays: dict[str, Replay] = {}
    if check:
        async with transaction(connection, "REPEATABLE READ, READ ONLY"):
            return await _compare(connection, replays, mend=False)
    newer = await schema.newer(connection)
    if newer:  # what it keeps beside the columns known here would be lost
        raise StoreUnavailable(say("{newer}: rebuild it with that release; nothing was changed", newer=newer))
    async with transaction(connection):
        await _replay(connection, await connection.fetch(_HEADS), replays)
        return await _compare(connection, replays, mend=True)


async def _replay(connection: Connection, heads: list[Any], replays: dict[str, Replay]) -> None:
    """Replay the events that were not replayed before."""
    for instance_id, promised, _, _, *where in heads:
        start = Start(*where)
        replay = replays.get(instance_id)
        if replay is None or replay.start != start:  # the log was thinned meanwhile: it begins elsewhere
            replay = replays[instance_id] = Replay(instance_id, start=start)
        async for row in connection.cursor(_EVENTS, instance_id, replay.last, prefetch=_BATCH):
            replay.follow(rows.to_event(tuple(row)))
        replay.end(promised)


async def _compare(connection: Connection, replays: dict[str, Replay], *, mend: bool) -> int:
    differ = 0
    heads = await connection.fetch(f"{_HEADS} FOR UPDATE" if mend else _HEADS)
    await _replay(connection, heads, replays)
    for head in heads:
        replay = replays[head[0]]
        wrong = await _differing(connection, replay)
        if mend and wrong:
            right = [rows.of_provider(replay.providers[each]) for each in wrong if each in replay.providers]
            await connection.execute("DELETE FROM providers WHERE id = ANY($1::text[])", list(wrong))
            await connection.executemany(_INSERT, right)
        stored = tuple(head)[: len(replay.head)]
        if mend and stored != replay.head:
            await connection.execute(_HEAD, *replay.head)
        differ += len(wrong) + (stored != replay.head)
    return differ


async def _differing(connection: Connection, replay: Replay) -> set[str]:
    """Return the ids of the providers that are missing, that should not be there, or that differ from the events."""
    wrong = set(replay.providers)
    async for row in connection.cursor(_STATE, replay.instance_id, prefetch=_BATCH):
        if _means(tuple(row), replay.providers.get(row[0])):
            wrong.remove(row[0])
        else:
            wrong.add(row[0])
    return wrong


def _means(row: tuple[Any, ...], provider: Provider | None) -> bool:
    """Return whether a row means a provider: another release may have written the same settings in another form."""
    try:
        return provider is not None and rows.to_provider(row) == provider
    except UNREADABLE:
        return False
