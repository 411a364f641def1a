"""The SQLite adapter: the contract, and what is its own (group commit, full disks, foreign files, plans)."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import stat
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from contract.sqlite_audit import audit
from contract.store_contract import StoreContract
from contract.store_world import Clock, Database, activation, add, adding, log_of, providers_of, smtp
from mailproof.errors import StartupError, StoreUnavailable
from mailproof.model import Caller, Page, Role
from mailproof.provider_secrets import check_keys, identity
from mailproof.secret import Secret
from mailproof.store import LogBroken, Store, schema
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite import SqliteStore, open_store

SEALER = Sealer(bytes(32))


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteStore]:
    store = open_store(path, clock=Clock())
    try:
        yield store
    finally:
        await store.close()


async def admin(store: Store) -> Caller:
    count = len(await store.list_tokens())
    token = await store.create_token(digest=count.to_bytes(32, "big"), name="", role=Role.ADMIN, instance_ids=())
    return Caller(token, token.instance_ids[0])


@dataclass
class File:
    """A database for the contract."""

    path: Path
    clock: Clock
    stores: list[SqliteStore] = field(default_factory=list)

    async def open(self) -> SqliteStore:
        store = open_store(self.path, clock=self.clock)
        self.stores.append(store)
        return store

    async def tamper(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement)


class TestContract(StoreContract):
    directory: Path

    @pytest.fixture(autouse=True)
    def _directory(self, tmp_path: Path) -> None:
        type(self).directory = tmp_path

    def database(self, clock: Clock) -> AbstractAsyncContextManager[Database]:
        @asynccontextmanager
        async def manage() -> AsyncIterator[Database]:
            file = File(self.directory / f"{next(NUMBERS)}.db", clock)
            try:
                yield file
            finally:
                for store in file.stores:
                    await store.close()

        return manage()


NUMBERS = itertools.count()
