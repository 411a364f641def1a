from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailproof.domain.caller_errors import PermissionDenied, TokenExpired, Unauthenticated
from mailproof.domain.errors import InstanceNotFound, StoreUnavailable
from mailproof.domain.model import Caller, CallerKind, ClientCertificate, Permission, Role, Token
from mailproof.domain.token_record import TokenRecord
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite.store import SqliteStore, open_store
from mailproof.usecases.access import Access, authorize
from mailproof.usecases.json_web_token import has_its_form
from mailproof.usecases.token_uses import EXPIRES_SOON, STORED_EVERY
from mailproof.usecases.tokens import Tokens

TEXT = "mp_known"
VAULT = Sealer(b"k" * 32)
START = datetime(2026, 1, 1, tzinfo=UTC)


class World:
    """A database with one token, and a clock that a test sets."""

    def __init__(self, path: Path) -> None:
        self.now = START
        self.store: SqliteStore = open_store(path / "x.db", clock=self.clock)
        self.tokens = Tokens(self.store, VAULT, self.clock)
        self.access = Access(self.store, VAULT, self.clock)

    def clock(self) -> datetime:
        return self.now

    def run(self, work: Callable[[], Awaitable[object]]) -> None:
        async def main() -> None:
            try:
                await work()
            finally:
                await self.store.close()

        asyncio.run(main())

    async def make(self, **given: object) -> Token:
        return await self.tokens.create(
            TEXT,
            role=Role.ADMIN,
            instance_ids=("first", "second"),
            **given,  # type: ignore[arg-type] # as create takes
        )

    async def call(self, authorization: str | None = f"Bearer {TEXT}", instance_id: str | None = None) -> Caller:
        return await self.access.authenticate(authorization, "192.0.2.1:5", instance_id)

    async def last_use(self) -> datetime | None:
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})  # the tasks that store it
        [record] = await self.store.list_tokens()
        assert record.token is not None
        return record.token.last_used_at


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer   "])
def test_a_known_token_makes_a_caller(world: World, scheme: str) -> None:
    async def main() -> None:
        token = await world.make()
        assert await world.call(scheme + TEXT) == Caller(token, "first", "192.0.2.1:5")

    world.run(main)


def test_a_caller_is_of_the_instance_that_it_names_and_no_other_is_found(world: World) -> None:
    async def main() -> None:
        await world.make()
        for instance_id in ("first", "second"):
            assert (await world.call(instance_id=instance_id)).instance_id == instance_id
        for other in ("", "third", "FIRST", "first, second", " first", "*"):
            with pytest.raises(InstanceNotFound) as caught:
                await world.call(instance_id=other)
            assert "third" not in caught.value.message
        with pytest.raises(Unauthenticated):  # who is unknown does not learn of instances
            await world.call("Bearer mp_unknown", "first")

    world.run(main)


@pytest.mark.parametrize(
    ("authorization", "sentence"),
    [
        (None, "missing"),
        ("", "missing"),
        ("Bearer", "must be"),
        ("Bearer ", "must be"),
        (TEXT, "must be"),
        (f"Basic {TEXT}", "must be"),
        (f"Bearer {TEXT} {TEXT}", "must be"),
        (f"Bearer {TEXT},{TEXT}", "must be"),
        (f"Bearer {TEXT}\n", "must be"),
        (f"Bearer\t{TEXT}", "must be"),
        ("Bearer mp_ü", "must be"),
        ("Bearer mp_\x00", "must be"),
        (f"Bearer {'x' * 2000}", "must be"),
        ("Bearer mp_unknown", "unknown or revoked"),
        (f"Bearer {TEXT}=", "unknown or revoked"),
        (f"Bearer {TEXT.upper()}", "unknown or revoked"),
    ],
)
def test_anything_else_is_refused_without_being_quoted(world: World, authorization: str | None, sentence: str) -> None:
    async def main() -> None:
        await world.make()
        with pytest.raises(Unauthenticated) as caught:
            await world.call(authorization)
        assert sentence in caught.value.message
        assert caught.value.reason == "TOKEN_INVALID"
        assert TEXT not in caught.value.message

    world.run(main)


