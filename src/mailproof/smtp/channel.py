"""One connection: the socket, and TLS on top of it through memory, so that every byte is seen before OpenSSL sees it.

That makes three things exact that streams blur: what came in clear after the 220 to STARTTLS, what a server that
speaks no TLS answered to our ClientHello, and what was sent before a close. Errors come out as `Broken` with one of our
codes. One timer serves all waits of a connection, since a timer for each would cost more than the wait itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import math
import socket
import ssl

from mailproof.smtp.bindings import channel_binding
from mailproof.smtp.certificates import describe, presented_chain, verification_code
from mailproof.smtp.mechanism import Binding
from mailproof.smtp.report import TlsInfo
from mailproof.smtp.vocabulary import Code
from mailproof.smtp.wire import ReplyParser, WireError, is_foreign_greeting

CHUNK = 8192  # octets read at once
EARLY = 0.002  # seconds that a timer may come before its time: uvloop counts in milliseconds
MAX_RECEIVED = 1024 * 1024  # octets of one connection, TLS's own included: an endless handshake ends here

_ALERTS = {
    "TLSV1_ALERT_PROTOCOL_VERSION": Code.TLS_VERSION_TOO_OLD,
    "UNSUPPORTED_PROTOCOL": Code.TLS_VERSION_TOO_OLD,
    "WRONG_SSL_VERSION": Code.TLS_VERSION_TOO_OLD,
    "TLSV1_UNRECOGNIZED_NAME": Code.TLS_UNRECOGNIZED_NAME,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": Code.TLS_CLIENT_CERT_REQUIRED,
    "EE_KEY_TOO_SMALL": Code.TLS_CERT_WEAK,
    "CA_KEY_TOO_SMALL": Code.TLS_CERT_WEAK,
    "CA_MD_TOO_WEAK": Code.TLS_CERT_WEAK,
}
"""OpenSSL's reasons (ssl.h, sslerr.h) -> code; any other is a failed handshake."""


class Broken(Exception):
    """The connection is of no use any more.

    Attributes:
        detail: A phrase for people, without any byte of the peer.
        in_tls: Whether TLS itself failed, whatever was being done.
    """

    def __init__(self, code: Code, detail: str = "", *, in_tls: bool = False) -> None:
        super().__init__(code.value)
        self.code = code
        self.detail = detail
        self.in_tls = in_tls


