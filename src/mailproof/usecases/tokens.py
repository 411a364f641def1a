"""Makes, lists, finds and revokes access tokens, and keeps their records under the service's key.

Law: a token is returned once, as it is made; of all others there are records alone.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.domain.model import Permission, Role, Token
from mailproof.domain.secret import SealBroken, Vault
from mailproof.domain.token_record import TokenRecord
from mailproof.store.contract import TokenStore
from mailproof.usecases.token_seals import TokenSeals, fingerprint, hash_of

log = logging.getLogger("mailproof.tokens")

PREFIX = "mp_"
"""Begins each token, so that secret scanners and people recognise a leaked one."""

_TOKEN_BYTES = 32
_WRONG_KEY = (
    "this encryption key is not the one that the access tokens are kept under: use the key of the service "
    "(MAILPROOF_ENCRYPTION_KEY, or secret.key in its data directory)"
)


class TokenState(StrEnum):
    """Whether a token can be used."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ALTERED = "altered"
    """The record is not what this service has written, so the token is refused."""


@dataclass(frozen=True, slots=True)
class ListedToken:
    """A token as it is listed.

    Attributes:
        id: Its id.
        token: What its record says; None if that can't be read.
        state: Whether it can be used.
    """

    id: str
    token: Token | None
    state: TokenState


