"""The records of access tokens in PostgreSQL. Each call may be repeated after a lost connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from mailproof.domain.token_record import TokenRecord
from mailproof.store import rows
from mailproof.store.postgres.pool import Connection, transaction

_INSTANCES = "ARRAY(SELECT instance_id FROM token_instances WHERE token_id = tokens.id ORDER BY position)"
_SELECT = f"SELECT {rows.TOKEN}, {_INSTANCES} FROM tokens"  # noqa: S608 - constants
_FIND = f"{_SELECT} WHERE digest = $1"
_GET = f"{_SELECT} WHERE id = $1"
_COLUMNS = rows.TOKEN.split(", ")
_PLACES = ", ".join(f"${place}" for place, _ in enumerate(_COLUMNS, 4))
DIGESTS = "SELECT digest FROM tokens WHERE revoked_at IS NULL"
_CREATE = (
    "WITH made AS (INSERT INTO instances (id, is_default, created_at) "  # noqa: S608 - constants
    "SELECT v.id, false, $3::bigint FROM unnest($1::text[]) AS v (id) ON CONFLICT DO NOTHING), "
    f"token AS (INSERT INTO tokens ({rows.TOKEN}) VALUES ({_PLACES})) "
    "INSERT INTO token_instances (token_id, position, instance_id) "
    "SELECT $4, v.position, v.id FROM unnest($2::bigint[], $1::text[]) AS v (position, id)"
)
_REPLACE = (
    "UPDATE tokens SET digest = $1, sealed = $2, fingerprint = $3, revoked_at = $4, expires_at = $5 "
    "WHERE id = $6 AND sealed IS NOT DISTINCT FROM $7 RETURNING id"
)
_USE = (
    "UPDATE tokens SET last_used_at = v.at FROM unnest($1::text[], $2::bigint[]) AS v (id, at) "
    "WHERE tokens.id = v.id AND coalesce(tokens.last_used_at, 0) < v.at"
)
_KEY_CHECK = "SELECT sealed FROM token_key_check"
_KEEP = "INSERT INTO token_key_check (id, sealed) VALUES (1, $1) ON CONFLICT DO NOTHING RETURNING id"
_KEEP_INSTEAD = "UPDATE token_key_check SET sealed = $1 WHERE sealed = $2 RETURNING id"


async def find(connection: Connection, digest: bytes) -> TokenRecord | None:
    """Return the record with this digest, or None if there is none."""
    return _record(await connection.fetchrow(_FIND, digest))


async def find_all(connection: Connection) -> tuple[TokenRecord, ...]:
    """Return all records, the oldest first."""
    found = sorted(await connection.fetch(_SELECT), key=lambda row: (row["created_at"], row["id"]))
    return tuple(record for record in map(_record, found) if record is not None)


async def create(connection: Connection, record: TokenRecord, instance_ids: Sequence[str], now: int) -> None:
    """Store a record. Instances that do not exist are created.

    Raises:
        asyncpg.UniqueViolationError: Another token has this digest or id.
    """
    positions = list(range(len(instance_ids)))
    try:
        await connection.execute(_CREATE, list(instance_ids), positions, now, *rows.of_token(record))
    except asyncpg.UniqueViolationError:
        if await find(connection, record.digest) != record:  # otherwise an earlier try was carried out
            raise


async def create_instance(connection: Connection, instance_id: str, now: datetime) -> bool:
    """Make an instance, unless there is one with this id. Return whether it was made.

    The call may be repeated after a lost connection; then one that was carried out before counts as not made.
    """
    made: str | None = await connection.fetchval(
        "INSERT INTO instances (id, is_default, created_at) VALUES ($1, false, $2) ON CONFLICT DO NOTHING RETURNING id",
        instance_id,
        rows.micros(now),
    )
    return made is not None


async def replace(connection: Connection, old: TokenRecord, new: TokenRecord) -> bool:
    """Put a record in the place of another one, if that still has its seal."""
    if await connection.fetchval(_REPLACE, *rows.seal_columns(new), old.id, old.sealed) is not None:
        return True
    kept = _record(await connection.fetchrow(_GET, old.id))
    return kept is not None and kept.sealed == new.sealed  # by an earlier try


async def use(connection: Connection, uses: Mapping[str, datetime]) -> None:
    """Store when tokens were used."""
    await connection.execute(_USE, list(uses), [rows.micros(moment) for moment in uses.values()])


async def key_check(connection: Connection) -> bytes | None:
    """Return the key check; None if none is kept."""
    kept: bytes | None = await connection.fetchval(_KEY_CHECK)
    return kept


async def reseal(
    connection: Connection, changes: Sequence[tuple[TokenRecord, TokenRecord]], old: bytes | None, new: bytes
) -> bool:
    """Put records in the place of others, and keep a key check, if the kept one is the old one."""
    async with transaction(connection):
        if old is None:
            kept = await connection.fetchval(_KEEP, new)
        else:
            kept = await connection.fetchval(_KEEP_INSTEAD, new, old)
        if kept is None:
            return await key_check(connection) == new  # by an earlier try
        await connection.executemany(
            _REPLACE, [(*rows.seal_columns(after), before.id, before.sealed) for before, after in changes]
        )
    return True


def _record(row: asyncpg.Record | None) -> TokenRecord | None:
    if row is None:
        return None
    *columns, instance_ids = tuple(row)
    return rows.to_token(columns, instance_ids)
