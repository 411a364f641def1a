"""Failures of who calls: nobody that is known, or somebody who may not do this. Standard library only."""

from __future__ import annotations

from datetime import datetime

from mailproof.domain.errors import Failure, Kind
from mailproof.domain.phrase import say


class Unauthenticated(Failure):
    """The call has no valid token."""

    kind = Kind.UNAUTHENTICATED
    reason = "TOKEN_INVALID"


class BearerTokenRefused(Unauthenticated):
    """A token of the issuer (a JSON Web Token) is not accepted.

    Args:
        problem: Why, a word for programs: "expired", "audience_wrong".
        message: Why, for people; it never repeats the token.
    """

    reason = "BEARER_TOKEN_REFUSED"

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(
            say("the bearer token is not accepted: {message}", message=message), metadata={"problem": problem}
        )


class ClientCertificateUnknown(Unauthenticated):
    """The client's certificate is verified, and no setting says who it is."""

    reason = "CLIENT_CERTIFICATE_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(say("no caller is configured for any name of this client certificate, and there is no token"))


class ClientCertificateExpired(Unauthenticated):
    """The connection has outlived the certificate that its client showed."""

    reason = "CLIENT_CERTIFICATE_EXPIRED"

    def __init__(self) -> None:
        super().__init__(say("the client certificate of this connection has expired: connect anew with a new one"))


class RoleMissing(Failure):
    """The issuer knows the caller, and gives it no role here."""

    kind = Kind.PERMISSION_DENIED
    reason = "ROLE_MISSING"

    def __init__(self, claim: str) -> None:
        super().__init__(
            say("the bearer token gives no role: its claim {claim} has none that is known here", claim=claim)
        )


class IssuerUnavailable(Failure):
    """The keys of the issuer of bearer tokens can't be had now, so nothing can be said about a token."""

    kind = Kind.UNAVAILABLE
    reason = "ISSUER_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__(
            say("the issuer's keys can't be fetched right now, so no bearer token can be checked"), retry_after=5.0
        )


class TokenExpired(Unauthenticated):
    """The token was valid until a moment that has passed."""

    reason = "TOKEN_EXPIRED"

    def __init__(self, expired_at: datetime) -> None:
        moment = f"{expired_at:%Y-%m-%dT%H:%M:%SZ}"
        super().__init__(
            say("the access token has expired, at {moment}: ask for a new one", moment=moment),
            metadata={"expiredAt": moment},
        )


class PermissionDenied(Failure):
    """Neither the role of the token nor the token itself gives the permission that the call needs."""

    kind = Kind.PERMISSION_DENIED
    reason = "PERMISSION_MISSING"

    def __init__(self, permission: str) -> None:
        super().__init__(
            say("this call needs the permission {permission}", permission=permission),
            metadata={"permission": permission},
        )
