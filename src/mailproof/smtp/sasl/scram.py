"""SCRAM (RFC 5802) with SHA-1 and SHA-256 (RFC 7677), with and without channel binding. Pure.

Laws: a login has failed unless the server proves that it knows the password as well; no server makes us do more than
`MAX_ITERATIONS`; nothing derived from the password is sent before the server's first message was found valid.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

from mailproof.domain.phrase import say
from mailproof.smtp.sasl.mechanism import ExchangeError, Identity, KeyDerivation, Mechanism
from mailproof.smtp.sasl.saslprep import prepared

MAX_ITERATIONS = 600_000
"""A quarter of a second of CPU. OWASP recommends 600,000 with SHA-256; servers use 4,096 to 15,000.

There is no minimum: RFC 7677 wants 4,096, but a smaller number only makes guessing easier for an eavesdropper, and the
next mechanism would be PLAIN.
"""

MAX_MESSAGE = 4096
"""Octets of a server's message; real ones have about 100."""

# RFC 5802 section 7: errors about the exchange's form or features, which do not reject the user or the password.
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
# RFC 5802 section 7: errors that say that the channel binding is not that of the server's TLS session.
_BINDING_ERRORS = frozenset({"channel-bindings-dont-match", "server-does-support-channel-binding"})


class Scram(Mechanism):
    """One SCRAM exchange.

    Args:
        identity: What to authenticate with.
        digest: The hash function's name in hashlib.
        plus: Whether the exchange is bound to the TLS session.
        nonce: The client's nonce, for tests; empty for a random one.
    """

    proof = "a proof of the password"

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
            # "y" (RFC 5802 section 6): the client supports channel binding, and the server offers none. A server that
            # does offer it learns that its offer was removed on the way.
            self._gs2_header, data = b"y,," if binding and not identity.plus_offered else b"n,,", b""
        self._channel_binding = base64.b64encode(self._gs2_header + data)
        self._nonces = b""  # the client's nonce, continued by the server's
        self._server_signature = b""  # the one that the server has to send
        self._server_first = b""
        self._turn = 0
        self._verified = False

    def initial(self) -> bytes:
        """Return the client-first-message."""
        self._turn = 1
        return self._gs2_header + self._client_first_bare

    def respond(self, challenge: bytes) -> bytes | KeyDerivation | None:
        """Return the client-first-message where it was no initial response, then the proof, then an empty response."""
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
        """Return the client-final-message (RFC 5802 section 3)."""
        bare = b"c=" + self._channel_binding + b",r=" + self._nonces
        message = self._client_first_bare + b"," + self._server_first + b"," + bare
        client_key = hmac.digest(key, b"Client Key", self._digest)
        stored_key = _hash(self._digest, client_key)
        signature = hmac.digest(stored_key, message, self._digest)
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(client_key, signature, strict=True)))
        self._server_signature = hmac.digest(hmac.digest(key, b"Server Key", self._digest), message, self._digest)
        self.secrets = (proof.decode(),)
        self.expected = (base64.b64encode(self._server_signature).decode(),)
        self.proof_sent = True
        return bare + b",p=" + proof

    def missing_proof(self) -> str:
        """Return what is missing: our proof, or the server's signature."""
        if self._verified:
            return ""
        return super().missing_proof() or "it has not proven that it knows the password (no SCRAM server signature)"

    def _on_server_first(self, challenge: bytes) -> KeyDerivation | bytes:
        """Check the server-first-message, and return the derivation of the salted password."""
        fields = _fields(challenge)
        if "e" in fields:
            return self._on_server_error(fields["e"])
        if "m" in fields:
            raise ExchangeError(say("it demands an extension of SCRAM that nobody knows"))
        nonce, salt, iterations = fields.get("r", b""), fields.get("s", b""), fields.get("i", b"")
        client_nonce = self._nonce.encode()
        if not nonce:
            raise ExchangeError(say("its first SCRAM message is malformed"))
        if not nonce.startswith(client_nonce) or len(nonce) == len(client_nonce):
            # RFC 5802 section 5.1; a replay of another exchange looks like this.
            raise ExchangeError(say("its SCRAM nonce does not continue ours"), final=True)
        try:
            salted = base64.b64decode(salt, validate=True)
        except (binascii.Error, ValueError):
            salted = b""
        if not salted or not iterations.isdigit() or len(iterations) > 10:
            raise ExchangeError(say("its first SCRAM message is malformed"))
        count = int(iterations)
        if not 1 <= count <= MAX_ITERATIONS:
            raise ExchangeError(
                say(
                    "it wants {count} iterations, and {max_iterations} are the most that we do",
                    count=count,
                    max_iterations=MAX_ITERATIONS,
                )
            )
        self._nonces = nonce
        self._server_first = challenge
        return KeyDerivation(self._digest, self._password, salted, count)

    def _on_server_final(self, challenge: bytes) -> bytes:
        """Check the server's signature, and return the empty response."""
        fields = _fields(challenge)
        if "e" in fields:
            return self._on_server_error(fields["e"])
        try:
            signature = base64.b64decode(fields.get("v", b""), validate=True)
        except (binascii.Error, ValueError):
            signature = b""
        # Before our proof there is no signature to compare with: an empty one would equal it.
        if not self._server_signature or not hmac.compare_digest(signature, self._server_signature):
            raise ExchangeError(
                say("it can't prove that it knows the password (wrong SCRAM server signature)"), final=True
            )
        self._verified = True
        return b""

    def _on_server_error(self, word: bytes) -> bytes:
        """Note the server's error and return the empty response, after which the server replies with the refusal."""
        error = word.decode("utf-8", "replace")
        self.sasl_error = f"SCRAM error {error}"
        if error in _BINDING_ERRORS:
            # Caused by a man in the middle, or by a proxy that terminates TLS in front of the server: a weaker
            # mechanism would send the man in the middle the password.
            raise ExchangeError(
                say("it sees another TLS session than we do (SCRAM error {error})", error=error), final=True
            )
        if error in _FORM_ERRORS:
            raise ExchangeError(say("SCRAM error {error}", error=error))
        self.proof_rejected = True
        return b""


def _fields(message: bytes) -> dict[str, bytes]:
    """Return the attributes of a server's message. What is no attribute is ignored; the first of a name counts.

    Raises:
        ExchangeError: The message is too long.
    """
    fields: dict[str, bytes] = {}
    if len(message) > MAX_MESSAGE:
        raise ExchangeError(say("its SCRAM message is too long"))
    for part in message.split(b","):
        if part[1:2] == b"=" and part[:1].isalpha():
            fields.setdefault(part[:1].decode("ascii"), part[2:])
    return fields


def _saslname(name: str) -> str:
    return name.replace("=", "=3D").replace(",", "=2C")  # RFC 5802 section 5.1


def _hash(digest: str, data: bytes) -> bytes:
    return hashlib.new(digest, data).digest()
