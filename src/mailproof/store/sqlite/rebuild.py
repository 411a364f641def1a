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
from mailproof.domain.model import ProviderState
from mailproof.domain.phrase import say
from mailproof.store import rows
from mailproof.store.payloads import UNREADABLE, load_settings
from mailproof.store.replay import Replay, Start
from mailproof.store.sqlite import schema
from mailproof.store.sqlite.faults import DAMAGED, translate
from mailproof.store.sqlite.spilled import TABLE, SpilledProviders

_COLUMNS = rows.PROVIDER.split(", ")
_TABLES = (
    TABLE,
    "CREATE TEMP TABLE rebuilt_instances (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TEMP TABLE differing (id TEXT PRIMARY KEY) WITHOUT ROWID",
)

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
                raise StoreUnavailable(say("{newer}: rebuild it with that release; nothing was changed", newer=newer))
            for statement in _TABLES:
                connection.execute(statement)
            replays: dict[str, Replay] = {}
            with _transaction(connection, "BEGIN"):
                _replay(connection, replays)
                if check:
                    return _compare(connection, mend=False)
            with _transaction(connection, "BEGIN IMMEDIATE"):
                _replay(connection, replays)
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


def _replay(connection: sqlite3.Connection, replays: dict[str, Replay]) -> None:
    """Replay the events that were not replayed before."""
    heads = connection.execute("SELECT id, sequence, thinned_through, thinned_count FROM main.instances").fetchall()
    for instance_id, promised, *where in heads:
        start = Start(*where)
        replay = replays.get(instance_id)
        if replay is None or replay.start != start:  # the log was thinned meanwhile: it begins elsewhere
            connection.execute("DELETE FROM temp.rebuilt_providers WHERE instance_id = ?", (instance_id,))
            spilled = SpilledProviders(connection, instance_id)
            replay = replays[instance_id] = Replay(instance_id, providers=spilled, start=start)
        for row in connection.execute(_EVENTS, (instance_id, replay.last)):
            replay.follow(rows.to_event(row))
        replay.end(promised)
        if isinstance(replay.providers, SpilledProviders):
            replay.providers.spill()
        connection.execute(
            "INSERT OR REPLACE INTO temp.rebuilt_instances (id, sequence) VALUES (?, ?)", (instance_id, replay.last)
        )


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
