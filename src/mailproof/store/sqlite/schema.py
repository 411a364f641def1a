"""The tables in SQLite, the migrations that make them, and how a connection is set up.

A migration is run in one transaction under the write lock, so of two processes that start at once only one runs it.
Times are integers: microseconds since 1970, UTC.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from mailproof.domain.errors import StartupError
from mailproof.store.kept_rows import GOOD
from mailproof.store.migration import OLDEST, VERSION, Migration, check_oldest, is_current, is_newer, newer_words
from mailproof.store.rows import KEY_HEADER, has_sealed
from mailproof.store.sqlite.faults import DAMAGED

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        (
            # `active_id` and `provider_count` repeat what the providers say: nothing is counted or searched for.
            """
        CREATE TABLE instances (
            id TEXT PRIMARY KEY,
            is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
            sequence INTEGER NOT NULL DEFAULT 0,
            provider_count INTEGER NOT NULL DEFAULT 0,
            active_id TEXT,
            created_at INTEGER NOT NULL
        ) STRICT
        """,
            "CREATE UNIQUE INDEX instances_one_default ON instances (is_default) WHERE is_default = 1",
            """
        CREATE TABLE tokens (
            id TEXT PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            revoked_at INTEGER
        ) STRICT
        """,
            """
        CREATE TABLE token_instances (
            token_id TEXT NOT NULL REFERENCES tokens (id),
            position INTEGER NOT NULL,
            instance_id TEXT NOT NULL REFERENCES instances (id),
            PRIMARY KEY (token_id, position)
        ) STRICT
        """,
            # A payload holds a secret only as the sealed blob, so that the state can be rebuilt from the events.
            """
        CREATE TABLE events (
            instance_id TEXT NOT NULL REFERENCES instances (id),
            sequence INTEGER NOT NULL,
            provider_id TEXT NOT NULL,
            type TEXT NOT NULL,
            payload TEXT NOT NULL,
            actor_token_id TEXT NOT NULL,
            peer TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (instance_id, sequence)
        ) STRICT
        """,
            "CREATE INDEX events_of_provider ON events (instance_id, provider_id, sequence)",
            # `added_sequence` is the order of creation; `sequence` is the sequence of the record's last event.
            """
        CREATE TABLE providers (
            id TEXT PRIMARY KEY,
            instance_id TEXT NOT NULL REFERENCES instances (id),
            added_sequence INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            state INTEGER NOT NULL,
            settings TEXT NOT NULL,
            sealed BLOB
        ) STRICT
        """,
            "CREATE UNIQUE INDEX providers_order ON providers (instance_id, added_sequence)",
            # At most one provider of an instance is active: the law of the log, which the database keeps too.
            "CREATE UNIQUE INDEX providers_one_active ON providers (instance_id) WHERE state = 1",
            # Finds the keys in use without reading every record at each start.
            f"CREATE INDEX providers_key ON providers ({KEY_HEADER}) WHERE sealed IS NOT NULL",
            """
        CREATE TABLE idempotency_keys (
            instance_id TEXT NOT NULL,
            token_id TEXT NOT NULL,
            key TEXT NOT NULL,
            digest BLOB NOT NULL,
            first_sequence INTEGER NOT NULL,
            event_count INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (instance_id, token_id, key)
        ) STRICT
        """,
            "CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at)",
        )
    ),
    Migration(
        (
            # A token's digest is keyed from here on, and its record sealed: `usecases.token_seals`. Rows of the older
            # release have no seal until a service that has the key takes them over, once (`usecases.tokens`).
            "ALTER TABLE tokens ADD COLUMN fingerprint TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE tokens ADD COLUMN permissions TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE tokens ADD COLUMN expires_at INTEGER",
            "ALTER TABLE tokens ADD COLUMN last_used_at INTEGER",
            "ALTER TABLE tokens ADD COLUMN sealed BLOB",
            # One row: shows under which key records of tokens are sealed, and that those without a seal don't count.
            "CREATE TABLE token_key_check (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL) STRICT",
        )
    ),
    Migration(
        (
            # Finds the secrets that a change supersedes without reading every event of its provider.
            f"""
        CREATE INDEX events_with_secret ON events (instance_id, provider_id, sequence)
        WHERE {has_sealed("instr")}
        """,
            # One row: a sealed blob, whose form and key are those of all secrets.
            "CREATE TABLE key_witness (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL) STRICT",
        )
    ),
    # From here on a database says which releases can live with it.
    Migration(("ALTER TABLE schema_version ADD COLUMN oldest INTEGER",), oldest=4),
    # Kept tests. Nothing that releases before wrote or read is changed.
    Migration(
        (
            """
        CREATE TABLE tests (
            id INTEGER PRIMARY KEY,
            instance_id TEXT NOT NULL,
            config_id TEXT NOT NULL,
            number INTEGER NOT NULL,
            config_sequence INTEGER NOT NULL,
            actor_token_id TEXT NOT NULL,
            peer TEXT NOT NULL,
            trigger TEXT NOT NULL,
            depth TEXT NOT NULL,
            outcome TEXT NOT NULL,
            stage TEXT NOT NULL,
            code TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            elapsed_ms INTEGER NOT NULL,
            phases TEXT NOT NULL,
            tls_version TEXT NOT NULL,
            certificate_expires_at INTEGER,
            overridden TEXT NOT NULL,
            tested TEXT NOT NULL,
            reply_code INTEGER NOT NULL
        ) STRICT
        """,
            """
        CREATE TABLE test_reports (
            test_id INTEGER PRIMARY KEY REFERENCES tests (id) ON DELETE CASCADE,
            report BLOB NOT NULL
        ) STRICT
        """,
            "CREATE INDEX tests_of_config ON tests (instance_id, config_id, number)",
            f"CREATE INDEX tests_good ON tests (instance_id, config_id, number) WHERE {GOOD}",
            "CREATE INDEX tests_by_time ON tests (instance_id, started_at, id)",
            "CREATE INDEX tests_age ON tests (started_at)",
        ),
        oldest=4,
    ),
    # Where the log of an instance begins: `store.thinning`. Older releases count what was thinned as if it were there.
    Migration(
        (
            "ALTER TABLE instances ADD COLUMN thinned_through INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE instances ADD COLUMN thinned_count INTEGER NOT NULL DEFAULT 0",
        ),
        oldest=4,
    ),
    Migration(
        (
            # One row: which database this is, and how many commits it has (`mailproof.store.sqlite.guard`). A release
            # that does not count its commits can live with it: the note beside the database is not ahead of it then.
            """
            CREATE TABLE database_identity (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                database_id TEXT NOT NULL,
                commits INTEGER NOT NULL
            ) STRICT
            """,
            "INSERT INTO database_identity (id, database_id, commits) VALUES (1, lower(hex(randomblob(16))), 0)",
        ),
        oldest=4,
    ),
)

_VERSIONS = """
CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT
"""

_SAY = "UPDATE schema_version SET oldest = ? WHERE version = ?"

_BUSY_WRITER = 5.0
_BUSY_START = 60.0  # seconds, while the schema is brought up to date
"""Seconds that the writer, which has a thread of its own, waits for the lock of another process."""

_BUSY_READER = 0.25
"""Seconds that a read waits. It runs on an event loop; in WAL mode readers wait for nothing but a recovery."""

_OLDEST_SQLITE = (3, 37, 0)  # STRICT tables


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open the file for writing. If it does not exist, it is created so that only its owner can read it.

    Raises:
        StartupError: The file is not a database, or can't be opened, written or put into WAL mode.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StartupError(f"SQLite 3.37 or newer is needed, and this Python has {sqlite3.sqlite_version}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its side files the same mode
        connection = _connect(path, _BUSY_WRITER)
    except OSError as error:
        raise StartupError(f"the database {path} can't be opened: {error.strerror}") from error
    try:
        mode = _wal(connection)
        connection.execute("PRAGMA synchronous = FULL")  # what is acknowledged survives a power cut
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted or replaced is overwritten with zeros
    except sqlite3.Error as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
            raise StartupError(DAMAGED) from error
        raise StartupError(f"the database {path} can't be opened: {error}") from error
    if mode != "wal":
        connection.close()
        raise StartupError(f"the database {path} can't have a write-ahead log on this file system")
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open the file for reading."""
    connection = _connect(path, _BUSY_READER)
    connection.execute("PRAGMA query_only = ON")
    return connection


