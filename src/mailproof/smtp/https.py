"""One HTTPS request, as small and as careful as a stranger's web server needs it.

Laws: the guard judges the name and every address, and the judged address is the one dialled, with the name kept for
SNI and the certificate; TLS is verified; no redirect is followed, no compression taken; head, body and all received
octets are bounded. Time is the caller's business: cancelling closes the socket at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import h11
from aiohappyeyeballs import start_connection

from mailproof.smtp.guard import EgressDenied, EgressGuard
from mailproof.smtp.resolve import LookupFailed, Resolver
from mailproof.smtp.trust import TrustStore
from mailproof.smtp.vocabulary import Code

PORT = 443
MAX_BODY = 256 * 1024  # octets; an autoconfig document has a few thousand, a token's JSON as many
MAX_HEAD = 16 * 1024  # octets
MAX_RECEIVED = MAX_BODY + 2 * MAX_HEAD  # the framing of chunks included
CHUNK = 8192
ADDRESS_DELAY = 0.25  # seconds ahead that one address has over the next (RFC 8305 section 5)


class RequestFailed(Exception):
    """There is no answer; the text is a phrase about the server, without any byte of it."""

    def __init__(self, code: Code, phrase: str) -> None:
        super().__init__(phrase)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: any status, the whole body."""

    status: int
    body: bytes


class Https:
    """Asks. Usable from several event loops.

    Args:
        guard: Judges destinations; it must allow the port of HTTPS.
    """

    def __init__(self, guard: EgressGuard, trust: TrustStore, resolver: Resolver) -> None:
        self._guard = guard
        self._trust = trust
        self._resolver = resolver

    async def ask(
        self,
        method: str,
        host: str,
        target: str,
        headers: Mapping[str, str],
        *,
        port: int = PORT,
        body: bytes = b"",
        ca_pem: str = "",
    ) -> Answer:
        """Make one request.

        Args:
            host: A name in ASCII, or an address.
            target: Path and query, quoted.
            ca_pem: Extra trust anchors, PEM.

        Raises:
            RequestFailed: There is no whole answer within the bounds.
        """
        shown = f"[{host}]" if ":" in host else host
        authority = shown if port == PORT else f"{shown}:{port}"
        request = _encode(method, authority, target, headers, body)
        reader, writer = await self._connect(host, port, ca_pem)
        try:
            return await _exchange(reader, writer, request)
        except (h11.ProtocolError, EOFError):
            raise RequestFailed(Code.PROTOCOL_ERROR, "does not answer in HTTP") from None
        except OSError:
            raise RequestFailed(Code.CONNECTION_RESET, "broke the connection") from None
        finally:
            writer.transport.abort()  # a polite TLS close would wait for the server
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _connect(self, host: str, port: int, ca_pem: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            self._guard.check_name(host, port)
            found = await self._resolver.lookup(host, port)
            allowed = set(self._guard.check_addresses(host, port, list(dict.fromkeys(info[4][0] for info in found))))
        except EgressDenied:
            raise RequestFailed(Code.EGRESS_DENIED, "may not be asked: the egress policy forbids it") from None
        except LookupFailed as error:
            raise RequestFailed(error.code, "has no address") from None
        try:
            context = self._trust.cached(ca_pem) or await asyncio.to_thread(self._trust.context, ca_pem)
        except ValueError:
            raise RequestFailed(Code.TLS_UNTRUSTED, "can't be checked: the extra trust anchors are no good") from None
        try:
            sock = await start_connection(
                [info for info in found if info[4][0] in allowed], happy_eyeballs_delay=ADDRESS_DELAY
            )
        except (OSError, RuntimeError):  # uvloop has both
            raise RequestFailed(Code.CONNECTION_REFUSED, f"does not answer on port {port}") from None
        try:
            return await asyncio.open_connection(sock=sock, ssl=context, server_hostname=host, limit=CHUNK)
        except ValueError:  # ssl.SSLCertVerificationError is one; so is a name that no certificate can have
            sock.close()
            raise RequestFailed(Code.TLS_UNTRUSTED, "has no valid certificate for that name") from None
        except OSError:
            sock.close()
            raise RequestFailed(Code.TLS_HANDSHAKE_FAILED, "does not speak TLS") from None


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
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: tuple[h11.Connection, bytes]
) -> Answer:
    connection, data = request
    writer.write(data)
    await writer.drain()
    body = bytearray()
    received = status = 0
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(CHUNK)
            received += len(data)
            if received > MAX_RECEIVED:
                raise RequestFailed(Code.RESPONSE_TOO_LARGE, f"answers with more than {MAX_BODY // 1024} KiB")
            connection.receive_data(data)
        elif isinstance(event, h11.Response):
            status = event.status_code
            if 300 <= status < 400:
                # A redirect is a second destination, chosen by whoever answers: not followed, wherever it leads.
                raise RequestFailed(Code.OK, "redirects elsewhere, which is not followed")
            if dict(event.headers).get(b"content-encoding", b"identity").lower() != b"identity":
                raise RequestFailed(Code.PROTOCOL_ERROR, "answers compressed, which was not asked for")
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_BODY:
                raise RequestFailed(Code.RESPONSE_TOO_LARGE, f"answers with more than {MAX_BODY // 1024} KiB")
        elif not isinstance(event, h11.InformationalResponse):  # the end, by length, last chunk or close
            return Answer(status, bytes(body))
