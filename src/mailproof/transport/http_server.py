"""The HTTP server: uvicorn, with the bounds that it lacks on a request's head.

Its httptools protocol takes headers of any size at any pace; a head that is too large or too slow ends the
connection here. Signals are the composition root's (uvicorn would raise SIGTERM again after its own shutdown).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mailproof.domain.errors import StartupError
from mailproof.syntax.host import join_host_port
from mailproof.transport.asgi import HANG_UP
from mailproof.transport.http_app import HttpApp
from mailproof.transport.request import with_certificate
from mailproof.transport.server_tls import HANDSHAKE_TIMEOUT, ServerTls

MAX_HEAD_BYTES = 32 * 1024
HEAD_TIMEOUT = 10.0
"""Seconds from a request's first byte to the end of its head."""

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a bounded head."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._in_head = True
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        certificate = _client_certificate(transport)
        if certificate:
            self.app = with_certificate(self.app, certificate)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        # Checked after parsing: a chunk that completes its head may carry any amount of body.
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
            self._end(_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {HANG_UP: self.transport.abort}  # type: ignore[dict-item] # our own has a function
        if self._head_timer is None:  # a connection's first head is timed from the start
            self._arm()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._disarm()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head, self._head_bytes = True, 0

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection; `close` alone would wait for ever for a client that does not take its answer."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().timeout_keep_alive_handler()

    def _arm(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_TIMEOUT, self._end, _TOO_SLOW)

    def _disarm(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn's annotation hides the None before the first request
        return cycle is not None and not cycle.response_complete

    def _end(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            if not self._answering():  # else it would land in the middle of that answer
                self.transport.write(answer)
            self.transport.close()


class _Server(uvicorn.Server):
    """uvicorn's server with a bounded handshake: it would wait 60 s for one."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        config, state = self.config, self.server_state
        loop = asyncio.get_running_loop()
        await self.lifespan.startup()
        self.servers = [
            await loop.create_server(
                lambda: BoundedProtocol(config, state, {}),
                sock=listener,
                ssl=config.ssl,
                ssl_handshake_timeout=HANDSHAKE_TIMEOUT if config.ssl else None,
                backlog=config.backlog,
            )
            for listener in sockets or ()
        ]
        self.started = True


class HttpServer:
    """Serves the application on one address. Lives on one event loop.

    Args:
        application: What it serves.
        tls: The certificate that is served; None for a listener in the clear.
    """

    def __init__(self, application: HttpApp, tls: ServerTls | None = None) -> None:
        self._application = application
        self._tls = tls
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port (of port 0: the one that was picked).

        Raises:
            StartupError: The address can't be used.
        """
        listener = _listen(host, port)
        config = uvicorn.Config(
            self._application,
            http=BoundedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,  # the peer in the log is who really connected
            timeout_keep_alive=75,
            limit_concurrency=2000,
            backlog=2048,
        )
        config.load()
        config.ssl = self._tls.serving_context() if self._tls else None
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:
            if self._task.done():
                raise StartupError("the HTTP server did not start") from self._task.exception()
            await asyncio.sleep(0.005)
        bound: int = listener.getsockname()[1]
        return bound

    async def stop(self, grace: float) -> None:
        """Take no new connections, give the running requests `grace` seconds, then end them."""
        if self._server is not None and self._task is not None:
            self._server.config.timeout_graceful_shutdown = max(1, round(grace))
            self._server.should_exit = True
            await self._task
            # uvicorn has cancelled what was left, but does not wait for it.
            await asyncio.gather(*self._server.server_state.tasks, return_exceptions=True)


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
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StartupError(f"can't listen on {join_host_port(host, port)} for HTTP: {error.strerror}") from None
    return listener