def test_a_token_is_good_until_its_end_and_not_a_moment_longer(world: World) -> None:
    async def main() -> None:
        await world.make(expires_at=START + timedelta(hours=1))
        world.now = START + timedelta(hours=1, microseconds=-1)
        caller = await world.call()
        assert await world.access.still_valid(caller)
        world.now = START + timedelta(hours=1)
        with pytest.raises(TokenExpired) as caught:
            await world.call()
        assert caught.value.reason == "TOKEN_EXPIRED"
        assert "2026-01-01T01:00:00Z" in caught.value.message
        assert caught.value.metadata == {"expiredAt": "2026-01-01T01:00:00Z"}

        assert not await world.access.still_valid(caller)

    world.run(main)


def test_a_revoked_token_is_refused_as_an_unknown_one(world: World) -> None:
    async def main() -> None:
        token = await world.make(expires_at=START + timedelta(hours=1))
        caller = await world.call()
        assert await world.tokens.revoke(token.id)
        assert not await world.access.still_valid(caller)
        for world.now in (START, START + timedelta(hours=2)):
            with pytest.raises(Unauthenticated) as caught:
                await world.call()
            assert caught.value.reason == "TOKEN_INVALID"

    world.run(main)


def test_a_record_that_was_changed_is_refused_and_logged_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        await world.make()
        await world.call()  # that it was genuine before is no excuse
        [old] = await world.store.list_tokens()
        assert old.token is not None
        raised = replace(old.token, fingerprint="ffffffffffff")
        assert await world.store.replace_token(old, TokenRecord(old.id, raised, old.digest, old.sealed))
        for _ in range(3):
            with pytest.raises(Unauthenticated, match="unknown or revoked"):
                await world.call()

    world.run(main)
    [line] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert TEXT not in line.getMessage()


def test_the_last_use_is_stored_at_most_once_in_five_minutes(world: World) -> None:
    async def main() -> None:
        await world.make()
        assert await world.last_use() is None
        await world.call()
        assert await world.last_use() == START
        world.now = START + STORED_EVERY - timedelta(seconds=1)
        for _ in range(10):
            await world.call()
        assert await world.last_use() == START
        assert world.store.writer.writes == 2, "the token, and its first use"
        world.now = START + STORED_EVERY
        await world.call()
        assert await world.last_use() == world.now
        await Access(world.store, VAULT, world.clock).authenticate(f"Bearer {TEXT}", "")
        await world.last_use()
        assert world.store.writer.writes == 3, "another replica stores what is stored no more"

    world.run(main)


def test_a_use_that_can_not_be_stored_fails_no_call(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: object) -> None:
        raise StoreUnavailable

    async def main() -> None:
        await world.make()
        monkeypatch.setattr(world.store, "use_tokens", broken)
        await world.call()
        assert await world.last_use() is None
        await world.call()

    world.run(main)


def test_a_token_that_ends_soon_is_warned_of_once_a_day(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        await world.make(expires_at=START + EXPIRES_SOON + timedelta(days=1), name="console")
        for hours in range(0, 48, 6):
            world.now = START + timedelta(hours=hours)
            await world.call()

    world.run(main)
    warned = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warned) == 1, "a day of the two is within the two weeks"
    assert vars(warned[0])["token_name"] == "console"
    assert TEXT not in str(vars(warned[0]))


