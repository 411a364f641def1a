"""The interface of a SASL mechanism (RFC 4422), and the values that it works with. Pure.

An instance serves one exchange: challenge in, response out. Law: what an exchange derives from a password or a token
and sends is listed in `secrets`, so that it can be masked where the server repeats it; `expected` has what the server
derives from it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from mailproof.domain.secret import Secret

INLINE_ITERATIONS = 4096
"""Iterations of PBKDF2 that are done on the event loop: 2 ms. It is what most servers ask for (RFC 7677 section 4)."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A channel binding (RFC 5056): ties a SASL exchange to its TLS session.

    Attributes:
        kind: The registered name of the binding's type.
        data: The binding itself.
    """

    kind: str
    data: bytes = field(repr=False)

    @property
    def is_default(self) -> bool:
        """Whether a server with channel binding can be expected to support this type.

        SMTP servers do not announce the types; these are the defaults of RFC 9266.
        """
        return self.kind in ("tls-exporter", "tls-unique")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a mechanism authenticates with, and the server that it authenticates to.

    Attributes:
        user: The authentication identity.
        password: Empty where a token is used.
        token: The OAuth 2.0 access token; empty where a password is used.
        host: The server, for OAUTHBEARER.
        port: The server's port, for OAUTHBEARER.
        binding: The TLS session's channel binding; None outside TLS, or where none can be computed.
        plus_offered: Whether the server offers any mechanism with channel binding.
    """

    user: str
    password: Secret = field(default_factory=lambda: Secret(""))
    token: Secret = field(default_factory=lambda: Secret(""))
    host: str = ""
    port: int = 0
    binding: Binding | None = None
    plus_offered: bool = False


@dataclass(frozen=True, slots=True)
class KeyDerivation:
    """The derivation of a key from a password by PBKDF2 (RFC 8018); the caller may run it on a thread."""

    digest: str
    password: bytes = field(repr=False)
    salt: bytes
    iterations: int

    def __call__(self) -> bytes:
        """Return the key."""
        return hashlib.pbkdf2_hmac(self.digest, self.password, self.salt, self.iterations)


class ExchangeError(Exception):
    """The server's challenge is invalid, or shows that the exchange must not go on.

    Attributes:
        detail: A phrase for people; it may hold text of the server.
        final: Whether no other mechanism may be tried, since the server may be an impostor.
    """

    def __init__(self, detail: str, *, final: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.final = final


class Mechanism:
    """One exchange of a mechanism.

    Attributes:
        proof: What the mechanism sends that a login depends on, in words.
        sasl_error: The server's error message within the exchange, not sanitised.
        secrets: What was sent and is derived from the password or token.
        expected: What the server has to send and is derived from the password: with the rest of the exchange, whoever
            reads it can guess the password offline.
        proof_sent: Whether the password, the token or a proof derived from it was sent.
        proof_rejected: Whether the server's error says that the proof is wrong; whatever reply follows is a refusal.
        binding_may_be_refused: Whether the server may refuse the exchange because of the channel binding's type, since
            servers do not announce the types.
    """

    proof = "the password"

    def __init__(self) -> None:
        self.sasl_error = ""
        self.secrets: tuple[str, ...] = ()
        self.expected: tuple[str, ...] = ()
        self.proof_sent = False
        self.proof_rejected = False
        self.binding_may_be_refused = False

    def initial(self) -> bytes | None:
        """Return the initial response (RFC 4954 section 4); None where the mechanism has none."""
        return None

    def respond(self, challenge: bytes) -> bytes | KeyDerivation | None:
        """Return the response to a challenge.

        Returns:
            The response, or a key derivation whose result `key_derived` takes, or None where the mechanism has no
            further response: then the exchange is cancelled.

        Raises:
            ExchangeError: The challenge is invalid.
        """
        raise NotImplementedError

    def key_derived(self, key: bytes) -> bytes:
        """Return the response after a `KeyDerivation`, whose result is `key`."""
        raise NotImplementedError

    def missing_proof(self) -> str:
        """Return why a login does not count although the server accepts it (235); empty where it counts.

        A server that accepts before it has what the login depends on (RFC 4954 section 4) has checked nothing.
        """
        return "" if self.proof_sent else f"the server accepts the login before {self.proof} was sent"
