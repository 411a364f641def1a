"""What `mailproof rebuild --check` costs with a million events, and `mailproof thin`: seconds and memory.

Run by `python bench/rebuild_bench.py [EVENTS] [URL of an empty PostgreSQL database]`; the figures are in
docs/performance.md. The events are those of 10 instances with 1,000 configurations each that are changed, activated and
tested at random; they are written past the service, which would take its time, as it would have written them.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mailproof.domain.ledger import Change, Event, EventType, evolve
from mailproof.domain.model import Provider, ProviderState, SmtpSettings
from mailproof.store import rows
from mailproof.store.sqlite.store import open_store

INSTANCES, CONFIGS = 10, 1000
KINDS = (
    *(EventType.SMTP_CHANGED,) * 4,
    *(EventType.PASSWORD_CHANGED,) * 2,
    EventType.ACTIVATED,
    *(EventType.TESTED,) * 3,
)
PUT = f"INSERT INTO providers ({rows.PROVIDER}) VALUES ({', '.join('?' * len(rows.PROVIDER.split(', ')))})"
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def settings(chance: random.Random) -> SmtpSettings:
    number = chance.randrange(10**6)
    return SmtpSettings(
        "noreply@example.com", f"Example {number}", True, "smtp.example.com:587", "noreply@example.com", "", "a bench"
    )


def history(instance_id: str, count: int, chance: random.Random, known: dict[str, Provider]) -> Iterator[Event]:
    ids = [f"{instance_id}{number:06}" for number in range(CONFIGS)]
    active = ""
    for sequence in range(1, count + 1):
        if sequence <= CONFIGS:
            change = Change(EventType.SMTP_ADDED, ids[sequence - 1], settings(chance), os.urandom(60))
        else:
            kind, mine = chance.choice(KINDS), chance.choice(ids)
            if kind is EventType.SMTP_CHANGED:
                change = Change(kind, mine, settings(chance), os.urandom(60), ("sender_name",))
            elif kind is EventType.PASSWORD_CHANGED:
                change = Change(kind, mine, None, os.urandom(60), ("password",))
            elif kind is EventType.ACTIVATED and mine != active:
                change, active = Change(kind, mine, deactivated=active), mine
            else:
                change = Change(EventType.TESTED, mine, outcome="ok")
        event = Event(instance_id, sequence, change, "9", "192.0.2.1:1", BEGUN + timedelta(seconds=sequence))
        known.update((each.id, each) for each in evolve(event, known).values() if each is not None)
        yield event


def fill(path: Path, count: int) -> None:
    asyncio.run(open_store(path).close())
    chance = random.Random(1)
    places = ", ".join("?" * len(rows.EVENT.split(", ")))
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in range(INSTANCES):
            instance_id = f"bench{number}"
            known: dict[str, Provider] = {}
            connection.execute("INSERT INTO instances (id, is_default, created_at) VALUES (?, 0, 0)", (instance_id,))
            log = history(instance_id, count // INSTANCES, chance, known)
            connection.executemany(
                f"INSERT INTO events ({rows.EVENT}) VALUES ({places})", (rows.of_event(event) for event in log)
            )
            state: list[tuple[Any, ...]] = [rows.of_provider(each) for each in known.values()]
            connection.executemany(PUT, state)
            active = next((each.id for each in known.values() if each.state is ProviderState.ACTIVE), None)
            connection.execute(
                "UPDATE instances SET sequence = ?, provider_count = ?, active_id = ? WHERE id = ?",
                (count // INSTANCES, len(state), active, instance_id),
            )


def timed(*arguments: str, env: dict[str, str] | None = None) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    command = [sys.executable, "-m", "mailproof", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **(env or {})})
    took = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said = (done.stdout + done.stderr).strip().splitlines()
    print(f"{' '.join(arguments[:2]):24}: {took:6.1f} s, {own:6.1f} s of CPU, exit {done.returncode}: {said[-1]}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=os.environ.get("MAILPROOF_BENCH_DIR")) as name:
        path = Path(name) / "mailproof.db"
        begun = time.perf_counter()
        fill(path, count)
        print(f"{count} events, {path.stat().st_size / 2**20:.0f} MiB, written in {time.perf_counter() - begun:.0f} s")
        timed("rebuild", "--check", "--data-dir", name)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"which took {memory:.0f} MiB of memory")
        if len(sys.argv) > 2:
            timed("migrate", "--from", f"sqlite:///{path}", "--to", sys.argv[2])
            timed("rebuild", "--check", "--data-dir", name, env={"MAILPROOF_DATABASE_URL": sys.argv[2]})
        timed("thin", "--keep", "10000", "--data-dir", name)
        timed("rebuild", "--check", "--data-dir", name)


if __name__ == "__main__":
    main()
