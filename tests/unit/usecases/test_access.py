from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from mailproof.domain.errors import InstanceNotFound, PermissionDenied, Unauthenticated
from mailproof.domain.model import Caller, Permission, Role, Token
from mailproof.usecases.access import Access, authorize, digest, new_token

TOKEN = "mp_known"
RECORD = Token("1", "", Role.ADMIN, ("first", "second"), datetime(2026, 1, 1, tzinfo=UTC))


class OneToken:
    """A token store that knows one token."""

    async def find_token(self, digest: bytes) -> Token | None:
        return RECORD if digest == hashlib.sha256(TOKEN.encode()).digest() else None

    async def token_digests(self) -> frozenset[bytes]:
        raise NotImplementedError

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
