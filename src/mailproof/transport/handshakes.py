"""The TLS handshakes of the HTTP port: a connection is in the registry from its first moment.

An event loop gives a connection of a listener with TLS to its protocol after the handshake. Until then it would be in
no registry, and strangers who begin no handshake could hold any number of them. So the listener is one in the clear:
what it accepts is counted, and a duplicate of its socket is given to the loop again, as one with TLS.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from uvicorn.server import ServerState

from mailproof.transport.connections import Connections, Standing
from mailproof.transport.server_tls import HANDSHAKE_TIMEOUT

SHUTDOWN_TIMEOUT = 2.0
"""Seconds that a connection stays open for its client's word that it has ended too (RFC 8446 section 6.1)."""


class Handshake(asyncio.Protocol):
    """A connection of the registry until its handshake is over.

    Args:
        registry: Of the listener's connections.
        server: uvicorn's state.
        context: Serves TLS.
        make: Makes the protocol of the connection, which calls `over` as it takes the place of this one.
    """

    __slots__ = ("_context", "_make", "_registry", "_server", "_socket", "known", "peer", "since", "source", "standing")

    def __init__(
        self,
        registry: Connections,
        server: ServerState,
        context: ssl.SSLContext,
        make: Callable[[Handshake], asyncio.Protocol],
    ) -> None:
        self._registry = registry
        self._server = server
        self._context = context
        self._make = make
        self.standing, self.since, self.source, self.known = Standing.NEW, 0.0, "", False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin the handshake."""
        self.peer: tuple[str, int] = (transport.get_extra_info("peername") or ("", 0))[:2]
        try:
            self._socket = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        except OSError:  # no descriptor is left
            return
        finally:
            transport.abort()  # nothing was read of it
        self._server.connections.add(self)  # type: ignore[arg-type]  # uvicorn calls nothing of it but `shutdown`
        self._registry.add(self)
        task = asyncio.get_running_loop().create_task(self._secure())
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)

    async def _secure(self) -> None:
        seconds: dict[str, Any] = {
            "ssl_handshake_timeout": HANDSHAKE_TIMEOUT,
            "ssl_shutdown_timeout": SHUTDOWN_TIMEOUT,
        }
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: self._make(self), self._socket, ssl=self._context, **seconds
            )
        except OSError:  # it failed, took too long, or was ended here
            self._socket.close()
        finally:
            self.over()

    def over(self) -> None:
        """Leave the registry; a second time does nothing."""
        self._server.connections.discard(self)
        self._registry.remove(self)

    def shutdown(self) -> None:
        """Close, since the server ends."""
        self.evict()

    def evict(self) -> None:
        """See `Connection`."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def give_up(self, standing: Standing) -> None:
        """See `Connection`."""
        self.evict()

    def rest(self) -> None:
        """Do nothing: it is never idle."""
