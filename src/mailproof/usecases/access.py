"""Who calls, and what they may do: access tokens, callers and permissions.

Not the wire's business (`rpc.calls` brings the header here) and not the store's, which knows digests alone. The law
kept here: a token is never stored, logged or repeated in an answer.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from mailproof.domain.errors import InstanceNotFound, PermissionDenied, Unauthenticated
from mailproof.domain.model import Caller, Permission
from mailproof.store.contract import TokenStore

PREFIX = "mp_"
"""So that secret scanners, and people, can tell what a leaked string is."""

_TOKEN_BYTES = 32
_MAX_HEADER = 1024  # characters; ours have 53, and a longer one is not worth hashing
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)  # RFC 6750 section 2.1


def new_token() -> str:
    """Return a fresh token: 256 random bits, so a plain digest of it needs no salt and no slow hash."""
    return PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)


def digest(token: str) -> bytes:
    """Return what is stored of a token, its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class Access:
    """Turns an `authorization` value into a caller.

    Args:
        tokens: Where the digests are. They are looked up by value: what timing tells of a digest tells nothing of a
            token.
    """

    def __init__(self, tokens: TokenStore) -> None:
        self._tokens = tokens

    async def authenticate(self, authorization: str | None, peer: str, instance_id: str | None = None) -> Caller:
        """Return who calls.

        Args:
            authorization: The value of the header or metadata key, None where there is none.
            peer: The address that the call came from.
            instance_id: The instance that the call names; None: the token's first.

        Raises:
            Unauthenticated: It is missing, is no bearer token, or names none that is valid.
            InstanceNotFound: The token is not for the named instance, or there is none.
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
    """Check that the caller's role has a permission.

    Raises:
        PermissionDenied: It has not.
    """
    if permission not in caller.token.role.permissions:
        raise PermissionDenied(permission.value)
