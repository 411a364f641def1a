"""A SQLite file as the source or the target of a move. It blocks the event loop, which has nothing else to do."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from mailproof.domain.clock import utc_now
from mailproof.domain.errors import StartupError
from mailproof.store import rows
from mailproof.store.ids import IdSource
from mailproof.store.sqlite import guard, schema
from mailproof.store.transfer import BATCH, LOG, TABLES, TableRow, refuse_newer


class SqliteDatabase:
    """See `mailproof.store.transfer.Database`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[_Session]:
        """See `mailproof.store.transfer.Database`."""
        if not self._path.exists():
            raise StartupError(f"there is no database {self._path}")
        with self._session("BEGIN") as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[_Session]:
        """See `mailproof.store.transfer.Database`."""
        with self._session("BEGIN IMMEDIATE") as session:
            yield session

    @contextmanager
    def _session(self, begin: str) -> Iterator[_Session]:
        guard.check_before_opening(self._path)  # what is moved is all that was acknowledged
        connection = schema.connect_writer(self._path)
        try:
            schema.migrate(connection, now=rows.micros(utc_now()), instance_id=IdSource(utc_now).next())
            refuse_newer(schema.newer(connection))
            connection.execute(begin)
            yield _Session(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StartupError(f"the database {self._path} failed: {error}; nothing was moved") from error
        finally:
            connection.close()  # this rolls back what was not committed


class _Session:
    """See `mailproof.store.transfer.TransferTarget`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def read(self, table: str) -> AsyncIterator[Sequence[TableRow]]:
        cursor = self._connection.execute(f"SELECT {TABLES[table]} FROM {table}")  # noqa: S608 - constants
        while batch := cursor.fetchmany(BATCH):
            yield [(row[0], bool(row[1]), *row[2:]) for row in batch] if table == "instances" else batch

    async def write(self, table: str, batch: Sequence[TableRow]) -> None:
        columns = TABLES[table]
        places = ", ".join("?" for _ in columns.split(", "))
        self._connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", batch)  # noqa: S608

    async def clear_instances(self) -> None:
        self._connection.execute("DELETE FROM instances")

    async def read_log(self, instance_id: str) -> AsyncIterator[Sequence[TableRow]]:
        cursor = self._connection.execute(LOG.format("?"), (instance_id,))
        while batch := cursor.fetchmany(BATCH):
            yield batch
