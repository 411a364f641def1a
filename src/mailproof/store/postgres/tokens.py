"""Access tokens in PostgreSQL. Each call is one statement."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import asyncpg

from mailproof.domain.model import Token
from mailproof.store import rows
from mailproof.store.postgres.pool import Connection

_INSTANCES = "ARRAY(SELECT instance_id FROM token_instances WHERE token_id = tokens.id ORDER BY position)"
_SELECT = f"SELECT {rows.TOKEN}, {_INSTANCES} FROM tokens"  # noqa: S608 - constants
_FIND = f"{_SELECT} WHERE digest = $1 AND revoked_at IS NULL"
DIGESTS = "SELECT digest FROM tokens WHERE revoked_at IS NULL"
_CREATE = (
    "WITH made AS (INSERT INTO instances (id, is_default, created_at) "
    "SELECT v.id, false, $5::bigint FROM unnest($1::text[]) AS v (id) ON CONFLICT DO NOTHING), "
    "token AS (INSERT INTO tokens (id, name, role, created_at, digest) VALUES ($2, $3, $4, $5::bigint, $6)) "
    "INSERT INTO token_instances (token_id, position, instance_id) "
    "SELECT $2, v.position, v.id FROM unnest($7::bigint[], $1::text[]) AS v (position, id)"
)
_REVOKE = f"UPDATE tokens SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING {rows.TOKEN}, {_INSTANCES}"  # noqa: S608


async def find(connection: Connection, digest: bytes) -> Token | None:
    """Return the token with this digest, or None if there is none or it is revoked."""
    return _token(await connection.fetchrow(_FIND, digest))


async def find_all(connection: Connection) -> tuple[Token, ...]:
    """Return all tokens, the oldest first."""
    found = [_token(row) for row in await connection.fetch(_SELECT)]
    tokens = [token for token in found if token is not None]
    return tuple(sorted(tokens, key=lambda token: (token.created_at, token.id)))


async def create(connection: Connection, digest: bytes, token: Token) -> Token:
    """Store a token. If it has no instances, it is for the default one. Instances that do not exist are created.

    The call may be repeated after a lost connection.

    Raises:
        asyncpg.UniqueViolationError: Another token has this digest or id.
    """
    instance_ids = token.instance_ids or (await connection.fetchval("SELECT id FROM instances WHERE is_default"),)
    made = replace(token, instance_ids=instance_ids)
    try:
        await connection.execute(
            _CREATE,
            list(instance_ids),
            token.id,
            token.name,
            token.role.value,
            rows.micros(token.created_at),
            digest,
            list(range(len(instance_ids))),
        )
    except asyncpg.UniqueViolationError:
        if await find(connection, digest) != made:  # otherwise an earlier try was carried out
            raise
    return made


async def revoke(connection: Connection, token_id: str, now: datetime) -> Token | None:
    """Mark a token as revoked and return it; a second time changes nothing."""
    return _token(await connection.fetchrow(_REVOKE, token_id, rows.micros(now)))


def _token(row: asyncpg.Record | None) -> Token | None:
    if row is None:
        return None
    *columns, instance_ids = tuple(row)
    return rows.to_token(columns, instance_ids)
