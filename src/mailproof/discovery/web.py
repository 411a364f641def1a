"""One GET over HTTPS, as small and as careful as a stranger's web server needs it.

Laws: the guard judges the name and every address, and the judged address is the one dialled, with the name kept for
SNI and the certificate; TLS is verified; no redirect is followed, no compression taken; head, body and all received
octets are bounded. Time is the caller's business: cancelling closes the socket at once.
"""

from __future__ import annotations

import asyncio
import contextlib

import h11
from aiohappyeyeballs import start_connection

from mailproof.smtp.guard import EgressDenied, EgressGuard
from mailproof.smtp.resolve import LookupFailed, Resolver
from mailproof.smtp.trust import TrustStore
from mailproof.smtp.vocabulary import Code

PORT = 443
MAX_BODY = 256 * 1024  # octets; an autoconfig document has a few thousand
MAX_HEAD = 16 * 1024  # octets
MAX_RECEIVED = MAX_BODY + 2 * MAX_HEAD  # the framing of chunks included
CHUNK = 8192
ADDRESS_DELAY = 0.25  # seconds ahead that one address has over the next (RFC 8305 section 5)


class FetchFailed(Exception):
    """There is no document; the text is a phrase without any byte of the server's."""

    def __init__(self, code: Code, phrase: str) -> None:
        super().__init__(phrase)
        self.code = code


class Web:
    """Fetches. Usable from several event loops.

    Args:
        guard: Judges destinations; it must allow the port of HTTPS.
    """

    def __init__(self, guard: EgressGuard, trust: TrustStore, resolver: Resolver) -> None:
        self._guard = guard
        self._trust = trust
        self._resolver = resolver

    async def get(self, host: str, target: str) -> bytes:
        """Return the body of https://`host` `target`.

        Args:
            host: A name in ASCII.
            target: Path and query, quoted.

        Raises:
            FetchFailed: There is no answer with status 200 within the bounds.
        """
        reader, writer = await self._connect(host)
        try:
            return await _exchange(reader, writer, host, target)
        except (h11.ProtocolError, EOFError):
            raise FetchFailed(Code.PROTOCOL_ERROR, "does not answer in HTTP") from None
        except OSError:
            raise FetchFailed(Code.CONNECTION_RESET, "broke the connection") from None
        finally:
            writer.transport.abort()  # a polite TLS close would wait for the server
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _connect(self, host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            self._guard.check_name(host, PORT)
            found = await self._resolver.lookup(host, PORT)
            allowed = set(self._guard.check_addresses(host, PORT, list(dict.fromkeys(info[4][0] for info in found))))
        except EgressDenied:
            raise FetchFailed(Code.EGRESS_DENIED, "may not be asked: the egress policy forbids it") from None
        except LookupFailed as error:
            raise FetchFailed(error.code, "has no address") from None
        context = self._trust.cached() or await asyncio.to_thread(self._trust.context)
        try:
            sock = await start_connection(
                [info for info in found if info[4][0] in allowed], happy_eyeballs_delay=ADDRESS_DELAY
            )
        except OSError:
            raise FetchFailed(Code.CONNECTION_REFUSED, "does not answer on port 443") from None
        try:
            return await asyncio.open_connection(sock=sock, ssl=context, server_hostname=host, limit=CHUNK)
        except ValueError:  # ssl.SSLCertVerificationError is one; so is a name that no certificate can have
            sock.close()
            raise FetchFailed(Code.TLS_UNTRUSTED, "has no valid certificate for that name") from None
        except OSError:
            sock.close()
            raise FetchFailed(Code.TLS_HANDSHAKE_FAILED, "does not speak TLS") from None


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, target: str) -> bytes:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    request = h11.Request(
        method="GET",
        target=target,
        headers=[
            ("Host", host),
            ("User-Agent", "mailproof"),
            ("Accept", "application/xml, text/xml"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
        ],
    )
    # Both are complete at once: a GET has no body.
    writer.write((connection.send(request) or b"") + (connection.send(h11.EndOfMessage()) or b""))
    await writer.drain()
    body = bytearray()
    received = 0
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(CHUNK)
            received += len(data)
            if received > MAX_RECEIVED:
                raise FetchFailed(Code.RESPONSE_TOO_LARGE, f"answers with more than {MAX_BODY // 1024} KiB")
            connection.receive_data(data)
        elif isinstance(event, h11.Response):
            _judge(event)
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_BODY:
                raise FetchFailed(Code.RESPONSE_TOO_LARGE, f"answers with more than {MAX_BODY // 1024} KiB")
        elif not isinstance(event, h11.InformationalResponse):  # the end, by length, last chunk or close
            return bytes(body)


def _judge(response: h11.Response) -> None:
    if 300 <= response.status_code < 400:
        # A redirect is a second destination, chosen by whoever answers: not followed, wherever it leads.
        raise FetchFailed(Code.OK, "redirects elsewhere, which is not followed")
    if response.status_code != 200:
        raise FetchFailed(Code.OK, f"has no settings there (status {response.status_code})")
    headers = dict(response.headers)
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise FetchFailed(Code.PROTOCOL_ERROR, "answers compressed, which was not asked for")
