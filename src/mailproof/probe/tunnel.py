"""TLS in memory: encrypted octets of the socket on one side, the conversation's octets on the other. No I/O.

So every octet is seen before OpenSSL gets it, which shows what exactly a server without TLS has answered to our
ClientHello. Errors are raised as `Broken` with one of our codes.
"""

from __future__ import annotations

import contextlib
import ssl
from typing import NoReturn

from mailproof.domain.phrase import say
from mailproof.net.broken import Broken, tls_error
from mailproof.net.certificates import describe, describe_rejected, presented_chain, verification_code
from mailproof.net.chain_problems import NO_ISSUER
from mailproof.net.shortage import raise_if_no_descriptor
from mailproof.probe.bindings import channel_binding
from mailproof.smtp.report import TlsInfo
from mailproof.smtp.sasl.mechanism import Binding
from mailproof.smtp.vocabulary import Code
from mailproof.smtp.wire import ReplyParser, WireError, is_foreign_greeting

CHUNK = 8192  # octets read at once


class Tunnel:
    """One TLS session, from the ClientHello on.

    Args:
        context: The settings of TLS.
        host: The name or address for SNI and the certificate check.
        after_starttls: Whether the conversation began in clear.
        verified: Whether the context verifies the certificate.
        has_anchors: Whether the context trusts any authority.

    Attributes:
        info: The TLS session after a handshake, or after a failed one in which a certificate was presented; else None.

    Raises:
        Broken: The name can't be used with TLS.
    """

    __slots__ = (
        "_after_starttls",
        "_has_anchors",
        "_head",
        "_incoming",
        "_name",
        "_outgoing",
        "_session",
        "_verified",
        "info",
    )

    def __init__(
        self,
        context: ssl.SSLContext,
        host: str,
        *,
        after_starttls: bool,
        verified: bool = True,
        has_anchors: bool = True,
    ) -> None:
        self._after_starttls = after_starttls
        self._verified = verified
        self._has_anchors = has_anchors
        self._head: bytes | None = b""  # the first octets received, until the handshake is done
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.info: TlsInfo | None = None
        self._name = host.partition("%")[0].rstrip(".")  # no zone, no root dot
        try:
            self._session = context.wrap_bio(self._incoming, self._outgoing, server_hostname=self._name)
        except ValueError:  # a name that no certificate can have
            raise Broken(Code.TLS_HANDSHAKE_FAILED, say("the host name can't be used with TLS"), in_tls=True) from None

    def handshake(self) -> bool:
        """Continue the handshake with the octets received so far, and return whether it is complete.

        Raises:
            Broken: The handshake has failed. `output` then holds the alert that tells the server why.
            ServiceShortage: Something is used up on this side.
        """
        try:
            self._session.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLCertVerificationError as error:
            self._reject(error)
        except ssl.SSLError as error:
            raise tls_error(error) from None
        self._head = None
        self.info = describe(self._session, presented_chain(self._session), self._name, verified=self._verified)
        return True

    def feed(self, data: bytes) -> None:
        """Take octets from the socket.

        Raises:
            Broken: They answer our ClientHello and are no TLS.
        """
        head = self._head
        if head is not None and len(head) < 64:
            self._head = head = head + data[:512]
            self._check_record(head)
        self._incoming.write(data)

    def output(self) -> bytes:
        """Return the encrypted octets to be sent; b"" for none."""
        return self._outgoing.read() if self._outgoing.pending else b""

    def write(self, data: bytes) -> None:
        """Encrypt octets of the conversation; `output` then holds them.

        Raises:
            Broken: TLS has failed.
        """
        try:
            self._session.write(data)
        except ssl.SSLError as error:
            raise tls_error(error) from None

    def read(self) -> bytes | None:
        """Return decrypted octets of the conversation; b"" after its end, None while there are none.

        Raises:
            Broken: TLS has failed.
        """
        if not (self._incoming.pending or self._session.pending()):
            return None  # OpenSSL would say the same by an exception, which costs more
        try:
            return self._session.read(CHUNK)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLError as error:
            raise tls_error(error) from None

    def close_notify(self) -> None:
        """End the session: `output` then holds close_notify (RFC 8446 section 6.1)."""
        with contextlib.suppress(ssl.SSLError, ValueError):
            self._session.unwrap()

    def binding(self) -> Binding | None:
        """Return the session's channel binding, for SASL; None where none can be computed."""
        return channel_binding(self._session)

    def _reject(self, error: ssl.SSLCertVerificationError) -> NoReturn:
        """Raise what a rejected certificate means, once `info` has what the server presented."""
        if error.verify_code in NO_ISSUER:
            raise_if_no_descriptor()  # OpenSSL may not have been able to open the issuer's file
        chain = presented_chain(self._session)
        self.info = describe_rejected(self._session, chain, self._name, error, has_anchors=self._has_anchors)
        if not self._has_anchors:
            raise Broken(Code.TRUST_STORE_EMPTY, say("no certificate authority is trusted here"), in_tls=True) from None
        raise Broken(verification_code(error.verify_code, chain), in_tls=True) from None

    def _check_record(self, head: bytes) -> None:
        """Raise `Broken` where the answer to our ClientHello is no TLS record (RFC 8446 section 5.1)."""
        if 0x14 <= head[0] <= 0x17 and head[1:2] in (b"", b"\x03"):
            return
        parser = ReplyParser()
        parser.feed(head)
        try:
            reply = parser.next_reply()
        except WireError:
            if self._after_starttls:
                raise Broken(Code.TLS_HANDSHAKE_FAILED, say("the answer is no TLS"), in_tls=True) from None
            raise Broken(Code.NOT_SMTP, in_tls=True) from None
        if not self._after_starttls:
            foreign = reply is not None and is_foreign_greeting(reply)
            raise Broken(Code.NOT_SMTP if foreign else Code.WRONG_TLS_MODE_USE_STARTTLS, in_tls=True)
        if head[:1] in b"45":  # it took our ClientHello for a command
            raise Broken(
                Code.TLS_HANDSHAKE_FAILED, say("the server agreed to STARTTLS but goes on in clear"), in_tls=True
            )
        raise Broken(Code.STARTTLS_INJECTION)
