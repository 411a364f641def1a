from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from mailproof.domain.errors import InstanceNotFound, PermissionDenied, Unauthenticated
from mailproof.domain.model import Caller, ClientCertificate, Permission, Role, Token
from mailproof.usecases.access import Access, authorize, digest, new_token
from mailproof.usecases.json_web_token import has_its_form

TOKEN = "mp_known"
RECORD = Token("1", "", Role.ADMIN, ("first", "second"), datetime(2026, 1, 1, tzinfo=UTC))


class OneToken:
    """A token store that knows one token."""

    async def find_token(self, digest: bytes) -> Token | None:
        return RECORD if digest == hashlib.sha256(TOKEN.encode()).digest() else None

    async def create_token(self, *, digest: bytes, name: str, role: Role, instance_ids: Sequence[str]) -> Token:
        raise NotImplementedError

    async def list_tokens(self) -> tuple[Token, ...]:
        raise NotImplementedError

    async def revoke_token(self, token_id: str) -> Token | None:
        raise NotImplementedError

    async def default_instance(self) -> str:
        raise NotImplementedError


def authenticate(authorization: str | None, instance_id: str | None = None) -> Caller:
    return asyncio.run(Access(OneToken()).authenticate(authorization, "192.0.2.1:5", instance_id))


def test_tokens_are_recognisable_long_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(token.startswith("mp_") and len(token) == 46 for token in tokens)


def test_a_digest_is_the_sha256() -> None:
    assert digest("abc").hex().startswith("ba7816bf")
    assert len(digest("\ud800")) == 32


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer   "])
def test_a_known_token_makes_a_caller(scheme: str) -> None:
    assert authenticate(scheme + TOKEN) == Caller(RECORD, "first", "192.0.2.1:5")


@pytest.mark.parametrize("instance_id", RECORD.instance_ids)
def test_a_caller_is_of_the_instance_that_it_names(instance_id: str) -> None:
    assert authenticate(f"Bearer {TOKEN}", instance_id).instance_id == instance_id


@pytest.mark.parametrize("instance_id", ["", "third", "FIRST", "first, second", " first", "*"])
def test_any_other_instance_is_not_found_and_not_repeated(instance_id: str) -> None:
    with pytest.raises(InstanceNotFound) as caught:
        authenticate(f"Bearer {TOKEN}", instance_id)
    assert "third" not in caught.value.message


def test_who_is_unknown_does_not_learn_of_instances() -> None:
    with pytest.raises(Unauthenticated):
        authenticate("Bearer mp_unknown", "first")


@pytest.mark.parametrize(
    ("authorization", "sentence"),
    [
        (None, "missing"),
        ("", "missing"),
        ("Bearer", "must be"),
        ("Bearer ", "must be"),
        (TOKEN, "must be"),
        (f"Basic {TOKEN}", "must be"),
        (f"Bearer {TOKEN} {TOKEN}", "must be"),
        (f"Bearer {TOKEN},{TOKEN}", "must be"),
        (f"Bearer {TOKEN}\n", "must be"),
        (f"Bearer\t{TOKEN}", "must be"),
        ("Bearer mp_ü", "must be"),
        ("Bearer mp_\x00", "must be"),
        (f"Bearer {'x' * 2000}", "must be"),
        ("Bearer mp_unknown", "unknown or revoked"),
        (f"Bearer {TOKEN}=", "unknown or revoked"),
        (f"Bearer {TOKEN.upper()}", "unknown or revoked"),
    ],
)
def test_anything_else_is_refused_without_being_quoted(authorization: str | None, sentence: str) -> None:
    with pytest.raises(Unauthenticated, match=sentence) as caught:
        authenticate(authorization)
    assert "mp_" not in caught.value.message


@pytest.mark.parametrize(
    ("role", "permission", "allowed"),
    [
        (Role.ADMIN, Permission.READ, True),
        (Role.ADMIN, Permission.WRITE, True),
        (Role.VIEWER, Permission.READ, True),
        (Role.VIEWER, Permission.WRITE, False),
    ],
)
def test_roles(role: Role, permission: Permission, allowed: bool) -> None:
    caller = Caller(Token("1", "", role, ("i",), datetime(2026, 1, 1, tzinfo=UTC)), "i")
    if allowed:
        authorize(caller, permission)
    else:
        with pytest.raises(PermissionDenied, match=r"iam\.write"):
            authorize(caller, permission)


OF_ISSUER = Token("oidc:1:ann", "ann", Role.VIEWER, ("first",), RECORD.created_at)
OF_CERTIFICATE = Token("certificate:a.example", "a.example", Role.VIEWER, ("first",), RECORD.created_at)
CERTIFICATE = ClientCertificate(("a.example",), RECORD.created_at)
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
        (f"Bearer {TOKEN}", None, RECORD),
        (f"Bearer {TOKEN}", CERTIFICATE, RECORD),
        (f"Bearer {JWT}", None, OF_ISSUER),
        (f"Bearer {JWT}", CERTIFICATE, OF_ISSUER),
        (f"Bearer {JWT}{'A' * 8000}", None, OF_ISSUER),
        (None, CERTIFICATE, OF_CERTIFICATE),
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
    authorization: str | None, certificate: ClientCertificate | None, expected: Token | None
) -> None:
    access = Access(OneToken(), bearer_tokens=Issuer(), certificates=Certificates())
    call = access.authenticate(authorization, "192.0.2.1:5", certificate=certificate)
    if expected is None:
        with pytest.raises(Unauthenticated):
            asyncio.run(call)
    else:
        assert asyncio.run(call) == Caller(expected, "first", "192.0.2.1:5")


def test_without_an_issuer_a_token_of_one_is_an_unknown_token() -> None:
    with pytest.raises(Unauthenticated, match="unknown or revoked"):
        authenticate(f"Bearer {JWT}")


def test_an_instance_that_an_issuers_token_is_not_for_is_not_found() -> None:
    access = Access(OneToken(), bearer_tokens=Issuer())
    with pytest.raises(InstanceNotFound):
        asyncio.run(access.authenticate(f"Bearer {JWT}", "", "second"))
