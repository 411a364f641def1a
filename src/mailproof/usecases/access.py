"""Authentication and authorization of callers: access tokens and permissions.

`rpc.calls` passes the authorization header here; the store knows only digests of tokens. Law: a token is never stored,
logged or repeated in an answer.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from mailproof.domain.errors import InstanceNotFound, PermissionDenied, Unauthenticated
from mailproof.domain.model import Caller, Permission
from mailproof.store.contract import TokenStore

PREFIX = "mp_"
"""Begins each token, so that secret scanners and people recognise a leaked one."""

_TOKEN_BYTES = 32
_MAX_HEADER = 1024  # characters; ours have 53, so a longer one is refused without hashing it
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)  # RFC 6750 section 2.1


def new_token() -> str:
    """Return a new token. It has 256 random bits, so its digest needs neither a salt nor a slow hash."""
    return PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)


def digest(token: str) -> bytes:
    """Return the SHA-256 of a token, which is what is stored of it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class Access:
    """Finds the caller of an `authorization` value.

    Args:
        tokens: Has the tokens' digests. They are looked up by value: what the timing reveals about a digest reveals
            nothing about its token.
    """

    def __init__(self, tokens: TokenStore) -> None:
        self._tokens = tokens

    async def authenticate(self, authorization: str | None, peer: str, instance_id: str | None = None) -> Caller:
        """Return the caller.

        Args:
            authorization: The value of the header or metadata key; None without one.
            peer: The address that the call came from.
            instance_id: The instance that the call names; None for the token's first one.

        Raises:
            Unauthenticated: The value is missing, is no bearer token, or the token is not valid.
            InstanceNotFound: The token is not for the named instance, or there is no such instance.
            StoreUnavailable: The token can't be looked up now.
        """
        if not authorization:
            raise Unauthenticated('an access token is missing: send the header "authorization: Bearer TOKEN"')
        match = _BEARER.fullmatch(authorization) if len(authorization) <= _MAX_HEADER else None
        if match is None:
            raise Unauthenticated('the authorization header must be "Bearer TOKEN"')
        token = await self._tokens.find_token(digest(match[1]))
        if token is None:
            raise Unauthenticated("the access token is unknown or revoked")
        if instance_id is None:
            instance_id = token.instance_ids[0]
        elif instance_id not in token.instance_ids:
            raise InstanceNotFound
        return Caller(token, instance_id, peer)


def authorize(caller: Caller, permission: Permission) -> None:
    """Check that the caller's token has a permission.

    Raises:
        PermissionDenied: It does not have it.
    """
    if permission not in caller.token.permissions:
        raise PermissionDenied(permission.value)
