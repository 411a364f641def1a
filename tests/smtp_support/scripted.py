"""A scripted SMTP peer on loopback: it says what a test wants, line by line, byte by byte, however wrong.

Its servers live on one asyncio loop in a background thread, so that the probe under test may use any loop, and a
command-line test its own process.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from typing import Any, TypeVar

from clock_support.waiting import HANG

T = TypeVar("T")


class Do(Enum):
    """What a peer can do other than to speak."""

    HEAR = auto()  # an octet: what a client says before a close is read, or the close would be a reset
    CLOSE = auto()
    RESET = auto()
    SILENCE = auto()
    TLS = auto()


Part = str | bytes | float | Do
"""A line to say, raw bytes, seconds to pause, or something to do."""


@dataclass(frozen=True)
class Turns:
    """One answer a turn; the last one is repeated."""

    answers: tuple[Sequence[Part], ...]

    def __call__(self, turn: int) -> Sequence[Part]:
        return self.answers[min(turn, len(self.answers) - 1)]


EHLO = ("250-mail.test", "250-SIZE 10485760", "250-8BITMIME", "250-STARTTLS", "250 HELP")
EHLO_TLS = ("250-mail.test", "250-SIZE 10485760", "250-8BITMIME", "250-AUTH PLAIN LOGIN", "250 HELP")
EHLO_CLEAR = ("250-mail.test", "250-SIZE 10485760", "250 AUTH PLAIN LOGIN")


class Peer:
    """One connection, as the server sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.heard: list[str] = []
        self.secure_from: int | None = None  # index of the first line heard inside TLS
        self.gone = threading.Event()  # the client has closed

    async def hear(self) -> str:
        line = (await self._reader.readuntil(b"\n")).decode("utf-8", "replace").rstrip("\r\n")
        self.heard.append(line)
        return line

    async def read_octet(self) -> bytes:
        return await self._reader.readexactly(1)

    async def read(self, length: int) -> str:
        return (await self._reader.readexactly(length)).decode()

    async def perform(self, parts: Sequence[Part], context: ssl.SSLContext | None = None) -> None:
        """Do one thing after another; lines that stand together leave in one segment."""
        out = b""
        for part in parts:
            if isinstance(part, str):
                out += part.encode() + b"\r\n"
                continue
            if isinstance(part, bytes):
                out += part
                continue
            if out:
                self._writer.write(out)
                await self._writer.drain()
                out = b""
            if isinstance(part, float):
                await asyncio.sleep(part)
            elif part is Do.CLOSE:
                self._writer.close()
                raise ConnectionAbortedError
            elif part is Do.RESET:
                sock: socket.socket = self._writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._writer.transport.abort()
                raise ConnectionAbortedError
            elif part is Do.HEAR:
                await self.read_octet()
            elif part is Do.SILENCE:
                await self.silence()
            elif part is Do.TLS:
                assert context is not None
                self.secure_from = len(self.heard)
                await self._writer.start_tls(context)
        if out:
            self._writer.write(out)
            await self._writer.drain()

    async def silence(self) -> None:
        """Say nothing until the client leaves."""
        while await self._reader.read(4096):
            pass
        raise ConnectionAbortedError

    def binding(self, kind: str) -> bytes:
        """Return the TLS session's channel binding as OpenSSL knows it, b"" for none."""
        session: ssl.SSLObject = self._writer.get_extra_info("ssl_object")
        return session.get_channel_binding(kind) or b""

    @property
    def verbs(self) -> list[str]:
        return [line.split(" ")[0].upper() for line in self.heard]


Script = Callable[[Peer], Awaitable[None]]


@dataclass
class Served:
    port: int
    peers: list[Peer] = field(default_factory=list)

    @property
    def peer(self) -> Peer:
        """The one connection there was."""
        (only,) = self.peers
        return only


