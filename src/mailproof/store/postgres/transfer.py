"""A database of PostgreSQL as the source or the target of a move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from mailproof.domain.clock import utc_now
from mailproof.domain.database import DatabaseLimits, DatabaseUrl
from mailproof.domain.errors import StartupError
from mailproof.store import rows
from mailproof.store.ids import IdSource
from mailproof.store.postgres import schema
from mailproof.store.postgres.faults import describe, is_foreign
from mailproof.store.postgres.pool import Connection, transaction
from mailproof.store.transfer import BATCH, LOG, TABLES, TableRow, refuse_newer

_IDLE = 600.0
"""Seconds that one database may wait for the other in the middle of a transaction."""

_CLOSING = 2.0


class PostgresDatabase:
    """See `mailproof.store.transfer.Database`."""

    def __init__(self, url: DatabaseUrl, limits: DatabaseLimits) -> None:
        self._url = url
        self._limits = limits

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[_Session]:
        """See `mailproof.store.transfer.Database`."""
        async with self._session("REPEATABLE READ, READ ONLY") as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[_Session]:
        """See `mailproof.store.transfer.Database`."""
        async with self._session("READ COMMITTED") as session:
            await session.lock()
            yield session

    @asynccontextmanager
    async def _session(self, mode: str) -> AsyncIterator[_Session]:
        try:
            connection = await asyncpg.connect(
                self._url.reveal(),
                timeout=self._limits.connect_timeout,
                statement_cache_size=self._limits.prepared,
                target_session_attrs=SessionAttribute(self._url.session_attributes),
            )
            try:
                await schema.migrate(connection, now=rows.micros(utc_now()), instance_id=IdSource(utc_now).next())
                refuse_newer(await schema.newer(connection))
                async with transaction(connection, mode, idle=_IDLE):
                    yield _Session(connection)
            finally:
                await connection.close(timeout=_CLOSING)
        except Exception as error:
            if not is_foreign(error):
                raise
            reason = f"the database {self._url} failed: {describe(error)}; nothing was moved"
            raise StartupError(reason) from None  # a cause could quote the URL


class _Session:
    """See `mailproof.store.transfer.TransferTarget`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        await self._connection.execute(schema.LOCK)

    async def read(self, table: str) -> AsyncIterator[Sequence[TableRow]]:
        cursor = await self._connection.cursor(f"SELECT {TABLES[table]} FROM {table}")  # noqa: S608 - constants
        while batch := await cursor.fetch(BATCH):
            yield [tuple(row) for row in batch]

    async def write(self, table: str, batch: Sequence[TableRow]) -> None:
        columns = TABLES[table]
        places = ", ".join(f"${place}" for place, _ in enumerate(columns.split(", "), 1))
        await self._connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", batch)  # noqa: S608

    async def clear_instances(self) -> None:
        await self._connection.execute("DELETE FROM instances")

    async def read_log(self, instance_id: str) -> AsyncIterator[Sequence[TableRow]]:
        cursor = await self._connection.cursor(LOG.format("$1"), instance_id)
        while batch := await cursor.fetch(BATCH):
            yield [tuple(row) for row in batch]
