"""Guessed access tokens: what is looked up, and what the good ones notice of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from mailproof.domain.caller_errors import Unauthenticated
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.limit_errors import TooManyBadTokens
from mailproof.domain.model import Role, Token
from mailproof.domain.secret import Vault
from mailproof.domain.token_record import TokenRecord
from mailproof.store.contract import TokenStore
from mailproof.store.key_sources import KeyFileSource
from mailproof.store.sealing import Keyring, Sealer
from mailproof.usecases.access import Access
from mailproof.usecases.token_seals import TokenSeals, hash_of
from mailproof.usecases.token_tries import TokenTries

RECORD = Token("1", "", Role.ADMIN, ("i",), datetime(2026, 1, 1, tzinfo=UTC))
VAULT = Sealer(b"k" * 32)
SECOND = 1_000_000


class Tokens:
    """Knows some tokens, and counts the lookups."""

    def __init__(self, *known: str) -> None:
        self.known: dict[bytes, TokenRecord] = {}
        for token in known:
            self.add(token)
        self.asked = self.listed = 0
        self.down = False

    def add(self, token: str, vault: Vault = VAULT) -> None:
        record = TokenSeals(vault).seal(RECORD, hash_of(token))
        self.known[record.digest] = record

    async def find_token(self, digest: bytes) -> TokenRecord | None:
        self.asked += 1
        if self.down:
            raise StoreUnavailable
        return self.known.get(digest)

    async def use_tokens(self, uses: object) -> None:
        pass

    async def token_digests(self) -> frozenset[bytes]:
        self.listed += 1
        return frozenset(self.known)


class Door:
    """The check of tokens, at a time that the test says."""

    def __init__(self, *known: str, limit: int = 3, vault: Vault = VAULT) -> None:
        self.now = 0
        self.tokens = Tokens(*known)
        self.access = Access(cast("TokenStore", self.tokens), vault, tries=TokenTries(limit, lambda: self.now))

    def knock(self, token: str, peer: str = "192.0.2.1:5") -> str:
        try:
            asyncio.run(self.access.authenticate(f"Bearer {token}", peer))
        except (Unauthenticated, TooManyBadTokens, StoreUnavailable) as failure:
            return failure.reason
        return "in"


def test_after_some_unknown_tokens_of_a_source_no_other_is_looked_up() -> None:
    door = Door()
    assert [door.knock(f"guess{number}") for number in range(20)] == ["TOKEN_INVALID"] * 3 + [
        "TOO_MANY_BAD_TOKENS"
    ] * 17
    assert (door.tokens.asked, door.tokens.listed) == (3, 1)
    assert door.knock("guess", "198.51.100.1:5") == "TOKEN_INVALID", "another source"
    door.now += 20 * SECOND
    assert [door.knock("guess") for _ in range(2)] == ["TOKEN_INVALID", "TOO_MANY_BAD_TOKENS"]


def test_a_token_that_was_good_before_is_served_however_many_are_guessed_beside_it() -> None:
    door = Door("good")
    assert door.knock("good") == "in"
    for number in range(20):
        door.knock(f"guess{number}")
        assert door.knock("good") == "in"


def test_a_good_token_that_is_new_here_is_served_too() -> None:
    door = Door("good")
    for number in range(20):
        door.knock(f"guess{number}")
    assert [door.knock("good") for _ in range(3)] == ["in"] * 3
    door.tokens.add("later")
    assert door.knock("later") == "TOO_MANY_BAD_TOKENS"
    door.now += 5 * SECOND
    assert door.knock("later") == "in"
    assert door.tokens.listed == 2, "the guesses do not make the store list its tokens"


def test_a_good_token_whose_record_is_under_a_newer_key_is_served_beside_guesses(tmp_path: Path) -> None:
    keys = KeyFileSource(tmp_path / "keys")
    keys.write([b"k" * 32])
    door = Door(vault=Keyring(keys))
    for number in range(20):
        door.knock(f"guess{number}")
    keys.write([b"n" * 32, b"k" * 32])
    door.tokens.add("good", Sealer(b"n" * 32))
    door.now += 5 * SECOND
    assert door.knock("good") == "in"


def test_good_tokens_never_count() -> None:
    door = Door(*(f"good{number}" for number in range(50)))
    assert {door.knock(f"good{number}") for number in range(50)} == {"in"}


def test_a_revoked_token_is_unknown_from_then_on() -> None:
    door = Door("good")
    assert door.knock("good") == "in"
    door.tokens.known.clear()
    assert [door.knock("good") for _ in range(6)] == ["TOKEN_INVALID"] * 4 + ["TOO_MANY_BAD_TOKENS"] * 2


def test_a_lookup_that_fails_is_nobodys_guess() -> None:
    door = Door("good")
    door.tokens.down = True
    assert {door.knock("good") for _ in range(20)} == {"STORE_UNAVAILABLE"}
    door.tokens.down = False
    assert door.knock("good") == "in"


def test_without_a_limit_all_are_looked_up() -> None:
    door = Door(limit=0)
    assert {door.knock("guess") for _ in range(200)} == {"TOKEN_INVALID"}


def test_good_tokens_that_come_at_once_are_served_from_the_first_moment() -> None:
    door = Door("good")
    for number in range(3):  # before anything was listed
        door.knock(f"guess{number}")

    async def slowly() -> frozenset[bytes]:
        await asyncio.sleep(0)
        return frozenset(door.tokens.known)

    async def crowd() -> None:
        door.tokens.token_digests = slowly  # type: ignore[method-assign] # takes a turn, as a database does
        await asyncio.gather(*(door.access.authenticate("Bearer good", "192.0.2.1:5") for _ in range(3)))

    asyncio.run(crowd())
