"""The tables in PostgreSQL, and the migrations that make them.

They are those of SQLite (`store.sqlite.schema`), with one column more: by `events.write_id` a writer that lost its
connection recognises its own events. By `key_witness` a replica finds out here whether it has the same key as the
others. A migration is run in one transaction under the lock of a row, so of replicas that start at once only one
runs it; advisory locks would do nothing in CockroachDB. Each statement can be repeated.
"""

from __future__ import annotations

from contextlib import suppress

import asyncpg

from mailproof.domain.ledger import ADDED
from mailproof.store.kept_rows import GOOD
from mailproof.store.migration import OLDEST, VERSION, Migration, check_oldest, is_current, is_newer, newer_words
from mailproof.store.postgres.pool import Connection, transaction
from mailproof.store.rows import KEY_HEADER, has_sealed

_ADDED = ", ".join(f"'{each.value}'" for each in sorted(ADDED))

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        (
            """
        CREATE TABLE IF NOT EXISTS instances (
            id text PRIMARY KEY,
            is_default boolean NOT NULL,
            sequence bigint NOT NULL DEFAULT 0,
            provider_count bigint NOT NULL DEFAULT 0,
            active_id text,
            created_at bigint NOT NULL
        )
        """,
            "CREATE UNIQUE INDEX IF NOT EXISTS instances_one_default ON instances (is_default) WHERE is_default",
            """
        CREATE TABLE IF NOT EXISTS tokens (
            id text PRIMARY KEY,
            digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
            name text NOT NULL,
            role text NOT NULL,
            created_at bigint NOT NULL,
            revoked_at bigint
        )
        """,
            """
        CREATE TABLE IF NOT EXISTS token_instances (
            token_id text NOT NULL REFERENCES tokens (id),
            position bigint NOT NULL,
            instance_id text NOT NULL REFERENCES instances (id),
            PRIMARY KEY (token_id, position)
        )
        """,
            """
        CREATE TABLE IF NOT EXISTS events (
            instance_id text NOT NULL REFERENCES instances (id),
            sequence bigint NOT NULL,
            provider_id text NOT NULL,
            type text NOT NULL,
            payload text NOT NULL,
            actor_token_id text NOT NULL,
            peer text NOT NULL,
            created_at bigint NOT NULL,
            write_id text NOT NULL DEFAULT '',
            PRIMARY KEY (instance_id, sequence)
        )
        """,
            "CREATE INDEX IF NOT EXISTS events_of_provider ON events (instance_id, provider_id, sequence)",
            # A provider is added once, even if it was removed before its add is sent again.
            f"CREATE UNIQUE INDEX IF NOT EXISTS events_added ON events (provider_id) WHERE type IN ({_ADDED})",
            """
        CREATE TABLE IF NOT EXISTS providers (
            id text PRIMARY KEY,
            instance_id text NOT NULL REFERENCES instances (id),
            added_sequence bigint NOT NULL,
            sequence bigint NOT NULL,
            created_at bigint NOT NULL,
            changed_at bigint NOT NULL,
            state bigint NOT NULL,
            settings text NOT NULL,
            sealed bytea
        )
        """,
            "CREATE UNIQUE INDEX IF NOT EXISTS providers_order ON providers (instance_id, added_sequence)",
            # At most one provider of an instance is active: the law of the log, which the database keeps too.
            "CREATE UNIQUE INDEX IF NOT EXISTS providers_one_active ON providers (instance_id) WHERE state = 1",
            f"""
        CREATE INDEX IF NOT EXISTS providers_key ON providers ({KEY_HEADER})
        WHERE sealed IS NOT NULL
        """,
            """
        CREATE TABLE IF NOT EXISTS idempotency_keys (
            instance_id text NOT NULL,
            token_id text NOT NULL,
            key text NOT NULL,
            digest bytea NOT NULL,
            first_sequence bigint NOT NULL,
            event_count bigint NOT NULL,
            created_at bigint NOT NULL,
            PRIMARY KEY (instance_id, token_id, key)
        )
        """,
            "CREATE INDEX IF NOT EXISTS idempotency_keys_age ON idempotency_keys (created_at)",
            # One row: a blob of the first replica, which the others open to show that they have the same key.
            "CREATE TABLE IF NOT EXISTS key_witness (id bigint PRIMARY KEY CHECK (id = 1), sealed bytea NOT NULL)",
        )
    ),
    Migration(
        (
            # A token's digest is keyed from here on, and its record sealed: `usecases.token_seals`. Rows of the older
            # release have no seal until a service that has the key takes them over, once (`usecases.tokens`).
            "ALTER TABLE tokens ADD COLUMN IF NOT EXISTS fingerprint text NOT NULL DEFAULT ''",
            "ALTER TABLE tokens ADD COLUMN IF NOT EXISTS permissions text NOT NULL DEFAULT ''",
            "ALTER TABLE tokens ADD COLUMN IF NOT EXISTS expires_at bigint",
            "ALTER TABLE tokens ADD COLUMN IF NOT EXISTS last_used_at bigint",
            "ALTER TABLE tokens ADD COLUMN IF NOT EXISTS sealed bytea",
            # One row: shows under which key records of tokens are sealed, and that those without a seal don't count.
            "CREATE TABLE IF NOT EXISTS token_key_check (id bigint PRIMARY KEY CHECK (id = 1), sealed bytea NOT NULL)",
        )
    ),
    Migration(
        (
            # What the limits have counted. It is nobody's data: it need not survive a crash or wait for the disk.
            """
        CREATE UNLOGGED TABLE IF NOT EXISTS limit_rates (
            key bytea PRIMARY KEY,
            full_at bigint NOT NULL,
            step bigint NOT NULL,
            capacity bigint NOT NULL
        )
        """,
            # A numbered slot belongs to a lease until its time is over, so there are never more holders than numbers.
            """
        CREATE UNLOGGED TABLE IF NOT EXISTS limit_slots (
            key bytea NOT NULL,
            number bigint NOT NULL,
            lease text NOT NULL,
            expires_at bigint NOT NULL,
            PRIMARY KEY (key, number)
        )
        """,
        )
    ),
    Migration(
        (
            # Finds the secrets that a change supersedes without reading every event of its provider.
            f"""
        CREATE INDEX IF NOT EXISTS events_with_secret ON events (instance_id, provider_id, sequence)
        WHERE {has_sealed("strpos")}
        """,
        )
    ),
    # From here on a database says which releases can live with it.
    Migration(("ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS oldest bigint",), oldest=5),
    # Kept tests. Nothing that releases before wrote or read is changed.
    Migration(
        (
            """
        CREATE TABLE IF NOT EXISTS tests (
            id bigint PRIMARY KEY,
            instance_id text NOT NULL,
            config_id text NOT NULL,
            number bigint NOT NULL,
            config_sequence bigint NOT NULL,
            actor_token_id text NOT NULL,
            peer text NOT NULL,
            trigger text NOT NULL,
            depth text NOT NULL,
            outcome text NOT NULL,
            stage text NOT NULL,
            code text NOT NULL,
            started_at bigint NOT NULL,
            elapsed_ms bigint NOT NULL,
            phases text NOT NULL,
            tls_version text NOT NULL,
            certificate_expires_at bigint,
            overridden text NOT NULL,
            tested text NOT NULL,
            reply_code bigint NOT NULL
        )
        """,
            """
        CREATE TABLE IF NOT EXISTS test_reports (
            test_id bigint PRIMARY KEY REFERENCES tests (id) ON DELETE CASCADE,
            report bytea NOT NULL
        )
        """,
            "CREATE INDEX IF NOT EXISTS tests_of_config ON tests (instance_id, config_id, number)",
            f"CREATE INDEX IF NOT EXISTS tests_good ON tests (instance_id, config_id, number) WHERE {GOOD}",
            "CREATE INDEX IF NOT EXISTS tests_by_time ON tests (instance_id, started_at, id)",
            "CREATE INDEX IF NOT EXISTS tests_age ON tests (started_at)",
        ),
        oldest=5,
    ),
    # Where the log of an instance begins: `store.thinning`. Older releases count what was thinned as if it were there.
    Migration(
        (
            "ALTER TABLE instances ADD COLUMN IF NOT EXISTS thinned_through bigint NOT NULL DEFAULT 0",
            "ALTER TABLE instances ADD COLUMN IF NOT EXISTS thinned_count bigint NOT NULL DEFAULT 0",
        ),
        oldest=5,
    ),
)

