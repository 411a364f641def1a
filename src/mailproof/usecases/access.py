"""Authentication and authorization of callers: access tokens and permissions.

`rpc.calls` passes the authorization header here; `usecases.token_seals` checks what is stored of a token, and
`usecases.tokens` makes, lists and revokes tokens. Law: a token is never stored, logged or repeated in an answer.
"""

from __future__ import annotations

import hmac
import logging
import re
from typing import Protocol

from mailproof.domain.caller_errors import PermissionDenied, TokenExpired, Unauthenticated
from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import InstanceNotFound
from mailproof.domain.limit_errors import TooManyBadTokens
from mailproof.domain.model import Caller, CallerKind, ClientCertificate, Permission, Token
from mailproof.domain.phrase import say
from mailproof.domain.secret import SealBroken, Vault
from mailproof.domain.token_record import TokenRecord
from mailproof.store.contract import TokenStore
from mailproof.usecases.json_web_token import MAX_TOKEN, has_its_form
from mailproof.usecases.token_seals import TokenSeals, hash_of
from mailproof.usecases.token_tries import TokenTries
from mailproof.usecases.token_uses import TokenUses

log = logging.getLogger("mailproof.tokens")

_MAX_HEADER = 1024  # characters; ours have 53, so a longer one is refused without hashing it
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)  # RFC 6750 section 2.1
_MAX_GENUINE = 1024
_INVALID = say("the access token is unknown or revoked")
_NO_BEARER = say('the authorization header must be "Bearer TOKEN"')


class BearerVerifier(Protocol):
    """Verifies the bearer tokens of an issuer; see `usecases.oidc`."""

    async def token_of(self, token: str) -> Token:
        """Return the record that stands for a token."""
        ...


class CertificateVerifier(Protocol):
    """Knows callers by their certificates; see `usecases.client_certificates`."""

    def token_of(self, certificate: ClientCertificate) -> Token:
        """Return the record that stands for a certificate."""
        ...


