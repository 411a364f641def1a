"""Two releases on one database under load: the next one migrates, the older one goes on, restarts, and is gone back to.

On PostgreSQL they run side by side; a SQLite file has one server, so there they take turns.

The next release is today's sources with a migration more (a table, a column with a default) and an event type more,
which it writes. Nothing that either has acknowledged is lost, and no call is answered with 500. A third release makes a
change that the older one can't live with, and says so: the older one does not start any more.
"""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clock_support.waiting import HANG, eventually
from contract.postgres_audit import audit as audit_postgres
from contract.sqlite_audit import audit as audit_sqlite
from release_support.planted import Plant, release
from service_support.service import FREE_PORT, command, create_token, environment, shown

_PAUSE = 0.03

KEY = b64encode(bytes(range(32))).decode()
EXPANDED = Plant(
    {
        "sqlite": (
            "CREATE TABLE novelties (id TEXT PRIMARY KEY) STRICT",
            "ALTER TABLE providers ADD COLUMN novel INTEGER NOT NULL DEFAULT 7",
            "ALTER TABLE events ADD COLUMN novel TEXT NOT NULL DEFAULT ''",
        ),
        "postgres": (
            "CREATE TABLE IF NOT EXISTS novelties (id text PRIMARY KEY)",
            "ALTER TABLE providers ADD COLUMN IF NOT EXISTS novel bigint NOT NULL DEFAULT 7",
            "ALTER TABLE events ADD COLUMN IF NOT EXISTS novel text NOT NULL DEFAULT ''",
        ),
    },
    "today",
    {
        "domain/ledger.py": (
            ('    UNKNOWN = ""\n', '    SEEN = "noted.seen"\n    UNKNOWN = ""\n'),
            ("NOTED = frozenset(\n    {", "NOTED = frozenset(\n    {EventType.SEEN, "),
        ),
        "rpc/instance_messages.py": (
            ("    EventType.UNKNOWN: ", "    EventType.SEEN: 1000,\n    EventType.UNKNOWN: "),
        ),
        "usecases/providers.py": (
            (
                "return (Change(EventType.ACTIVATED, ",
                "return (Change(EventType.SEEN, provider_id), Change(EventType.ACTIVATED, ",
            ),
        ),
    },
)
CONTRACTED = Plant(dict.fromkeys(("sqlite", "postgres"), ("DROP TABLE novelties",)), "today + 1")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The commands of the next release and of the one after it."""
    folder = tmp_path_factory.mktemp("releases")
    return release(folder / "next", EXPANDED), release(folder / "third", EXPANDED, CONTRACTED)


@dataclass
class Server:
    """A release that serves."""

    command: str
    data_dir: Path
    env: Mapping[str, str]
    process: subprocess.Popen[str] | None = None
    address: str = ""

    def start(self) -> None:
        """Start it, and return when it is ready."""
        listen = (f"--grpc-listen={FREE_PORT}", f"--http-listen={FREE_PORT}")
        with (self.data_dir / "stderr.log").open("a") as log:
            self.process = subprocess.Popen(
                [self.command, "serve", "--log-format=text", "--data-dir", str(self.data_dir), *listen],
                env=environment(self.env),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        assert "is ready" in self.process.stdout.readline(), (self.data_dir / "stderr.log").read_text()
        self.address = shown(self.process.stdout, "REST and grpc-web").removeprefix("http://")

    @property
    def pid(self) -> int:
        """The id of its process."""
        assert self.process is not None
        return self.process.pid

    def stop(self) -> None:
        """Stop it; calls that have begun are answered."""
        self.address = ""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(HANG) == 0
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def kill(self) -> None:
        """End what is left of it after a failure."""
        self.address = ""
        if self.process is not None and self.process.stdout is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()


@dataclass
class Load:
    """A thread that adds, updates, activates and reads through one server, while that is there.

    Attributes:
        told: For each configuration the names of which it has one: the last that was acknowledged, and any after it
            that was not answered.
        faults: Answers that there should not be.
        rounds: How often it has come round.
    """

    server: Server
    token: str
    told: dict[str, set[str]] = field(default_factory=dict)
    faults: list[Any] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    rounds: int = 0
    over: bool = False

    def run(self) -> None:
        """Go round until it is over."""
        while not self.over:
            address = self.server.address
            if not address:
                time.sleep(_PAUSE)
                continue
            connection = http.client.HTTPConnection(address, timeout=HANG)
            try:
                while address == self.server.address and self._round(connection):
                    time.sleep(_PAUSE)  # so that it costs the servers that start little
            except (OSError, http.client.HTTPException):
                pass  # the server stops
            finally:
                connection.close()

    def _round(self, connection: http.client.HTTPConnection) -> bool:
        name = f"{id(self)}-{self.rounds}"
        added = self.call(connection, "POST", "/admin/v1/smtp", _settings(name))
        if added is not None:
            mine = str(added["id"])
            self.told[mine] = {name}
            self.told[mine].add(f"{name} changed")
            if self.call(connection, "PUT", f"/admin/v1/smtp/{mine}", _settings(f"{name} changed")) is not None:
                self.told[mine].discard(name)
            self.call(connection, "POST", f"/admin/v1/smtp/{mine}/_activate", {})
            found = self.call(connection, "GET", f"/admin/v1/smtp/{mine}")
            if found is not None and found["smtpConfig"]["senderName"] not in self.told[mine]:
                self.faults.append(("it reads", found))
        events = self.call(connection, "GET", "/v1/events?pageSize=20")
        if events is not None:
            self.types |= {each["type"] for each in events["events"]}
        self.call(connection, "POST", "/admin/v1/smtp/_search", {"query": {"limit": 5}})
        self.rounds += 1
        return not self.over

    def call(self, connection: http.client.HTTPConnection, verb: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        connection.request(verb, path, data, headers)
        answer = connection.getresponse()
        document = json.load(answer)
        if answer.status == 200:
            return document
        if answer.status != 503 or self.server.address:  # a server that stops may say that it does
            self.faults.append((verb, path, answer.status, document))
        return None


def _settings(name: str) -> dict[str, object]:
    return {
        "senderAddress": "post@example.com",
        "senderName": name,
        "tls": True,
        "host": "smtp.example.com:587",
        "user": "u",
        "password": name,
    }


def test_two_releases_in_turn_on_one_sqlite_file(tmp_path: Path, releases: tuple[str, str]) -> None:
    env = {"MAILPROOF_ENCRYPTION_KEY": KEY}
    after, third = releases
    take_turns(tmp_path, env, after)
    audit_sqlite(tmp_path / "mailproof.db")
    old = Server(command(), tmp_path, env)
    checked = finished(old, old.command, "rebuild", "--check")
    assert checked.returncode == 0, checked.stderr
    assert finished(old, third, "rebuild", "--check").returncode == 0  # which migrates
    refused = finished(old, old.command, "serve", f"--grpc-listen={FREE_PORT}", f"--http-listen={FREE_PORT}")
    assert refused.returncode == 3
    assert "a newer release of mailproof made this database (schema " in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_two_releases_on_one_postgresql(url: str, tmp_path: Path, releases: tuple[str, str]) -> None:
    env = {"MAILPROOF_DATABASE_URL": url, "MAILPROOF_DATABASE_TIMEOUT": "60", "MAILPROOF_ENCRYPTION_KEY": KEY}
    live_together(tmp_path, env, releases[0])
    audit_postgres(url)


def live_together(folder: Path, env: Mapping[str, str], after: str) -> None:
    with under_load(folder, env, after) as (old, new, loads):
        old.start()
        a_while(loads[:1])
        new.start()  # which migrates
        a_while(loads)
        old.stop()
        old.start()
        a_while(loads)
        new.stop()
        a_while(loads[:1])


def take_turns(folder: Path, env: Mapping[str, str], after: str) -> None:
    with under_load(folder, env, after) as (old, new, loads):
        old.start()
        a_while(loads[:1])
        listen = (f"--grpc-listen={FREE_PORT}", f"--http-listen={FREE_PORT}")
        refused = finished(old, after, "serve", *listen)  # and has not migrated
        assert refused.returncode not in (0, 2)
        assert refused.stdout == ""
        assert f"another mailproof (process {old.pid}) already serves {folder / 'mailproof.db'}" in refused.stderr
        old.stop()
        new.start()  # which migrates
        a_while(loads[1:])
        new.stop()
        old.start()
        a_while(loads[:1])


@contextmanager
def under_load(folder: Path, env: Mapping[str, str], after: str) -> Iterator[tuple[Server, Server, list[Load]]]:
    """Yield two releases and what calls them as long as they are there; nothing that was acknowledged may be missing.

    At the end the older one is the one that serves.
    """
    token = create_token(folder, "admin", env=env)
    old, new = Server(command(), folder, env), Server(after, folder, env)
    loads = [Load(server, token) for server in (old, new)]
    threads = [threading.Thread(target=load.run) for load in loads]
    for thread in threads:
        thread.start()
    try:
        yield old, new, loads
        finish(loads, threads)
        nothing_is_lost(loads, Load(old, token))
        for server in (old, new):
            server.stop()
    finally:
        for server in (old, new):
            server.kill()
        finish(loads, threads)
    assert [fault for load in loads for fault in load.faults] == []
    assert "CONFIG_EVENT_TYPE_UNKNOWN" in loads[0].types
    assert "CONFIG_EVENT_TYPE_UNKNOWN" not in loads[1].types


def a_while(loads: Sequence[Load]) -> None:
    """Wait until each load has come round a few times more."""
    before = [load.rounds for load in loads]
    eventually(lambda: all(load.rounds > since + 3 for load, since in zip(loads, before, strict=True)))


def finish(loads: Sequence[Load], threads: Sequence[threading.Thread]) -> None:
    """Have the loads end their rounds."""
    for load in loads:
        load.over = True
    for thread in threads:
        thread.join(HANG)


def nothing_is_lost(loads: Sequence[Load], reader: Load) -> None:
    """Read all configurations through one release, and compare them with what was acknowledged by either."""
    connection = http.client.HTTPConnection(reader.server.address, timeout=HANG)
    listed = reader.call(connection, "POST", "/admin/v1/smtp/_search", {"query": {"limit": 1000}})
    connection.close()
    assert reader.faults == []
    names = {each["id"]: each["senderName"] for each in listed["result"]}
    assert len(names) < 1000
    for load in loads:
        assert load.told
        for config, allowed in load.told.items():
            assert names[config] in allowed


def finished(server: Server, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the database to its end."""
    return subprocess.run(
        [program, *arguments, "--data-dir", str(server.data_dir)],
        env=environment(server.env),
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
