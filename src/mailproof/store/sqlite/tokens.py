"""The records of access tokens in SQLite, inside the transaction of the caller."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from mailproof.domain.token_record import TokenRecord
from mailproof.store import rows

_SELECT = f"SELECT {rows.TOKEN} FROM tokens"  # noqa: S608 - constants
DIGESTS = "SELECT digest FROM tokens WHERE revoked_at IS NULL"
FIND = (  # one statement, since every call begins with it
    f"SELECT {rows.TOKEN}, instance_id FROM tokens JOIN token_instances ON token_id = id "  # noqa: S608 - constants
    "WHERE digest = ? ORDER BY position"
)
KEY_CHECK = "SELECT sealed FROM token_key_check"
_JOIN = "INSERT INTO token_instances (token_id, position, instance_id) VALUES (?, ?, ?)"
_PLACES = ", ".join("?" for _ in rows.TOKEN.split(", "))


@lru_cache(maxsize=256)
def _of_rows(found: tuple[tuple[Any, ...], ...]) -> TokenRecord:
    """Return the record of its rows, which are read from the database each time, and are mostly the same as before."""
    return rows.to_token(found[0][:-1], [row[-1] for row in found])


def of_rows(found: list[tuple[Any, ...]]) -> TokenRecord | None:
    """Return the record of the rows of `FIND`, or None if there are none."""
    return _of_rows(tuple(found)) if found else None


def find_all(connection: sqlite3.Connection) -> tuple[TokenRecord, ...]:
    """Return all records, the oldest first."""
    instances: dict[str, list[str]] = {}
    for token_id, instance_id in connection.execute(
        "SELECT token_id, instance_id FROM token_instances ORDER BY position"
    ):
        instances.setdefault(token_id, []).append(instance_id)
    found = connection.execute(f"{_SELECT} ORDER BY created_at, id").fetchall()
    return tuple(rows.to_token(row, instances.get(row[0], ())) for row in found)


def create(connection: sqlite3.Connection, record: TokenRecord, instance_ids: Sequence[str], now: int) -> None:
    """Store a record. Instances that do not exist are created."""
    connection.execute(f"INSERT INTO tokens ({rows.TOKEN}) VALUES ({_PLACES})", rows.of_token(record))  # noqa: S608
    for position, instance_id in enumerate(instance_ids):
        _create_instance(connection, instance_id, now)
        connection.execute(_JOIN, (record.id, position, instance_id))


def create_instance(connection: sqlite3.Connection, instance_id: str, now: datetime) -> bool:
    """Make an instance, unless there is one with this id. Return whether it was made."""
    return _create_instance(connection, instance_id, rows.micros(now))


def _create_instance(connection: sqlite3.Connection, instance_id: str, now: int) -> bool:
    made = connection.execute(
        "INSERT INTO instances (id, is_default, created_at) VALUES (?, 0, ?) ON CONFLICT (id) DO NOTHING",
        (instance_id, now),
    )
    return made.rowcount == 1


def replace(connection: sqlite3.Connection, old: TokenRecord, new: TokenRecord) -> bool:
    """Put a record in the place of another one, if that still has its seal."""
    done = connection.execute(
        "UPDATE tokens SET digest = ?, sealed = ?, fingerprint = ?, revoked_at = ?, expires_at = ? "
        "WHERE id = ? AND sealed IS ?",
        (*rows.seal_columns(new), old.id, old.sealed),
    )
    return done.rowcount == 1


def use(connection: sqlite3.Connection, uses: Mapping[str, datetime]) -> None:
    """Store when tokens were used."""
    connection.executemany(
        "UPDATE tokens SET last_used_at = ?1 WHERE id = ?2 AND coalesce(last_used_at, 0) < ?1",
        [(rows.micros(moment), token_id) for token_id, moment in uses.items()],
    )


def reseal(
    connection: sqlite3.Connection,
    changes: Sequence[tuple[TokenRecord, TokenRecord]],
    old: bytes | None,
    key_check: bytes,
) -> bool:
    """Put records in the place of others, and keep a key check, if the kept one is the old one."""
    kept = connection.execute(KEY_CHECK).fetchone()
    if (kept[0] if kept else None) != old:
        return False
    connection.execute("INSERT OR REPLACE INTO token_key_check (id, sealed) VALUES (1, ?)", (key_check,))
    for before, after in changes:
        replace(connection, before, after)
    return True