class Access:
    """Finds the caller of an `authorization` value, or of a client certificate where there is no such value.

    Args:
        tokens: Has the records of tokens. They are looked up by a keyed digest: what the timing reveals about a digest
            reveals nothing about its token.
        vault: Has the key that the records are sealed under.
        clock: Returns the time.
        bearer_tokens: Verifies tokens of an issuer; None where none is trusted.
        certificates: Knows callers by their certificates; None where none are.
        tries: Bounds the lookups of unknown tokens; None for no bound.
    """

    def __init__(
        self,
        tokens: TokenStore,
        vault: Vault,
        clock: Clock = utc_now,
        *,
        bearer_tokens: BearerVerifier | None = None,
        certificates: CertificateVerifier | None = None,
        tries: TokenTries | None = None,
    ) -> None:
        self._tokens = tokens
        self._seals = TokenSeals(vault)
        self._clock = clock
        self._uses = TokenUses(tokens, clock)
        self._reported: set[str] = set()
        self._genuine_records: dict[bytes, TokenRecord] = {}
        self._bearer_tokens = bearer_tokens
        self._certificates = certificates
        self._tries = TokenTries(0) if tries is None else tries

    async def authenticate(
        self,
        authorization: str | None,
        peer: str,
        instance_id: str | None = None,
        *,
        certificate: ClientCertificate | None = None,
    ) -> Caller:
        """Return the caller. Who sends a token and shows a certificate is whom the token means.

        Args:
            authorization: The value of the header or metadata key; None without one.
            peer: The address that the call came from.
            instance_id: The instance that the call names; None for the token's first one.
            certificate: The client's certificate, verified by TLS; None without one.

        Raises:
            Unauthenticated: The value is missing, is no bearer token, or the token is not valid.
            RoleMissing: The token's issuer gives the caller no role.
            IssuerUnavailable: The token can't be checked now.
            InstanceNotFound: The token is not for the named instance, or there is no such instance.
            TooManyBadTokens: So many unknown tokens came from the same source that this one is not looked up.
            StoreUnavailable: The token can't be looked up now.
        """
        if authorization is None and certificate is not None and self._certificates is not None:
            return caller_of(self._certificates.token_of(certificate), peer, instance_id, kind=CallerKind.CERTIFICATE)
        token = bearer_token(authorization, _MAX_HEADER if self._bearer_tokens is None else _MAX_HEADER + MAX_TOKEN)
        if self._bearer_tokens is not None and has_its_form(token):
            return caller_of(await self._bearer_tokens.token_of(token), peer, instance_id, kind=CallerKind.OIDC)
        if len(token) > _MAX_HEADER:
            raise Unauthenticated(_NO_BEARER)
        hashed = hash_of(token)
        return caller_of(await self._find_of_source(hashed, peer), peer, instance_id, hashed)

    async def still_valid(self, caller: Caller) -> bool:
        """Return whether what the caller of an open call showed still is.

        Raises:
            StoreUnavailable: The token can't be looked up now.
        """
        if caller.kind is not CallerKind.TOKEN:  # nothing is stored of these
            return caller.token.expires_at is None or self._clock() < caller.token.expires_at
        try:
            self._check(await self._find(caller.digest))
        except Unauthenticated:
            return False
        return True

    async def _find_of_source(self, hashed: bytes, peer: str) -> Token:
        """Return what the record of a token says that may be used now; a source may try few unknown ones."""
        counted = False
        try:
            counted = self._tries.begin(peer, hashed)
        except TooManyBadTokens:
            if not await self._is_stored(hashed):
                raise
        valid: bool | None = None
        try:
            token = self._check(await self._find(hashed))
            valid = True
        except Unauthenticated:
            valid = False
            raise
        finally:
            self._tries.end(peer, hashed, valid=valid, counted=counted)
        return token

    async def _is_stored(self, hashed: bytes) -> bool:
        """Return whether there is a token with this SHA-256, at the price of a look into memory."""
        while not await self._tries.is_stored(self._seals.digests(hashed), self._tokens):
            if not self._seals.renew():
                return False
        return True

    async def _find(self, hashed: bytes) -> Token:
        """Return what the record of a token says, found by the token's SHA-256.

        Raises:
            Unauthenticated: There is none, or it is not what this service has written.
        """
        while True:
            for digest in self._seals.digests(hashed):
                record = await self._tokens.find_token(digest)
                if record is not None:
                    return self._genuine(record, hashed)
            if not self._seals.renew():  # the encryption key may have been rotated meanwhile
                raise Unauthenticated(_INVALID)

    def _genuine(self, record: TokenRecord, hashed: bytes) -> Token:
        # The record is read from the database for each call; one that is what it was has the seal that it had. Saves 20
        # of the 36 µs of this method's caller.
        known = self._genuine_records.get(hashed)
        if known is not None and (known is record or known == record) and record.token is not None:
            return record.token
        try:
            token, sealed_hash = self._seals.open(record)
        except SealBroken:
            sealed_hash = b""
        if hmac.compare_digest(sealed_hash, hashed):
            if len(self._genuine_records) >= _MAX_GENUINE:
                self._genuine_records.clear()
            self._genuine_records[hashed] = record
            return token
        if record.id not in self._reported:  # once, or who has such a token could fill the log
            self._reported.add(record.id)
            log.error(
                "the record of an access token is not what this service has written, so the token is refused: it was "
                "changed in the database, or sealed under a key that this server does not have",
                extra={"token_id": record.id},
            )
        raise Unauthenticated(_INVALID)

    def _check(self, token: Token) -> Token:
        """Check that a token may be used now, and note its use.

        Raises:
            Unauthenticated: It is revoked, or has expired.
        """
        if token.revoked_at is not None:
            raise Unauthenticated(_INVALID)
        now = self._clock()
        if token.expires_at is not None and token.expires_at <= now:
            raise TokenExpired(token.expires_at)
        self._uses.note(token, now)
        return token


def bearer_token(authorization: str | None, limit: int = _MAX_HEADER) -> str:
    """Return the token of an `authorization` value.

    Args:
        authorization: The value; None where there is none.
        limit: Characters that it may have.

    Raises:
        Unauthenticated: The value is missing, or is no bearer token.
    """
    if not authorization:
        raise Unauthenticated(say('an access token is missing: send the header "authorization: Bearer TOKEN"'))
    match = _BEARER.fullmatch(authorization) if len(authorization) <= limit else None
    if match is None:
        raise Unauthenticated(_NO_BEARER)
    return match[1]


def caller_of(
    token: Token, peer: str, instance_id: str | None, digest: bytes = b"", *, kind: CallerKind = CallerKind.TOKEN
) -> Caller:
    """Return the caller with a token, for the instance that the call names.

    Raises:
        InstanceNotFound: The token is not for the named instance.
    """
    if instance_id is None:
        instance_id = token.instance_ids[0]
    elif instance_id not in token.instance_ids:
        raise InstanceNotFound
    return Caller(token, instance_id, peer, digest, kind)


def authorize(caller: Caller, permission: Permission) -> None:
    """Check that the caller has a permission.

    Raises:
        PermissionDenied: Neither the role nor the token itself gives it.
    """
    if permission not in caller.token.permissions:
        raise PermissionDenied(permission.value)
