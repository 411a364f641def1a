"""Access tokens in SQLite, inside the transaction of the caller."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from mailproof.domain.model import Token
from mailproof.store import rows

_SELECT = f"SELECT {rows.TOKEN} FROM tokens"  # noqa: S608 - constants
DIGESTS = "SELECT digest FROM tokens WHERE revoked_at IS NULL"
FIND = (  # one statement, since every call begins with it
    f"SELECT {rows.TOKEN}, instance_id FROM tokens JOIN token_instances ON token_id = id "  # noqa: S608 - constants
    "WHERE digest = ? AND revoked_at IS NULL ORDER BY position"
)


@lru_cache(maxsize=256)
def _of_rows(found: tuple[tuple[Any, ...], ...]) -> Token:
    """Return the token of its rows, which are read from the database each time, and are mostly the same as before."""
    return rows.to_token(found[0][:-1], [row[-1] for row in found])


def of_rows(found: list[tuple[Any, ...]]) -> Token | None:
    """Return the token of the rows of `FIND`, or None if there are none, as for a revoked token."""
    return _of_rows(tuple(found)) if found else None


def find_all(connection: sqlite3.Connection) -> tuple[Token, ...]:
    """Return all tokens, the oldest first."""
    found = connection.execute(f"{_SELECT} ORDER BY created_at, id").fetchall()
    return tuple(_token(connection, row) for row in found)


def create(connection: sqlite3.Connection, digest: bytes, token: Token) -> Token:
    """Store a token. If it has no instances, it is for the default one. Instances that do not exist are created."""
    instance_ids: Sequence[str] = token.instance_ids or [
        connection.execute("SELECT id FROM instances WHERE is_default = 1").fetchone()[0]
    ]
    now = rows.micros(token.created_at)
    connection.execute(
        f"INSERT INTO tokens ({rows.TOKEN}, digest) VALUES (?, ?, ?, ?, NULL, ?)",  # noqa: S608 - constants
        (token.id, token.name, token.role.value, now, digest),
    )
    for position, instance_id in enumerate(instance_ids):
        connection.execute(
            "INSERT INTO instances (id, is_default, created_at) VALUES (?, 0, ?) ON CONFLICT (id) DO NOTHING",
            (instance_id, now),
        )
        connection.execute("INSERT INTO token_instances VALUES (?, ?, ?)", (token.id, position, instance_id))
    return replace(token, instance_ids=tuple(instance_ids))


def revoke(connection: sqlite3.Connection, token_id: str, now: datetime) -> Token | None:
    """Mark a token as revoked and return it; a second time changes nothing."""
    row = connection.execute(
        f"UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? RETURNING {rows.TOKEN}",  # noqa: S608
        (rows.micros(now), token_id),
    ).fetchone()
    return _token(connection, row) if row else None


def _token(connection: sqlite3.Connection, row: Sequence[Any]) -> Token:
    found = connection.execute(
        "SELECT instance_id FROM token_instances WHERE token_id = ? ORDER BY position", (row[0],)
    )
    return rows.to_token(row, [each[0] for each in found])
