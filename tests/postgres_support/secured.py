"""TLS in front of a PostgreSQL whose build has none: what SSLRequest begins (PostgreSQL, section 55.2.10)."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_SSL_REQUEST = (80877103).to_bytes(4, "big")


@contextmanager
def secured(port: int, context: ssl.SSLContext) -> Iterator[int]:
    """Run the front in a thread, and give its port.

    Args:
        port: Where PostgreSQL listens on 127.0.0.1.
        context: The certificate that the front shows.
    """
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError):
            if (await reader.readexactly(8))[4:] != _SSL_REQUEST:
                return
            writer.write(b"S")
            await writer.start_tls(context)
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
            ways = (_copy(reader, inner_writer), _copy(inner_reader, writer))
            await asyncio.gather(*ways)
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()
