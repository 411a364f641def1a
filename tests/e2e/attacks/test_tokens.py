"""Attacks on callers: who can write the database mints, raises and revives tokens; who has an old token goes on."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import signal
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from clock_support.waiting import HANG, eventually
from mailproof.domain.clock import utc_now
from mailproof.domain.database import DatabaseUrl, parse_url, sqlite_url
from mailproof.domain.model import Permission, Role
from mailproof.service.engines import open_store
from mailproof.store.sealing import Sealer
from mailproof.usecases.tokens import Tokens, new_token
from postgres_support.server import database, execute, query
from service_support.rest import Reply, call
from service_support.service import RunningService, run_here, start_service

T = TypeVar("T")

KEY = b64encode(bytes(range(32))).decode()
OTHER_KEY = bytes(32)
MINE = "mp_" + "x" * 43
"""A token that the attacker made up."""


@dataclass
class Target:
    """A service whose database the attacker can write."""

    data_dir: Path
    url: DatabaseUrl
    env: dict[str, str]
    sql: Callable[[str], object]
    rows: Callable[[str], list[tuple[object, ...]]]
    blob: Callable[[bytes], str]
    service: RunningService
    tokens: list[str]

    def token(self, role: Role, **given: Any) -> tuple[str, str]:
        """Return a fresh token and its id."""
        text = new_token()
        self.tokens.append(text)
        return text, self.ask(lambda tokens: tokens.create(text, role=role, **given)).id

    def states(self) -> dict[str, str]:
        """Return what `mailproof token list` says of each token, by their ids."""
        return {listed.id: listed.state.value for listed in self.ask(lambda tokens: tokens.list())}

    def ask(self, work: Callable[[Tokens], Awaitable[T]]) -> T:
        """Do what `mailproof token` does."""

        async def main() -> T:
            store = await open_store(self.url)
            try:
                return await work(Tokens(store, Sealer(b64decode(KEY))))
            finally:
                await store.close()

        return asyncio.run(main())

    def caller(self, text: str) -> Reply:
        """Return what GetCaller answers."""
        return call(self.service, "GET", "/v1/caller", token=text)

    def refuses(self, text: str, token_id: str) -> bool:
        """Return whether a token is refused, which the list and the log say too."""
        reply = self.caller(text)
        log = [entry for entry in self.service.log() if entry.get("token_id") == token_id]
        refused = (reply.status, reply.reason) == (401, "TOKEN_INVALID")
        return refused and bool(log) and self.states()[token_id] == "altered"

    def identify(self, text: str) -> dict[str, Any]:
        """Return what `mailproof token identify` shows of a token."""
        done = run_here("token", "identify", "--json", "--data-dir", str(self.data_dir), stdin=text, env=self.env)
        assert done.returncode == 0, done.stderr
        row: dict[str, Any] = json.loads(done.stdout)
        return row

    def cli(self, *arguments: str) -> str:
        """Run `mailproof token` and return what it prints."""
        done = run_here("token", *arguments, "--data-dir", str(self.data_dir), env=self.env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def restart(self) -> None:
        """Start the service anew on what the attacker left."""
        self.service.process.send_signal(signal.SIGTERM)
        assert self.service.process.wait(HANG) == 0
        assert self.service.process.stdout is not None
        self.service.process.stdout.close()
        self.service = start_service(self.data_dir, env=self.env)


@contextmanager
def target_of(folder: Path, url: str) -> Iterator[Target]:
    """Run a service on a database in PostgreSQL, or in SQLite where no URL is given."""
    file = folder / "mailproof.db"

    def sqlite_rows(statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(file, timeout=HANG)) as connection, connection:
            return connection.execute(statement).fetchall()

    env = {"MAILPROOF_ENCRYPTION_KEY": KEY} | ({"MAILPROOF_DATABASE_URL": url} if url else {})
    service = start_service(folder, env=env)
    made = Target(
        folder,
        parse_url(url) if url else sqlite_url(file),
        env,
        (lambda statement: execute(url, statement)) if url else sqlite_rows,
        (lambda statement: query(url, statement)) if url else sqlite_rows,
        (lambda blob: f"'\\x{blob.hex()}'::bytea") if url else (lambda blob: f"X'{blob.hex()}'"),
        service,
        [service.admin_token, service.viewer_token],
    )
    try:
        yield made
        log = made.service.log_file.read_text()
        assert [text for text in made.tokens if text in log or text[3:] in log] == []
    finally:
        made.service.stop()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("attacked")
    if request.param == "sqlite":
        with target_of(folder, "") as made:
            yield made
    else:
        with database(request.getfixturevalue("postgres_url")) as url, target_of(folder, url) as made:
            yield made


def insert(target: Target, token_id: str, digest: bytes, sealed: str = "NULL") -> None:
    columns = "id, digest, name, role, created_at, sealed"
    values = f"'{token_id}', {target.blob(digest)}, 'mine', 'admin', 0, {sealed}"
    target.sql(f"INSERT INTO tokens ({columns}) VALUES ({values})")
    instance = target.rows("SELECT id FROM instances ORDER BY created_at LIMIT 1")[0][0]
    target.sql(f"INSERT INTO token_instances VALUES ('{token_id}', 0, '{instance}')")


def test_an_administrator_inserted_by_sql_is_refused_also_after_a_restart(target: Target) -> None:
    hashed = hashlib.sha256(MINE.encode()).digest()
    _, known = target.token(Role.ADMIN)
    sealed = target.rows(f"SELECT sealed FROM tokens WHERE id = '{known}'")[0][0]
    assert isinstance(sealed, bytes)
    insert(target, "1", hashed)  # as the older release stored it
    insert(target, "2", hmac.digest(OTHER_KEY, hashed, "sha256"), target.blob(sealed))
    assert target.caller(MINE).status == 401
    target.sql("DELETE FROM token_key_check")
    target.restart()
    assert target.caller(MINE).status == 401
    states = target.states()
    assert (states["1"], states["2"]) == ("altered", "altered")
    assert {"1", "2"} <= {entry.get("token_id") for entry in target.service.log() if entry["level"] == "error"}
    target.sql("DELETE FROM token_instances WHERE token_id <> '1'")
    target.sql("DELETE FROM tokens WHERE id <> '1'")
    target.sql("DELETE FROM token_key_check")
    target.restart()
    assert target.caller(MINE).status == 401, "nor where all others are put aside, as if the database were an old one"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tokens SET role = 'admin' WHERE id = '{id}'",
        "UPDATE tokens SET role = 'root' WHERE id = '{id}'",
        "UPDATE tokens SET permissions = 'iam.secrets' WHERE id = '{id}'",
        "UPDATE tokens SET expires_at = NULL WHERE id = '{id}'",
        "UPDATE tokens SET expires_at = expires_at + 1000000 WHERE id = '{id}'",
        "UPDATE tokens SET expires_at = 4611686018427387904 WHERE id = '{id}'",
        "UPDATE tokens SET name = 'sandbox' WHERE id = '{id}'",
        "INSERT INTO token_instances VALUES ('{id}', 1, 'theirs')",
        "UPDATE token_instances SET instance_id = 'theirs' WHERE token_id = '{id}'",
        "UPDATE tokens SET sealed = NULL WHERE id = '{id}'",
    ],
)
def test_a_token_raised_by_sql_is_refused(target: Target, change: str) -> None:
    target.token(Role.VIEWER, instance_ids=["theirs"])
    text, token_id = target.token(Role.VIEWER, instance_ids=["mine"], expires_at=utc_now() + timedelta(days=1))
    assert target.caller(text).status == 200
    target.sql(change.format(id=token_id))
    assert target.refuses(text, token_id)


def test_digests_that_change_places_give_nobody_anothers_role(target: Target) -> None:
    viewer, viewers_id = target.token(Role.VIEWER)
    admin, admins_id = target.token(Role.ADMIN)
    digest_of = {row[0]: row[1] for row in target.rows("SELECT id, digest FROM tokens")}
    one, two = digest_of[viewers_id], digest_of[admins_id]
    assert isinstance(one, bytes)
    assert isinstance(two, bytes)
    for token_id, digest in ((viewers_id, bytes(32)), (admins_id, one), (viewers_id, two)):
        target.sql(f"UPDATE tokens SET digest = {target.blob(digest)} WHERE id = '{token_id}'")
    assert target.refuses(viewer, admins_id)
    assert target.refuses(admin, viewers_id)


def test_a_revocation_taken_back_by_sql_is_refused(target: Target) -> None:
    text, token_id = target.token(Role.ADMIN)
    target.cli("revoke", token_id)
    assert target.caller(text).status == 401
    target.sql(f"UPDATE tokens SET revoked_at = NULL WHERE id = '{token_id}'")
    assert target.refuses(text, token_id)


def test_an_expired_token_is_refused_and_told_when_it_ended(target: Target) -> None:
    text, _ = target.token(Role.ADMIN, expires_at=utc_now().replace(microsecond=0))
    reply = target.caller(text)
    assert (reply.status, reply.reason) == (401, "TOKEN_EXPIRED")
    assert reply.document["details"][0]["metadata"]["expiredAt"] in reply.document["message"]


def test_a_token_in_use_that_ends_soon_is_said_in_the_answer_and_the_log(target: Target) -> None:
    text, token_id = target.token(Role.ADMIN, expires_at=utc_now() + timedelta(hours=1))
    assert target.caller(text).document["expiresSoon"] is True
    assert [entry for entry in target.service.log() if "soon" in entry["message"] and entry["token_id"] == token_id]


def test_the_last_use_and_the_fingerprint_are_shown_and_no_token(target: Target) -> None:
    extra = frozenset({Permission.SECRETS})
    text, token_id = target.token(Role.VIEWER, name="the console", permissions=extra)
    document = target.caller(text).document
    eventually(lambda: target.identify(text)["last_used"])
    row = target.identify(text)
    assert row["id"] == token_id
    assert document == {
        "id": row["id"],
        "name": "the console",
        "fingerprint": hashlib.sha256(text.encode()).hexdigest()[:12],
        "kind": "CALLER_KIND_TOKEN",
        "role": "ROLE_VIEWER",
        "permissions": ["iam.read", "iam.secrets"],
        "instances": [document["instance"]],
        "instance": row["instance"],
        "createTime": document["createTime"],
        "expiresSoon": False,
    }
    assert text not in target.cli("list") + target.cli("list", "--json") + json.dumps(document)
