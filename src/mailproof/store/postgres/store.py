"""The store on PostgreSQL, for several replicas on one database.

Keeps the contract of `mailproof.store.contract`; rules about values belong to the use cases. A replica keeps no state
and reads everything from the server that takes the writes, so it sees every write that any replica acknowledged. This
uses nothing that CockroachDB or YugabyteDB lacks: no triggers, sequences, LISTEN or advisory locks, and no statement
that changes a table twice. Calls may come from any event loop.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.database import DatabaseLimits, DatabaseUrl
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.kept_test import KeptTest, TestQuery
from mailproof.domain.ledger import UNBOUNDED, Change, CommitResult, Decide, Event, IdempotencyKey, Quota, Situation
from mailproof.domain.model import AddedProviders, Caller, Page, Provider, ProviderPage
from mailproof.domain.overview import OverviewPage, OverviewQuery
from mailproof.domain.shares import LimitCounter
from mailproof.domain.storing import storing
from mailproof.domain.thinning import ThinningPolicy
from mailproof.domain.token_record import TokenRecord
from mailproof.store import rows
from mailproof.store.failures import NO_DEFAULT_INSTANCE
from mailproof.store.ids import IdSource
from mailproof.store.kept_rows import of_test
from mailproof.store.migration import OLDEST, check_living
from mailproof.store.postgres import kept_tests, log, overviews, rebuild, schema, thinning, tokens
from mailproof.store.postgres.adder import Adder
from mailproof.store.postgres.commit import Commit
from mailproof.store.postgres.limit_counter import PostgresCounter
from mailproof.store.postgres.log import can_be_stored, sought
from mailproof.store.postgres.pool import Connection, Pools, Retries

_FORGET_EVERY = 60.0
"""Seconds between two deletions of expired idempotency keys."""

_GET = f"SELECT {rows.PROVIDER} FROM providers WHERE id = $1 AND instance_id = $2"  # noqa: S608 - constants
_GET_ACTIVE = (
    f"SELECT {rows.columns('p')} FROM instances AS i "  # noqa: S608 - constants
    "JOIN providers AS p ON p.id = i.active_id WHERE i.id = $1"
)
_LIST = (  # one statement reads one snapshot; an empty page is one row of NULLs
    "SELECT i.provider_count, i.sequence, p.* FROM instances AS i LEFT JOIN LATERAL "  # noqa: S608 - constants
    f"(SELECT {rows.PROVIDER} FROM providers "
    "WHERE instance_id = i.id ORDER BY added_sequence {} LIMIT $2 OFFSET $3) AS p ON true WHERE i.id = $1"
)
_LIST_ADDED = (  # one statement reads one snapshot, as above
    "SELECT i.provider_count, i.sequence, i.active_id, p.* FROM instances AS i LEFT JOIN LATERAL "  # noqa: S608
    f"(SELECT {rows.PROVIDER} FROM providers WHERE instance_id = i.id AND added_sequence > $2 AND added_sequence <= $3 "
    "ORDER BY added_sequence LIMIT $4) AS p ON true WHERE i.id = $1"
)
_COUNT_SECRETS = (
    "SELECT count(*) FROM providers WHERE instance_id = $1 AND added_sequence > $2 AND added_sequence <= $3 "
    "AND sealed IS NOT NULL"
)
_EVENTS = (
    f"SELECT {rows.EVENT} FROM events WHERE instance_id = $1 AND sequence < $2 "  # noqa: S608 - constants
    "{}ORDER BY sequence DESC LIMIT $3"
)
_SAMPLE = rows.SAMPLE.format("$1")
_SEALED_WITH = rows.SEALED_WITH.format("$1", "$2", "$3")
_EVENT_KEY_COUNTS = rows.event_key_counts("strpos")


async def open_store(
    url: DatabaseUrl, limits: DatabaseLimits | None = None, *, clock: Clock = utc_now
) -> PostgresStore:
    """Open the database, and create or migrate its tables if needed.

    Args:
        url: Where the database is.
        limits: Bounds on connections and time.
        clock: Returns the time.

    Raises:
        StartupError: The database can't be reached or used, or a newer release made it.
    """
    store = PostgresStore(Pools(url, limits or DatabaseLimits()), clock)
    try:
        await store.migrate()
    except BaseException:
        await store.close()
        raise
    return store


class PostgresStore:
    """A `mailproof.store.contract.Store`. Made by `open_store`.

    Attributes:
        pools: Its connections.
    """

    def __init__(self, pools: Pools, clock: Clock) -> None:
        self.pools = pools
        self._clock = clock
        self._ids = IdSource(clock)
        self._adder = Adder(pools, clock)
        self._counter = PostgresCounter(pools)
        self._forgot_at = 0.0

    async def migrate(self) -> None:
        """Bring the tables up to date.

        Raises:
            StartupError: The database can't be used, or a newer release made it.
        """
        now, instance_id = rows.micros(self._clock()), self._ids.next()

        async def work(connection: Connection) -> None:
            await schema.migrate(connection, now=now, instance_id=instance_id)

        await self.pools.opening(work)

    def new_id(self) -> str:
        """See `mailproof.store.contract.ProviderStore`."""
        return self._ids.next()

    async def add(
        self, caller: Caller, change: Change, *, key: IdempotencyKey | None = None, quota: Quota = UNBOUNDED
    ) -> Event:
        """See `mailproof.store.contract.ProviderStore`."""
        if key is None:
            return await self._adder.add(caller, change, quota)

        def decide(situation: Situation) -> Sequence[Change]:
            return (change,)

        return (await self.commit(caller, "", quota.bounding(decide), key=key)).events[0]

    async def commit(
        self, caller: Caller, provider_id: str, decide: Decide, *, key: IdempotencyKey | None = None
    ) -> CommitResult:
        """See `mailproof.store.contract.ProviderStore`."""
        attempts = Retries()
        work = Commit(caller, sought(provider_id), decide, key, self._clock, attempts)
        with storing(lambda: not attempts.maybe_stored):
            outcome = await self.pools.run(work, attempts)
        if key is not None and not outcome.replayed:
            await self._forget_old_keys()
        return outcome

    async def get(self, instance_id: str, provider_id: str) -> Provider | None:
        """See `mailproof.store.contract.ProviderStore`."""
        place = sought(provider_id), sought(instance_id)
        row = await self.pools.run(lambda connection: connection.fetchrow(_GET, *place))
        return rows.to_provider(tuple(row)) if row else None

    async def get_active(self, instance_id: str) -> Provider | None:
        """See `mailproof.store.contract.ProviderStore`."""
        row = await self.pools.run(lambda connection: connection.fetchrow(_GET_ACTIVE, sought(instance_id)))
        return rows.to_provider(tuple(row)) if row else None

    async def list(self, instance_id: str, page: Page) -> ProviderPage:
        """See `mailproof.store.contract.ProviderStore`. The instance's row has the count, so nothing is counted."""
        statement = _LIST.format("ASC" if page.ascending else "DESC")
        bounds = rows.bounded(page.limit), rows.bounded(page.offset)
        viewed_at = self._clock()
        found = await self.pools.run(lambda connection: connection.fetch(statement, sought(instance_id), *bounds))
        if not found:
            return ProviderPage((), 0, 0, viewed_at)
        total, sequence = tuple(found[0])[:2]
        providers = [rows.to_provider(tuple(row)[2:]) for row in found if row["id"] is not None]
        providers.sort(key=lambda each: each.added_sequence, reverse=not page.ascending)  # a join promises no order
        return ProviderPage(tuple(providers), total, sequence, viewed_at)

    async def list_overviews(self, instance_id: str, query: OverviewQuery) -> OverviewPage:
        """See `mailproof.store.contract.OverviewStore`."""
        return await self.pools.run(lambda connection: overviews.find_page(connection, instance_id, query))

    async def list_added(self, instance_id: str, *, after: int, until: int | None, limit: int) -> AddedProviders:
        """See `mailproof.store.contract.ProviderStore`."""
        bounds = rows.bounded(after), rows.bounded(until), rows.bounded(limit)
        found = await self.pools.run(lambda connection: connection.fetch(_LIST_ADDED, sought(instance_id), *bounds))
        if not found:
            return AddedProviders((), 0, 0, "")
        total, sequence, active_id = tuple(found[0])[:3]
        providers = [rows.to_provider(tuple(row)[3:]) for row in found if row["id"] is not None]
        providers.sort(key=lambda each: each.added_sequence)  # a join promises no order
        return AddedProviders(tuple(providers), total, sequence, active_id or "")

    async def count_secrets(self, instance_id: str, *, after: int, until: int) -> int:
        """See `mailproof.store.contract.ProviderStore`."""
        bounds = sought(instance_id), rows.bounded(after), rows.bounded(until)
        count: int = await self.pools.run(lambda connection: connection.fetchval(_COUNT_SECRETS, *bounds))
        return count

    async def list_events(
        self, instance_id: str, *, before: int | None, limit: int, provider_id: str = ""
    ) -> Sequence[Event]:
        """See `mailproof.store.contract.ProviderStore`."""
        arguments = [sought(instance_id), rows.bounded(before), rows.bounded(limit)]
        statement = _EVENTS.format("AND provider_id = $4 " if provider_id else "")
        if provider_id:
            arguments.append(sought(provider_id))
        found = await self.pools.run(lambda connection: connection.fetch(statement, *arguments))
        return tuple(rows.to_event(tuple(row)) for row in found)

    async def find_token(self, digest: bytes) -> TokenRecord | None:
        """See `mailproof.store.contract.TokenStore`."""
        return await self.pools.run(lambda connection: tokens.find(connection, digest))

    async def token_digests(self) -> frozenset[bytes]:
        """See `mailproof.store.contract.TokenStore`."""
        found = await self.pools.run(lambda connection: connection.fetch(tokens.DIGESTS))
        return frozenset(row[0] for row in found)

    async def create_token(self, record: TokenRecord) -> None:
        """See `mailproof.store.contract.TokenStore`."""
        instance_ids, now = rows.token_instances(record), rows.micros(self._clock())
        if not all(map(can_be_stored, (*instance_ids, record.token.name if record.token else ""))):
            raise ValueError("an instance's id and a token's name must not hold NUL or half a character")
        await self.pools.run(lambda connection: tokens.create(connection, record, instance_ids, now))

    async def list_tokens(self) -> tuple[TokenRecord, ...]:
        """See `mailproof.store.contract.TokenStore`."""
        return await self.pools.run(tokens.find_all)

    async def replace_token(self, old: TokenRecord, new: TokenRecord) -> bool:
        """See `mailproof.store.contract.TokenStore`."""
        return await self.pools.run(lambda connection: tokens.replace(connection, old, new))

    async def use_tokens(self, uses: Mapping[str, datetime]) -> None:
        """See `mailproof.store.contract.TokenStore`."""
        await self.pools.run(lambda connection: tokens.use(connection, uses), tries=1)  # nobody waits for it

    async def token_key_check(self) -> bytes | None:
        """See `mailproof.store.contract.TokenStore`."""
        return await self.pools.run(tokens.key_check)

    async def reseal_tokens(
        self, changes: Sequence[tuple[TokenRecord, TokenRecord]], old: bytes | None, key_check: bytes
    ) -> bool:
        """See `mailproof.store.contract.TokenStore`."""
        return await self.pools.run(lambda connection: tokens.reseal(connection, changes, old, key_check))

    async def default_instance(self) -> str:
        """See `mailproof.store.contract.TokenStore`."""
        found: str | None = await self.pools.run(
            lambda connection: connection.fetchval("SELECT id FROM instances WHERE is_default")
        )
        if found is None:
            raise StoreUnavailable(NO_DEFAULT_INSTANCE)
        return found

    def new_test_id(self) -> str:
        """See `mailproof.store.contract.TestStore`."""
        return self._ids.next()

    async def keep_test(self, test: KeptTest, *, most: int) -> None:
        """See `mailproof.store.contract.TestStore`."""
        row = of_test(test)
        await self.pools.run(lambda connection: kept_tests.keep(connection, row, test.report, most))

    async def get_test(self, instance_id: str, test_id: str) -> KeptTest | None:
        """See `mailproof.store.contract.TestStore`."""
        return await self.pools.run(lambda connection: kept_tests.find(connection, instance_id, test_id))

    async def list_tests(self, instance_id: str, query: TestQuery) -> Sequence[KeptTest]:
        """See `mailproof.store.contract.TestStore`."""
        return await self.pools.run(lambda connection: kept_tests.find_all(connection, instance_id, query))

    async def last_good_test(
        self, instance_id: str, config_id: str, *, before: datetime | None = None
    ) -> KeptTest | None:
        """See `mailproof.store.contract.TestStore`."""
        return await self.pools.run(
            lambda connection: kept_tests.find_last_good(connection, instance_id, config_id, before)
        )

    async def delete_tests_before(self, moment: datetime, limit: int) -> int:
        """See `mailproof.store.contract.TestStore`."""
        return await self.pools.run(lambda connection: kept_tests.delete_before(connection, moment, limit))

    async def delete_tests_beyond(self, instance_id: str, most: int, limit: int) -> int:
        """See `mailproof.store.contract.TestStore`."""
        return await self.pools.run(lambda connection: kept_tests.delete_beyond(connection, instance_id, most, limit))

    def limit_counter(self) -> LimitCounter:
        """See `mailproof.store.contract.Store`."""
        return self._counter

    async def instances(self) -> frozenset[str]:
        """See `mailproof.store.contract.Store`."""
        found = await self.pools.run(lambda connection: connection.fetch("SELECT id FROM instances"))
        return frozenset(row[0] for row in found)

    async def create_instance(self, instance_id: str) -> bool:
        """See `mailproof.store.contract.Store`."""
        if not can_be_stored(instance_id):
            raise ValueError("an instance's id must not hold NUL")
        now = self._clock()
        return await self.pools.run(lambda connection: tokens.create_instance(connection, instance_id, now))

    async def sealed_samples(self) -> Sequence[Provider]:
        """See `mailproof.store.contract.Store`. The index finds one for each key without reading the others."""

        async def work(connection: Connection) -> list[Provider]:
            found: list[Provider] = []
            header = b""
            while (row := await connection.fetchrow(_SAMPLE, header)) is not None:
                header = row[0]
                found.append(rows.to_provider(tuple(row)[1:]))
            return found

        return await self.pools.run(work)

    async def sealed_with(self, header: bytes, *, after: str, limit: int) -> Sequence[Provider]:
        """See `mailproof.store.contract.SecretStore`."""
        found = await self.pools.run(lambda connection: connection.fetch(_SEALED_WITH, header, after, limit))
        return tuple(rows.to_provider(tuple(row)) for row in found)

    async def sealed_counts(self) -> Mapping[bytes, tuple[int, int]]:
        """See `mailproof.store.contract.SecretStore`."""
        providers = await self.pools.run(lambda connection: connection.fetch(rows.KEY_COUNTS))
        events = await self.pools.run(lambda connection: connection.fetch(_EVENT_KEY_COUNTS))
        return rows.key_counts(map(tuple, providers), map(tuple, events))

    async def destroy_superseded(self, limit: int) -> int:
        """See `mailproof.store.contract.SecretStore`."""
        return await self.pools.run(lambda connection: log.destroy_superseded(connection, limit))

    async def forget(self) -> None:
        """See `mailproof.store.contract.SecretStore`. The server's own VACUUM does what can be done."""

    async def key_proof(self) -> bytes | None:
        """See `mailproof.store.contract.SecretStore`."""
        kept: bytes | None = await self.pools.run(
            lambda connection: connection.fetchval("SELECT sealed FROM key_witness")
        )
        return kept

    async def replace_key_proof(self, sealed: bytes) -> None:
        """See `mailproof.store.contract.SecretStore`."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                "INSERT INTO key_witness (id, sealed) VALUES (1, $1) "
                "ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed",
                sealed,
            )

        await self.pools.run(work)

    async def key_check(self, offered: bytes) -> bytes:
        """See `mailproof.store.contract.Store`."""

        async def work(connection: Connection) -> bytes:
            await connection.execute(
                "INSERT INTO key_witness (id, sealed) VALUES (1, $1) ON CONFLICT DO NOTHING", offered
            )
            kept: bytes = await connection.fetchval("SELECT sealed FROM key_witness")
            return kept

        return await self.pools.run(work)

    async def rebuild(self, *, check: bool = False) -> int:
        """See `mailproof.store.contract.Store`."""
        return await self.pools.once(lambda connection: rebuild.rebuild(connection, check=check))

    async def thin(self, instance_id: str, policy: ThinningPolicy) -> int:
        """See `mailproof.store.contract.Store`. One that is repeated may find that it was carried out, and goes on."""
        now = self._clock()
        done = await self.pools.run(lambda connection: thinning.thin_batch(connection, instance_id, policy, now))
        return len(done.gone) if done is not None else 0

    async def thinnable(self, instance_id: str, policy: ThinningPolicy) -> int:
        """See `mailproof.store.contract.Store`."""
        now = self._clock()
        return await self.pools.run(lambda connection: thinning.count(connection, instance_id, policy, now))

    async def thinned_through(self, instance_id: str) -> int:
        """See `mailproof.store.contract.Store`."""
        found = await self.pools.run(lambda connection: connection.fetchrow(thinning.HEAD, sought(instance_id)))
        return found[0] if found else 0

    async def ping(self) -> None:
        """See `mailproof.store.contract.Store`."""
        oldest: int = await self.pools.run(
            lambda connection: connection.fetchval(OLDEST),
            tries=2,  # the caller wants an answer soon
        )
        check_living(oldest, schema.MIGRATIONS)

    async def close(self) -> None:
        """See `mailproof.store.contract.Store`."""
        await self.pools.close()

    async def _forget_old_keys(self) -> None:
        if time.monotonic() - self._forgot_at < _FORGET_EVERY:
            return
        self._forgot_at = time.monotonic()
        with suppress(StoreUnavailable):  # the call itself has succeeded, and a later one will delete them
            await self.pools.run(lambda connection: log.forget_old_keys(connection, self._clock()))
