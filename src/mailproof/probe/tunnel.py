"""TLS through memory: bytes of the wire in and out on one side, bytes of the conversation on the other. No I/O.

So every byte is seen before OpenSSL sees it, which makes exact what a server that speaks no TLS answered to our
ClientHello. Errors come out as `Broken` with one of our codes.
"""

from __future__ import annotations

import contextlib
import ssl

from mailproof.net.broken import Broken, tls_error
from mailproof.net.certificates import describe, presented_chain, verification_code
from mailproof.probe.bindings import channel_binding
from mailproof.smtp.report import TlsInfo
from mailproof.smtp.sasl.mechanism import Binding
from mailproof.smtp.vocabulary import Code
from mailproof.smtp.wire import ReplyParser, WireError, is_foreign_greeting

CHUNK = 8192  # octets read at once


class Tunnel:
    """One TLS session, from the ClientHello on.

    Args:
        host: For SNI and the certificate's check.
        after_starttls: Whether the conversation began in clear.
        verified: Whether the context checks the certificate.

    Attributes:
        info: The session once there was a handshake, also a failed one if a certificate was presented.

    Raises:
        Broken: The name can't be used.
    """

    __slots__ = ("_after_starttls", "_head", "_incoming", "_outgoing", "_session", "_verified", "info")

    def __init__(self, context: ssl.SSLContext, host: str, *, after_starttls: bool, verified: bool) -> None:
        self._after_starttls = after_starttls
        self._verified = verified
        self._head: bytes | None = b""  # of what came, until it is certain that it is TLS
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.info: TlsInfo | None = None
        name = host.partition("%")[0].rstrip(".")  # no zone, no root dot
        try:
            self._session = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        except ValueError:  # a name that no certificate can have
            raise Broken(Code.TLS_HANDSHAKE_FAILED, "the host name can't be used with TLS", in_tls=True) from None

    def shake(self) -> bool:
        """Go on with the handshake as far as the bytes allow, and return whether it is made.

        Raises:
            Broken: There is no session. What is to be sent tells the server why.
        """
        try:
            self._session.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLCertVerificationError as error:
            chain = presented_chain(self._session)
            self.info = describe(self._session, chain, verified=False, verify_error=error.verify_message)
            raise Broken(verification_code(error.verify_code, chain), in_tls=True) from None
        except ssl.SSLError as error:
            raise tls_error(error) from None
        self._head = None
        self.info = describe(self._session, presented_chain(self._session), verified=self._verified)
        return True

    def feed(self, data: bytes) -> None:
        """Take bytes from the wire.

        Raises:
            Broken: They answer our ClientHello and are no TLS.
        """
        head = self._head
        if head is not None and len(head) < 64:
            self._head = head = head + data[:512]
            self._check_record(head)
        self._incoming.write(data)

    def output(self) -> bytes:
        """Return what is to be sent, b"" for nothing."""
        return self._outgoing.read() if self._outgoing.pending else b""

    def write(self, data: bytes) -> None:
        """Say something through the tunnel.

        Raises:
            Broken: TLS has failed.
        """
        try:
            self._session.write(data)
        except ssl.SSLError as error:
            raise tls_error(error) from None

    def read(self) -> bytes | None:
        """Return what was said through the tunnel, b"" after its end, None while there is nothing.

        Raises:
            Broken: TLS has failed.
        """
        if not (self._incoming.pending or self._session.pending()):
            return None  # as OpenSSL would say, but by an exception
        try:
            return self._session.read(CHUNK)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLError as error:
            raise tls_error(error) from None

    def part(self) -> None:
        """End the session as it wants to be ended."""
        with contextlib.suppress(ssl.SSLError, ValueError):
            self._session.unwrap()  # writes close_notify (RFC 8446 section 6.1)

    def binding(self) -> Binding | None:
        """Return what ties a SASL exchange to the session."""
        return channel_binding(self._session)

    def _check_record(self, head: bytes) -> None:
        """Refuse an answer to our ClientHello that is no TLS record (RFC 8446 section 5.1), by what it is."""
        if 0x14 <= head[0] <= 0x17 and head[1:2] in (b"", b"\x03"):
            return
        parser = ReplyParser()
        parser.feed(head)
        try:
            reply = parser.next_reply()
        except WireError:
            if self._after_starttls:
                raise Broken(Code.TLS_HANDSHAKE_FAILED, "the answer is no TLS", in_tls=True) from None
            raise Broken(Code.NOT_SMTP, in_tls=True) from None
        if not self._after_starttls:
            foreign = reply is not None and is_foreign_greeting(reply)
            raise Broken(Code.NOT_SMTP if foreign else Code.WRONG_TLS_MODE_USE_STARTTLS, in_tls=True)
        if head[:1] in b"45":  # it took our ClientHello for a command
            raise Broken(Code.TLS_HANDSHAKE_FAILED, "the server agreed to STARTTLS but goes on in clear", in_tls=True)
        raise Broken(Code.STARTTLS_INJECTION)
