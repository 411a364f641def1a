"""Computes the state in SQLite anew from the events, while the database is in use; stores it, or only compares it.

First the events are replayed from a snapshot, for which no writer has to wait, into temporary tables: they are on disk,
and belong to this connection alone. Only then is the write lock taken, to replay the events that were appended
meanwhile, to compare, and to replace the rows that differ. Memory does not grow with the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.ledger import Event, evolve
from mailproof.domain.model import Provider, ProviderState
from mailproof.store import rows
from mailproof.store.payloads import UNREADABLE, load_settings
from mailproof.store.replay import check_end, check_next, misplaced
from mailproof.store.sqlite import schema
from mailproof.store.sqlite.faults import DAMAGED, translate

_COLUMNS = rows.PROVIDER.split(", ")
_TABLES = (
    f"""
    CREATE TEMP TABLE rebuilt_providers (
        {rows.PROVIDER.replace("id,", "id TEXT PRIMARY KEY,", 1)}
    ) WITHOUT ROWID
    """,
    f"""
    CREATE UNIQUE INDEX temp.rebuilt_one_active ON rebuilt_providers (instance_id)
    WHERE state = {ProviderState.ACTIVE.value}
    """,
    "CREATE TEMP TABLE rebuilt_instances (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TEMP TABLE differing (id TEXT PRIMARY KEY) WITHOUT ROWID",
)

_FIND = f"SELECT {rows.PROVIDER} FROM temp.rebuilt_providers WHERE id = ?"  # noqa: S608 - constants, here and below
_ADD = f"INSERT INTO temp.rebuilt_providers ({rows.PROVIDER}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
_CHANGE = f"UPDATE temp.rebuilt_providers SET ({rows.PROVIDER}) = ({', '.join('?' * len(_COLUMNS))}) WHERE id = ?"  # noqa: S608
_EVENTS = f"SELECT {rows.EVENT} FROM main.events WHERE instance_id = ? AND sequence > ? ORDER BY sequence"  # noqa: S608

_UNEQUAL = " OR ".join(
    "NOT same_settings(was.settings, now.settings)" if column == "settings" else f"was.{column} IS NOT now.{column}"
    for column in _COLUMNS
)
_DIFFERING = f"""
INSERT INTO temp.differing (id)
SELECT now.id FROM temp.rebuilt_providers AS now LEFT JOIN main.providers AS was ON was.id = now.id
WHERE was.id IS NULL OR {_UNEQUAL}
UNION ALL
SELECT id FROM main.providers WHERE id NOT IN (SELECT id FROM temp.rebuilt_providers)
"""  # noqa: S608
_MEND = (
    "DELETE FROM main.providers WHERE id IN (SELECT id FROM temp.differing)",
    f"""
    INSERT INTO main.providers ({rows.PROVIDER}) SELECT {rows.PROVIDER} FROM temp.rebuilt_providers
    WHERE id IN (SELECT id FROM temp.differing)
    """,  # noqa: S608
)
_COUNTS = f"""
SELECT i.id,
    (SELECT count(*) FROM temp.rebuilt_providers AS p WHERE p.instance_id = i.id),
    (SELECT id FROM temp.rebuilt_providers AS p WHERE p.instance_id = i.id AND p.state = {ProviderState.ACTIVE.value}),
    coalesce(r.sequence, 0), i.provider_count, i.active_id, i.sequence
FROM main.instances AS i LEFT JOIN temp.rebuilt_instances AS r ON r.id = i.id
"""  # noqa: S608


def rebuild(path: Path, *, check: bool) -> int:
    """Compute the state anew, and store it.

    Args:
        path: The file of the database.
        check: Whether the state is only compared: nothing is changed, and no writer has to wait.

    Returns:
        How many records differed: providers, and instances whose counts were wrong.

    Raises:
        LogBroken: An event is missing, or can't follow those before it.
        StoreUnavailable: The database can't be used now, or a newer release made it.
    """
    try:
        with closing(schema.connect_rebuilder(path)) as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise StoreUnavailable(DAMAGED)
            connection.create_function("same_settings", 2, _same_settings, deterministic=True)
            newer = schema.newer(connection)
            if newer and not check:  # what it keeps beside the columns known here would be lost
                raise StoreUnavailable(f"{newer}: rebuild it with that release; nothing was changed")
            for statement in _TABLES:
                connection.execute(statement)
            with _transaction(connection, "BEGIN"):
                _replay(connection)
                if check:
                    return _compare(connection, mend=False)
            with _transaction(connection, "BEGIN IMMEDIATE"):
                _replay(connection)
                return _compare(connection, mend=True)
    except sqlite3.Error as error:
        raise translate(error) from error


def vacuum(path: Path) -> None:
    """Write the whole file anew, so that nothing is left in it of what was deleted, and empty the log beside it.

    Raises:
        StoreUnavailable: The database can't be used now.
    """
    try:
        with closing(schema.connect_rebuilder(path)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise translate(error) from error


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _replay(connection: sqlite3.Connection) -> None:
    """Replay the events that were not replayed before."""
    heads = connection.execute(
        "SELECT i.id, i.sequence, coalesce(r.sequence, 0) FROM main.instances AS i "
        "LEFT JOIN temp.rebuilt_instances AS r ON r.id = i.id"
    ).fetchall()
    for instance_id, promised, done in heads:
        last = done
        for row in connection.execute(_EVENTS, (instance_id, done)):
            event = rows.to_event(row)
            check_next(instance_id, last, event.sequence)
            last = event.sequence
            try:
                _follow(connection, event)
            except (KeyError, ValueError, sqlite3.IntegrityError) as error:
                raise misplaced(instance_id, last) from error
        check_end(instance_id, last, promised)
        connection.execute(
            "INSERT OR REPLACE INTO temp.rebuilt_instances (id, sequence) VALUES (?, ?)", (instance_id, last)
        )


def _follow(connection: sqlite3.Connection, event: Event) -> None:
    known: dict[str, Provider] = {}
    for provider_id in (event.change.provider_id, event.change.deactivated):
        row = connection.execute(_FIND, (provider_id,)).fetchone() if provider_id else None
        if row is not None and row[1] == event.instance_id:
            known[provider_id] = rows.to_provider(row)
    for provider_id, provider in evolve(event, known).items():
        if provider is None:
            connection.execute("DELETE FROM temp.rebuilt_providers WHERE id = ?", (provider_id,))
        elif provider_id in known:
            connection.execute(_CHANGE, (*rows.of_provider(provider), provider_id))
        else:
            connection.execute(_ADD, rows.of_provider(provider))


def _compare(connection: sqlite3.Connection, *, mend: bool) -> int:
    differ: int = connection.execute(_DIFFERING).rowcount
    wrong = [row for row in connection.execute(_COUNTS).fetchall() if row[1:4] != row[4:]]
    if mend:
        for statement in _MEND if differ else ():
            connection.execute(statement)
        connection.executemany(
            "UPDATE main.instances SET (provider_count, active_id, sequence) = (?2, ?3, ?4) WHERE id = ?1",
            [row[:4] for row in wrong],
        )
    return differ + len(wrong)


def _same_settings(one: object, other: object) -> bool:
    """Return whether two texts mean the same settings: another release may have written them in another form."""
    if one == other:
        return True
    try:
        return load_settings(str(one)) == load_settings(str(other))
    except UNREADABLE:
        return False
