"""The other end of the measurements: an SMTP server that takes everything at once, and tarpits that take forever.

It is to be cheap, not correct: it looks at the first letter of a line, never at a password. Prints one line of JSON
with its ports and the authority's PEM, and lives until its standard input closes.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import os
import resource
import ssl
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BACKLOG = 4096
DRIP = 1.0  # seconds between the drops

_GREETING = b"220 sink.example.org ESMTP\r\n"
_HEAD = b"250-sink.example.org\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n"
_EHLO_CLEAR = _HEAD + b"250 ENHANCEDSTATUSCODES\r\n"
_EHLO_STARTTLS = _HEAD + b"250-STARTTLS\r\n250 ENHANCEDSTATUSCODES\r\n"
_EHLO_AUTH = _HEAD + b"250-AUTH PLAIN LOGIN\r\n250 ENHANCEDSTATUSCODES\r\n"
_WELCOME = b"235 2.7.0 welcome\r\n"


def certificates(directory: Path) -> tuple[str, ssl.SSLContext]:
    """Make an authority and a leaf for loopback; return the authority's PEM and the server's context."""
    now = datetime.now(UTC)

    def issue(
        name: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey, *, ca: bool
    ) -> x509.Certificate:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=90))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(signer, hashes.SHA256())
        )

    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = issue("bench authority", root_key, "bench authority", root_key, ca=True)
    leaf = issue("localhost", key, "bench authority", root_key, ca=False)
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = directory / "server.pem"
    path.write_bytes(leaf.public_bytes(encoding) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return root.public_bytes(encoding).decode(), context


class Sink(asyncio.Protocol):
    """One connection of the server; `ehlo` is its answer outside TLS, `starttls` its context for that command."""

    def __init__(self, ehlo: bytes, starttls: ssl.SSLContext | None = None) -> None:
        self._ehlo = ehlo
        self._starttls = starttls
        self._transport: asyncio.Transport
        self._upgrade: asyncio.Task[None] | None = None
        self._rest = b""
        self._inside = False
        self._login = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if not self._inside:
            self._transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\r\n")
        for line in lines:
            if self._login:
                self._login -= 1
                self._transport.write(b"334 UGFzc3dvcmQ6\r\n" if self._login else _WELCOME)
                continue
            match line[:5].upper():
                case b"EHLO ":
                    self._transport.write(_EHLO_AUTH if self._inside else self._ehlo)
                case b"AUTH " if line[5:10].upper() == b"LOGIN":
                    self._login = 2
                    self._transport.write(b"334 VXNlcm5hbWU6\r\n")
                case b"AUTH " if line.count(b" ") == 1:
                    self._login = 1
                    self._transport.write(b"334 \r\n")
                case b"AUTH ":
                    self._transport.write(_WELCOME)
                case b"START":
                    self._upgrade = asyncio.get_running_loop().create_task(self._start_tls())
                case b"QUIT":
                    self._transport.write(b"221 2.0.0 bye\r\n")
                    self._transport.close()
                case _:
                    self._transport.write(b"250 2.0.0 ok\r\n")

    async def _start_tls(self) -> None:
        assert self._starttls is not None
        self._inside = True
        self._transport.write(b"220 2.0.0 go ahead\r\n")
        loop = asyncio.get_running_loop()
        try:
            secure = await loop.start_tls(self._transport, self, self._starttls, server_side=True)
        except OSError:
            self._transport.abort()
            return
        self._transport = cast("asyncio.Transport", secure)


class Silent(asyncio.Protocol):
    """A tarpit that accepts and never says a word; it keeps what is said to it."""


class Drip(asyncio.Protocol):
    """A tarpit whose greeting never ends: one more octet of it a second, so that each read is kept alive."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._drops = iter(b"220-" + b"mud " * 1000)
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._drop()

    def _drop(self) -> None:
        self._transport.write(bytes([next(self._drops)]))
        self._timer = asyncio.get_running_loop().call_later(DRIP, self._drop)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()


async def main() -> None:
    """Serve until standard input closes."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as directory:
        ca_pem, context = certificates(Path(directory))
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # clients that hang up are part of it
    told: dict[str, object] = {"ca_pem": ca_pem, "pid": os.getpid()}
    kinds: dict[str, tuple[Callable[[], asyncio.Protocol], ssl.SSLContext | None]] = {
        "plain": (lambda: Sink(_EHLO_CLEAR), None),
        "starttls": (lambda: Sink(_EHLO_STARTTLS, context), None),
        "implicit": (lambda: Sink(_EHLO_AUTH), context),
        "silent": (Silent, None),
        "drip": (Drip, None),
    }
    for kind, (factory, secure) in kinds.items():
        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=secure, backlog=BACKLOG)
        told[kind] = server.sockets[0].getsockname()[1]
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main())