def smtp(
    *,
    greeting: Sequence[Part] = ("220 mail.test ESMTP",),
    ehlo: Sequence[Part] = EHLO,
    ehlo_tls: Sequence[Part] = EHLO_TLS,
    replies: Mapping[str, Sequence[Part] | Turns] | None = None,
    starttls: Sequence[Part] = ("220 2.0.0 go ahead", Do.TLS),
    context: ssl.SSLContext | None = None,
    secure: bool = False,
    user: str = "user",
    password: str = "secret-word",
    auth: Callable[[Peer, str], Awaitable[Sequence[Part]]] | None = None,
) -> Script:
    """Return the script of a server that behaves but for what is overridden; `replies` by verb ("." is the message)."""
    overrides = dict(replies or {})

    async def script(peer: Peer) -> None:
        inside = secure
        turns: dict[str, int] = {}
        await peer.perform(greeting, context)
        while True:
            line = await peer.hear()
            verb = line.split(" ")[0].upper()
            if verb in overrides:
                answer = overrides[verb]
                turn = turns[verb] = turns.get(verb, -1) + 1
                await peer.perform(answer(turn) if isinstance(answer, Turns) else answer, context)
            elif verb in ("EHLO", "HELO"):
                await peer.perform(ehlo_tls if inside else ehlo, context)
            elif verb == "STARTTLS":
                await peer.perform(starttls, context)
                inside = True
            elif verb == "AUTH":
                await peer.perform(await (auth(peer, line) if auth else _auth(peer, line, user, password)))
            elif verb in ("MAIL", "RCPT", "NOOP", "RSET"):
                await peer.perform(["250 2.0.0 ok"])
            elif verb == "DATA":
                await peer.perform(["354 go on"])
                while await peer.hear() != ".":
                    pass
                final = overrides.get(".", ["250 2.0.0 queued"])
                await peer.perform(final(0) if isinstance(final, Turns) else final)
            elif verb == "QUIT":
                await peer.perform(["221 2.0.0 bye", Do.CLOSE])
            else:
                await peer.perform(["500 5.5.2 what?"])

    return script


async def _auth(peer: Peer, line: str, user: str, password: str) -> Sequence[Part]:
    import base64

    def decode(text: str) -> str:
        return base64.b64decode(text).decode()

    words = line.split(" ")
    if words[1] == "PLAIN":
        if len(words) < 3:
            await peer.perform(["334 "])
            words.append(await peer.hear())
        good = decode(words[2]) == f"\0{user}\0{password}"
    else:
        await peer.perform(["334 VXNlcm5hbWU6"])
        name = decode(await peer.hear())
        await peer.perform(["334 UGFzc3dvcmQ6"])
        good = (name, decode(await peer.hear())) == (user, password)
    return ["235 2.7.0 welcome"] if good else ["535 5.7.8 wrong user or password"]


def raw(*parts: Part) -> Script:
    """Return a script that does just this on connect and then listens in silence."""

    async def script(peer: Peer) -> None:
        await peer.perform(parts)
        await peer.silence()

    return script


@contextmanager
def serve(
    script: Script, *, context: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Served]:
    """Run a script for each connection; with `context` inside TLS from the first byte."""
    served = Served(0)
    tasks: set[asyncio.Task[Any]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        peer = Peer(reader, writer)
        served.peers.append(peer)
        try:
            await script(peer)
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            peer.gone.set()
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):
                await writer.wait_closed()
            tasks.discard(task)

    async def start() -> asyncio.Server:
        return await asyncio.start_server(handle, host, port, ssl=context)

    async def stop(server: asyncio.Server) -> None:
        # A connection that is just being accepted by a server that closes would leak (its transport refuses to start).
        for listener in server.sockets:
            asyncio.get_running_loop().remove_reader(listener.fileno())
        await asyncio.sleep(0)
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    server = background(start())
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        background(stop(server))


@contextmanager
def serve_alerts(context: ssl.SSLContext) -> Iterator[Served]:
    """Run handshakes on a blocking socket: unlike asyncio's server it sends the alert that says why it fails."""
    listener = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(HANG)
                with context.wrap_socket(connection, server_side=True) as secure:
                    secure.recv(1)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield Served(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def background(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the background loop and wait for it."""
    future: Future[T] = asyncio.run_coroutine_threadsafe(work, _loop())
    return future.result(HANG)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.SelectorEventLoop()
    loop.set_exception_handler(lambda _loop, _context: None)  # broken handshakes are the point of some tests
    threading.Thread(target=loop.run_forever, name="scripted-smtp", daemon=True).start()
    return loop


def free_port() -> int:
    """Return a port where nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
