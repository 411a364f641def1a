"""An HTTP client for one request to a server that is not trusted.

Laws: the guard judges the name and every address, and the judged address is the one dialled, with the name used for SNI
and the certificate check; TLS is verified; no redirect is followed, no compression accepted; the head, the body and all
received octets are bounded. The caller bounds the time: cancelling closes the socket at once. A URL with http:// is
requested without TLS; the caller decides whether that is allowed. Only `discovery.web` goes where a redirect leads, by
a request of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import h11
from aiohappyeyeballs import start_connection

from mailproof.domain.phrase import say
from mailproof.net.certificates import verification_code
from mailproof.net.chain_problems import NO_ISSUER
from mailproof.net.guard import EgressDenied, EgressGuard
from mailproof.net.judged_lookup import look_up
from mailproof.net.resolver import LookupFailed, Resolver
from mailproof.net.shortage import numbers_of, raise_if_no_descriptor, raise_if_no_port, raise_if_short
from mailproof.net.trust import TrustStore
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.host import bracketed, join_host_port
from mailproof.syntax.url import PORTS, Phase, Trace, Url

MAX_BODY = 256 * 1024  # octets; an autoconfig document and a token response have a few thousand
MAX_HEAD = 16 * 1024  # octets
MAX_RECEIVED = MAX_BODY + 2 * MAX_HEAD  # with the framing of chunks
CHUNK = 8192
ADDRESS_DELAY = 0.25  # seconds after which the next address is tried as well (RFC 8305 section 5)


_STATUS_LINE_START = b"HTTP/"  # RFC 9112 section 4
_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.ETIMEDOUT})


class RequestFailed(Exception):
    """There is no usable response. The text is a phrase about the server, without any octet of its response.

    Attributes:
        code: Why.
        status: The status of the response, where that is the reason; else 0.
    """

    def __init__(self, code: Code, phrase: str, *, status: int = 0) -> None:
        super().__init__(phrase)
        self.code = code
        self.status = status


class Redirected(RequestFailed):
    """The response is a redirect, which is not followed here, wherever it leads: it is a destination of the server's.

    Attributes:
        location: Where it leads, as the server says it; empty where it says that not at all, or more than once.
    """

    def __init__(self, status: int, location: str) -> None:
        super().__init__(Code.OK, say("redirects elsewhere, which is not followed"), status=status)
        self.location = location


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its status, whatever that is, and its whole body."""

    status: int
    body: bytes


