"""`mailproof migrate`: everything arrives, or nothing does."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from clock_support.waiting import eventually
from contract.postgres_audit import audit
from contract.store_tests import bare, kept
from mailproof.domain.database import parse_url
from mailproof.domain.ledger import Change, EventType, IdempotencyKey
from mailproof.domain.model import Caller, HttpSettings, Page, Role, SmtpSettings
from mailproof.service.engines import open_store
from mailproof.store.contract import Store
from mailproof.store.transfer import TABLES
from postgres_support.server import database, query
from service_support.service import command, environment, run, run_here
from service_support.tokens import revoke_stored, stored_token

SETTINGS = SmtpSettings("post@example.com", "Poßt 郵", True, "smtp.example.com:587", "u", "", "a\0b\ud800")


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    store = await open_store(parse_url(url))
    try:
        yield store
    finally:
        await store.close()


def fill(url: str, seed: int, count: int = 120) -> None:
    """Do at random what can be done."""
    chance = random.Random(seed)

    async def main() -> None:
        async with opened(url) as store:
            callers = []
            for number, instances in enumerate(([], ["b", "a"], ["c"])):
                token = await stored_token(
                    store, digest=chance.randbytes(32), name=f"t{number}", role=Role.ADMIN, instance_ids=instances
                )
                callers.append(Caller(token, token.instance_ids[0], "192.0.2.7:4321"))
            await revoke_stored(store, callers[2].token.id)
            assert await store.reseal_tokens((), await store.token_key_check(), chance.randbytes(60))
            for number in range(count):
                await act(store, chance.choice(callers), number)
            for number in range(3):
                await store.keep_test(kept(store, number), most=100)
                await store.keep_test(bare(store, number, "8"), most=100)

    async def act(store: Store, caller: Caller, number: int) -> None:
        known = (await store.list(caller.instance_id, Page(limit=5))).providers
        if not known or chance.random() < 0.4:
            smtp = chance.random() < 0.7
            settings = SETTINGS if smtp else HttpSettings("https://example.com/hook", "d")
            kind = EventType.SMTP_ADDED if smtp else EventType.HTTP_ADDED
            sealed = chance.choice([None, chance.randbytes(60)])
            key = IdempotencyKey(f"k{number}", (chance.randbytes(32),)) if chance.random() < 0.3 else None
            await store.add(caller, Change(kind, store.new_id(), settings, sealed), key=key)
            return
        provider = chance.choice(known)
        active = await store.get_active(caller.instance_id)
        settings = provider.settings
        changes = [
            Change(
                EventType.SMTP_CHANGED if isinstance(settings, SmtpSettings) else EventType.HTTP_CHANGED,
                provider.id,
                replace(settings, description=str(number)),
                provider.sealed,
                ("description",),
            ),
            Change(EventType.ACTIVATED, provider.id, deactivated=active.id if active and active != provider else ""),
            Change(EventType.DEACTIVATED, provider.id),
            Change(EventType.REMOVED, provider.id),
        ]
        await store.commit(caller, provider.id, lambda _: [chance.choice(changes)])

    asyncio.run(main())


def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all tables, in an order that does not depend on the engine."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for table, columns in TABLES.items():
        statement = f"SELECT {columns} FROM {table}"
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(parse_url(url).path)) as connection:
                rows = connection.execute(statement).fetchall()
        else:
            rows = query(url, statement)
        found[table] = sorted(
            [(row[0], bool(row[1]), *row[2:]) for row in rows] if table == "instances" else rows, key=repr
        )
    return found


def migrate(source: str, target: str) -> subprocess.CompletedProcess[str]:
    return run_here("migrate", "--from", source, "--to", target)


@pytest.mark.parametrize("seed", [1, 2])
def test_everything_arrives_and_comes_back(url: str, postgres_url: str, tmp_path: Path, seed: int) -> None:
    first, last = f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/last.db"
    fill(first, seed)
    before = contents(first)
    assert all(before.values()), "each table has rows"
    there = migrate(first, url)
    assert (there.returncode, there.stdout) == (0, ""), there.stderr
    assert f"{len(before['events'])} events" in there.stderr
    assert contents(url) == before
    assert len(audit(url)) == len(before["events"])
    with database(postgres_url) as another:
        assert migrate(url, another).returncode == 0
        back = migrate(another, last)
    assert back.returncode == 0, back.stderr
    assert contents(last) == before
    fill(url, seed + 10, 20)
    assert len(audit(url)) > len(before["events"]), "and it goes on from there"


def test_every_column_of_both_engines_is_moved(url: str, tmp_path: Path) -> None:
    fill(f"sqlite:///{tmp_path}/x.db", 1, 1)
    fill(url, 1, 1)
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        sqlite = {
            table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        }
    postgres: dict[str, set[str]] = {}
    for table, column in query(
        url, "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    ):
        postgres.setdefault(table, set()).add(column)
    moved = {table: set(columns.split(", ")) for table, columns in TABLES.items()}
    own = {"schema_version": {"version", "applied_at", "oldest"}, "key_witness": {"id", "sealed"}}
    identity = {"database_identity": {"id", "database_id", "commits"}}  # of a file, which a server needs not
    assert sqlite == moved | own | identity
    of_replicas = {"events": moved["events"] | {"write_id"}}
    counted = {table: columns for table, columns in postgres.items() if table.startswith("limit_")}
    assert set(counted) == {"limit_rates", "limit_slots"}, "what limits have counted is nobody's data"
    assert postgres == moved | own | of_replicas | counted


def test_a_target_with_data_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    source, target = f"sqlite:///{tmp_path}/x.db", f"sqlite:///{tmp_path}/y.db"
    for each in (source, target, url):
        fill(each, 1, 5)
    for other in (target, url):
        before = contents(other)
        done = migrate(source, other)
        assert done.returncode == 3
        assert "not empty" in done.stderr
        assert contents(other) == before


def test_a_source_that_contradicts_itself_is_refused_and_the_target_stays_empty(url: str, tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path}/x.db"
    fill(source, 1, 30)
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("UPDATE providers SET settings = replace(settings, 'smtp.example.com', 'evil.example.com')")
    done = migrate(source, url)
    assert done.returncode == 3
    assert "not what its events say" in done.stderr
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("DELETE FROM events WHERE sequence = 1")
    done = migrate(source, url)
    assert done.returncode == 3
    assert "is missing" in done.stderr
    assert is_empty(url)


@pytest.mark.parametrize("to_postgres", [True, False], ids=["to PostgreSQL", "to SQLite"])
def test_a_kill_in_the_middle_leaves_the_target_empty(url: str, tmp_path: Path, to_postgres: bool) -> None:
    file = f"sqlite:///{tmp_path}/x.db"
    source, target = (file, url) if to_postgres else (url, file)
    fill(source, 1, 30)

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([command(), "migrate", "--from", source, "--to", target], env=environment())

    async def kill_in_the_middle() -> None:
        async with opened(url):
            pass  # the tables are there
        other = await asyncpg.connect(url)
        async with other.transaction():  # which the move has to wait for, behind what it has moved so far
            await other.execute("LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE")
            with start() as process:
                await asyncio.to_thread(eventually, lambda: query(url, _WAITING) == [(1,)], "it never began")
                process.kill()
        await other.close()

    asyncio.run(kill_in_the_middle())
    assert is_empty(target)
    assert run("migrate", "--from", source, "--to", target).returncode == 0
    assert contents(target) == contents(source)


_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def is_empty(url: str) -> bool:
    found = contents(url)
    assert len(found.pop("instances")) == 1
    return not any(found.values())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["--from", "sqlite:///x.db"], 2),
        (["--from", "sqlite:///x.db", "--to", "mysql://u:hunter2@db/x"], 2),
        (["--from", "sqlite:///x.db", "--to", "postgresql://u:hunter2@db:99999/x"], 2),
        (["--from", "sqlite:////no/such/file.db", "--to", "sqlite:////no/such/either.db"], 3),
        (["--from", "postgresql://u:hunter2@127.0.0.1:1/x", "--to", "sqlite:///TMP/x.db"], 3),
    ],
)
def test_what_is_wrong_is_a_line_without_the_password(arguments: list[str], code: int, tmp_path: Path) -> None:
    done = run_here("migrate", *(argument.replace("TMP", str(tmp_path)) for argument in arguments))
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "hunter2" not in done.stderr
