"""The store on SQLite: one writer thread, reads inline on a connection per thread.

Keeps the contract of `mailproof.store.contract`; rules about values belong to the use cases. Reading one row takes some
13 µs, less than handing it to another thread, so reads run on the event loop. Nothing here belongs to one loop. Other
processes may use the same file, but no second server (`mailproof.store.sqlite.serving`).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.kept_test import KeptTest, TestQuery
from mailproof.domain.ledger import UNBOUNDED, Change, CommitResult, Decide, Event, IdempotencyKey, Quota
from mailproof.domain.model import AddedProviders, Caller, Page, Provider, ProviderPage
from mailproof.domain.overview import OverviewPage, OverviewQuery
from mailproof.domain.shares import LimitCounter, LocalCounter
from mailproof.domain.thinning import ThinningPolicy
from mailproof.domain.token_record import TokenRecord
from mailproof.store import rows
from mailproof.store.failures import NO_DEFAULT_INSTANCE
from mailproof.store.ids import IdSource
from mailproof.store.kept_rows import of_test
from mailproof.store.migration import OLDEST, check_living
from mailproof.store.sqlite import guard, kept_tests, log, overviews, rebuild, schema, thinning, tokens
from mailproof.store.sqlite.guard import Guard
from mailproof.store.sqlite.readers import Readers
from mailproof.store.sqlite.serving import ServingLock
from mailproof.store.sqlite.writer import Job, Writer

T = TypeVar("T")

_GET = f"SELECT {rows.PROVIDER} FROM providers WHERE id = ? AND instance_id = ?"  # noqa: S608 - constants
_GET_ACTIVE = (
    f"SELECT {rows.columns('p')} FROM instances AS i "  # noqa: S608 - constants
    "JOIN providers AS p ON p.id = i.active_id WHERE i.id = ?"
)
_LIST = f"SELECT {rows.PROVIDER} FROM providers WHERE instance_id = ? ORDER BY added_sequence"  # noqa: S608
_LIST_ADDED = (
    f"SELECT {rows.PROVIDER} FROM providers WHERE instance_id = ? AND added_sequence > ? AND added_sequence <= ? "  # noqa: S608
    "ORDER BY added_sequence LIMIT ?"
)
_COUNT_SECRETS = (
    "SELECT count(*) FROM providers WHERE instance_id = ? AND added_sequence > ? AND added_sequence <= ? "
    "AND sealed IS NOT NULL"
)
_SAMPLE = rows.SAMPLE.format("?")
_SEALED_WITH = rows.SEALED_WITH.format("?", "?", "?")
_EVENT_KEY_COUNTS = rows.event_key_counts("instr")

_provider = lru_cache(maxsize=256)(rows.to_provider)
"""Returns the provider of a row. A row is read from the database each time, and is mostly the same as before; making
the value anew would take half of the time of a read."""


def open_store(path: Path, *, clock: Clock = utc_now, serving: bool = False) -> SqliteStore:
    """Open the database, and create or migrate it if needed.

    Args:
        path: The file; its directory is created too.
        clock: Returns the time.
        serving: Whether that is for a server, of which a database has one at most.

    Raises:
        StartupError: The file can't be opened, a newer release made it, it is not the database that was in use here, or
            another server has it.
    """
    guard.check_before_opening(path)
    ids = IdSource(clock)
    with ExitStack() as opening:
        connection = schema.connect_writer(path)
        opening.callback(connection.close)
        alone = opening.enter_context(closing(ServingLock(path))) if serving else None  # before anything is migrated
        opened = guard.file_id(path)
        schema.migrate(connection, now=rows.micros(clock()), instance_id=ids.next())
        watching = Guard.begin(path, connection, opened)
        opening.pop_all()
    return SqliteStore(path, Writer(connection, watching), clock, ids, watching, alone)


class SqliteStore:
    """A `mailproof.store.contract.Store`. Made by `open_store`.

    Attributes:
        writer: The thread that writes; it counts its commits and writes.
    """

    def __init__(
        self,
        path: Path,
        writer: Writer,
        clock: Clock,
        ids: IdSource,
        watching: Guard,
        alone: ServingLock | None = None,
    ) -> None:
        self.writer = writer
        self._guard = watching
        self._alone = alone
        self._path = path
        self._clock = clock
        self._ids = ids
        self._readers = Readers(path)
        self._counter = LocalCounter()

    def new_id(self) -> str:
        """See `mailproof.store.contract.ProviderStore`."""
        return self._ids.next()

    async def add(
        self, caller: Caller, change: Change, *, key: IdempotencyKey | None = None, quota: Quota = UNBOUNDED
    ) -> Event:
        """See `mailproof.store.contract.ProviderStore`."""
        return await self._write(lambda connection: log.add(connection, caller, change, key, self._clock(), quota))

    async def commit(
        self, caller: Caller, provider_id: str, decide: Decide, *, key: IdempotencyKey | None = None
    ) -> CommitResult:
        """See `mailproof.store.contract.ProviderStore`."""

        def job(connection: sqlite3.Connection) -> CommitResult:
            # The clock is read here, in the writer's thread, so that times follow the order of the log.
            result = log.carry_out(connection, caller, provider_id, decide, key, self._clock())
            if rows.superseded_in(result.events) and not result.replayed:
                self.writer.truncate_soon()
            return result

        return await self._write(job)

    async def get(self, instance_id: str, provider_id: str) -> Provider | None:
        """See `mailproof.store.contract.ProviderStore`."""
        row = self._one(_GET, (provider_id, instance_id))
        return _provider(row) if row else None

    async def get_active(self, instance_id: str) -> Provider | None:
        """See `mailproof.store.contract.ProviderStore`."""
        row = self._one(_GET_ACTIVE, (instance_id,))
        return _provider(row) if row else None

    async def list(self, instance_id: str, page: Page) -> ProviderPage:
        """See `mailproof.store.contract.ProviderStore`. The instance's row has the count, so nothing is counted."""
        select = f"{_LIST} {'ASC' if page.ascending else 'DESC'} LIMIT ? OFFSET ?"

        def work(connection: sqlite3.Connection) -> tuple[Any, list[Any]]:
            connection.execute("BEGIN")
            try:
                head = connection.execute("SELECT provider_count, sequence FROM instances WHERE id = ?", (instance_id,))
                counts = head.fetchone() or (0, 0)
                found = connection.execute(select, (instance_id, rows.bounded(page.limit), rows.bounded(page.offset)))
                return counts, found.fetchall()
            finally:
                connection.execute("ROLLBACK")

        viewed_at = self._clock()
        (total, sequence), found = self._read(work)
        return ProviderPage(tuple(rows.to_provider(row) for row in found), total, sequence, viewed_at)

    async def list_overviews(self, instance_id: str, query: OverviewQuery) -> OverviewPage:
        """See `mailproof.store.contract.OverviewStore`. A page takes tens of milliseconds, so a thread reads it."""
        return await asyncio.to_thread(
            self._read, lambda connection: overviews.find_page(connection, instance_id, query)
        )

    async def list_added(self, instance_id: str, *, after: int, until: int | None, limit: int) -> AddedProviders:
        """See `mailproof.store.contract.ProviderStore`. Hundreds of rows take milliseconds, so a thread reads them."""

        def work(connection: sqlite3.Connection) -> AddedProviders:
            connection.execute("BEGIN")
            try:
                statement = "SELECT provider_count, sequence, active_id FROM instances WHERE id = ?"
                total, sequence, active_id = connection.execute(statement, (instance_id,)).fetchone() or (0, 0, None)
                bounds = rows.bounded(after), rows.bounded(until), rows.bounded(limit)
                found = connection.execute(_LIST_ADDED, (instance_id, *bounds)).fetchall()
            finally:
                connection.execute("ROLLBACK")
            return AddedProviders(tuple(map(rows.to_provider, found)), total, sequence, active_id or "")

        return await asyncio.to_thread(self._read, work)

    async def count_secrets(self, instance_id: str, *, after: int, until: int) -> int:
        """See `mailproof.store.contract.ProviderStore`. It reads a row for each provider, so a thread does."""
        bounds = instance_id, rows.bounded(after), rows.bounded(until)
        found = await asyncio.to_thread(self._readers.all, _COUNT_SECRETS, bounds)
        count: int = found[0][0]
        return count

    async def list_events(
        self, instance_id: str, *, before: int | None, limit: int, provider_id: str = ""
    ) -> Sequence[Event]:
        """See `mailproof.store.contract.ProviderStore`."""
        statement, parameters = f"SELECT {rows.EVENT} FROM events WHERE instance_id = ?", [instance_id]  # noqa: S608
        if provider_id:
            statement, parameters = f"{statement} AND provider_id = ?", [*parameters, provider_id]
        found = self._read(
            lambda connection: connection.execute(
                f"{statement} AND sequence < ? ORDER BY sequence DESC LIMIT ?",
                (*parameters, rows.bounded(before), rows.bounded(limit)),
            ).fetchall()
        )
        return tuple(rows.to_event(row) for row in found)

    async def find_token(self, digest: bytes) -> TokenRecord | None:
        """See `mailproof.store.contract.TokenStore`."""
        return tokens.of_rows(self._readers.all(tokens.FIND, (digest,)))

    async def token_digests(self) -> frozenset[bytes]:
        """See `mailproof.store.contract.TokenStore`."""
        return frozenset(row[0] for row in self._readers.all(tokens.DIGESTS, ()))

    async def create_token(self, record: TokenRecord) -> None:
        """See `mailproof.store.contract.TokenStore`."""
        instance_ids, now = rows.token_instances(record), rows.micros(self._clock())
        await self._write(lambda connection: tokens.create(connection, record, instance_ids, now))

    async def list_tokens(self) -> tuple[TokenRecord, ...]:
        """See `mailproof.store.contract.TokenStore`."""
        return self._read(tokens.find_all)

    async def replace_token(self, old: TokenRecord, new: TokenRecord) -> bool:
        """See `mailproof.store.contract.TokenStore`."""
        return await self._write(lambda connection: tokens.replace(connection, old, new))

    async def use_tokens(self, uses: Mapping[str, datetime]) -> None:
        """See `mailproof.store.contract.TokenStore`."""
        await self._write(lambda connection: tokens.use(connection, uses))

    async def token_key_check(self) -> bytes | None:
        """See `mailproof.store.contract.TokenStore`."""
        row = self._one(tokens.KEY_CHECK, ())
        return None if row is None else bytes(row[0])

    async def reseal_tokens(
        self, changes: Sequence[tuple[TokenRecord, TokenRecord]], old: bytes | None, key_check: bytes
    ) -> bool:
        """See `mailproof.store.contract.TokenStore`."""
        return await self._write(lambda connection: tokens.reseal(connection, changes, old, key_check))

    async def default_instance(self) -> str:
        """See `mailproof.store.contract.TokenStore`."""
        row = self._one("SELECT id FROM instances WHERE is_default = 1", ())
        if row is None:
            raise StoreUnavailable(NO_DEFAULT_INSTANCE)
        instance_id: str = row[0]
        return instance_id

    def new_test_id(self) -> str:
        """See `mailproof.store.contract.TestStore`."""
        return self._ids.next()

    async def keep_test(self, test: KeptTest, *, most: int) -> None:
        """See `mailproof.store.contract.TestStore`. Tests that end at once share a commit."""
        row = of_test(test)
        await self._write(lambda connection: kept_tests.keep(connection, row, test.report, most))

    async def get_test(self, instance_id: str, test_id: str) -> KeptTest | None:
        """See `mailproof.store.contract.TestStore`."""
        return self._read(lambda connection: kept_tests.find(connection, instance_id, test_id))

    async def list_tests(self, instance_id: str, query: TestQuery) -> Sequence[KeptTest]:
        """See `mailproof.store.contract.TestStore`."""

        def work(connection: sqlite3.Connection) -> Sequence[KeptTest]:
            return kept_tests.find_all(connection, instance_id, query)

        if query.reads_all:
            return await asyncio.to_thread(self._read, work)  # an event loop must not wait for it
        return self._read(work)

    async def last_good_test(
        self, instance_id: str, config_id: str, *, before: datetime | None = None
    ) -> KeptTest | None:
        """See `mailproof.store.contract.TestStore`."""
        return self._read(lambda connection: kept_tests.find_last_good(connection, instance_id, config_id, before))

    async def delete_tests_before(self, moment: datetime, limit: int) -> int:
        """See `mailproof.store.contract.TestStore`."""
        return await self._write(lambda connection: kept_tests.delete_before(connection, moment, limit))

    async def delete_tests_beyond(self, instance_id: str, most: int, limit: int) -> int:
        """See `mailproof.store.contract.TestStore`."""
        return await self._write(lambda connection: kept_tests.delete_beyond(connection, instance_id, most, limit))

    def limit_counter(self) -> LimitCounter:
        """See `mailproof.store.contract.Store`. One process serves a file, so its memory is enough."""
        return self._counter

    async def instances(self) -> frozenset[str]:
        """See `mailproof.store.contract.Store`."""
        found = self._read(lambda connection: connection.execute("SELECT id FROM instances").fetchall())
        return frozenset(row[0] for row in found)

    async def create_instance(self, instance_id: str) -> bool:
        """See `mailproof.store.contract.Store`."""
        now = self._clock()
        return await self._write(lambda connection: tokens.create_instance(connection, instance_id, now))

    async def sealed_samples(self) -> Sequence[Provider]:
        """See `mailproof.store.contract.Store`. The index finds one for each key without reading the others."""

        def work(connection: sqlite3.Connection) -> list[Provider]:
            found: list[Provider] = []
            header = b""
            while (row := connection.execute(_SAMPLE, (header,)).fetchone()) is not None:
                header = row[0]
                found.append(rows.to_provider(row[1:]))
            return found

        return self._read(work)

    async def sealed_with(self, header: bytes, *, after: str, limit: int) -> Sequence[Provider]:
        """See `mailproof.store.contract.SecretStore`."""
        found = self._readers.all(_SEALED_WITH, (header, after, limit))
        return tuple(rows.to_provider(row) for row in found)

    async def sealed_counts(self) -> Mapping[bytes, tuple[int, int]]:
        """See `mailproof.store.contract.SecretStore`."""
        return rows.key_counts(self._readers.all(rows.KEY_COUNTS, ()), self._readers.all(_EVENT_KEY_COUNTS, ()))

    async def destroy_superseded(self, limit: int) -> int:
        """See `mailproof.store.contract.SecretStore`."""

        def job(connection: sqlite3.Connection) -> int:
            destroyed = log.destroy_superseded(connection, limit)
            if destroyed:
                self.writer.truncate_soon()
            return destroyed

        return await self._write(job)

    async def forget(self) -> None:
        """See `mailproof.store.contract.SecretStore`. Free pages hold what older releases deleted, so all is rewritten.

        Raises:
            StoreUnavailable: The database can't be used now.
        """
        await asyncio.to_thread(rebuild.vacuum, self._path)

    async def key_proof(self) -> bytes | None:
        """See `mailproof.store.contract.SecretStore`."""
        row = self._one("SELECT sealed FROM key_witness", ())
        return bytes(row[0]) if row else None

    async def key_check(self, offered: bytes) -> bytes:
        """See `mailproof.store.contract.SecretStore`. There are no replicas, so one's own is returned."""

        def job(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO key_witness (id, sealed) VALUES (1, ?) ON CONFLICT DO NOTHING", (offered,))

        if await self.key_proof() is None:  # a start waits for no other writer if it need not
            await self._write(job)
        return offered

    async def replace_key_proof(self, sealed: bytes) -> None:
        """See `mailproof.store.contract.SecretStore`."""

        def job(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO key_witness (id, sealed) VALUES (1, ?)", (sealed,))

        await self._write(job)

    async def rebuild(self, *, check: bool = False) -> int:
        """See `mailproof.store.contract.Store`. It has a connection of its own, so the writer does not stop."""
        await self.ping()
        return await asyncio.to_thread(rebuild.rebuild, self._path, check=check)

    async def thin(self, instance_id: str, policy: ThinningPolicy) -> int:
        """See `mailproof.store.contract.Store`."""

        def job(connection: sqlite3.Connection) -> int:
            done = thinning.thin_batch(connection, instance_id, policy, self._clock())
            if done is None:
                return 0
            if done.had_secrets:
                self.writer.truncate_soon()
            return len(done.gone)

        return await self._write(job)

    async def thinnable(self, instance_id: str, policy: ThinningPolicy) -> int:
        """See `mailproof.store.contract.Store`."""
        now = self._clock()
        return self._read(lambda connection: thinning.count(connection, instance_id, policy, now))

    async def thinned_through(self, instance_id: str) -> int:
        """See `mailproof.store.contract.Store`."""
        row = self._one(thinning.HEAD, (instance_id,))
        return row[0] if row else 0

    async def ping(self) -> None:
        """See `mailproof.store.contract.Store`."""
        self._guard.check_file(now=True)
        check_living(self._one(OLDEST, ())[0], schema.MIGRATIONS)

    async def close(self) -> None:
        """See `mailproof.store.contract.Store`."""
        try:
            await asyncio.wrap_future(self.writer.stop())
            self._readers.close()
        finally:
            self._guard.release()
            if self._alone is not None:
                self._alone.close()

    async def _write(self, job: Job[T]) -> T:
        return await self.writer.run(job)

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return self._readers.run(work)

    def _one(self, statement: str, parameters: tuple[object, ...]) -> Any:
        found = self._readers.all(statement, parameters)
        return found[0] if found else None
