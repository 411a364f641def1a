"""The store on SQLite: one writer thread, reads inline on a connection per thread.

Keeps the contract of `mailproof.store` and no other; rules about values are the use cases'. A point read takes some
13 µs, less than a hop to another thread, so reads run right on the event loop; nothing here is bound to a loop. Other
processes may use the same file.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.ledger import Change, CommitResult, Decide, Event, IdempotencyKey
from mailproof.domain.model import Caller, Page, Provider, ProviderPage, Role, Token
from mailproof.store import rows
from mailproof.store.ids import IdSource
from mailproof.store.sealing import HEADER_BYTES
from mailproof.store.sqlite import log, rebuild, schema, tokens
from mailproof.store.sqlite.readers import Readers
from mailproof.store.sqlite.writer import Job, Writer

T = TypeVar("T")

_MOST = 2**63 - 1  # SQLite's integers; the contract's offsets go to 2**64 - 1

_GET = f"SELECT {rows.PROVIDER} FROM providers WHERE id = ? AND instance_id = ?"  # noqa: S608 - constants
_GET_ACTIVE = (
    f"SELECT {', '.join('p.' + name for name in rows.PROVIDER.split(', '))} FROM instances AS i "  # noqa: S608
    "JOIN providers AS p ON p.id = i.active_id WHERE i.id = ?"
)
_LIST = f"SELECT {rows.PROVIDER} FROM providers WHERE instance_id = ? ORDER BY added_sequence"  # noqa: S608
_HEADER = f"substr(sealed, 1, {HEADER_BYTES})"  # as the index providers_key has it
_SAMPLE = (
    f"SELECT {_HEADER}, {rows.PROVIDER} FROM providers "  # noqa: S608 - constants
    f"WHERE sealed IS NOT NULL AND {_HEADER} > ? ORDER BY {_HEADER} LIMIT 1"
)


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def open_store(path: Path, *, clock: Callable[[], datetime] = utc_now) -> SqliteStore:
    """Open the database, make or migrate it where needed.

    Args:
        path: The file; its directory is made too.
        clock: Says what time it is.

    Raises:
        StartupError: It can't be opened, or a newer release made it.
    """
    ids = IdSource(clock)
    connection = schema.connect_writer(path)
    try:
        schema.migrate(connection, now=rows.micros(clock()), instance_id=ids.next())
    except BaseException:
        connection.close()
        raise
    return SqliteStore(path, Writer(connection), clock, ids)


class SqliteStore:
    """A `mailproof.store.Store`. Made by `open_store`.

    Attributes:
        writer: Counts commits and writes.
    """

    def __init__(self, path: Path, writer: Writer, clock: Callable[[], datetime], ids: IdSource) -> None:
        self.writer = writer
        self._path = path
        self._clock = clock
        self._ids = ids
        self._readers = Readers(path)

    def new_id(self) -> str:
        """See `mailproof.store.ProviderStore`."""
        return self._ids.next()

    async def add(self, caller: Caller, change: Change, *, key: IdempotencyKey | None = None) -> Event:
        """See `mailproof.store.ProviderStore`."""
        return (await self.commit(caller, "", lambda _: (change,), key=key)).events[0]

    async def commit(
        self, caller: Caller, provider_id: str, decide: Decide, *, key: IdempotencyKey | None = None
    ) -> CommitResult:
        """See `mailproof.store.ProviderStore`."""

        def job(connection: sqlite3.Connection) -> CommitResult:
            # The time is asked for here, so that times follow the order of the log.
            return log.carry_out(connection, caller, provider_id, decide, key, self._clock())

        return await self._write(job)

    async def get(self, instance_id: str, provider_id: str) -> Provider | None:
        """See `mailproof.store.ProviderStore`."""
        row = self._one(_GET, (provider_id, instance_id))
        return rows.to_provider(row) if row else None

    async def get_active(self, instance_id: str) -> Provider | None:
        """See `mailproof.store.ProviderStore`."""
        row = self._one(_GET_ACTIVE, (instance_id,))
        return rows.to_provider(row) if row else None

    async def list(self, instance_id: str, page: Page) -> ProviderPage:
        """See `mailproof.store.ProviderStore`. The count is kept, not counted."""
        select = f"{_LIST} {'ASC' if page.ascending else 'DESC'} LIMIT ? OFFSET ?"

        def work(connection: sqlite3.Connection) -> tuple[Any, list[Any]]:
            connection.execute("BEGIN")
            try:
                head = connection.execute("SELECT provider_count, sequence FROM instances WHERE id = ?", (instance_id,))
                counts = head.fetchone() or (0, 0)
                found = connection.execute(select, (instance_id, min(page.limit, _MOST), min(page.offset, _MOST)))
                return counts, found.fetchall()
            finally:
                connection.execute("ROLLBACK")

        viewed_at = self._clock()
        (total, sequence), found = self._read(work)
        return ProviderPage(tuple(rows.to_provider(row) for row in found), total, sequence, viewed_at)

    async def list_events(
        self, instance_id: str, *, before: int | None, limit: int, provider_id: str = ""
    ) -> Sequence[Event]:
        """See `mailproof.store.ProviderStore`."""
        statement, parameters = f"SELECT {rows.EVENT} FROM events WHERE instance_id = ?", [instance_id]  # noqa: S608
        if provider_id:
            statement, parameters = f"{statement} AND provider_id = ?", [*parameters, provider_id]
        found = self._read(
            lambda connection: connection.execute(
                f"{statement} AND sequence < ? ORDER BY sequence DESC LIMIT ?",
                (*parameters, _MOST if before is None else min(before, _MOST), min(limit, _MOST)),
            ).fetchall()
        )
        return tuple(rows.to_event(row) for row in found)

    async def find_token(self, digest: bytes) -> Token | None:
        """See `mailproof.store.TokenStore`."""
        return tokens.found(self._readers.all(tokens.FIND, (digest,)))

    async def create_token(self, *, digest: bytes, name: str, role: Role, instance_ids: Sequence[str]) -> Token:
        """See `mailproof.store.TokenStore`."""
        token_id, now = self._ids.next(), self._clock()
        return await self._write(
            lambda connection: tokens.create(connection, digest, Token(token_id, name, role, tuple(instance_ids), now))
        )

    async def list_tokens(self) -> tuple[Token, ...]:
        """See `mailproof.store.TokenStore`."""
        return self._read(tokens.find_all)

    async def revoke_token(self, token_id: str) -> Token | None:
        """See `mailproof.store.TokenStore`."""
        now = self._clock()
        return await self._write(lambda connection: tokens.revoke(connection, token_id, now))

    async def default_instance(self) -> str:
        """See `mailproof.store.TokenStore`."""
        row = self._one("SELECT id FROM instances WHERE is_default = 1", ())
        if row is None:
            raise StoreUnavailable("the database has no default instance")
        instance_id: str = row[0]
        return instance_id

    async def instances(self) -> frozenset[str]:
        """Return the ids of all instances."""
        rows = self._read(lambda connection: connection.execute("SELECT id FROM instances").fetchall())
        return frozenset(row[0] for row in rows)

    async def sealed_samples(self) -> Sequence[Provider]:
        """See `mailproof.store.Store`. The index gives one of each key without reading the others."""

        def work(connection: sqlite3.Connection) -> list[Provider]:
            found: list[Provider] = []
            header = b""
            while (row := connection.execute(_SAMPLE, (header,)).fetchone()) is not None:
                header = row[0]
                found.append(rows.to_provider(row[1:]))
            return found

        return self._read(work)

    async def key_check(self, offered: bytes) -> bytes:
        """See `mailproof.store.Store`. Who has the file has the key beside it: there is nothing to agree on."""
        return offered

    async def rebuild(self, *, check: bool = False) -> int:
        """See `mailproof.store.Store`. It has a connection of its own, so the writer goes on."""
        await self.ping()
        return await asyncio.to_thread(rebuild.rebuild, self._path, check=check)

    async def ping(self) -> None:
        """See `mailproof.store.Store`."""
        self._one("SELECT version FROM schema_version LIMIT 1", ())

    async def close(self) -> None:
        """See `mailproof.store.Store`."""
        await asyncio.wrap_future(self.writer.stop())
        self._readers.close()

    async def _write(self, job: Job[T]) -> T:
        return await asyncio.wrap_future(self.writer.submit(job))

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return self._readers.run(work)

    def _one(self, statement: str, parameters: tuple[object, ...]) -> Any:
        found = self._readers.all(statement, parameters)
        return found[0] if found else None