class HttpClient:
    """Makes requests. Usable from several event loops.

    Args:
        guard: Judges destinations; it must allow the ports of the URLs.
        trust: TLS contexts.
        resolver: Looks the hosts up.
    """

    def __init__(self, guard: EgressGuard, trust: TrustStore, resolver: Resolver) -> None:
        self._guard = guard
        self._trust = trust
        self._resolver = resolver

    async def ask(
        self,
        method: str,
        url: Url,
        headers: Mapping[str, str],
        *,
        body: bytes = b"",
        ca_pem: str = "",
        head_only: bool = False,
        trace: Trace | None = None,
    ) -> Answer:
        """Make one request.

        Args:
            method: The request method.
            url: What to request.
            headers: Header fields besides Host, User-Agent, Accept-Encoding, Connection and Content-Length.
            body: The content; empty for none.
            ca_pem: Extra trust anchors, PEM.
            head_only: Whether to leave the response's body unread.
            trace: Updated with the phase of the request.

        Raises:
            Redirected: The response is a redirect.
            RequestFailed: There is no complete response within the bounds.
            ServiceShortage: Something is used up on this side.
        """
        trace = trace or Trace()
        default = url.port == PORTS[url.scheme]
        authority = bracketed(url.host) if default else join_host_port(url.host, url.port)
        request = _encode(method, authority, url.target, headers, body)
        reader, writer = await self._connect(url, ca_pem, trace)
        try:
            return await _exchange(reader, writer, request, trace, head_only=head_only)
        except (h11.ProtocolError, EOFError):
            raise RequestFailed(Code.PROTOCOL_ERROR, say("does not answer in HTTP")) from None
        except OSError as error:
            raise_if_short(error)
            raise RequestFailed(Code.CONNECTION_RESET, say("broke the connection")) from None
        finally:
            writer.transport.abort()  # a clean TLS close would wait for the server
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _connect(self, url: Url, ca_pem: str, trace: Trace) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to an address of the host that the guard allows, with TLS where the URL demands it."""
        host, port = url.host, url.port
        try:
            self._guard.check_name(host, port)
            trace.phase = Phase.RESOLVE
            found = await look_up(host, port, guard=self._guard, resolver=self._resolver)
        except EgressDenied:
            trace.phase = Phase.POLICY
            raise RequestFailed(Code.EGRESS_DENIED, say("may not be asked: the egress policy forbids it")) from None
        except LookupFailed as error:
            concealed = self._guard.conceals_names and error.code is Code.DNS_NOT_FOUND
            phrase = say("has no address that may be asked") if concealed else say("has no address")
            raise RequestFailed(error.code, phrase) from None
        context = await self._context(ca_pem) if url.secure else None
        trace.phase = Phase.CONNECT
        try:
            sock = await start_connection(list(found), happy_eyeballs_delay=ADDRESS_DELAY)
        except (OSError, RuntimeError) as error:  # uvloop raises either
            raise_if_short(error)
            raise_if_no_port(numbers_of(error), found)
            unreachable = isinstance(error, OSError) and error.errno in _UNREACHABLE
            code = Code.NETWORK_UNREACHABLE if unreachable else Code.CONNECTION_REFUSED
            raise RequestFailed(code, say("does not answer on port {port}", port=port)) from None
        try:
            if context is None:
                return await asyncio.open_connection(sock=sock, limit=CHUNK)
            trace.phase = Phase.TLS
            return await asyncio.open_connection(sock=sock, ssl=context, server_hostname=host, limit=CHUNK)
        except ssl.SSLCertVerificationError as error:
            sock.close()
            if error.verify_code in NO_ISSUER:
                raise_if_no_descriptor()  # OpenSSL may not have been able to open the issuer's file
            if context is not None and self._trust.is_empty(context):
                phrase = say("can't be verified: no certificate authority is trusted here")
                raise RequestFailed(Code.TRUST_STORE_EMPTY, phrase) from None
            code = verification_code(error.verify_code, ())
            raise RequestFailed(code, say("has no valid certificate for that name")) from None
        except ValueError:  # a name that no certificate can have
            sock.close()
            raise RequestFailed(Code.TLS_UNTRUSTED, say("has no valid certificate for that name")) from None
        except OSError as error:
            sock.close()
            raise_if_short(error)
            code = Code.TLS_HANDSHAKE_FAILED if context else Code.CONNECTION_RESET
            raise RequestFailed(code, say("does not speak TLS") if context else say("broke the connection")) from None

    async def _context(self, ca_pem: str) -> ssl.SSLContext:
        cached = self._trust.cached(ca_pem)
        if cached is not None:
            return cached
        try:
            return await asyncio.to_thread(self._trust.context, ca_pem)
        except ValueError:
            raise RequestFailed(
                Code.TLS_UNTRUSTED, say("can't be checked: the extra trust anchors are no good")
            ) from None


def _encode(
    method: str, authority: str, target: str, headers: Mapping[str, str], body: bytes
) -> tuple[h11.Connection, bytes]:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    lines = [("Host", authority), ("User-Agent", "mailproof"), *headers.items()]
    lines += [("Accept-Encoding", "identity"), ("Connection", "close")]
    if body:
        lines.append(("Content-Length", str(len(body))))
    data = connection.send(h11.Request(method=method, target=target, headers=lines)) or b""
    if body:
        data += connection.send(h11.Data(data=body)) or b""
    return connection, data + (connection.send(h11.EndOfMessage()) or b"")


async def _exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    request: tuple[h11.Connection, bytes],
    trace: Trace,
    *,
    head_only: bool,
) -> Answer:
    """Send the encoded request and read the response, within the bounds."""
    connection, data = request
    trace.phase = Phase.REQUEST
    writer.write(data)
    await writer.drain()
    trace.phase = Phase.RESPONSE
    start, body = bytearray(), bytearray()
    received = status = 0
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(CHUNK)
            start += data[: len(_STATUS_LINE_START) - len(start)]
            if not _STATUS_LINE_START.startswith(start):  # else h11 waits for the head's end, which SMTP never sends
                raise RequestFailed(Code.PROTOCOL_ERROR, say("does not answer in HTTP"))
            received += len(data)
            if received > MAX_RECEIVED:
                raise RequestFailed(
                    Code.RESPONSE_TOO_LARGE, say("answers with more than {value} KiB", value=MAX_BODY // 1024)
                )
            connection.receive_data(data)
        elif isinstance(event, h11.Response):
            status = event.status_code
            if 300 <= status < 400:
                places = [value for name, value in event.headers if name == b"location"]
                raise Redirected(status, places[0].decode("latin-1") if len(places) == 1 else "")
            if head_only:
                return Answer(status, b"")
            if dict(event.headers).get(b"content-encoding", b"identity").lower() != b"identity":
                raise RequestFailed(Code.PROTOCOL_ERROR, say("answers compressed, which was not asked for"))
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_BODY:
                raise RequestFailed(
                    Code.RESPONSE_TOO_LARGE, say("answers with more than {value} KiB", value=MAX_BODY // 1024)
                )
        elif not isinstance(event, h11.InformationalResponse):  # the end of the message
            return Answer(status, bytes(body))
