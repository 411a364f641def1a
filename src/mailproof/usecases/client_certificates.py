"""Callers by a client certificate: whom the names that TLS has verified mean."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from mailproof.domain.caller_errors import ClientCertificateExpired, ClientCertificateUnknown
from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.model import ClientCertificate, Role, Token

PREFIX = "certificate:"
"""Begins the id of such a caller, as the event log names it."""


@dataclass(frozen=True, slots=True)
class CertificateCaller:
    """Whom a name of a certificate means.

    Attributes:
        identity: A URI, a DNS name or an e-mail address, compared as a whole; of the last two in lower case.
        role: What the caller may do.
        instance_ids: The instances that it may use; none means the default one.
    """

    identity: str
    role: Role
    instance_ids: tuple[str, ...] = ()


class CertificateCallers:
    """Finds the caller of a certificate.

    Args:
        callers: Whom the names mean; of several that fit, the first one counts.
        default_instance: The instance of callers that have none.
        clock: Says what time it is.
    """

    def __init__(self, callers: Sequence[CertificateCaller], default_instance: str, clock: Clock = utc_now) -> None:
        self._callers = {fold(caller.identity): caller for caller in reversed(callers)}
        self._order = {fold(caller.identity): place for place, caller in reversed(list(enumerate(callers)))}
        self._default_instance = default_instance
        self._clock = clock

    def token_of(self, certificate: ClientCertificate) -> Token:
        """Return the record that stands for the caller's certificate.

        Raises:
            ClientCertificateUnknown: None of its names is configured.
            ClientCertificateExpired: It has ended since the connection began.
        """
        known = [name for name in map(fold, certificate.identities) if name in self._callers]
        if not known:
            raise ClientCertificateUnknown
        if certificate.expires_at <= self._clock():
            raise ClientCertificateExpired
        caller = self._callers[min(known, key=self._order.__getitem__)]
        return Token(
            id=_id(caller.identity),
            name=caller.identity,
            role=caller.role,
            instance_ids=caller.instance_ids or (self._default_instance,),
            created_at=certificate.expires_at,
            expires_at=certificate.expires_at,
        )


def fold(identity: str) -> str:
    """Return a name in the form in which it is compared: a DNS name and an e-mail address have no case that counts."""
    return identity if "://" in identity else identity.lower()


def _id(identity: str) -> str:
    """Return the caller's id; a long name is shortened by a digest."""
    if len(identity) <= _MAX_SHOWN:
        return PREFIX + identity
    return PREFIX + identity[:_MAX_SHOWN] + "#" + hashlib.sha256(identity.encode()).hexdigest()[:16]


_MAX_SHOWN = 150
