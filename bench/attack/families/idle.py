"""Connections that do nothing and calls that never end: what they hold, and who is still served."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack

from bench.attack.row import Row
from bench.attack.target import Target, sources

from service_support.frames import PREFACE, SETTINGS, SETTINGS_ACK, FrameClient

HTTP, GRPC, CALLS = 10_000, 2_000, 200
MESSAGE = 2 * 1024 * 1024
IMPORT = "/smtpdiag.v1.InstanceService/ImportInstance"
HOLD = 20.0
"""Seconds that all of it is held open."""

REQUEST = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"


def run(target: Target) -> Iterator[Row]:
    """Each alone, then all at once."""
    with target.watched(f"{HTTP} idle HTTP connections", max_rss=200, max_health=100) as watch, ExitStack() as held:
        opened = idle_http(target, HTTP, held)
        time.sleep(HOLD)
        watch.tried = (
            f"{opened} opened, half of them silent, half after a request; {still_open(held)} left after {HOLD:.0f} s"
        )
    yield watch.row()
    with target.watched(f"{GRPC} idle gRPC connections", max_rss=200, max_health=100) as watch, ExitStack() as held:
        opened = idle_grpc(target, GRPC, held)
        time.sleep(HOLD)
        watch.tried = (
            f"{opened} opened, half of them silent, half in HTTP/2; {still_open(held)} left after {HOLD:.0f} s"
        )
    yield watch.row()
    with target.watched(f"{CALLS} half-sent gRPC calls", max_rss=200, max_health=100) as watch, ExitStack() as held:
        sent = half_sent(target, CALLS, held)
        time.sleep(HOLD)
        watch.tried = f"2 MiB announced each, {sent / 2**20:.1f} MiB taken in all"
    yield watch.row()
    with target.watched("all of these at once", max_rss=200, max_health=100) as watch, ExitStack() as held:
        opened = idle_http(target, HTTP, held) + idle_grpc(target, GRPC, held)
        sent = half_sent(target, CALLS, held)
        time.sleep(HOLD)
        watch.tried = f"{opened} connections, {CALLS} calls, {sent / 2**20:.1f} MiB taken; {still_open(held)} left"
    yield watch.row()


def _connect(address: tuple[str, int], source: str, held: ExitStack) -> socket.socket:
    return held.enter_context(socket.create_connection(address, 20, (source, 0)))


def idle_http(target: Target, count: int, held: ExitStack) -> int:
    """Open connections: every second one makes a request first. Return how many could be opened."""
    opened = 0
    for number, source in zip(range(count), sources(50) * (count // 50 + 1), strict=False):
        try:
            connection = _connect(target.http_address, source, held)
            opened += 1
            if number % 2:
                connection.sendall(REQUEST)
        except OSError:
            continue
    return opened


def idle_grpc(target: Target, count: int, held: ExitStack) -> int:
    """Likewise: every second one begins with HTTP/2's preface."""
    opened = 0
    for number, source in zip(range(count), sources(50, net=2) * (count // 50 + 1), strict=False):
        try:
            connection = _connect(target.grpc_address, source, held)
            opened += 1
            if number % 2:
                connection.sendall(PREFACE + SETTINGS + SETTINGS_ACK)
        except OSError:
            continue
    return opened


def half_sent(target: Target, count: int, held: ExitStack, *, each: int = 20) -> int:
    """Send all but the last byte of calls without a token, as far as windows allow; return the bytes."""
    sent = 0
    for source in sources(count // each, net=3):
        try:
            client = held.enter_context(FrameClient(target.grpc_address, source=source))
            client.open()
            streams = []
            for _ in range(each):
                streams.append(client.call(IMPORT))
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


def still_open(held: ExitStack) -> int:
    """Return how many of the connections the server has not closed."""
    count = 0
    for _, callback in held._exit_callbacks:  # type: ignore[attr-defined]  # there is no public way to look
        connection = getattr(callback, "__self__", None)
        connection = getattr(connection, "socket", connection)
        if not isinstance(connection, socket.socket):
            continue
        connection.setblocking(False)
        try:
            while connection.recv(65536):
                pass
        except BlockingIOError:
            count += 1
        except OSError:
            pass
    return count
