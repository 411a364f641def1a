"""SASL mechanisms as SMTP carries them (RFC 4954, RFC 4422): challenge in, response out.

A mechanism is one class and one line in `MECHANISMS`, whose order is the order of preference. Pure.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Protocol

from mailproof.smtp.report import Credentials


class Mechanism(Protocol):
    """One exchange. `initial` is the response that may go along with the AUTH command, None where there is none."""

    def initial(self) -> bytes | None:
        """Return the initial response."""
        ...

    def respond(self, challenge: bytes) -> bytes | None:
        """Return the response to a challenge, or None when the mechanism has nothing more to say (then we cancel)."""
        ...


class Plain:
    """PLAIN (RFC 4616): everything in one response."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials: Credentials | None = credentials

    def initial(self) -> bytes | None:
        """Return NUL user NUL password; the authorization identity is left to the server."""
        credentials, self._credentials = self._credentials, None
        if credentials is None:
            return None
        return f"\0{credentials.user}\0{credentials.password.reveal()}".encode()

    def respond(self, challenge: bytes) -> bytes | None:
        """Return the response where the command went without it; a second challenge has no answer."""
        return self.initial()


class Login:
    """LOGIN (draft-murchison-sasl-login): user, then password, whatever the prompts say."""

    def __init__(self, credentials: Credentials) -> None:
        self._responses = [credentials.password.reveal(), credentials.user]

    def initial(self) -> bytes | None:
        """Return None: not every server takes the user along with the command."""
        return None

    def respond(self, challenge: bytes) -> bytes | None:
        """Return the user, then the password."""
        return self._responses.pop().encode() if self._responses else None


MECHANISMS: dict[str, Callable[[Credentials], Mechanism]] = {"PLAIN": Plain, "LOGIN": Login}
"""Every mechanism that we speak, strongest first. (These two are equal; PLAIN is standard and two trips shorter.)"""


def choose(offered: Sequence[str], wanted: str = "") -> tuple[str, ...]:
    """Return the offered mechanisms that we speak, strongest first; `wanted` alone where it is named."""
    return tuple(name for name in MECHANISMS if name in offered and wanted.upper() in ("", name))


def encode(response: bytes) -> str:
    """Encode a response for the wire; an empty initial response is "=" (RFC 4954 section 4)."""
    return base64.b64encode(response).decode("ascii")


def decode(challenge: str) -> bytes:
    """Decode a challenge; one that is no base64 counts as empty, since what we answer hangs on its turn alone."""
    try:
        return base64.b64decode(challenge, validate=True)
    except (binascii.Error, ValueError):
        return b""
