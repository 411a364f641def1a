"""Kept tests in PostgreSQL: what the store's methods do on a connection.

A statement that deletes passes over rows that another replica is deleting, so no two wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from mailproof.domain.kept_test import KeptTest, TestQuery
from mailproof.store import rows
from mailproof.store.conditions import POSTGRES
from mailproof.store.kept_rows import GOOD, REPORT, TEST, TRIMMED, filter_columns, key_of, listing, to_test
from mailproof.store.postgres.log import sought
from mailproof.store.postgres.pool import Connection

_FIELDS = filter_columns('{} COLLATE "C"')
_COUNT = len(TEST.split(", "))
_OF_CONFIG = "instance_id = $1 AND config_id = $2"
_INSERT = (  # $2 and $3 are the instance and the configuration
    "WITH last AS (SELECT coalesce(max(number), 0) AS number FROM tests "  # noqa: S608 - constants
    "WHERE instance_id = $2 AND config_id = $3), "
    f"kept AS (INSERT INTO tests ({TEST}, number) SELECT {{}}, last.number + 1 FROM last "
    "ON CONFLICT (id) DO NOTHING RETURNING id), "
    f"reported AS (INSERT INTO test_reports ({REPORT}) SELECT kept.id, ${_COUNT + 1}::bytea FROM kept "
    f"WHERE length(${_COUNT + 1}::bytea) > 0 RETURNING test_id) "
    "SELECT kept.id FROM kept"
)
_TRIM = (  # by place and not by number: tests of several replicas that are kept at the same moment may share one
    f"DELETE FROM tests WHERE id IN (SELECT id FROM tests WHERE id IN (SELECT id FROM tests WHERE {_OF_CONFIG} "  # noqa: S608
    f"ORDER BY number DESC, id DESC OFFSET $3 LIMIT {TRIMMED}) "
    f"AND id <> coalesce((SELECT id FROM tests WHERE {_OF_CONFIG} AND {GOOD} ORDER BY number DESC LIMIT 1), 0) "
    "FOR UPDATE SKIP LOCKED)"
)
_COLUMNS = rows.columns("t", TEST)
_WITH_REPORT = f"SELECT {_COLUMNS}, r.report FROM tests AS t LEFT JOIN test_reports AS r ON r.test_id = t.id "  # noqa: S608
_FIND = f"{_WITH_REPORT} WHERE t.id = $1 AND t.instance_id = $2"
_LAST_GOOD = (
    f"{_WITH_REPORT} WHERE t.id = (SELECT id FROM tests WHERE {_OF_CONFIG} AND {GOOD} AND started_at < $3 "  # noqa: S608
    "ORDER BY number DESC LIMIT 1)"
)
_DELETE_BEFORE = (
    "DELETE FROM tests WHERE id IN "
    "(SELECT id FROM tests WHERE started_at < $1 ORDER BY started_at LIMIT $2 FOR UPDATE SKIP LOCKED)"
)
_BOUND = "SELECT started_at, id FROM tests WHERE instance_id = $1 ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET $2"
_DELETE_BEYOND = (
    "DELETE FROM tests WHERE id IN (SELECT id FROM tests WHERE instance_id = $1 AND (started_at, id) <= ($2, $3) "
    "ORDER BY started_at, id LIMIT $4 FOR UPDATE SKIP LOCKED)"
)


def _typed() -> str:
    """Return the parameters of a row with their types, which a SELECT does not tell the server."""
    numbers = {"id", "config_sequence", "started_at", "elapsed_ms", "certificate_expires_at", "reply_code"}
    named = enumerate(TEST.split(", "), 1)
    return ", ".join(f"${place}::{'bigint' if name in numbers else 'text'}" for place, name in named)


_KEEP = _INSERT.format(_typed())


async def keep(connection: Connection, row: tuple[Any, ...], report: bytes, most: int) -> None:
    """Keep the test of a row, and delete those that its configuration has beyond `most`. It can be repeated."""
    if await connection.fetchval(_KEEP, *row, report) is not None:
        await connection.execute(_TRIM, row[1], row[2], most)


async def find(connection: Connection, instance_id: str, test_id: str) -> KeptTest | None:
    """Return a test with its report."""
    key = key_of(test_id)
    return None if key is None else _with_report(await connection.fetchrow(_FIND, key, sought(instance_id)))


async def find_last_good(
    connection: Connection, instance_id: str, config_id: str, before: datetime | None
) -> KeptTest | None:
    """Return the last good test of a configuration, with its report."""
    bound = rows.bounded(None) if before is None else rows.micros(before)
    return _with_report(await connection.fetchrow(_LAST_GOOD, sought(instance_id), sought(config_id), bound))


def _with_report(row: asyncpg.Record | None) -> KeptTest | None:
    return None if row is None else to_test(tuple(row)[:-1], row["report"])


async def find_all(connection: Connection, instance_id: str, query: TestQuery) -> Sequence[KeptTest]:
    """Return the tests that a query wants, without their reports."""
    if query.config_id and not sought(query.config_id):
        return ()
    statement, parameters = listing(POSTGRES, _FIELDS, sought(instance_id), query)
    return tuple(to_test(tuple(row)) for row in await connection.fetch(statement, *parameters))


async def delete_before(connection: Connection, moment: datetime, limit: int) -> int:
    """Delete tests that began earlier; return how many."""
    return _deleted(await connection.execute(_DELETE_BEFORE, rows.micros(moment), limit))


async def delete_beyond(connection: Connection, instance_id: str, most: int, limit: int) -> int:
    """Delete the oldest tests that an instance has beyond `most`; return how many."""
    bound = await connection.fetchrow(_BOUND, sought(instance_id), most)
    if bound is None:
        return 0
    return _deleted(await connection.execute(_DELETE_BEYOND, sought(instance_id), *bound, limit))


def _deleted(status: str) -> int:
    return int(status.rpartition(" ")[2])  # "DELETE 7"