def connect_rebuilder(path: Path) -> sqlite3.Connection:
    """Open the file for `rebuild`, which writes once, and waits for other writers as long as the writer does."""
    connection = _connect(path, _BUSY_WRITER)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = FILE")
    return connection


def _connect(path: Path, busy: float) -> sqlite3.Connection:
    # A connection is used by one thread at a time, and closed by another one. With isolation_level=None the driver
    # begins no transactions of its own.
    return sqlite3.connect(path, timeout=busy, isolation_level=None, check_same_thread=False)


def _wal(connection: sqlite3.Connection) -> str:
    """Switch to WAL. SQLite does not keep its busy timeout here when another process switches too, so this waits."""
    give_up = time.monotonic() + _BUSY_WRITER
    while True:
        try:
            mode: str = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return mode


def migrate(connection: sqlite3.Connection, *, now: int, instance_id: str) -> None:
    """Bring the schema up to date, and create the default instance if there is none.

    Args:
        connection: A connection of `connect_writer`.
        now: The time, as it is stored.
        instance_id: The id of the default instance if it is created.

    Raises:
        StartupError: A newer release made this database and this one can't live with it, or it can't be changed.
    """
    try:
        if is_current(_version(connection), MIGRATIONS) and _has_default(connection):
            return  # the usual case, in which no writer has to be waited for
        # Beside a writer at full speed SQLite's turns are a matter of luck: a start is more patient than a call.
        connection.execute(f"PRAGMA busy_timeout = {round(_BUSY_START * 1000)}")
        connection.execute(_VERSIONS)
        while _migrate_one(connection, now):
            pass
        connection.execute(
            "INSERT INTO instances (id, is_default, created_at) VALUES (?, 1, ?) ON CONFLICT DO NOTHING",
            (instance_id, now),
        )
        connection.execute(f"PRAGMA busy_timeout = {round(_BUSY_WRITER * 1000)}")
    except sqlite3.Error as error:
        (_, _, file), *_ = connection.execute("PRAGMA database_list")
        raise StartupError(f"the database {file} can't be brought up to date: {error}") from error


