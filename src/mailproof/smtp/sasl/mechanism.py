"""What a SASL mechanism (RFC 4422) is to the dialogue, and what it may know. Pure.

A mechanism speaks for one exchange: challenge in, response out. Law: what derives from a password or a token and
leaves us is named in `secrets`, so that a server's echo of it can be hidden.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from mailproof.domain.secret import Secret

INLINE_ITERATIONS = 16_384
"""Rounds of PBKDF2 done where they are wanted: some 5 ms. More of them would hold up an event loop."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What ties an exchange to its TLS session (RFC 5056): a type's registered name, and the data."""

    kind: str
    data: bytes = field(repr=False)

    @property
    def is_default(self) -> bool:
        """Whether a server that knows any type knows this one: none announces them; these are RFC 9266's defaults."""
        return self.kind in ("tls-exporter", "tls-unique")


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom, by what and to whom.

    Attributes:
        host, port: Of the server, for OAUTHBEARER.
        binding: Of the TLS session; None without one, or where its type is unknown.
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
    """A password to be key_derived (PBKDF2, RFC 8018): work that whoever calls may do on a thread."""

    digest: str
    password: bytes = field(repr=False)
    salt: bytes
    iterations: int

    def __call__(self) -> bytes:
        """Do the work."""
        return hashlib.pbkdf2_hmac(self.digest, self.password, self.salt, self.iterations)


class ExchangeError(Exception):
    """What the server said has no place in the exchange, or proves that it must not go on.

    Attributes:
        detail: A phrase for people; it may hold words of the server.
        final: Whether no other mechanism may be tried: the server is not who it should be.
    """

    def __init__(self, detail: str, *, final: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.final = final


class Mechanism:
    """One exchange.

    Attributes:
        sasl_error: What the server said within it about a refusal, raw.
        secrets: What left us and derives from a secret.
        proof_sent: Whether anything that proves the password or token has left us.
        proof_rejected: x
        binding_may_be_refused: Whether the server may refuse it for its channel binding's type, which nobody announces.
    """

    def __init__(self) -> None:
        self.sasl_error = ""
        self.secrets: tuple[str, ...] = ()
        self.proof_sent = False
        self.proof_rejected = False
        self.binding_may_be_refused = False

    def initial(self) -> bytes | None:
        """Return the response that may go along with the AUTH command, None where there is none."""
        return None

    def respond(self, challenge: bytes) -> bytes | KeyDerivation | None:
        """Return the response to a challenge, or None when there is nothing more to say (then we cancel).

        Raises:
            ExchangeError: The challenge has no place here.
        """
        raise NotImplementedError

    def key_derived(self, key: bytes) -> bytes:
        """Return the response that the stretching was for."""
        raise NotImplementedError

    def missing_proof(self) -> str:
        """Return what the server still owes when it says that we are in, "" for nothing."""
        return ""
