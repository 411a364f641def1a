"""A proxy that makes loopback as slow as a distant server: what is exchanged takes one round trip of DELAY seconds.

    delay.py SECONDS PORT...

TCP's own handshake with a proxy on loopback takes no time, so its round trip is added here: the connection to the
server opens one and a half round trips after ours was made (SYN, SYN/ACK, and the ACK on which the server greets), and
nothing of the client's gets there earlier. From then on each direction takes half a round trip.
Prints one line of JSON, port behind -> port in front, and lives until its standard input closes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import cast

import uvloop


class Half(asyncio.Protocol):
    """One side of a proxied connection: what it hears is said on the other side, `lag` seconds later."""

    def __init__(self, lag: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._lag = lag
        self._transport: asyncio.Transport | None = None
        self.other: Half | None = None
        self._early: list[Callable[[Half], None]] = []  # until there is another side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._later(lambda other: other.say(data))

    def eof_received(self) -> bool:
        self._later(lambda other: other.close())
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._later(lambda other: other.close())

    def say(self, data: bytes) -> None:
        """Say it at once, if this side still stands."""
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Close this side."""
        if self._transport is not None:
            self._transport.close()

    def join(self, other: Half) -> None:
        """Become the other side of `other`, and hand over what came before."""
        self.other = other
        for act in self._early:
            act(other)

    def _later(self, act: Callable[[Half], None]) -> None:
        self._loop.call_later(self._lag, self._now, act)

    def _now(self, act: Callable[[Half], None]) -> None:
        if self.other is None:
            self._early.append(act)
        else:
            act(self.other)


class Front(Half):
    """The client's side; it opens the server's."""

    def __init__(self, delay: float, port: int) -> None:
        super().__init__(delay / 2)
        self._delay = delay
        self._port = port
        self._opening: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._opening = self._loop.create_task(self._open())

    async def _open(self) -> None:
        await asyncio.sleep(1.5 * self._delay)
        back = Half(self._delay / 2)
        back.other = self
        await self._loop.create_connection(lambda: back, "127.0.0.1", self._port)
        self.join(back)


async def main(delay: float, ports: list[int]) -> None:
    """Serve until standard input closes."""
    loop = asyncio.get_running_loop()
    fronts = {}
    for port in ports:

        def front(port: int = port) -> Front:
            return Front(delay, port)

        server = await loop.create_server(front, "127.0.0.1", 0)
        fronts[str(port)] = server.sockets[0].getsockname()[1]
    sys.stdout.write(json.dumps(fronts) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main(float(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
