"""SCRAM (RFC 5802) with SHA-1 and SHA-256 (RFC 7677), with and without channel binding. Pure.

Laws: the server proves that it knows the password as well, or the login counts as failed; no server makes us work
more than `MAX_ITERATIONS`; nothing that derives from the password leaves before the server's first message is sound.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

from mailproof.smtp.sasl.mechanism import ExchangeError, Identity, KeyDerivation, Mechanism
from mailproof.smtp.sasl.saslprep import prepared

MAX_ITERATIONS = 1_000_000
"""Half a second of CPU. OWASP recommends 600,000 with SHA-256; servers use 4,096 to 15,000.

There is no least number: RFC 7677 wants 4,096, but what a smaller one weakens is an eavesdropper's guessing, and the
next mechanism in line would be PLAIN.
"""

MAX_MESSAGE = 4096
"""Octets of a server's message; real ones have about 100."""

# RFC 5802 section 7: the errors that are about channel binding or form, and so not about who we are.
_FORM_ERRORS = frozenset(
    {
        "invalid-encoding",
        "extensions-not-supported",
        "channel-binding-not-supported",
        "unsupported-channel-binding-type",
        "invalid-username-encoding",
        "no-resources",
    }
)
_BINDING_ERRORS = frozenset({"channel-bindings-dont-match", "server-does-support-channel-binding"})


class Scram(Mechanism):
    """One exchange.

    Args:
        digest: Name of the hash for hashlib.
        plus: Whether the exchange is bound to the TLS session.
        nonce: For tests; empty: a random one.
    """

    def __init__(self, identity: Identity, digest: str, *, plus: bool = False, nonce: str = "") -> None:
        super().__init__()
        self._digest = digest
        self._password = prepared(identity.password.reveal()).encode("utf-8", "surrogatepass")
        self._nonce = nonce or secrets.token_urlsafe(18)  # no comma in its alphabet
        user = _saslname(prepared(identity.user))
        self._client_first_bare = f"n={user},r={self._nonce}".encode("utf-8", "surrogatepass")
        binding = identity.binding
        if plus and binding is not None:
            self._gs2_header, data = f"p={binding.kind},,".encode(), binding.data
            self.binding_may_be_refused = not binding.is_default
        else:
            # "y": we could and it seems that you can't; a server that can sees that its offer was tampered with.
            self._gs2_header, data = b"y,," if binding and not identity.plus_offered else b"n,,", b""
        self._channel_binding = base64.b64encode(self._gs2_header + data)
        self._nonces = b""  # the nonce of both
        self._server_signature = b""  # the server's signature
        self._server_first = b""
        self._turn = 0
        self._verified = False

    def initial(self) -> bytes:
        """Return the client's first message."""
        self._turn = 1
        return self._gs2_header + self._client_first_bare

    def respond(self, challenge: bytes) -> bytes | KeyDerivation | None:
        """Return the first message where the command went without it, the proof, then an empty line."""
        self._turn += 1
        match self._turn:
            case 1:
                return self.initial()
            case 2:
                return self._on_server_first(challenge)
            case 3:
                return self._on_server_final(challenge)
            case _:
                return None

    def key_derived(self, key: bytes) -> bytes:
        """Return the client's final message (RFC 5802 section 3)."""
        bare = b"c=" + self._channel_binding + b",r=" + self._nonces
        message = self._client_first_bare + b"," + self._server_first + b"," + bare
        client_key = hmac.digest(key, b"Client Key", self._digest)
        stored_key = _hash(self._digest, client_key)
        signature = hmac.digest(stored_key, message, self._digest)
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(client_key, signature, strict=True)))
        self._server_signature = hmac.digest(hmac.digest(key, b"Server Key", self._digest), message, self._digest)
        self.secrets = (proof.decode(),)
        self.proof_sent = True
        return bare + b",p=" + proof

    def missing_proof(self) -> str:
        """Return what the server owes unless its signature was seen and is right."""
        return "" if self._verified else "it has not proven that it knows the password (no SCRAM server signature)"

    def _on_server_first(self, challenge: bytes) -> KeyDerivation | bytes:
        fields = _fields(challenge)
        if "e" in fields:
            return self._on_server_error(fields["e"])
        if "m" in fields:
            raise ExchangeError("it demands an extension of SCRAM that nobody knows")
        nonce, salt, iterations = fields.get("r", b""), fields.get("s", b""), fields.get("i", b"")
        client_nonce = self._nonce.encode()
        if not nonce:
            raise ExchangeError("its first SCRAM message is malformed")
        if not nonce.startswith(client_nonce) or len(nonce) == len(client_nonce):
            # RFC 5802 section 5.1; a replay of another exchange looks like this.
            raise ExchangeError("its SCRAM nonce does not continue ours", final=True)
        try:
            salted = base64.b64decode(salt, validate=True)
        except (binascii.Error, ValueError):
            salted = b""
        if not salted or not iterations.isdigit() or len(iterations) > 10:
            raise ExchangeError("its first SCRAM message is malformed")
        count = int(iterations)
        if not 1 <= count <= MAX_ITERATIONS:
            raise ExchangeError(f"it wants {count} iterations, and {MAX_ITERATIONS} are the most that we do")
        self._nonces = nonce
        self._server_first = challenge
        return KeyDerivation(self._digest, self._password, salted, count)

    def _on_server_final(self, challenge: bytes) -> bytes:
        fields = _fields(challenge)
        if "e" in fields:
            return self._on_server_error(fields["e"])
        try:
            signature = base64.b64decode(fields.get("v", b""), validate=True)
        except (binascii.Error, ValueError):
            signature = b""
        if not hmac.compare_digest(signature, self._server_signature):
            raise ExchangeError("it can't prove that it knows the password (wrong SCRAM server signature)", final=True)
        self._verified = True
        return b""

    def _on_server_error(self, word: bytes) -> bytes:
        """Take the server's error; the reply that says what comes of it follows our empty line."""
        error = word.decode("utf-8", "replace")
        self.sasl_error = f"SCRAM error {error}"
        if error in _BINDING_ERRORS:
            # What a man in the middle would cause, and a proxy that ends TLS in front of the server: a weaker
            # mechanism would give him the password.
            raise ExchangeError(f"it sees another TLS session than we do (SCRAM error {error})", final=True)
        if error in _FORM_ERRORS:
            raise ExchangeError(f"SCRAM error {error}")
        self.proof_rejected = True
        return b""


def _fields(message: bytes) -> dict[str, bytes]:
    """Split a server's message; what is no attribute is passed over, the first of a name counts."""
    fields: dict[str, bytes] = {}
    if len(message) > MAX_MESSAGE:
        raise ExchangeError("its SCRAM message is too long")
    for part in message.split(b","):
        if part[1:2] == b"=" and part[:1].isalpha():
            fields.setdefault(part[:1].decode("ascii"), part[2:])
    return fields


def _saslname(name: str) -> str:
    return name.replace("=", "=3D").replace(",", "=2C")  # RFC 5802 section 5.1


def _hash(digest: str, data: bytes) -> bytes:
    return hashlib.new(digest, data).digest()
