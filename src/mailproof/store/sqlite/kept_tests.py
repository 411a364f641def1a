"""Kept tests in SQLite: what the store's methods do on a connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mailproof.domain.kept_test import KeptTest, TestQuery
from mailproof.store import rows
from mailproof.store.conditions import SQLITE
from mailproof.store.kept_rows import GOOD, REPORT, TEST, TRIMMED, filter_columns, key_of, listing, to_test

_FIELDS = filter_columns()
_PLACES = ", ".join("?" for _ in TEST.split(", "))
_OF_CONFIG = "instance_id = ? AND config_id = ?"
_LAST_GOOD = f"SELECT id FROM tests WHERE {_OF_CONFIG} AND {GOOD} ORDER BY number DESC LIMIT 1"  # noqa: S608
_LAST_NUMBER = f"SELECT coalesce(max(number), 0) FROM tests WHERE {_OF_CONFIG}"  # noqa: S608 - constants
_INSERT = f"INSERT INTO tests ({TEST}, number) VALUES ({_PLACES}, ?) ON CONFLICT (id) DO NOTHING"  # noqa: S608
_INSERT_REPORT = f"INSERT INTO test_reports ({REPORT}) VALUES (?, ?)"  # noqa: S608 - constants
_TRIM = (
    f"DELETE FROM tests WHERE id IN (SELECT id FROM tests WHERE {_OF_CONFIG} AND number <= ? "  # noqa: S608
    f"AND id IS NOT ({_LAST_GOOD}) ORDER BY number LIMIT {TRIMMED})"
)
_COLUMNS = rows.columns("t", TEST)
_WITH_REPORT = f"SELECT {_COLUMNS}, r.report FROM tests AS t LEFT JOIN test_reports AS r ON r.test_id = t.id "  # noqa: S608
_DELETE_BEFORE = "DELETE FROM tests WHERE id IN (SELECT id FROM tests WHERE started_at < ? ORDER BY started_at LIMIT ?)"
_BOUND = "SELECT started_at, id FROM tests WHERE instance_id = ? ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET ?"
_DELETE_BEYOND = (
    "DELETE FROM tests WHERE id IN (SELECT id FROM tests WHERE instance_id = ? AND (started_at, id) <= (?, ?) "
    "ORDER BY started_at, id LIMIT ?)"
)


def keep(connection: sqlite3.Connection, row: tuple[Any, ...], report: bytes, most: int) -> None:
    """Keep the test of a row, and delete those that its configuration has beyond `most`."""
    key, place = row[0], row[1:3]
    number = connection.execute(_LAST_NUMBER, place).fetchone()[0] + 1
    if not connection.execute(_INSERT, (*row, number)).rowcount:
        return
    if report:
        connection.execute(_INSERT_REPORT, (key, report))
    if number > most:
        connection.execute(_TRIM, (*place, number - most, *place))


def find(connection: sqlite3.Connection, instance_id: str, test_id: str) -> KeptTest | None:
    """Return a test with its report."""
    key = key_of(test_id)
    if key is None:
        return None
    return _one(connection, f"{_WITH_REPORT} WHERE t.id = ? AND t.instance_id = ?", (key, instance_id))


def find_last_good(
    connection: sqlite3.Connection, instance_id: str, config_id: str, before: datetime | None
) -> KeptTest | None:
    """Return the last good test of a configuration, with its report."""
    bound = rows.bounded(None) if before is None else rows.micros(before)
    # Without the plus SQLite, which has no statistics, reads all tests of the instance by the index of times.
    inner = f"SELECT id FROM tests WHERE {_OF_CONFIG} AND {GOOD} AND +started_at < ? ORDER BY number DESC LIMIT 1"  # noqa: S608
    return _one(connection, f"{_WITH_REPORT} WHERE t.id = ({inner})", (instance_id, config_id, bound))


def _one(connection: sqlite3.Connection, statement: str, parameters: tuple[Any, ...]) -> KeptTest | None:
    row = connection.execute(statement, parameters).fetchone()
    return to_test(row[:-1], row[-1]) if row else None


def find_all(connection: sqlite3.Connection, instance_id: str, query: TestQuery) -> Sequence[KeptTest]:
    """Return the tests that a query wants, without their reports."""
    return tuple(map(to_test, connection.execute(*listing(SQLITE, _FIELDS, instance_id, query))))


def delete_before(connection: sqlite3.Connection, moment: datetime, limit: int) -> int:
    """Delete tests that began earlier; return how many."""
    return connection.execute(_DELETE_BEFORE, (rows.micros(moment), limit)).rowcount


def delete_beyond(connection: sqlite3.Connection, instance_id: str, most: int, limit: int) -> int:
    """Delete the oldest tests that an instance has beyond `most`; return how many."""
    bound = connection.execute(_BOUND, (instance_id, most)).fetchone()
    if bound is None:
        return 0
    return connection.execute(_DELETE_BEYOND, (instance_id, *bound, limit)).rowcount