def _migrate_one(connection: sqlite3.Connection, now: int) -> bool:
    """Run the next migration in a transaction of its own; return False if there is none."""
    connection.execute("BEGIN IMMEDIATE")  # from here on no other process can run the same migration
    try:
        version = _version(connection)
        current = is_current(version, MIGRATIONS)
        if not current:
            migration = MIGRATIONS[version]
            for statement in migration.statements:
                connection.execute(statement)
            connection.execute("INSERT INTO schema_version (version, applied_at) VALUES (?, ?)", (version + 1, now))
            if migration.oldest is not None:
                connection.execute(_SAY, (migration.oldest, version + 1))
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return not current


def _version(connection: sqlite3.Connection) -> int:
    """Return the version of the schema.

    Raises:
        StartupError: It is that of a newer release, and this one can't live with it.
    """
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'").fetchone():
        return 0
    version: int = connection.execute(VERSION).fetchone()[0]
    if is_newer(version, MIGRATIONS):
        check_oldest(version, oldest(connection), MIGRATIONS)
    return version


def oldest(connection: sqlite3.Connection) -> int:
    """Return the version of the oldest release that can live with the database."""
    found: int = connection.execute(OLDEST).fetchone()[0]
    return found


def newer(connection: sqlite3.Connection) -> str:
    """Return the words that a newer release made this database; empty if none did."""
    version: int = connection.execute(VERSION).fetchone()[0]
    return newer_words(version, MIGRATIONS) if is_newer(version, MIGRATIONS) else ""


def _has_default(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM instances WHERE is_default = 1").fetchone() is not None
