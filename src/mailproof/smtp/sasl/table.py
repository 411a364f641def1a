"""The table of SASL mechanisms (RFC 4422), the choice among them, and their encoding in SMTP (RFC 4954).

A mechanism is one class and one line in the table, whose order is the order of preference. Pure.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence

from mailproof.smtp.sasl.bearer import OAuthBearer, XOAuth2
from mailproof.smtp.sasl.mechanism import Identity, Mechanism
from mailproof.smtp.sasl.passwords import CramMd5, Login, Plain
from mailproof.smtp.sasl.scram import Scram

MAX_CHALLENGE = 16 * 1024
"""Base64 digits of a challenge that are decoded."""


_WITH_PASSWORD: dict[str, Callable[[Identity], Mechanism]] = {
    "SCRAM-SHA-256-PLUS": lambda identity: Scram(identity, "sha256", plus=True),
    "SCRAM-SHA-1-PLUS": lambda identity: Scram(identity, "sha1", plus=True),
    "SCRAM-SHA-256": lambda identity: Scram(identity, "sha256"),
    "SCRAM-SHA-1": lambda identity: Scram(identity, "sha1"),
    "PLAIN": Plain,  # as strong as LOGIN, but a standard, and two round trips shorter
    "LOGIN": Login,
    # Last inside verified TLS, where nobody can read the password: many servers that store it hashed offer CRAM-MD5
    # and refuse the right password, since its check needs the password itself (RFC 2195 section 4).
    "CRAM-MD5": CramMd5,
}
_SENDS_PASSWORD = frozenset({"PLAIN", "LOGIN"})
_WITH_TOKEN: dict[str, Callable[[Identity], Mechanism]] = {"OAUTHBEARER": OAuthBearer, "XOAUTH2": XOAuth2}

MECHANISMS: dict[str, Callable[[Identity], Mechanism]] = {**_WITH_PASSWORD, **_WITH_TOKEN}
"""Every mechanism that is implemented, in the order of preference inside verified TLS."""


def possible(*, token: bool) -> tuple[str, ...]:
    """Return the mechanisms that use a password, or with `token` those that use an access token, best first."""
    return tuple(_WITH_TOKEN if token else _WITH_PASSWORD)


def choose(
    offered: Sequence[str],
    mechanism: str = "",
    *,
    token: bool = False,
    has_binding: bool = False,
    default_binding: bool = True,
    verified: bool = False,
) -> tuple[str, ...]:
    """Return the offered mechanisms that can be used, in the order in which they are tried.

    Args:
        offered: The mechanisms in the EHLO reply, in upper case.
        mechanism: The only one to use; empty for any.
        token: Whether there is an access token, and not a password.
        has_binding: Whether a channel binding of the TLS session is known.
        default_binding: Whether the server can be expected to support the binding's type. If not, SCRAM without
            binding comes first: Dovecot and mox answer an unknown type with 535, which counts as a failed login, and
            no second mechanism may be tried after it.
        verified: Whether the connection is inside TLS whose certificate was verified. If not, CRAM-MD5 comes before
            the mechanisms that send the password.
    """
    names = [
        name
        for name in possible(token=token)
        if name in offered and mechanism.upper() in ("", name) and (has_binding or not is_bound(name))
    ]
    if not verified:
        names.sort(key=lambda name: name in _SENDS_PASSWORD)
    if not default_binding:
        names.sort(key=lambda name: (not name.startswith("SCRAM-"), is_bound(name)))
    return tuple(names)


def is_bound(name: str) -> bool:
    """Return whether a mechanism needs a channel binding (RFC 5801 section 6)."""
    return name.endswith("-PLUS")


def encode(response: bytes) -> str:
    """Encode a response in base64. The caller sends an empty initial response as "=" (RFC 4954 section 4)."""
    return base64.b64encode(response).decode("ascii")


def decode(challenge: str) -> bytes:
    """Decode a challenge. One that is no base64 counts as empty, which each mechanism handles as it must."""
    if len(challenge) > MAX_CHALLENGE:
        return b""
    try:
        return base64.b64decode(challenge, validate=True)
    except (binascii.Error, ValueError):
        return b""
