"""`mailproof rebuild`, as a process: on a quiet database, beside a writer, on a log that is broken."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from contract.sqlite_audit import audit
from contract.store_world import activation, add
from mailproof.domain.model import Caller
from mailproof.store.key_sources import KEY_FILE
from mailproof.store.sqlite.store import SqliteStore, open_store
from service_support.service import run, run_here
from service_support.tokens import stored_token

NAME = "mailproof.db"
MENDED = "records that differed from what the events say and were made anew: "


async def fill(store: SqliteStore, count: int) -> Caller:
    token = await stored_token(store, digest=bytes(32), name="")
    caller = Caller(token, token.instance_ids[0])
    for _ in range(count):
        provider_id = await add(store, caller)
        await store.commit(caller, provider_id, activation(provider_id))
    return caller


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    async def main() -> None:
        store = open_store(tmp_path / NAME)
        await fill(store, 5)
        await store.close()

    asyncio.run(main())
    return tmp_path


def tamper(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / NAME)) as connection, connection:
        connection.execute(statement)


def rebuild(folder: Path, *flags: str, beside: bool = False) -> tuple[int, str, str]:
    """Carry out the command; `beside`: in a process of its own, which takes no time from this one."""
    done = (run if beside else run_here)("rebuild", "--data-dir", str(folder), *flags)
    return done.returncode, done.stdout, done.stderr


def test_a_state_that_follows_from_the_events_is_left_as_it_is(folder: Path) -> None:
    for flags in (["--check"], []):
        assert rebuild(folder, *flags) == (0, "the state is what the events say\n", "")
    assert not (folder / KEY_FILE).exists(), "it needs no key"


def test_what_differs_is_counted_and_made_anew(folder: Path) -> None:
    tamper(folder, "UPDATE providers SET sequence = 77 WHERE added_sequence IN (1, 3)")
    found = "records that differ from what the events say: 2; mailproof rebuild makes them anew\n"
    for _ in range(2):
        assert rebuild(folder, "--check") == (1, found, "")
    assert rebuild(folder) == (0, f"{MENDED}2\n", "")
    audit(folder / NAME)
    tamper(folder, "DELETE FROM providers WHERE added_sequence = 5")
    url = f"sqlite:///{folder / NAME}"
    done = run("rebuild", "--data-dir", str(folder / "other"), "--database-url", url)
    assert (done.stderr, done.stdout) == ("", f"{MENDED}1\n")
    audit(folder / NAME)


def test_a_log_that_lacks_an_event_is_left_alone(folder: Path) -> None:
    tamper(folder, "DELETE FROM events WHERE sequence = 4")
    for flags in (["--check"], []):
        code, out, err = rebuild(folder, *flags)
        assert (code, out) == (3, "")
        assert err.startswith("mailproof: event 4 of instance ")
        assert err.endswith(" is missing; nothing was changed\n")


def test_a_damaged_file_is_one_sentence(folder: Path) -> None:
    content = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(content[: 4096 * 8] + b"\xa5" * (len(content) - 4096 * 8))
    code, out, err = rebuild(folder, "--check")
    assert (code, out) == (3, "")
    assert err == "mailproof: the database file is damaged: stop the service and restore a backup\n"


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    code, out, err = rebuild(tmp_path / "typo")
    assert (code, out) == (3, "")
    assert err.startswith("mailproof: there is no database")
    assert not (tmp_path / "typo").exists()
    assert run("rebuild", "--frob").returncode == 2


def test_a_store_in_use_goes_on_writing(tmp_path: Path) -> None:
    async def main() -> None:
        store = open_store(tmp_path / NAME)
        caller = await fill(store, 5)
        done = False

        async def write() -> int:
            written = 0
            while not done:
                provider_id = await add(store, caller)
                await store.commit(caller, provider_id, activation(provider_id))
                written += 1
                await asyncio.sleep(0.001)
            return written

        writing = asyncio.ensure_future(write())
        for number in range(3):
            if number:
                await asyncio.to_thread(tamper, tmp_path, "DELETE FROM providers WHERE added_sequence = 1")
            code, out, err = await asyncio.to_thread(rebuild, tmp_path, beside=True)
            assert (code, err) == (0, "")
            assert out == (f"{MENDED}1\n" if number else "the state is what the events say\n")
        done = True
        assert await writing > 10
        await store.close()

    asyncio.run(main())
    audit(tmp_path / NAME)