_VERSIONS = "CREATE TABLE IF NOT EXISTS schema_version (version bigint PRIMARY KEY, applied_at bigint NOT NULL)"
_ADD_VERSION = "INSERT INTO schema_version (version, applied_at) VALUES ($1, $2)"
_SAY = "UPDATE schema_version SET oldest = $1 WHERE version = $2"
LOCK = "SELECT version FROM schema_version WHERE version = 0 FOR UPDATE"
"""Waits until nobody else changes the database as a whole, and keeps others from it."""
_LOCK_ALONE = "LOCK TABLE schema_version IN EXCLUSIVE MODE"
"""The same, for what may alter that table too: whoever waits for a row of it holds a lock that forbids to alter it."""


async def migrate(connection: Connection, *, now: int, instance_id: str) -> None:
    """Bring the schema up to date, and create the default instance if there is none.

    Args:
        connection: The connection to use.
        now: The time, as it is stored.
        instance_id: The id of the default instance if it is created.

    Raises:
        StartupError: A newer release made this database, and this one can't live with it.
        asyncpg.PostgresError: The database can't be changed; the migrations that were run are whole.
    """
    if await _is_ready(connection):
        return  # the usual case waits for nobody
    # IF NOT EXISTS looks before it locks. Which error comes where another replica makes the table meanwhile depends on
    # how far it has got: its row in the catalogue, the table's type, or the table is there.
    with suppress(asyncpg.UniqueViolationError, asyncpg.DuplicateObjectError, asyncpg.DuplicateTableError):
        await connection.execute(_VERSIONS)
    await connection.execute(
        "INSERT INTO schema_version (version, applied_at) VALUES (0, $1) ON CONFLICT DO NOTHING", now
    )
    while await _migrate_one(connection, now):
        pass
    await connection.execute(
        "INSERT INTO instances (id, is_default, created_at) VALUES ($1, true, $2) ON CONFLICT DO NOTHING",
        instance_id,
        now,
    )


