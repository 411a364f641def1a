"""A copy of a database that may be in use, and what is checked of a copy.

SQLite's own backup reads one snapshot, which holds all that was committed before; nobody waits for it, and it waits for
nobody. What is copied is checked as a copy, so that a check of any length is in nobody's way.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.domain.ledger import LogBroken
from mailproof.store import rows
from mailproof.store.backup_file import Contents
from mailproof.store.migration import VERSION
from mailproof.store.sealing import key_id_of
from mailproof.store.sqlite import guard, rebuild, schema
from mailproof.store.sqlite.note import Note, note_path

_NOT_COUNTED = frozenset({"schema_version", "database_identity"})


@contextmanager
def in_use(database: Path) -> Iterator[None]:
    """Check a database as a start does, and keep it from being exchanged meanwhile.

    Raises:
        StartupError: There is none, or it is not the one that was in use there.
    """
    guard.check_before_opening(database)
    if not database.exists():
        raise StartupError(f"there is no database {database}")
    if not note_path(database).exists():  # no release that counts commits has opened it yet
        yield
        return
    try:
        with closing(Note(database)) as note:
            if not note.lock_shared():
                raise StartupError(f"the database {database} is being exchanged by mailproof restore")
            yield
    except OSError as error:
        raise StartupError(f"the note {note_path(database)} can't be opened: {error.strerror}") from error


def copy(database: Path, target: Path) -> None:
    """Copy a database, with all that was committed before this call, into one file without side files.

    Args:
        database: The file; it may be in use.
        target: An empty file. It is on disk when this returns.

    Raises:
        StartupError: The one can't be read, or the other can't be written.
    """
    try:
        source = sqlite3.connect(f"file:{quote(str(database.absolute()))}?mode=ro", uri=True, isolation_level=None)
        with closing(source), closing(sqlite3.connect(target, isolation_level=None)) as copied:
            source.execute("PRAGMA busy_timeout = 5000")
            source.backup(copied)  # all pages in one step: in several it would begin anew with each commit of others
            copied.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise StartupError(f"the database {database} can't be copied: {error}") from error
    with target.open("rb") as file:
        os.fsync(file.fileno())


def examine(path: Path, shown: str) -> Contents:
    """Check a copy, and return what it holds: every page and index, foreign keys, and the state against its events.

    Args:
        path: A file that nobody writes.
        shown: What it is called in an error.

    Raises:
        StartupError: Something is wrong with it.
    """
    try:
        check_pages(path, shown)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            contents = _contents(connection)
        if contents.schema == len(schema.MIGRATIONS) and rebuild.rebuild(path, check=True):
            raise StartupError(f"the state in {shown} is not what its events say: run mailproof rebuild first")
    except sqlite3.Error as error:
        raise StartupError(f"{shown} is damaged: {error}") from error
    except LogBroken as error:
        raise StartupError(f"{shown} is damaged: {error}") from error
    except StoreUnavailable as error:
        raise StartupError(f"{shown} can't be checked: {error.message}") from error
    return contents


def check_pages(path: Path, shown: str) -> None:
    """Check every page and index of a copy, and that each row that another one refers to is there.

    Raises:
        StartupError: Something is wrong with it.
        sqlite3.Error: It can't be read.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise StartupError(f"{shown} is damaged: {found}")
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise StartupError(f"{shown} is damaged: a row refers to another one that is missing")


def _contents(connection: sqlite3.Connection) -> Contents:
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    if "instances" not in names or "schema_version" not in names:
        raise sqlite3.DatabaseError("it is no database of mailproof")
    identity = guard.identity_of(connection)
    counted = [name for name in names if name not in _NOT_COUNTED and not name.startswith("sqlite_")]
    return Contents(
        schema=connection.execute(VERSION).fetchone()[0],
        database_id=identity.database_id,
        commits=identity.commits,
        rows={name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in counted},  # noqa: S608
        sequences=dict(connection.execute("SELECT id, sequence FROM instances ORDER BY id").fetchall()),
        keys=_keys(connection, names),
    )


def _keys(connection: sqlite3.Connection, names: list[str]) -> tuple[str, ...]:
    """Return the ids of the keys that something is sealed under."""
    of_providers = connection.execute(rows.KEY_COUNTS).fetchall()
    of_events = connection.execute(rows.event_key_counts("instr")).fetchall()
    found = set(rows.key_counts(of_providers, of_events))
    for name in ("key_witness", "token_key_check"):
        if name in names:
            found |= {bytes(row[0]) for row in connection.execute(f"SELECT sealed FROM {name}")}  # noqa: S608
    return tuple(sorted({key_id_of(header).hex() for header in found}))
