"""The HTTP server: uvicorn, with the bounds that it lacks on what a connection may hold and for how long.

Its httptools protocol takes headers of any size at any pace, pipelined requests of any number, and waits without end
for a client to take its answer. Here each of them has a bound, and all connections of the listener are in a registry
(`transport.connections`), so that too many of them end those that are idle and never keep one out. Signals are the
composition root's (uvicorn would raise SIGTERM again after its own shutdown).
"""

from __future__ import annotations

import asyncio
import math
import socket
import ssl
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from mailproof.domain.errors import AddressUnusable, StartupError
from mailproof.syntax.host import join_host_port
from mailproof.transport import raw_answers
from mailproof.transport.asgi import HANG_UP
from mailproof.transport.connections import ConnectionLimits, Connections, Standing
from mailproof.transport.handshakes import Handshake
from mailproof.transport.headers import HOST
from mailproof.transport.http_app import HttpApp
from mailproof.transport.raw_answers import MAX_HEAD_BYTES, MAX_TARGET_BYTES
from mailproof.transport.request import with_certificate
from mailproof.transport.server_tls import ServerTls
from mailproof.transport.unframed import end_with_connection
from mailproof.transport.unix_sockets import PEER, UnixAddress

HEAD_TIMEOUT = 10.0
"""Seconds from a request's first byte to the end of its head, and for a body that goes on after its answer."""

WRITE_TIMEOUT = 30.0
"""Seconds that a client may take nothing of its answer, or take for the rest of its last one."""

MAX_PIPELINED = 16
"""Requests of a connection that may wait for the answer to an earlier one (RFC 9112 section 9.3.2)."""

MAX_AGE = 3600.0
"""Seconds after which a connection's next answer is its last, so that no client holds one for ever."""

_VERSIONS = frozenset({"1.0", "1.1"})  # the parser takes 0.9 and 2.0 too
_OF_A_LINE = 4  # octets of a field line besides its name and value: the colon, a space, CR and LF


_numbers = count(1)
_MAPPED = "::ffff:"


