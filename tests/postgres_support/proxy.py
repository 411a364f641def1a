"""A TCP proxy in front of PostgreSQL that cuts a connection at a chosen point of a conversation.

What a driver sends at a time is one exchange: it then waits for the server. `arm` names the exchange, counted from
there over all connections, and what happens to it. The connection is cut for both sides; new ones pass.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from clock_support.waiting import HANG

T = TypeVar("T")

LATE = 0.15
"""Seconds that a late message takes; longer than the pause before a call is repeated."""


class Cut(Enum):
    """What happens to the chosen exchange."""

    BEFORE = "the server never hears of it"
    ANSWERED = "the server carries it out, and its answer is lost"
    LATE = "the client hears of the cut at once, and the server gets the message later"


class Proxy:
    """Forwards to one address, on a loop in a thread of its own."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self._target = host, port
        self._left: int | None = None
        self._cut = Cut.BEFORE
        self._pending: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def arm(self, exchange: int, cut: Cut) -> None:
        """Cut at the exchange with this number, from 0 on."""
        self._left, self._cut = exchange, cut

    def disarm(self) -> bool:
        """Cut no more; return whether a cut happened, once all that is late has arrived."""
        happened, self._left = self._left is None, None
        self._call(self._arrived())
        return happened

    def close(self) -> None:
        """End it with all its connections."""
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(HANG)

    async def _arrived(self) -> None:
        if self._pending:
            await asyncio.wait(self._pending)

    async def _end(self) -> None:
        self._server.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        answers = asyncio.ensure_future(_pump(server_reader, writer))
        try:
            with suppress(OSError):
                while chunk := await reader.read(1 << 20):
                    if self._left is None:
                        server_writer.write(chunk)
                    elif self._left:
                        self._left -= 1
                        server_writer.write(chunk)
                    else:
                        self._left = None
                        answers.cancel()
                        await self._do_cut(chunk, writer, server_reader, server_writer)
                        return
        finally:
            answers.cancel()
            for each in (writer, server_writer):
                if not (each is server_writer and self._pending):
                    each.close()

    async def _do_cut(
        self,
        chunk: bytes,
        client: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader,
        server: asyncio.StreamWriter,
    ) -> None:
        if self._cut is Cut.ANSWERED:
            server.write(chunk)
            await _whole_answer(chunk, server_reader)
        client.close()
        if self._cut is Cut.LATE:
            task = asyncio.ensure_future(_deliver(chunk, server_reader, server))
            self._pending.add(task)
            task.add_done_callback(self._pending.discard)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(1 << 20):
            writer.write(chunk)
    writer.close()


async def _whole_answer(question: bytes, reader: asyncio.StreamReader) -> None:
    """Read up to the ReadyForQuery that ends each answer but that to a Flush: Z, its length 5, and the state."""
    if question.endswith(b"H\0\0\0\4"):  # it ends a statement's preparation, of which nothing is to be seen later
        await reader.read(1 << 20)
        return
    answer = b""
    while chunk := await reader.read(1 << 20):
        answer += chunk
        if answer[-6:-1] == b"Z\0\0\0\5":
            return


async def _deliver(chunk: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(LATE)
    writer.write(chunk)
    with suppress(TimeoutError):  # it may wait for a lock of whoever came first
        async with asyncio.timeout(5):
            await _whole_answer(chunk, reader)
    writer.close()


@contextmanager
def proxied(url: str) -> Iterator[tuple[Proxy, str]]:
    """Return a proxy in front of a database, and the database's URL by way of it."""
    parts = urlsplit(url)
    proxy = Proxy(parts.hostname or "127.0.0.1", parts.port or 5432)
    user, at, _ = parts.netloc.rpartition("@")
    try:
        yield proxy, f"postgresql://{user}{at}127.0.0.1:{proxy.port}{parts.path}?sslmode=disable"
    finally:
        proxy.close()
