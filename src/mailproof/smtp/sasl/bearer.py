"""OAuth 2.0 access tokens over SASL: OAUTHBEARER (RFC 7628) and its forerunner XOAUTH2 (Google, Microsoft). Pure.

The server answers a bad token with a challenge that holds a JSON error, and replies with the refusal only after one
more response.
"""

from __future__ import annotations

import json

from mailproof.smtp.sasl.mechanism import Identity, Mechanism

MAX_CHALLENGE = 8192
"""Octets of a challenge that are read; real ones have about 150."""

# Fields of the JSON error that are shown (RFC 7628 section 3.2.2; the last two are from RFC 6749, seen in practice).
_ERROR_FIELDS = ("status", "scope", "schemes", "error", "error_description")


class _Bearer(Mechanism):
    """Sends the token, then a dummy response to the server's error, so that the refusal follows."""

    proof = "the access token"
    dummy_response = b""

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        self._message = self._compose(identity)
        self._turn = 0

    def _compose(self, identity: Identity) -> bytes:
        raise NotImplementedError

    def initial(self) -> bytes:
        """Return the message with the token."""
        self._turn = 1
        self.proof_sent = True
        return self._message

    def respond(self, challenge: bytes) -> bytes | None:
        """Return the token where it was not the initial response, then the dummy response to the server's error."""
        self._turn += 1
        if self._turn == 1:
            return self.initial()
        if self._turn > 2:
            return None
        self.sasl_error = explain(challenge)
        self.proof_rejected = True
        return self.dummy_response


class XOAuth2(_Bearer):
    """XOAUTH2 (https://developers.google.com/gmail/imap/xoauth2-protocol)."""

    def _compose(self, identity: Identity) -> bytes:
        return f"user={identity.user}\x01auth=Bearer {identity.token.reveal()}\x01\x01".encode()


class OAuthBearer(_Bearer):
    """OAUTHBEARER (RFC 7628 section 3.1)."""

    dummy_response = b"\x01"  # section 3.2.3

    def _compose(self, identity: Identity) -> bytes:
        user = identity.user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 section 4
        parts = [f"n,a={user},", f"host={identity.host}", f"port={identity.port}"]
        return "\x01".join([*parts, f"auth=Bearer {identity.token.reveal()}", "", ""]).encode()


def explain(challenge: bytes) -> str:
    """Return the fields of an error challenge's JSON, or its text where it is no JSON object; not sanitised."""
    text = challenge[:MAX_CHALLENGE].decode("utf-8", "replace")
    try:
        document = json.loads(text, strict=False)  # `smtp.sanitize` deals with control characters
    except (ValueError, RecursionError):
        return text
    if not isinstance(document, dict):
        return text
    said = [(key, document[key]) for key in _ERROR_FIELDS if isinstance(document.get(key), str | int)]
    return ", ".join(f"{key} {value}" for key, value in said if value != "")
