"""The store on SQLite: one writer thread, reads inline on a connection per thread.

Keeps the contract of `mailproof.store` and no other; rules about values are the use cases'. A point read takes some
13 µs, less than a hop to another thread, so reads run right on the event loop; nothing here is bound to a loop. Other
processes may use the same file.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from mailproof.errors import StartupError, StoreUnavailable
from mailproof.model import (
    Caller,
    ConfigPage,
    ConfigState,
    Details,
    NewConfig,
    Page,
    Role,
    SmtpConfig,
    SmtpSettings,
    Token,
)
from mailproof.secret import Secret
from mailproof.store import events, schema
from mailproof.store.ids import IdSource
from mailproof.store.readers import Readers
from mailproof.store.sealing import HEADER_BYTES, Identity, SealBroken, Sealer
from mailproof.store.writer import Job, Writer

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOST = 2**63 - 1  # SQLite's integers; the contract's offsets go to 2**64 - 1

_CONFIG = (
    "id, state, sequence, created_at, changed_at, instance_id, sender_address, sender_name, tls, host, user, "
    "reply_to_address, description"
)
_TOKEN = "id, name, role, instance_id, created_at, revoked_at"  # noqa: S105 - columns

_GET = f"SELECT {_CONFIG} FROM smtp_configs WHERE id = ? AND instance_id = ?"  # noqa: S608 - constants
_LIST = f"SELECT {_CONFIG} FROM smtp_configs WHERE instance_id = ? ORDER BY added_sequence"  # noqa: S608 - constants
_HEADER = f"substr(sealed_password, 1, {HEADER_BYTES})"  # as the index smtp_configs_key has it


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def open_store(path: Path, sealer: Sealer | None = None, *, clock: Callable[[], datetime] = utc_now) -> SqliteStore:
    """Open the database, make or migrate it where needed, and check that the key fits.

    Args:
        path: The file; its directory is made too.
        sealer: Opens and seals passwords; None where only tokens are the matter.
        clock: Says what time it is.

    Raises:
        StartupError: It can't be opened, a newer release made it, or a record is sealed under another key.
    """
    ids = IdSource(clock)
    connection = schema.connect_writer(path)
    try:
        schema.migrate(connection, now=_micros(clock()), instance_id=ids.next())
        if sealer is not None:
            _check_key(connection, sealer)
    except sqlite3.Error as error:
        connection.close()
        raise StartupError(f"the database {path} can't be read: {error}") from error
    except BaseException:
        connection.close()
        raise
    return SqliteStore(path, Writer(connection), sealer, clock, ids)


def _check_key(connection: sqlite3.Connection, sealer: Sealer) -> None:
    """Open one record under each key in use; the index gives them without reading the others."""
    header = b""
    while True:
        row = connection.execute(
            f"SELECT id, instance_id, sealed_password FROM smtp_configs "  # noqa: S608 - constants
            f"WHERE sealed_password IS NOT NULL AND {_HEADER} > ? ORDER BY {_HEADER} LIMIT 1",
            (header,),
        ).fetchone()
        if row is None:
            return
        config_id, instance_id, blob = row
        try:
            sealer.open(blob, _password_of(instance_id, config_id))
        except SealBroken as error:
            raise StartupError(
                f"the encryption key does not open the password of SMTP configuration {config_id} of instance "
                f"{instance_id}, nor others sealed like it: start with the key that the data was written under"
            ) from error
        header = blob[:HEADER_BYTES]


class SqliteStore:
    """A `mailproof.store.Store`. Made by `open_store`.

    Attributes:
        writer: Counts commits and writes.
    """

    def __init__(
        self,
        path: Path,
        writer: Writer,
        sealer: Sealer | None,
        clock: Callable[[], datetime],
        ids: IdSource,
    ) -> None:
        self.writer = writer
        self._sealer = sealer
        self._clock = clock
        self._ids = ids
        self._readers = Readers(path)

    async def add_config(self, caller: Caller, new: NewConfig) -> SmtpConfig:
        """See `mailproof.store.ConfigStore`."""

        def job(connection: sqlite3.Connection) -> SmtpConfig:
            now = self._clock()  # here, so that times follow the order of the log
            config_id = self._fresh_id(connection, "smtp_configs")
            identity = _password_of(caller.instance_id, config_id)
            sealed = self._opener().seal(new.password, identity) if new.password else None
            event = events.append(
                connection,
                caller,
                aggregate_id=config_id,
                type_=events.SMTP_CONFIG_ADDED,
                payload=events.settings_payload(new.settings, sealed),
                now=_micros(now),
            )
            details = Details(event.sequence, now, now, event.instance_id)
            return SmtpConfig(config_id, new.settings, ConfigState.INACTIVE, details)

        return await self._write(job)

    async def get_config(self, instance_id: str, config_id: str) -> SmtpConfig | None:
        """See `mailproof.store.ConfigStore`."""
        row = self._one(_GET, (config_id, instance_id))
        return _config(row) if row else None

    async def get_password(self, instance_id: str, config_id: str) -> Secret | None:
        """See `mailproof.store.ConfigStore`.

        Raises:
            SealBroken: The stored blob does not open.
        """
        row = self._one(
            "SELECT sealed_password FROM smtp_configs WHERE id = ? AND instance_id = ?", (config_id, instance_id)
        )
        if row is None or row[0] is None:
            return None
        return self._opener().open(row[0], _password_of(instance_id, config_id))

    async def list_configs(self, instance_id: str, page: Page) -> ConfigPage:
        """See `mailproof.store.ConfigStore`. The count is kept, not counted."""
        select = f"{_LIST} {'ASC' if page.ascending else 'DESC'} LIMIT ? OFFSET ?"

        def work(connection: sqlite3.Connection) -> tuple[Any, list[Any]]:
            connection.execute("BEGIN")
            try:
                head = connection.execute("SELECT config_count, sequence FROM instances WHERE id = ?", (instance_id,))
                counts = head.fetchone() or (0, 0)
                rows = connection.execute(select, (instance_id, min(page.limit, _MOST), min(page.offset, _MOST)))
                return counts, rows.fetchall()
            finally:
                connection.execute("ROLLBACK")

        viewed_at = self._clock()
        (total, sequence), rows = self._read(work)
        return ConfigPage(tuple(_config(row) for row in rows), total, sequence, viewed_at)

    async def find_token(self, digest: bytes) -> Token | None:
        """See `mailproof.store.TokenStore`."""
        row = self._one(f"SELECT {_TOKEN} FROM tokens WHERE digest = ? AND revoked_at IS NULL", (digest,))  # noqa: S608
        return _token(row) if row else None

    async def create_token(self, *, digest: bytes, name: str, role: Role, instance_id: str) -> Token:
        """See `mailproof.store.TokenStore`."""
        now = _micros(self._clock())

        def job(connection: sqlite3.Connection) -> Token:
            owner = instance_id or connection.execute("SELECT id FROM instances WHERE is_default = 1").fetchone()[0]
            connection.execute(
                "INSERT INTO instances (id, is_default, created_at) VALUES (?, 0, ?) ON CONFLICT (id) DO NOTHING",
                (owner, now),
            )
            row = connection.execute(
                f"INSERT INTO tokens ({_TOKEN}, digest) VALUES (?, ?, ?, ?, ?, NULL, ?) RETURNING {_TOKEN}",  # noqa: S608
                (self._fresh_id(connection, "tokens"), name, role.value, owner, now, digest),
            ).fetchone()
            return _token(row)

        return await self._write(job)

    async def list_tokens(self) -> tuple[Token, ...]:
        """See `mailproof.store.TokenStore`."""
        statement = f"SELECT {_TOKEN} FROM tokens ORDER BY created_at, id"  # noqa: S608 - constants
        return tuple(_token(row) for row in self._read(lambda connection: connection.execute(statement).fetchall()))

    async def revoke_token(self, token_id: str) -> Token | None:
        """See `mailproof.store.TokenStore`."""
        now = _micros(self._clock())
        statement = f"UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? RETURNING {_TOKEN}"  # noqa: S608
        row = await self._write(lambda connection: connection.execute(statement, (now, token_id)).fetchone())
        return _token(row) if row else None

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
        return self._read(lambda connection: connection.execute(statement, parameters).fetchone())

    def _opener(self) -> Sealer:
        if self._sealer is None:
            raise RuntimeError("this store was opened without a key: it has no passwords")
        return self._sealer

    def _fresh_id(self, connection: sqlite3.Connection, table: str) -> str:
        """Return an id that the table does not have; the write lock is held, so none can take it."""
        while True:
            fresh = self._ids.next()
            statement = f"SELECT 1 FROM {table} WHERE id = ?"  # noqa: S608 - a constant of the callers
            if connection.execute(statement, (fresh,)).fetchone() is None:
                return fresh


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _password_of(instance_id: str, config_id: str) -> Identity:
    return Identity(instance_id, "smtp_config", config_id, "password")


def _config(row: tuple[Any, ...]) -> SmtpConfig:
    config_id, state, sequence, created_at, changed_at, instance_id, *settings = row
    sender_address, sender_name, tls, host, user, reply_to_address, description = settings
    return SmtpConfig(
        config_id,
        SmtpSettings(sender_address, sender_name, bool(tls), host, user, reply_to_address, description),
        ConfigState(state),
        Details(sequence, _moment(created_at), _moment(changed_at), instance_id),
    )


def _token(row: tuple[Any, ...]) -> Token:
    token_id, name, role, instance_id, created_at, revoked_at = row
    revoked = _moment(revoked_at) if revoked_at is not None else None
    return Token(token_id, name, Role(role), instance_id, _moment(created_at), revoked)
