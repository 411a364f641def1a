"""A small authoritative DNS server on loopback: answers real packets over UDP and TCP from a table."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from smtp_support.scripted import background


@dataclass
class DnsServer:
    """The table, which a test may change at any time.

    Attributes:
        records: (name without the last dot, type) -> texts of the records.
        fail: Answer SERVFAIL. silent: Answer nothing. truncate: Over UDP, answer that it takes TCP.
        silent_types: Types of records that are not answered.
        asked: Every question, as "SRV _submission._tcp.example.test"; over_tcp: those that came over TCP.
    """

    port: int = 0
    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    fail: bool = False
    silent: bool = False
    truncate: bool = False
    silent_types: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    over_tcp: list[str] = field(default_factory=list)

    def answer(self, packet: bytes, *, tcp: bool) -> bytes | None:
        query = dns.message.from_wire(packet)
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{kind} {name}")
        if tcp:
            self.over_tcp.append(f"{kind} {name}")
        if self.silent or kind in self.silent_types:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        texts = self.records.get((name, kind), [])
        if self.fail:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif self.truncate and not tcp:
            response.flags |= dns.flags.TC
        elif texts:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        elif not any(known == name for known, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._server.answer(data, tcp=False)
        if answer is not None:
            self._transport.sendto(answer, addr)


@contextmanager
def dns_server() -> Iterator[DnsServer]:
    """Run a server whose table is empty."""
    served = DnsServer()

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                answer = served.answer(await reader.readexactly(length), tcp=True)
                if answer is not None:
                    writer.write(struct.pack("!H", len(answer)) + answer)
                    await writer.drain()
        writer.close()

    async def start() -> tuple[asyncio.Server, asyncio.DatagramTransport]:
        loop = asyncio.get_running_loop()
        for _ in range(20):  # the port must be free for both
            over_tcp = await asyncio.start_server(stream, "127.0.0.1", 0)
            served.port = over_tcp.sockets[0].getsockname()[1]
            try:
                transport, _protocol = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(served), ("127.0.0.1", served.port)
                )
            except OSError:
                over_tcp.close()
                continue
            return over_tcp, transport
        raise AssertionError("no port is free for UDP and TCP")

    async def stop(over_tcp: asyncio.Server, over_udp: asyncio.DatagramTransport) -> None:
        over_tcp.close()
        over_udp.close()

    running = background(start())
    try:
        yield served
    finally:
        background(stop(*running))
