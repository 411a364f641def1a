"""SASL mechanisms as SMTP carries them (RFC 4954, RFC 4422): which there are, which to take, how they are encoded.

A mechanism is one class and one line in a table whose order is the order of preference. Pure.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Sequence

from mailproof.smtp.bearer import OAuthBearer, XOAuth2
from mailproof.smtp.mechanism import ExchangeError, Identity, Mechanism
from mailproof.smtp.scram import Scram

MAX_CHALLENGE = 16 * 1024
"""Base64 digits of a challenge that are decoded."""


class Plain(Mechanism):
    """PLAIN (RFC 4616): everything in one response."""

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        self._identity: Identity | None = identity

    def initial(self) -> bytes | None:
        """Return NUL user NUL password; the authorization identity is left to the server."""
        identity, self._identity = self._identity, None
        if identity is None:
            return None
        self.committed = True
        return f"\0{identity.user}\0{identity.password.reveal()}".encode()

    def respond(self, challenge: bytes) -> bytes | None:
        """Return the response where the command went without it; a second challenge has no answer."""
        return self.initial()


class Login(Mechanism):
    """LOGIN (draft-murchison-sasl-login): user, then password, whatever the prompts say."""

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        # No initial response: not every server takes the user along with the command.
        self._responses = [identity.password.reveal(), identity.user]

    def respond(self, challenge: bytes) -> bytes | None:
        """Return the user, then the password."""
        if not self._responses:
            return None
        self.committed = len(self._responses) == 1
        return self._responses.pop().encode()


class CramMd5(Mechanism):
    """CRAM-MD5 (RFC 2195): the password's keyed hash of the challenge, and not the password."""

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        self._identity: Identity | None = identity

    def respond(self, challenge: bytes) -> bytes | None:
        """Return user, space and digest."""
        identity, self._identity = self._identity, None
        if identity is None:
            return None
        if not challenge:
            raise ExchangeError("its CRAM-MD5 challenge is empty or no base64")
        digest = hmac.digest(identity.password.reveal().encode(), challenge, "md5").hex()
        self.secrets = (digest,)
        self.committed = True
        return f"{identity.user} {digest}".encode()


_WITH_PASSWORD: dict[str, Callable[[Identity], Mechanism]] = {
    "SCRAM-SHA-256-PLUS": lambda identity: Scram(identity, "sha256", plus=True),
    "SCRAM-SHA-1-PLUS": lambda identity: Scram(identity, "sha1", plus=True),
    "SCRAM-SHA-256": lambda identity: Scram(identity, "sha256"),
    "SCRAM-SHA-1": lambda identity: Scram(identity, "sha1"),
    "CRAM-MD5": CramMd5,
    "PLAIN": Plain,  # as strong as LOGIN, but standard and two trips shorter
    "LOGIN": Login,
}
_WITH_TOKEN: dict[str, Callable[[Identity], Mechanism]] = {"OAUTHBEARER": OAuthBearer, "XOAUTH2": XOAuth2}

MECHANISMS: dict[str, Callable[[Identity], Mechanism]] = {**_WITH_PASSWORD, **_WITH_TOKEN}
"""Every mechanism that we speak, strongest first."""


def possible(*, token: bool) -> tuple[str, ...]:
    """Return the mechanisms that a password, or an access token, is good for, strongest first."""
    return tuple(_WITH_TOKEN if token else _WITH_PASSWORD)


def choose(
    offered: Sequence[str], wanted: str = "", *, token: bool = False, bound: bool = False, usual: bool = True
) -> tuple[str, ...]:
    """Return the offered mechanisms that can be used, strongest first; `wanted` alone where it is named.

    Args:
        token: Whether there is an access token, and not a password.
        bound: Whether there is a channel binding.
        usual: Whether the server can be expected to take its type. If not, SCRAM without binding goes first: Dovecot
            and mox answer an unknown type with 535, which counts as a failed login, and no second try may follow it.
    """
    names = [
        name
        for name in possible(token=token)
        if name in offered and wanted.upper() in ("", name) and (bound or not is_bound(name))
    ]
    if not usual:
        names.sort(key=lambda name: (not name.startswith("SCRAM-"), is_bound(name)))
    return tuple(names)


def is_bound(name: str) -> bool:
    """Return whether a mechanism needs a channel binding (RFC 5801 section 6)."""
    return name.endswith("-PLUS")


def encode(response: bytes) -> str:
    """Encode a response for the wire; an empty initial response is "=" (RFC 4954 section 4)."""
    return base64.b64encode(response).decode("ascii")


def decode(challenge: str) -> bytes:
    """Decode a challenge; one that is no base64 counts as empty, and each mechanism says what that means to it."""
    if len(challenge) > MAX_CHALLENGE:
        return b""
    try:
        return base64.b64decode(challenge, validate=True)
    except (binascii.Error, ValueError):
        return b""
