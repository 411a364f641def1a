"""The HTTP server: uvicorn, with the bounds that it lacks on what a connection may hold and for how long.

Its httptools protocol takes headers of any size at any pace, pipelined requests of any number, and waits without end
for a client to take its answer. Here each of them has a bound, and all connections of the listener are in a registry
(`transport.connections`), so that too many of them end those that are idle and never keep one out. Signals are the
composition root's (uvicorn would raise SIGTERM again after its own shutdown).
"""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.flow_control import CLOSE_HEADER
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mailproof.domain.errors import StartupError
from mailproof.syntax.host import join_host_port
from mailproof.transport.connections import ConnectionLimits, Connections, Standing
from mailproof.transport.http_app import HttpApp

MAX_HEAD_BYTES = 32 * 1024
HEAD_TIMEOUT = 10.0
"""Seconds from a request's first byte to the end of its head, and for a body that goes on after its answer."""

WRITE_TIMEOUT = 30.0
"""Seconds that a client may take nothing of its answer, or take for the rest of its last one."""

MAX_PIPELINED = 16
"""Requests of a connection that may wait for the answer to an earlier one (RFC 9112 section 9.3.2)."""

MAX_AGE = 3600.0
"""Seconds after which a connection's next answer is its last, so that no client holds one for ever."""

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with its bounds: a connection of the registry."""

    def __init__(self, *args: Any, connections: Connections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing, self.since, self.source, self.known = Standing.NEW, 0.0, "", False
        self._registry = connections
        self._head_bytes = 0
        self._in_head = True
        self._born = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._registry.add(self, *self._peer())

    def connection_lost(self, exc: Exception | None) -> None:
        self._registry.remove(self, *self._peer())
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        # Checked after parsing: a chunk that completes its head may carry any amount of body.
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
            self._end(_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        if self._answering():  # it would land in the middle of that answer
            self.transport.close()
        else:
            super().send_400_response(msg)
        self._registry.move(self, Standing.CLOSING)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._answering():
            self._registry.move(self, Standing.STALLED)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.standing is Standing.STALLED:
            self._registry.move(self, Standing.ANSWERING)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if len(self.pipeline) >= MAX_PIPELINED:
            raise ConnectionError("too many requests wait for their answers")  # the parser stops: `send_400_response`
        if self._answering():
            self._registry.move(self, Standing.PIPELINING)
        elif self.standing is not Standing.NEW:  # a connection's first head is timed from the start
            self._registry.move(self, Standing.NEXT_HEAD)

    def on_headers_complete(self) -> None:
        self._in_head = False
        if not self._answering():
            self.known = False
        if self.loop.time() - self._born > MAX_AGE:
            self.headers.append(CLOSE_HEADER)
        super().on_headers_complete()
        self._registry.move(self, Standing.ANSWERING)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head, self._head_bytes = True, 0
        if self.standing is Standing.LEFTOVER:
            self._registry.move(self, self._rest())

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._unset_keepalive_if_required()  # the registry has one timer for all
        if self.transport.is_closing():
            self._registry.move(self, Standing.CLOSING)
        elif self._answering():
            self._registry.move(self, Standing.ANSWERING)
        elif not self._in_head:
            self._registry.move(self, Standing.LEFTOVER)
        else:
            self._registry.move(self, Standing.NEXT_HEAD if self._head_bytes else self._rest())

    def give_up(self, standing: Standing) -> None:
        if standing in {Standing.NEW, Standing.NEXT_HEAD, Standing.PIPELINING}:
            self._end(_TOO_SLOW)
        elif standing in {Standing.CLOSING, Standing.STALLED}:
            self.transport.abort()
        else:
            self.evict()

    def evict(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()  # `close` would wait until the client has taken it
        else:
            self.transport.close()

    def _rest(self) -> Standing:
        return Standing.KNOWN if self.known else Standing.IDLE

    def _peer(self) -> tuple[str, int]:
        return self.client or ("", 0)

    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn's annotation hides the None before the first request
        return cycle is not None and not cycle.response_complete

    def _end(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            if not self._answering():  # else it would land in the middle of that answer
                self.transport.write(answer)
            self.transport.close()
        self._registry.move(self, Standing.CLOSING)


class HttpServer:
    """Serves the application on one address. Lives on one event loop.

    Args:
        limits: What its connections may hold.
    """

    def __init__(self, application: HttpApp, limits: ConnectionLimits | None = None) -> None:
        self._application = application
        self._limits = limits or ConnectionLimits()
        self._connections: Connections | None = None
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port (of port 0: the one that was picked).

        Raises:
            StartupError: The address can't be used.
        """
        listener = _listen(host, port)
        self._connections = Connections(self._limits, _seconds(self._limits))
        config = uvicorn.Config(
            self._application,
            http=partial(BoundedProtocol, connections=self._connections),  # type: ignore[arg-type]  # it is only called
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,  # the peer in the log is who really connected
            backlog=2048,
        )
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:
            if self._task.done():
                raise StartupError("the HTTP server did not start") from self._task.exception()
            await asyncio.sleep(0.005)
        bound: int = listener.getsockname()[1]
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
            self._server.config.timeout_graceful_shutdown = max(1, round(grace))
            self._server.should_exit = True
            await self._task
            # uvicorn has cancelled what was left, but does not wait for it.
            await asyncio.gather(*self._server.server_state.tasks, return_exceptions=True)
        if self._connections is not None:
            self._connections.stop()


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


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StartupError(f"can't listen on {join_host_port(host, port)} for HTTP: {error.strerror}") from None
    return listener
