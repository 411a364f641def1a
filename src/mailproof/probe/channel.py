"""One connection's bytes: the socket, and a TLS tunnel over it once there is one.

It tells apart what a stream would mix up: what came in clear after the 220 to STARTTLS, and what was sent before a
close. Law: what one peer may send is bounded, TLS's own octets included. Errors are raised as `Broken` with one of our
codes.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Awaitable

from mailproof.domain.errors import ServiceShortage
from mailproof.domain.phrase import say
from mailproof.net.broken import Broken, socket_error
from mailproof.net.readiness import Readiness
from mailproof.probe.tunnel import CHUNK, Tunnel
from mailproof.smtp.report import TlsInfo
from mailproof.smtp.sasl.mechanism import Binding
from mailproof.smtp.vocabulary import Code

MAX_RECEIVED = 1024 * 1024  # octets of one connection, TLS's own included: an endless handshake ends here
ONE_SEGMENT = 500  # octets that any path takes in one segment (RFC 9293 section 3.7.1: 536)


class Channel:
    """A connected socket, then perhaps TLS.

    Args:
        connected: The socket, connected and non-blocking.
        readiness: Watches the socket, and is closed with it.

    Attributes:
        waits: How often the peer was waited for; the connect is the first.
        tls: The session once there was a handshake, also a failed one if a certificate was presented.
    """

    __slots__ = ("_no_delay", "_readiness", "_received", "_socket", "_spoke", "_tunnel", "bound", "tls", "waits")

    def __init__(self, connected: socket.socket, readiness: Readiness) -> None:
        self._socket = connected
        self._readiness = readiness
        self._tunnel: Tunnel | None = None
        self._received = 0
        self._no_delay = False
        self._spoke = True  # the connect asks for the greeting
        self.bound = readiness.bound  # ends each wait from then on
        self.waits = 1
        self.tls: TlsInfo | None = None

    @property
    def heard(self) -> bool:
        """Whether anything has come from the peer."""
        return self._received > 0

    @property
    def gone(self) -> bool:
        """Whether the peer has already closed, as far as can be told without waiting and without reading on."""
        try:
            return not self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    @property
    def local_address(self) -> str:
        """The address of our end, without port and zone."""
        try:
            name = self._socket.getsockname()
        except OSError:  # macOS: the peer has reset the connection, so nothing will be said under this address
            return "127.0.0.1"
        return str(name[0]).partition("%")[0]

    def binding(self) -> Binding | None:
        """Return what ties a SASL exchange to the TLS session."""
        return self._tunnel.binding() if self._tunnel is not None else None

    async def handshake(
        self,
        context: ssl.SSLContext,
        host: str,
        *,
        after_starttls: bool,
        verified: bool = True,
        has_anchors: bool = True,
    ) -> None:
        """Make the TLS handshake; the arguments are those of `Tunnel`.

        Raises:
            Broken: The handshake failed; `tls` has what the server presented.
        """
        if after_starttls:
            self._refuse_early_bytes()
        if not self._no_delay:
            self._set_no_delay()
        tunnel = Tunnel(context, host, after_starttls=after_starttls, verified=verified, has_anchors=has_anchors)
        try:
            await self._handshake(tunnel)
        except Broken:
            with contextlib.suppress(Broken, ServiceShortage):
                self._send_raw(tunnel.output())  # our alert tells the server why
            raise
        finally:
            self.tls = tunnel.info
        self._tunnel = tunnel
        # Our last flight goes with what is sent next, or before what is awaited next.

    def send(self, data: bytes) -> bytes:
        """Send what the socket takes at once.

        Returns:
            The rest, for `push`; nearly always empty.

        Raises:
            Broken: Nothing could be sent. What the server has sent before can still be received.
        """
        if self._tunnel is not None:
            self._tunnel.write(data)
            data = self._tunnel.output()
        return self._send_raw(data)

    async def push(self, data: bytes) -> None:
        """Send what `send` returned.

        Raises:
            Broken: Nothing could be sent, as with `send`.
        """
        while data:
            await self._readiness.writable()
            data = self._send_raw(data)

    def receive(self) -> Awaitable[bytes]:
        """Return the next bytes of the peer, b"" once it has closed.

        Raises:
            Broken: The connection failed.
        """
        return self._receive_raw() if self._tunnel is None else self._receive_inside(self._tunnel)

    def end(self, farewell: bytes = b"") -> None:
        """Send what can be sent without waiting, end TLS with close_notify, and close the socket.

        Args:
            farewell: A last command, whose reply is not waited for.
        """
        tunnel = self._tunnel
        with contextlib.suppress(OSError, Broken, ServiceShortage):
            if tunnel is not None:
                if farewell:
                    tunnel.write(farewell)
                tunnel.close_notify()
                farewell = tunnel.output()
            if farewell:
                self._socket.send(farewell)
        self.close()

    def close(self) -> None:
        """Close the socket at once."""
        self._readiness.close()
        self._socket.close()
        self._tunnel = None  # OpenSSL's buffers are by far the largest part of a test

    async def _handshake(self, tunnel: Tunnel) -> None:
        while not tunnel.handshake():
            await self.push(self._send_raw(tunnel.output()))
            data = await self._receive_raw()
            if not data:
                raise Broken(Code.CONNECTION_CLOSED, in_tls=True)
            tunnel.feed(data)

    def _refuse_early_bytes(self) -> None:
        """Refuse what came in clear behind the 220 in a segment of its own (see Dialogue.received)."""
        try:
            early = self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError as error:
            raise socket_error(error) from None
        if early:
            raise Broken(Code.STARTTLS_INJECTION)

    def _send_raw(self, data: bytes) -> bytes:
        if not data:
            return b""
        self._spoke = True
        if len(data) > ONE_SEGMENT and not self._no_delay:
            self._set_no_delay()
        try:
            return data[self._socket.send(data) :]
        except BlockingIOError:
            return data
        except OSError as error:
            raise socket_error(error) from None

    async def _receive_inside(self, tunnel: Tunnel) -> bytes:
        while (data := tunnel.read()) is None:
            await self.push(self._send_raw(tunnel.output()))
            raw = await self._receive_raw()
            if not raw:
                return b""  # without close_notify; SMTP's replies have an end of their own
            tunnel.feed(raw)
        return data

    async def _receive_raw(self) -> bytes:
        if self._spoke:
            self.waits += 1
            self._spoke = False
        if not self._readiness.take():
            await self._readiness.readable()
        while True:
            try:
                data = self._socket.recv(CHUNK)
            except BlockingIOError:
                await self._readiness.readable()
            except OSError as error:
                raise socket_error(error) from None
            else:
                break
        size = len(data)
        if not size and self._readiness.reset:
            raise Broken(Code.CONNECTION_RESET)
        if size == CHUNK:
            self._readiness.again()
        self._received += size
        if self._received > MAX_RECEIVED:
            raise Broken(Code.RESPONSE_TOO_LARGE, say("more than {max_received} bytes", max_received=MAX_RECEIVED))
        return data

    def _set_no_delay(self) -> None:
        """Send from now on without waiting for acknowledgements (Nagle).

        Else an EHLO behind the handshake's last flight waits for one, and so does the last segment of a message.
        """
        self._no_delay = True
        with contextlib.suppress(OSError):  # not over a socket pair
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