class Door(asyncio.Protocol):
    """A connection of the registry. uvicorn's protocol is made when bytes come, and let go in a long pause.

    10,000 connections that say nothing are 80 MiB as uvicorn's protocols and 20 MiB as these (`make attack`).
    """

    __slots__ = (
        *("_handshake", "_make", "_registry", "_server", "_transport"),
        *("born", "known", "peer", "since", "source", "standing"),
    )

    def __init__(
        self,
        registry: Connections,
        server: ServerState,
        make: Callable[[], BoundedProtocol],
        handshake: Handshake | None = None,
    ) -> None:
        self._handshake = handshake
        self._registry = registry
        self._server = server
        self._make = make
        self.standing, self.since, self.source, self.known = Standing.NEW, 0.0, "", False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        peer = transport.get_extra_info("peername")
        # A client of a Unix socket has no address; the number tells its connection apart from others.
        self.peer: tuple[str, int] = _plain(*peer[:2]) if isinstance(peer, tuple) else (PEER, next(_numbers))
        if self._handshake is not None:
            self._handshake.over()
            self._handshake = None
        self._server.connections.add(self)  # type: ignore[arg-type]  # uvicorn calls nothing of it but `shutdown`
        self._registry.add(self)
        self.born = self.since

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        self._registry.remove(self)

    def data_received(self, data: bytes) -> None:
        self._server.connections.discard(self)
        protocol = self._make()
        protocol.door = self
        protocol.connection_made(self._transport)
        self._transport.set_protocol(protocol)
        protocol.data_received(data)

    def shutdown(self) -> None:
        """Close, since the server ends."""
        self._transport.close()

    def move(self, standing: Standing) -> None:
        """Note what the connection does now."""
        self._registry.move(self, standing)

    def forget(self) -> None:
        """Leave the registry: the connection is closed."""
        self._registry.remove(self)

    def rest(self) -> None:
        protocol = self._transport.get_protocol()
        if isinstance(protocol, BoundedProtocol) and protocol.let_go():
            self._transport.set_protocol(self)
            self._server.connections.add(self)  # type: ignore[arg-type]

    def give_up(self, standing: Standing) -> None:
        if standing in {Standing.NEW, Standing.NEXT_HEAD, Standing.PIPELINING}:
            protocol = self._transport.get_protocol()
            self.end(raw_answers.too_slow(), answering=isinstance(protocol, BoundedProtocol) and protocol.answering())
        elif standing in {Standing.CLOSING, Standing.STALLED}:
            self._transport.abort()
        elif self._transport.get_write_buffer_size():
            self._transport.abort()  # `close` would wait until the client has taken it
        else:
            self._transport.close()

    def evict(self) -> None:
        # `close` would wait until the client has taken what is written, and inside TLS until it has ended too.
        if self._transport.get_write_buffer_size() or self._transport.get_extra_info("ssl_object") is not None:
            self._transport.abort()
        else:
            self._transport.close()

    def end(self, answer: bytes, *, answering: bool) -> None:
        """Close with an answer of the server's own, unless it would land in the middle of another one."""
        if not self._transport.is_closing():
            if not answering:
                self._transport.write(answer)
            self._transport.close()
        self.move(Standing.CLOSING)


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with its bounds; its door says to the registry what it does."""

    door: Door

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._in_head = True
        self._framing_bytes = 0  # what has come of a body's framing since its last octet: chunk extensions, trailers
        self._broken = False  # what came is no request, and what follows is not looked at
        self._refusal: bytes | None = None  # the answer to a head that the parser has taken and we have not
        self._running: RequestResponseCycle | None = None  # the one whose answer is next; `cycle` is the newest

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.client = self.door.peer  # uvicorn has none for a Unix socket
        certificate = _client_certificate(transport)
        if certificate:
            self.app = with_certificate(self.app, certificate)

    def connection_lost(self, exc: Exception | None) -> None:
        self.door.forget()
        super().connection_lost(exc)
        running = self._running
        if running is not None and not running.response_complete:  # uvicorn tells only the newest of several
            running.disconnected = True
            running.message_event.set()
        self._running = None
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        if self._broken:
            return
        if self._in_head:
            self._head_bytes += len(data)
        else:
            self._framing_bytes += len(data)
        super().data_received(data)
        # Checked after parsing: a chunk that completes its head may carry any amount of body.
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES and not self._broken:
            self.door.end(self._too_large(), answering=self.answering())
        elif not self._in_head and self._framing_bytes > MAX_HEAD_BYTES and not self._broken:
            self._end_in_framing()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # what comes after the body is a trailer, which is no header (RFC 9110 section 6.5.1)
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._framing_bytes = 0
        super().on_body(body)

    def _end_in_framing(self) -> None:
        """End a connection whose body's framing has no end: the parser keeps a whole trailer, of any size."""
        if self.answering():
            self.send_400_response("the framing of the body is too large")
        else:
            self._broken = True
            self.door.end(b"", answering=True)

    def _too_large(self) -> bytes:
        return raw_answers.long_target() if len(self.url) > MAX_TARGET_BYTES else raw_answers.long_head()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request. The answers to those before it are sent, and then the connection ends."""
        self._broken = True
        answer = self._refusal or raw_answers.malformed()
        if not self.answering():
            self.door.end(answer, answering=False)
            return
        if not self._in_head and self._refusal is None:  # it is the newest one whose own body is broken
            if not self.pipeline:
                self.door.end(answer, answering=self.cycle.response_started)
                return
            self.pipeline.popleft()
            self.cycle = self.pipeline[0][0] if self.pipeline else self._running  # type: ignore[assignment]
        self.cycle.keep_alive = False

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.answering():
            self.door.move(Standing.STALLED)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.door.standing is Standing.STALLED:
            self.door.move(Standing.ANSWERING)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {HANG_UP: self.transport.abort}  # type: ignore[dict-item] # our own has a function
        if len(self.pipeline) >= MAX_PIPELINED:
            raise ConnectionError("too many requests wait for their answers")  # the parser stops: `send_400_response`
        if self.answering():
            self.door.move(Standing.PIPELINING)
        elif self.door.standing is not Standing.NEW:  # a connection's first head is timed from the start
            self.door.move(Standing.NEXT_HEAD)

    def on_headers_complete(self) -> None:
        self._refusal = self._refused()
        if self._refusal is not None:
            raise ConnectionError("the head is not taken in")  # the parser stops: `send_400_response`
        self._in_head, self._framing_bytes = False, 0
        if not self.answering():
            self.door.known = False
        is_old = self.parser.get_http_version() == "1.0"
        if is_old:
            self.expect_100_continue = False  # such a client does not wait (RFC 9110 section 10.1.1)
        super().on_headers_complete()
        if is_old:
            end_with_connection(self.cycle)
        if self.loop.time() - self.door.born > MAX_AGE:
            self.cycle.keep_alive = False  # uvicorn says so in the answer
        self.door.move(Standing.ANSWERING)

    def _refused(self) -> bytes | None:
        """Return the answer to a head that is not taken in; None for one that is."""
        if len(self.url) > MAX_TARGET_BYTES:
            return raw_answers.long_target()
        if sum(len(name) + len(value) + _OF_A_LINE for name, value in self.headers) > MAX_HEAD_BYTES:
            return raw_answers.long_head()
        version = self.parser.get_http_version()
        if version not in _VERSIONS or b"#" in self.url:  # no target has a fragment (RFC 9112 section 3.2)
            return raw_answers.malformed()
        if version == "1.1" and all(name != HOST for name, _ in self.headers):
            return raw_answers.without_host()
        return None

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head, self._head_bytes = True, 0
        if self.door.standing is Standing.LEFTOVER:
            self.door.move(self._idle())

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._unset_keepalive_if_required()  # the registry has one timer for all
        if self.transport.is_closing():
            self.door.move(Standing.CLOSING)
        elif self.answering():
            self.door.move(Standing.ANSWERING)
        elif not self._in_head:
            self.door.move(Standing.LEFTOVER)
        else:
            self.door.move(Standing.NEXT_HEAD if self._head_bytes else self._idle())

    def answering(self) -> bool:
        """Return whether a request waits for its answer or for the rest of it."""
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn's annotation hides the None before the first request
        return cycle is not None and not cycle.response_complete

    def let_go(self) -> bool:
        """End this protocol, not its connection, if nothing of a request or an answer is under way; say whether."""
        if self.answering() or self._head_bytes or not self._in_head or self.transport.get_write_buffer_size():
            return False
        self.connections.discard(self)
        self.parser = self.cycle = self.flow = None  # type: ignore[assignment]  # circles, which only the collector frees
        return True

    def _idle(self) -> Standing:
        return Standing.KNOWN if self.door.known else Standing.IDLE


class _Server(uvicorn.Server):
    """uvicorn's server, whose connections are in the registry from the first moment, before any handshake."""

    def __init__(self, config: uvicorn.Config, registry: Connections) -> None:
        super().__init__(config)
        self._registry = registry

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        config, state = self.config, self.server_state
        loop = asyncio.get_running_loop()
        protocol: Any = config.http_protocol_class  # `_door`, whose signature is uvicorn's
        make: Any = partial(protocol, config=config, server_state=state, app_state={})
        if config.ssl:
            make = partial(Handshake, self._registry, state, config.ssl, make)
        await self.lifespan.startup()
        self.servers = [
            await loop.create_server(make, sock=listener, backlog=config.backlog) for listener in sockets or ()
        ]
        self.started = True


