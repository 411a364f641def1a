"""The mechanisms that send or hash the password itself: PLAIN, LOGIN and CRAM-MD5. Pure."""

from __future__ import annotations

import hmac

from mailproof.domain.phrase import say
from mailproof.smtp.sasl.mechanism import ExchangeError, Identity, Mechanism


class Plain(Mechanism):
    """PLAIN (RFC 4616): everything in one response."""

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        self._identity: Identity | None = identity

    def initial(self) -> bytes | None:
        """Return NUL user NUL password; the authorization identity is empty."""
        identity, self._identity = self._identity, None
        if identity is None:
            return None
        self.proof_sent = True
        return f"\0{identity.user}\0{identity.password.reveal()}".encode()

    def respond(self, challenge: bytes) -> bytes | None:
        """Return the message where it was not the initial response; there is no response to a second challenge."""
        return self.initial()


class Login(Mechanism):
    """LOGIN (draft-murchison-sasl-login): user, then password, whatever the challenges say."""

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        # No initial response: not every server accepts the user in the AUTH command.
        self._responses = [identity.password.reveal(), identity.user]

    def respond(self, challenge: bytes) -> bytes | None:
        """Return the user, then the password."""
        if not self._responses:
            return None
        self.proof_sent = len(self._responses) == 1
        return self._responses.pop().encode()


class CramMd5(Mechanism):
    """CRAM-MD5 (RFC 2195): a hash of the challenge keyed with the password; the password itself is not sent."""

    proof = "a proof of the password"

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        self._identity: Identity | None = identity

    def respond(self, challenge: bytes) -> bytes | None:
        """Return user, space and digest.

        Raises:
            ExchangeError: The challenge is empty or no base64.
        """
        identity, self._identity = self._identity, None
        if identity is None:
            return None
        if not challenge:
            raise ExchangeError(say("its CRAM-MD5 challenge is empty or no base64"))
        digest = hmac.digest(identity.password.reveal().encode(), challenge, "md5").hex()
        self.secrets = (digest,)
        self.proof_sent = True
        return f"{identity.user} {digest}".encode()