def new_token() -> str:
    """Return a new token, of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)


async def refuse_old(store: TokenStore) -> None:
    """Check that a database without a key check has no tokens.

    Raises:
        StartupError: It has some, so they are those of an older release.
    """
    if await store.list_tokens():
        raise StartupError(
            "the access tokens are those of an older release: start the service once, which takes them over"
        )


class Tokens:
    """The access tokens of a database.

    Args:
        store: Has their records.
        vault: Has the key that the records are sealed under.
        clock: Returns the time.
    """

    def __init__(self, store: TokenStore, vault: Vault, clock: Clock = utc_now) -> None:
        self._store = store
        self._seals = TokenSeals(vault)
        self._clock = clock

    async def create(
        self,
        text: str,
        *,
        role: Role,
        name: str = "",
        instance_ids: Sequence[str] = (),
        permissions: frozenset[Permission] = frozenset(),
        expires_at: datetime | None = None,
    ) -> Token:
        """Store a token, and return its record.

        Args:
            text: The token.
            role: What it may do.
            name: A name for people.
            instance_ids: The instances that it is for; those that do not exist are made. Empty for the default one.
            permissions: What it may do beyond its role.
            expires_at: When it ends by itself, in UTC; None if it does not.
        """
        self._seals.renew()  # the encryption key may have been rotated since, here and below
        hashed = hash_of(text)
        token = Token(
            self._store.new_id(),
            name,
            role,
            tuple(instance_ids) or (await self._store.default_instance(),),
            self._clock(),
            None,
            permissions - role.permissions,
            expires_at,
            fingerprint(hashed),
        )
        await self._store.create_token(self._seals.seal(token, hashed))
        return token

    async def list(self) -> tuple[ListedToken, ...]:
        """Return all tokens, the oldest first."""
        self._seals.renew()
        now = self._clock()
        return tuple(self._listed(record, now) for record in await self._store.list_tokens())

    async def find(self, text: str) -> ListedToken | None:
        """Return the token of a text, whether or not it can be used; None if it is none of this database."""
        self._seals.renew()
        for digest in self._seals.digests(hash_of(text)):
            record = await self._store.find_token(digest)
            if record is not None:
                return self._listed(record, self._clock())
        return None

    async def revoke(self, token_id: str) -> bool:
        """Make a token invalid for good; a second time changes nothing. Return False if none has this id."""
        self._seals.renew()
        while True:
            record = next((each for each in await self._store.list_tokens() if each.id == token_id), None)
            if record is None:
                return False
            if record.token is None or record.token.revoked_at is not None:
                return True  # what can't be read is refused already
            revoked = replace(record.token, revoked_at=self._clock())
            try:
                new = self._seals.seal(revoked, self._seals.open(record)[1])
            except SealBroken:
                new = replace(record, token=revoked, sealed=None)
            if await self._store.replace_token(record, new):
                return True

    async def prolong(self, token_id: str, expires_at: datetime) -> bool:
        """Let a token that can be used end later. Return False if none has this id, or it can't be used any more.

        Args:
            token_id: The token's id.
            expires_at: When it ends then, in UTC. It never ends sooner than before by this.
        """
        self._seals.renew()
        while True:
            record = next((each for each in await self._store.list_tokens() if each.id == token_id), None)
            if record is None or self._listed(record, self._clock()).state is not TokenState.ACTIVE:
                return False
            token, hashed = self._seals.open(record)
            if token.expires_at is None or token.expires_at >= expires_at:
                return True
            longer = self._seals.seal(replace(token, expires_at=expires_at), hashed)
            if await self._store.replace_token(record, longer):
                return True

    def _listed(self, record: TokenRecord, now: datetime) -> ListedToken:
        try:
            token, _ = self._seals.open(record)
        except SealBroken:
            return ListedToken(record.id, record.token, TokenState.ALTERED)
        state = TokenState.ACTIVE
        if token.revoked_at is not None:
            state = TokenState.REVOKED
        elif token.expires_at is not None and token.expires_at <= now:
            state = TokenState.EXPIRED
        return ListedToken(record.id, token, state)

    async def check_key(self) -> None:
        """Check that the records are kept under a key that is known here, and keep what shows it in a new database.

        Raises:
            StartupError: They are kept under another key, or are still those of an older release.
        """
        key_check = await self._store.token_key_check()
        if key_check is None:
            await refuse_old(self._store)
            if await self._store.reseal_tokens((), None, self._seals.key_check()):
                return
            key_check = await self._store.token_key_check()  # another process was first
        if key_check is None or not self._seals.is_key_check(key_check):
            raise StartupError(_WRONG_KEY)

    async def take_over(self, *, accept_old: bool = True) -> None:
        """Seal the records of an older release, once in the life of a database, and tell of those that don't count.

        Its digests are plain SHA-256, so this needs no token. A database with a key check, or with any sealed record,
        was taken over before: what has no seal there was put there by somebody else, and stays refused.

        Args:
            accept_old: Whether there may be such records at all. Who can write the database can take every sign out of
                it that they were taken over before, so it is to be known from elsewhere.

        Raises:
            StartupError: The records are kept under another key, or the database can't be used.
        """
        try:
            if await self._store.token_key_check() is None:
                await self._first_key_check(accept_old=accept_old)
            await self.check_key()
            altered = [listed.id for listed in await self.list() if listed.state is TokenState.ALTERED]
        except StoreUnavailable as error:
            raise StartupError(error.message) from error
        for token_id in altered:
            log.error(
                "the record of an access token is not what this service has written", extra={"token_id": token_id}
            )

    async def _first_key_check(self, *, accept_old: bool) -> None:
        records = await self._store.list_tokens()
        sealed = [record for record in records if record.sealed is not None]
        if sealed and not any(map(self._opens, sealed)):  # somebody removed the key check
            raise StartupError(_WRONG_KEY)
        old = [record for record in records if record.token is not None] if accept_old and not sealed else []
        changes = [(record, self._taken_over(record)) for record in old]
        if await self._store.reseal_tokens(changes, None, self._seals.key_check()):
            for _, new in changes:
                log.warning("took over an access token of an older release", extra=_facts(new))

    async def rekey(self) -> int:
        """Seal all records under the current key that are sealed under a former one, in one transaction.

        Returns:
            How many were sealed anew. A record that was changed meanwhile is left for the next time.

        Raises:
            StartupError: The records are kept under a key that is not known here.
        """
        await self.check_key()
        key_check = await self._store.token_key_check()
        changes = []
        for record in await self._store.list_tokens():
            if self._opens(record):
                token, hashed = self._seals.open(record)
                if not self._seals.is_current(record, hashed):
                    changes.append((record, self._seals.seal(token, hashed)))
        done = await self._store.reseal_tokens(changes, key_check, self._seals.key_check())
        return len(changes) if done else 0  # another process does the same

    async def outdated(self) -> int:
        """Return how many records are sealed under a former key."""
        opened = [
            (self._seals.open(record)[1], record) for record in await self._store.list_tokens() if self._opens(record)
        ]
        return sum(not self._seals.is_current(record, hashed) for hashed, record in opened)

    def _opens(self, record: TokenRecord) -> bool:
        try:
            self._seals.open(record)
        except SealBroken:
            return False
        return True

    def _taken_over(self, record: TokenRecord) -> TokenRecord:
        if record.token is None:
            raise ValueError("a record that can't be read is not taken over")
        return self._seals.seal(replace(record.token, fingerprint=fingerprint(record.digest)), record.digest)


def _facts(record: TokenRecord) -> dict[str, str]:
    token = record.token
    if token is None:
        return {"token_id": record.id}
    return {"token_id": token.id, "token_fingerprint": token.fingerprint, "role": token.role, "token_name": token.name}