class HttpServer:
    """Serves the application on one address. Lives on one event loop.

    Args:
        application: What it serves.
        limits: What its connections may hold.
        tls: The certificate that is served; None for a listener in the clear.
    """

    def __init__(
        self, application: HttpApp, limits: ConnectionLimits | None = None, tls: ServerTls | None = None
    ) -> None:
        self._application = application
        self._limits = limits or ConnectionLimits()
        self._tls = tls
        self._connections: Connections | None = None
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._unix: UnixAddress | None = None
        self._identity: tuple[int, int, int] | None = None

    async def start(self, host: str | UnixAddress, port: int = 0) -> int:
        """Listen, and return the port (of port 0: the one that was picked; of a Unix socket: 0).

        Raises:
            StartupError: The address can't be used.
        """
        if isinstance(host, UnixAddress):
            listener = host.bind()
            self._unix, self._identity = host, host.identity()
        else:
            listener = _listen(host, port)
        self._connections = Connections(self._limits, _seconds(self._limits))
        config = uvicorn.Config(
            self._application,
            http=partial(_door, self._connections),  # type: ignore[arg-type]  # it is only called
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,  # the peer in the log is who really connected
            backlog=2048,
        )
        config.load()
        config.ssl = self._tls.serving_context() if self._tls else None
        self._server = _Server(config, self._connections)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:
            if self._task.done():
                raise StartupError("the HTTP server did not start") from self._task.exception()
            await asyncio.sleep(0.005)
        bound: int = 0 if self._unix else listener.getsockname()[1]
        return bound

    def note_caller(self, peer: str) -> None:
        """Note that a known caller is at the other end of a connection: it goes last. Any thread may call it.

        Args:
            peer: "address:port" of the client.
        """
        if self._connections is not None:
            self._connections.note_caller(peer)

    async def stop(self, grace: float) -> None:
        """Take no new connections, give the running requests `grace` seconds, then end them."""
        if self._server is not None and self._task is not None:
            whole = max(1, math.ceil(grace))  # seconds; rounded down they would cut calls before their status
            self._server.config.timeout_graceful_shutdown = whole
            self._server.should_exit = True
            await self._task
            # uvicorn has cancelled what was left, but does not wait for it.
            await asyncio.gather(*self._server.server_state.tasks, return_exceptions=True)
        if self._connections is not None:
            self._connections.stop()
        if self._unix is not None:
            self._unix.remove(self._identity)


