"""Where a stored secret may be used: the one rule, for updates, for tests of stored settings, and for fixes.

Law: a secret stays with the server, the demand for encryption and the user that it was entered for. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.typed_host import looked_up_host

SUBMISSION_PORTS = frozenset({465, 587, 2465, 2587})
"""Ports of message submission: RFC 8314 section 7.3, RFC 6409 section 3.1, and what providers offer beside them."""

VERIFYING = frozenset({TlsMode.AUTO, TlsMode.IMPLICIT, TlsMode.STARTTLS})
"""TLS modes that send a login only after the server's certificate was verified for the name of the host."""


@dataclass(frozen=True, slots=True)
class LoginTarget:
    """Where a login goes.

    Attributes:
        host: A name or an address, as somebody typed it.
        port: The port that is dialled.
        tls_mode: How the connection is secured.
        user: Who logs in; empty for nobody.
        client: Token endpoint and id of the OAuth client; None for a password.
    """

    host: str
    port: int
    tls_mode: TlsMode
    user: str
    client: tuple[str, str] | None = None


def may_use_stored_secret(stored: LoginTarget, wanted: LoginTarget) -> bool:
    """Return whether a secret that was entered for one login may be used for another one.

    It may where nothing changes, and where the other login can reach nobody else: at the same name and as the same
    user, with a verified certificate demanded, at a port of message submission. A mode that demands a verified
    certificate is as good as another one at the same port. Every other change asks for the secret again.

    Args:
        stored: What the secret was entered for.
        wanted: What it is to be used for.
    """
    if (stored.user, stored.client) != (wanted.user, wanted.client) or not _same_host(stored.host, wanted.host):
        return False
    if (stored.port, stored.tls_mode) == (wanted.port, wanted.tls_mode):
        return True
    if wanted.tls_mode not in VERIFYING:
        return False
    return wanted.port in SUBMISSION_PORTS or (wanted.port == stored.port and stored.tls_mode in VERIFYING)


def differing(stored: LoginTarget, wanted: LoginTarget) -> tuple[str, ...]:
    """Return the names of the settings that differ, in the words of Diagnose."""
    differs = {
        "host": not _same_host(stored.host, wanted.host),
        "port": stored.port != wanted.port,
        "tls_mode": stored.tls_mode is not wanted.tls_mode,
        "user": stored.user != wanted.user,
        "xoauth2": stored.client != wanted.client,
    }
    return tuple(name for name, other in differs.items() if other)


def _same_host(one: str, other: str) -> bool:
    """Return whether two hosts are looked up by the same name: letter case, the root's dot and IDNA make no other."""
    return looked_up_host(one) == looked_up_host(other)
