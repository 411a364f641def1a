"""A door in front of the service that can be shut: all connections through it end, and no other comes about."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from smtp_support.scripted import background


class Door:
    """Forwards to one address while it is open.

    Attributes:
        url: Where it stands.
    """

    def __init__(self, target: str) -> None:
        address = urlsplit(target)
        self._target = str(address.hostname), address.port
        self._connections: set[asyncio.Task[None]] = set()
        self._port = 0
        self._server = background(self._listen())
        self._port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    def shut(self) -> None:
        """Cut all connections and take no other."""
        background(self._shut())

    def open(self) -> None:
        """Take connections again."""
        self._server = background(self._listen())

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._pass, "127.0.0.1", self._port)

    async def _shut(self) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            there, back = await asyncio.open_connection(*self._target)
            try:
                await asyncio.gather(_copy(reader, back), _copy(there, writer))
            finally:
                back.transport.abort()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._connections.discard(task)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
        target.write_eof()


@contextmanager
def door(target: str) -> Iterator[Door]:
    """Have a door in front of a URL."""
    made = Door(target)
    try:
        yield made
    finally:
        made.shut()
