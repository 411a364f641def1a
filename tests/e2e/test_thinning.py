"""`mailproof thin` and the service that thins by itself: what is left, what is told, and what kill -9 leaves."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clock_support.waiting import HANG, eventually
from contract.store_world import activation, adding, change, smtp
from mailproof.domain.clock import utc_now
from mailproof.domain.ledger import EventType
from mailproof.domain.model import Caller, Role, Token
from mailproof.store.sqlite.store import open_store
from service_support.rest import call
from service_support.service import command, create_token, environment, run, run_here, running_service

NAME = "mailproof.db"
MANY = 1000
"""More batches than can be done before the kill."""


def fill(folder: Path, count: int) -> str:
    """Make a database whose events are two years old: half of the configurations are removed; return the instance."""

    async def main() -> str:
        store = open_store(folder / NAME, clock=lambda: utc_now() - timedelta(days=730))
        instance_id = await store.default_instance()
        caller = Caller(Token("9", "gone", Role.ADMIN, (instance_id,), utc_now()), instance_id)
        added = await asyncio.gather(*(store.add(caller, adding(store, smtp("old"))) for _ in range(count)))
        ids = [event.change.provider_id for event in added]
        removals = [change(EventType.REMOVED, each) for each in ids[::2]]
        await asyncio.gather(*(store.commit(caller, each, it) for each, it in zip(ids[::2], removals, strict=True)))
        await store.commit(caller, ids[1], activation(ids[1]))
        await store.close()
        return caller.instance_id

    return asyncio.run(main())


def asked(folder: Path, statement: str) -> Any:
    with closing(sqlite3.connect(folder / NAME, timeout=HANG)) as connection:
        return connection.execute(statement).fetchone()[0]


def test_a_command_thins_and_says_so(tmp_path: Path) -> None:
    instance_id = fill(tmp_path, 10)
    dry = run("thin", "--data-dir", str(tmp_path), "--older-than", "365d", "--dry-run")
    assert (dry.returncode, dry.stdout) == (
        0,
        f"instance {instance_id}: 16 events would go, but for a snapshot each\n",
    )
    assert asked(tmp_path, "SELECT count(*) FROM events") == 16
    done = run("thin", "--data-dir", str(tmp_path), "--older-than", "365d")
    assert (done.returncode, done.stdout) == (0, f"instance {instance_id}: 11 events are gone\n")
    assert asked(tmp_path, "SELECT count(*) FROM events") == 5
    assert run_here("rebuild", "--check", "--data-dir", str(tmp_path)).returncode == 0


@pytest.mark.parametrize(
    "flags", [(), ("--older-than", "soon"), ("--older-than", "99999w"), ("--keep", "0"), ("--keep", "-1")]
)
def test_bounds_that_are_none_are_bad_usage(tmp_path: Path, flags: tuple[str, ...]) -> None:
    done = run_here("thin", "--data-dir", str(tmp_path), *flags)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_a_service_thins_by_itself_and_tells_it(tmp_path: Path) -> None:
    instance_id = fill(tmp_path, 10)
    with running_service(tmp_path, "--thin-older-than", "52w") as service:
        token = create_token(tmp_path, "admin", "--instance", instance_id)
        eventually(lambda: asked(tmp_path, "SELECT max(thinned_through) FROM instances") == 16)
        told = call(service, "GET", "/v1/events", token=token).document
        assert told["thinnedThrough"] == "16"
        assert {each["type"] for each in told["events"]} == {"CONFIG_EVENT_TYPE_SNAPSHOT"}
        active = told["events"][-1]
        assert (active["sequence"], active["smtp"]["senderName"]) == ("2", "old")
        assert (active["snapshot"]["sequence"], active["snapshot"]["state"]) == ("16", "PROVIDER_STATE_ACTIVE")
        removed = call(service, "DELETE", f"/admin/v1/smtp/{active['providerId']}", token=token)
        assert (removed.status, removed.document["details"]["sequence"]) == (200, "17")
        (logged,) = (entry for entry in service.log() if entry["message"] == "thinned an event log")
        assert (logged["instance_id"], logged["events_gone"], logged["thinned_through"]) == (instance_id, 11, 16)
    assert run_here("rebuild", "--check", "--data-dir", str(tmp_path)).returncode == 0


def test_a_kill_in_the_middle_leaves_a_log_that_is_whole(tmp_path: Path) -> None:
    fill(tmp_path, MANY)
    thin = ("thin", "--data-dir", str(tmp_path), "--keep", "1")
    with subprocess.Popen([command(), *thin], env=environment(), stdout=subprocess.DEVNULL) as process:
        eventually(lambda: asked(tmp_path, "SELECT max(thinned_through) FROM instances") > 0)
        process.kill()
    assert 0 < asked(tmp_path, "SELECT max(thinned_through) FROM instances") < MANY + MANY // 2
    assert run_here("rebuild", "--check", "--data-dir", str(tmp_path)).returncode == 0
    assert run_here(*thin).returncode == 0
    assert run_here("rebuild", "--check", "--data-dir", str(tmp_path)).returncode == 0
    assert asked(tmp_path, "SELECT count(*) FROM events") == MANY // 2 + 1