@pytest.mark.parametrize(
    ("role", "extra", "allowed"),
    [
        (Role.ADMIN, (), {"iam.read", "iam.write"}),
        (Role.VIEWER, (), {"iam.read"}),
        (Role.VIEWER, ("iam.secrets",), {"iam.read", "iam.secrets"}),
        (Role.ADMIN, ("iam.secrets",), {"iam.read", "iam.write", "iam.secrets"}),
    ],
)
def test_a_role_and_what_a_token_has_beyond_it_decide(role: Role, extra: tuple[str, ...], allowed: set[str]) -> None:
    token = Token("1", "", role, ("i",), START, extra_permissions=frozenset(map(Permission, extra)))
    for permission in Permission:
        if permission in allowed:
            authorize(Caller(token, "i"), permission)
        else:
            with pytest.raises(PermissionDenied) as caught:
                authorize(Caller(token, "i"), permission)
            assert caught.value.metadata == {"permission": permission.value}


OF_ISSUER = Token("oidc:1:ann", "ann", Role.VIEWER, ("first",), START)
OF_CERTIFICATE = Token("certificate:a.example", "a.example", Role.VIEWER, ("first",), START)
CERTIFICATE = ClientCertificate(("a.example",), START)
JWT = "e30.e30.AA"


class Issuer:
    async def token_of(self, token: str) -> Token:
        assert has_its_form(token)
        return OF_ISSUER


class Certificates:
    def token_of(self, certificate: ClientCertificate) -> Token:
        assert certificate is CERTIFICATE
        return OF_CERTIFICATE


@pytest.mark.parametrize(
    ("authorization", "certificate", "expected"),
    [
        (f"Bearer {TEXT}", None, CallerKind.TOKEN),
        (f"Bearer {TEXT}", CERTIFICATE, CallerKind.TOKEN),
        (f"Bearer {JWT}", None, CallerKind.OIDC),
        (f"Bearer {JWT}", CERTIFICATE, CallerKind.OIDC),
        (f"Bearer {JWT}{'A' * 8000}", None, CallerKind.OIDC),
        (None, CERTIFICATE, CallerKind.CERTIFICATE),
        (None, None, None),
        ("", CERTIFICATE, None),
        ("Bearer mp_unknown", CERTIFICATE, None),
        ("Basic YTpi", CERTIFICATE, None),
        (f"Bearer {JWT}{'A' * 10_000}", CERTIFICATE, None),
        (f"Bearer {'x' * 2000}", None, None),
        (f"Bearer {JWT}.AA", None, None),
    ],
)
def test_a_token_decides_and_a_certificate_only_where_there_is_none(
    world: World, authorization: str | None, certificate: ClientCertificate | None, expected: CallerKind | None
) -> None:
    access = Access(world.store, VAULT, world.clock, bearer_tokens=Issuer(), certificates=Certificates())
    ids = {CallerKind.OIDC: OF_ISSUER.id, CallerKind.CERTIFICATE: OF_CERTIFICATE.id}

    async def call() -> None:
        ids[CallerKind.TOKEN] = (await world.make()).id
        called = access.authenticate(authorization, "192.0.2.1:5", certificate=certificate)
        if expected is None:
            with pytest.raises(Unauthenticated):
                await called
        else:
            caller = await called
            assert (caller.kind, caller.token.id, caller.instance_id) == (expected, ids[expected], "first")

    world.run(call)


def test_an_issuers_caller_is_valid_until_the_token_ends(world: World) -> None:
    async def call() -> None:
        ending = replace(OF_ISSUER, expires_at=START + timedelta(seconds=1))
        caller = Caller(ending, "first", kind=CallerKind.OIDC)
        assert await world.access.still_valid(caller)
        world.now += timedelta(seconds=1)
        assert not await world.access.still_valid(caller)

    world.run(call)


def test_without_an_issuer_a_token_of_one_is_an_unknown_token(world: World) -> None:
    async def call() -> None:
        with pytest.raises(Unauthenticated, match="unknown or revoked"):
            await world.call(f"Bearer {JWT}")

    world.run(call)


def test_an_instance_that_an_issuers_token_is_not_for_is_not_found(world: World) -> None:
    access = Access(world.store, VAULT, world.clock, bearer_tokens=Issuer())

    async def call() -> None:
        with pytest.raises(InstanceNotFound):
            await access.authenticate(f"Bearer {JWT}", "", "second")

    world.run(call)
