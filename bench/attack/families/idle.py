"""Connections that do nothing and calls that never end: what they hold, and who is still served."""

from __future__ import annotations

import itertools
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress

from bench.attack.row import Row
from bench.attack.target import Target

from service_support.frames import PREFACE, SETTINGS, SETTINGS_ACK, FrameClient
from service_support.strangers import connect, is_open, sources

HTTP, GRPC, CALLS = 10_000, 2_000, 200
MESSAGE = 2 * 1024 * 1024
IMPORT = "/smtpdiag.v1.InstanceService/ImportInstance"
RATE = 2_000
"""Connections a second."""

HOLD = 15.0
"""Seconds that all of it is held open."""

HEALTH = "/grpc.health.v1.Health/Check"
REQUEST = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"


def run(target: Target) -> Iterator[Row]:
    """Each alone, then all at once."""
    with target.watched(f"{HTTP} idle HTTP connections", max_rss=200, max_health=100) as watch, ExitStack() as held:
        opened = idle_http(target, HTTP, held)
        watch.tried = f"{len(opened)} opened, half of them silent, half after a request; {_left(opened)}"
    yield watch.row()
    with target.watched(f"{GRPC} idle gRPC connections", max_rss=200, max_health=100) as watch, ExitStack() as held:
        opened = idle_grpc(target, GRPC, held)
        watch.tried = f"{len(opened)} opened, half of them silent, half in HTTP/2; {_left(opened)}"
    yield watch.row()
    with target.watched(f"{CALLS} half-sent gRPC calls", max_rss=200, max_health=100) as watch, ExitStack() as held:
        sent = half_sent(target, CALLS, held)
        time.sleep(HOLD)
        watch.tried = f"2 MiB announced each, {sent / 2**20:.1f} MiB taken in all"
    yield watch.row()
    with target.watched(f"{CALLS} half-sent health checks", max_rss=200, max_health=100) as watch, ExitStack() as held:
        sent = half_sent(target, CALLS, held, path=HEALTH)
        watch.tried = f"2 MiB announced each, {sent / 2**20:.1f} MiB taken in all"
    yield watch.row()
    with target.watched("all of these at once", max_rss=200, max_health=100) as watch, ExitStack() as held:
        opened = idle_http(target, HTTP, held) + idle_grpc(target, GRPC, held)
        sent = half_sent(target, CALLS, held)
        watch.tried = f"{len(opened)} connections, {CALLS} calls, {sent / 2**20:.1f} MiB taken; {_left(opened)}"
    yield watch.row()


def _left(opened: list[socket.socket]) -> str:
    time.sleep(HOLD)
    return f"{sum(map(is_open, opened))} left after {HOLD:.0f} s"


def idle_http(target: Target, count: int, held: ExitStack) -> list[socket.socket]:
    """Open connections: every second one makes a request first."""
    return _open(target.http_address, count, held, 1, REQUEST)


def idle_grpc(target: Target, count: int, held: ExitStack) -> list[socket.socket]:
    """Likewise: every second one begins with HTTP/2's preface."""
    return _open(target.grpc_address, count, held, 2, PREFACE + SETTINGS + SETTINGS_ACK)


def _open(address: tuple[str, int], count: int, held: ExitStack, net: int, first: bytes) -> list[socket.socket]:
    """Open connections from 50 sources, not faster than `RATE`: what they hold is asked, not how fast they come."""
    opened: list[socket.socket] = []
    began = time.monotonic()
    turns = itertools.cycle(sources(50, net=net))
    for number in range(count):
        with suppress(OSError):
            opened.append(held.enter_context(closing(connect(address, next(turns), first if number % 2 else b""))))
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
    return opened


def half_sent(target: Target, count: int, held: ExitStack, *, each: int = 20, path: str = IMPORT) -> int:
    """Send all but the last byte of calls without a token, as far as windows allow; return the bytes."""
    sent = 0
    for source in sources(count // each, net=3):
        try:
            client = held.enter_context(FrameClient(target.grpc_address, source=source))
            client.open()
            streams = []
            for _ in range(each):
                streams.append(client.call(path))
                client.announce(streams[-1], MESSAGE)
            missing = dict.fromkeys(streams, MESSAGE - 1)
            for _ in range(400):
                before = sum(missing.values())
                for stream in streams:
                    missing[stream] -= client.send_some(stream, missing[stream])
                client.read_what_is_there()
                if sum(missing.values()) == before:
                    break
            sent += each * (MESSAGE - 1) - sum(missing.values())
        except (OSError, struct.error):
            continue
    return sent
