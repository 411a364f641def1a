"""Connections with TLS are bounded like those in the clear: in their handshake, and as they are ended."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest
import uvloop

from clock_support.waiting import eventually_here
from mailproof.transport import handshakes, http_server
from mailproof.transport.connections import ConnectionLimits
from mailproof.transport.http_app import HttpApp
from mailproof.transport.http_server import HttpServer
from mailproof.transport.server_tls import ServerTls, TlsFiles
from smtp_support import pki

LIMITS = ConnectionLimits(total=5, per_source=5)
LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
GET = b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"


def tls(folder: Path) -> ServerTls:
    pair = pki.issue("localhost", pki.authority(), sans=pki.LOCAL)
    files = TlsFiles(folder / "a.pem", folder / "a.key")
    files.certificate.write_text(pair.pem)
    files.key.write_text(pair.key_pem)
    return ServerTls(files)


def is_open(client: socket.socket) -> bool:
    """Return whether the server has not ended a connection; what it has sent before is thrown away."""
    try:
        while client.recv(65536):
            pass
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


async def health(port: int) -> bytes:
    context = ssl.create_default_context(cadata=pki.authority().pem)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
    writer.write(GET)
    answer = await reader.read()
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return answer


def hello() -> tuple[ssl.SSLObject, ssl.MemoryBIO, ssl.MemoryBIO]:
    """Return a client's side of TLS over memory, as nothing else leaves an end of TLS without an answer."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(cadata=pki.authority().pem)
    return context.wrap_bio(into, out, server_hostname="localhost"), into, out


async def shaken(loop: asyncio.AbstractEventLoop, client: socket.socket) -> None:
    """Make a handshake over a socket that does not block."""
    side, into, out = hello()
    while True:
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            await loop.sock_sendall(client, out.read())
            into.write(await loop.sock_recv(client, 65536))
        else:
            await loop.sock_sendall(client, out.read())
            return


@LOOPS
@pytest.mark.parametrize("handshake", [False, True], ids=["before the handshake", "after it"])
def test_connections_that_say_nothing_are_bounded_before_tls_and_after(
    app: HttpApp,
    tmp_path: Path,
    loop: Callable[[], asyncio.AbstractEventLoop],
    handshake: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module, name in (
        (http_server, "HEAD_TIMEOUT"),
        (handshakes, "HANDSHAKE_TIMEOUT"),
        (handshakes, "SHUTDOWN_TIMEOUT"),
    ):
        monkeypatch.setattr(module, name, 600.0)  # they end to make room, and not by the clock

    async def main() -> None:
        server = HttpServer(app, LIMITS, tls(tmp_path))
        port = await server.start("127.0.0.1", 0)
        with ExitStack() as held:
            silent = []
            for _ in range(4 * LIMITS.total):
                client = held.enter_context(closing(socket.create_connection(("127.0.0.1", port))))
                client.setblocking(False)
                if handshake:
                    await shaken(asyncio.get_running_loop(), client)
                silent.append(client)
            await eventually_here(lambda: sum(map(is_open, silent)) <= LIMITS.total)
            assert (await health(port)).endswith(b"ok\n")
            assert server._connections is not None
            assert len(server._connections) <= LIMITS.total
        await server.stop(1.0)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())


@LOOPS
def test_a_failed_handshake_leaves_nothing(
    app: HttpApp, tmp_path: Path, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def main() -> None:
        server = HttpServer(app, LIMITS, tls(tmp_path))
        port = await server.start("127.0.0.1", 0)
        registry = server._connections
        assert registry is not None
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET)
        await eventually_here(lambda: not len(registry))
        writer.close()
        assert (await health(port)).endswith(b"ok\n")
        await server.stop(1.0)
        assert not len(registry)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())
