"""Authentication and authorization of callers: access tokens and permissions.

`rpc.calls` passes the authorization header here; the store knows only digests of tokens. Law: a token is never stored,
logged or repeated in an answer.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Protocol

from mailproof.domain.errors import InstanceNotFound, PermissionDenied, Unauthenticated
from mailproof.domain.model import Caller, ClientCertificate, Permission, Token
from mailproof.store.contract import TokenStore
from mailproof.usecases.json_web_token import MAX_TOKEN, has_its_form

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
        tokens: Has the tokens' digests. They are looked up by value: what the timing reveals about a digest reveals
            nothing about its token.
        bearer_tokens: Verifies tokens of an issuer; None where none is trusted.
        certificates: Knows callers by their certificates; None where none are.
    """

    def __init__(
        self,
        tokens: TokenStore,
        *,
        bearer_tokens: BearerVerifier | None = None,
        certificates: CertificateVerifier | None = None,
    ) -> None:
        self._tokens = tokens
        self._bearer_tokens = bearer_tokens
        self._certificates = certificates

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
            StoreUnavailable: The token can't be looked up now.
        """
        token = await self._token(authorization, certificate)
        if instance_id is None:
            instance_id = token.instance_ids[0]
        elif instance_id not in token.instance_ids:
            raise InstanceNotFound
        return Caller(token, instance_id, peer)

    async def _token(self, authorization: str | None, certificate: ClientCertificate | None) -> Token:
        if authorization is None and certificate is not None and self._certificates is not None:
            return self._certificates.token_of(certificate)
        if not authorization:
            raise Unauthenticated('an access token is missing: send the header "authorization: Bearer TOKEN"')
        limit = _MAX_HEADER if self._bearer_tokens is None else _MAX_HEADER + MAX_TOKEN
        if len(authorization) > limit:
            raise Unauthenticated(f'the authorization header must be "Bearer TOKEN", of at most {limit} characters')
        match = _BEARER.fullmatch(authorization)
        if match is not None and self._bearer_tokens is not None and has_its_form(match[1]):
            return await self._bearer_tokens.token_of(match[1])
        if match is None or len(authorization) > _MAX_HEADER:
            raise Unauthenticated('the authorization header must be "Bearer TOKEN"')
        token = await self._tokens.find_token(digest(match[1]))
        if token is None:
            raise Unauthenticated("the access token is unknown or revoked")
        return token


def authorize(caller: Caller, permission: Permission) -> None:
    """Check that the caller's role has a permission.

    Raises:
        PermissionDenied: The role does not have it.
    """
    if permission not in caller.token.role.permissions:
        raise PermissionDenied(permission.value)