class Channel:
    """A connected socket, then perhaps TLS.

    Attributes:
        waits: How often the peer was waited for; the connect is the first.
        tls: The session once there was a handshake, also a failed one if a certificate was presented.
    """

    __slots__ = (
        "_armed",
        "_incoming",
        "_limit",
        "_loop",
        "_outgoing",
        "_received",
        "_session",
        "_socket",
        "_spoke",
        "_timer",
        "_waiter",
        "_watched",
        "tls",
        "waits",
    )

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._watched = False  # whether the loop calls `_wake`
        self._limit = self._armed = math.inf
        self._timer: asyncio.TimerHandle | None = None  # goes off at `_armed`
        self._session: ssl.SSLObject | None = None  # with it come the two memory buffers
        self._incoming: ssl.MemoryBIO
        self._outgoing: ssl.MemoryBIO
        self._received = 0
        self._spoke = True  # the connect asks for the greeting
        self.waits = 1
        self.tls: TlsInfo | None = None
        with contextlib.suppress(OSError):  # not over a socket pair
            # Else an EHLO behind the handshake's last flight waits for its acknowledgement (Nagle).
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def heard(self) -> bool:
        """Whether anything has come from the peer."""
        return self._received > 0

    def bound(self, limit: float) -> None:
        """End each wait from now on with a TimeoutError at `limit`, on the loop's clock."""
        self._limit = limit
        if limit < self._armed:
            if self._timer is not None:
                self._timer.cancel()
            self._arm()

    @property
    def gone(self) -> bool:
        """Whether the peer has already closed, as far as can be told without waiting and without reading on."""
        try:
            return not self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    @property
    def local_address(self) -> str:
        """The address of our end, without port and zone."""
        name = self._socket.getsockname()
        return str(name[0]).partition("%")[0]

    def binding(self) -> Binding | None:
        """Return what ties a SASL exchange to the TLS session."""
        return channel_binding(self._session) if self._session is not None else None

    async def handshake(self, context: ssl.SSLContext, host: str, *, after_starttls: bool) -> None:
        """Make the TLS handshake, with `host` for SNI and the certificate's check.

        Raises:
            Broken: There is no TLS session; `tls` tells what was presented.
        """
        if after_starttls:
            self._refuse_early_bytes()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            session = context.wrap_bio(self._incoming, self._outgoing, server_hostname=_tls_name(host))
        except ValueError:  # a name that no certificate can have
            raise Broken(Code.TLS_HANDSHAKE_FAILED, "the host name can't be used with TLS", in_tls=True) from None
        head = b""
        while True:
            try:
                session.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._receive_raw()
                if not data:
                    raise Broken(Code.CONNECTION_CLOSED, in_tls=True) from None
                if len(head) < 64:
                    head += data[:512]
                    self._check_record(head, after_starttls)
                self._incoming.write(data)
            except ssl.SSLError as error:
                with contextlib.suppress(Broken):
                    await self._flush()  # our alert tells the server why
                raise self._failed_handshake(session, error) from None
            else:
                break
        self._session = session
        self.tls = describe(session, presented_chain(session), verified=context.verify_mode is ssl.CERT_REQUIRED)
        # Our last flight goes with what is sent next, or before what is awaited next.

    async def send(self, data: bytes) -> None:
        """Send `data`.

        Raises:
            Broken: It could not be sent. What the server said before is still to be received.
        """
        if self._session is None:
            await self._send_raw(data)
            return
        try:
            self._session.write(data)
        except ssl.SSLError as error:
            raise _tls_error(error) from None
        await self._flush()

    async def receive(self) -> bytes:
        """Return the next bytes of the peer, b"" once it has closed.

        Raises:
            Broken: The connection failed.
        """
        if self._session is None:
            return await self._receive_raw()
        while True:
            try:
                return self._session.read(CHUNK)
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._receive_raw()
                if not data:
                    return b""  # without close_notify; SMTP's replies have an end of their own
                self._incoming.write(data)
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLError as error:
                raise _tls_error(error) from None

    def part(self, farewell: bytes = b"") -> None:
        """Send what can be sent without waiting, end TLS as it wants to be ended, and close."""
        with contextlib.suppress(OSError, ValueError):
            if self._session is None:
                if farewell:
                    self._socket.send(farewell)
            else:
                if farewell:
                    self._session.write(farewell)
                with contextlib.suppress(ssl.SSLError):
                    self._session.unwrap()  # writes close_notify (RFC 8446 section 6.1)
                self._socket.send(self._outgoing.read())
        self.close()

    def close(self) -> None:
        """Close the socket at once."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._watched:
            self._loop.remove_reader(self._socket)
            self._watched = False
        self._socket.close()
        self._session = None  # OpenSSL's buffers are by far the largest part of a test

    def _refuse_early_bytes(self) -> None:
        """Refuse what came in clear behind the 220 in a segment of its own (see Dialogue.received)."""
        try:
            early = self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError as error:
            raise _socket_error(error) from None
        if early:
            raise Broken(Code.STARTTLS_INJECTION)

    def _check_record(self, head: bytes, after_starttls: bool) -> None:
        """Refuse an answer to our ClientHello that is no TLS record (RFC 8446 section 5.1), by what it is."""
        if 0x14 <= head[0] <= 0x17 and head[1:2] in (b"", b"\x03"):
            return
        parser = ReplyParser()
        parser.feed(head)
        try:
            reply = parser.next_reply()
        except WireError:
            if after_starttls:
                raise Broken(Code.TLS_HANDSHAKE_FAILED, "the answer is no TLS", in_tls=True) from None
            raise Broken(Code.NOT_SMTP, in_tls=True) from None
        if not after_starttls:
            foreign = reply is not None and is_foreign_greeting(reply)
            raise Broken(Code.NOT_SMTP if foreign else Code.WRONG_TLS_MODE_USE_STARTTLS, in_tls=True)
        if head[:1] in b"45":  # it took our ClientHello for a command
            raise Broken(Code.TLS_HANDSHAKE_FAILED, "the server agreed to STARTTLS but goes on in clear", in_tls=True)
        raise Broken(Code.STARTTLS_INJECTION)

    def _failed_handshake(self, session: ssl.SSLObject, error: ssl.SSLError) -> Broken:
        if not isinstance(error, ssl.SSLCertVerificationError):
            return _tls_error(error)
        chain = presented_chain(session)
        self.tls = describe(session, chain, verified=False, verify_error=error.verify_message)
        return Broken(verification_code(error.verify_code, chain), in_tls=True)

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._send_raw(self._outgoing.read())

    async def _send_raw(self, data: bytes) -> None:
        self._spoke = True
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise _socket_error(error) from None
        if sent == len(data):  # nearly always
            return
        async with asyncio.timeout_at(self._limit):
            try:
                await self._loop.sock_sendall(self._socket, data[sent:])
            except OSError as error:
                raise _socket_error(error) from None

    async def _receive_raw(self) -> bytes:
        if self._spoke:
            self.waits += 1
            self._spoke = False
        data: bytes | None = None
        while data is None:
            await self._readable()
            try:
                data = self._socket.recv(CHUNK)
            except BlockingIOError:
                continue
            except OSError as error:
                raise _socket_error(error) from None
        self._received += len(data)
        if self._received > MAX_RECEIVED:
            raise Broken(Code.RESPONSE_TOO_LARGE, f"more than {MAX_RECEIVED} bytes")
        return data

    async def _readable(self) -> None:
        """Wait until there is something to read. The loop goes on watching: that is dear to begin and to end."""
        if not self._watched:
            self._loop.add_reader(self._socket, self._wake)
            self._watched = True
        if self._loop.time() >= self._limit:
            raise TimeoutError
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is None:  # nobody wants it yet, and the loop would say it again and again
            self._loop.remove_reader(self._socket)
            self._watched = False
        elif not self._waiter.done():
            self._waiter.set_result(None)

    def _arm(self) -> None:
        self._armed = self._limit
        self._timer = self._loop.call_at(self._limit, self._expire)

    def _expire(self) -> None:
        if self._limit - self._loop.time() > EARLY:  # it was put off
            self._arm()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())


def _tls_name(host: str) -> str:
    """Return the name for SNI and the certificate: no root dot, no zone."""
    return host.partition("%")[0].rstrip(".")


def _tls_error(error: ssl.SSLError) -> Broken:
    reason = error.reason or ""
    if isinstance(error, ssl.SSLEOFError) or reason == "UNEXPECTED_EOF_WHILE_READING":
        return Broken(Code.CONNECTION_CLOSED, in_tls=True)
    words = reason.replace("_", " ").lower()  # OpenSSL's words, none of the peer's
    return Broken(_ALERTS.get(reason, Code.TLS_HANDSHAKE_FAILED), words, in_tls=True)


def _socket_error(error: OSError) -> Broken:
    return Broken(socket_code(error.errno))


def socket_code(number: int | None) -> Code:
    """Return which code an errno of a connection is."""
    match number:
        case errno.ECONNREFUSED:
            return Code.CONNECTION_REFUSED
        case errno.ECONNRESET | errno.ECONNABORTED | errno.EPIPE:
            return Code.CONNECTION_RESET
        case errno.ETIMEDOUT:
            return Code.TIMEOUT
        case _:  # ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EACCES and EPERM of a firewall …
            return Code.NETWORK_UNREACHABLE