async def _migrate_one(connection: Connection, now: int) -> bool:
    """Run the next migration in a transaction of its own; return False if there is none."""
    async with transaction(connection):
        await connection.execute(_LOCK_ALONE)
        version = await _version(connection)
        current = is_current(version, MIGRATIONS)
        if not current:
            migration = MIGRATIONS[version]
            for statement in migration.statements:
                await connection.execute(statement)
            await connection.execute(_ADD_VERSION, version + 1, now)
            if migration.oldest is not None:
                await connection.execute(_SAY, migration.oldest, version + 1)
    return not current


async def _is_ready(connection: Connection) -> bool:
    try:
        version = await _version(connection)
    except asyncpg.UndefinedTableError:
        return False
    if not is_current(version, MIGRATIONS):
        return False
    return await connection.fetchval("SELECT id FROM instances WHERE is_default") is not None


async def _version(connection: Connection) -> int:
    """Return the version of the schema.

    Raises:
        StartupError: It is that of a newer release, and this one can't live with it.
    """
    version: int = await connection.fetchval(VERSION)
    if is_newer(version, MIGRATIONS):
        check_oldest(version, await connection.fetchval(OLDEST), MIGRATIONS)
    return version


async def newer(connection: Connection) -> str:
    """Return the words that a newer release made this database; empty if none did."""
    version: int = await connection.fetchval(VERSION)
    return newer_words(version, MIGRATIONS) if is_newer(version, MIGRATIONS) else ""