def _door(
    registry: Connections, handshake: Handshake | None = None, *, server_state: ServerState, **arguments: Any
) -> Door:
    """Return the protocol of a new connection, for uvicorn."""
    return Door(registry, server_state, partial(BoundedProtocol, server_state=server_state, **arguments), handshake)


def _seconds(limits: ConnectionLimits) -> dict[Standing, float]:
    """Return how long a connection may stay in each standing; the call's own deadline ends an answer."""
    return {
        Standing.CLOSING: WRITE_TIMEOUT,
        Standing.NEW: HEAD_TIMEOUT,
        Standing.LEFTOVER: HEAD_TIMEOUT,
        Standing.IDLE: limits.idle,
        Standing.NEXT_HEAD: HEAD_TIMEOUT,
        Standing.KNOWN: limits.idle,
        Standing.STALLED: WRITE_TIMEOUT,
        Standing.PIPELINING: HEAD_TIMEOUT,
    }


def _plain(host: str, port: int) -> tuple[str, int]:
    """Return a client's address as gRPC shows it: one of IPv4 that comes over IPv6 is one of IPv4."""
    return (host.removeprefix(_MAPPED) if "." in host else host), port


def _client_certificate(transport: asyncio.Transport) -> str:
    """Return the client's verified certificate, PEM; "" if it showed none."""
    secured: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
    found = secured.getpeercert(binary_form=True) if secured is not None else None
    return ssl.DER_cert_to_PEM_cert(found) if found else ""


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # [::] takes IPv4 too, whatever this system's default is, as gRPC's does
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise AddressUnusable(join_host_port(host, port), "HTTP", error.strerror or str(error)) from None
    return listener
