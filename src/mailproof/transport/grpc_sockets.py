"""The sockets of the gRPC port, bounded from beside grpc-core, which neither counts by source nor ends idle ones first.

A thread looks now and then at how many descriptors the process has. Where that may be too many for gRPC it finds the
port's sockets in /proc/self/fd, and ends those that go first: of clients that have never made an admitted call, the
one that has been silent longest; then of known callers, the one whose last call is longest ago. It ends a socket by
shutting down a duplicate: the duplicate pins the open socket, so a number that is used again meanwhile harms nobody,
and grpc-core sees the end of the connection and closes its own.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mailproof.syntax.host import join_host_port
from mailproof.syntax.source import source_of
from mailproof.transport.connections import ConnectionLimits

PAUSE = 0.25
"""Seconds between two looks."""

_SHARE = 20
"""How many times longer than a look the pause after it is: with 12,000 descriptors a look takes some 20 ms."""

_RECENT = 10.0
"""Seconds for which a caller is remembered though its socket was not found: it may have come after the look."""

_MAPPED = "::ffff:"
"""Begins an IPv4 address on the IPv6 socket that grpc-core listens with, whatever address it was given."""

_DESCRIPTORS = Path("/proc/self/fd")
_TCP_INFO = 11  # the same: Python does not name it on each system, and the service runs on Linux alone
_LAST_DATA_RECEIVED = struct.Struct("=52xI")  # linux/tcp.h, struct tcp_info: tcpi_last_data_recv, in milliseconds


def slack(total: int) -> int:
    """Return how many connections grpc-core takes in beyond a bound, until the watch has ended as many idle ones."""
    return min(256, 8 + total // 4)


def why_unusable(host: str, port: int) -> str:
    """Return the system's words on why nothing can listen on an address: grpc-core keeps them to itself."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
    except OSError as error:
        return error.strerror or str(error)
    return "is the port in use?"


@dataclass(slots=True)
class _Client:
    """One connected socket: its descriptor, its inode, which no other socket has, and its peer."""

    descriptor: int
    inode: int
    peer: str
    source: str


class SocketWatch:
    """Keeps the connections of a port within their bounds, in a thread of its own.

    Args:
        port: The gRPC port.
        limits: The bounds; the idle time is left to grpc-core.
    """

    def __init__(self, port: int, limits: ConnectionLimits) -> None:
        self._port = port
        self._limits = limits
        self._clients: dict[int, _Client] = {}  # by descriptor
        self._others: dict[int, int] = {}  # inodes of sockets that are not the port's, by descriptor
        self._called: dict[str, float] = {}  # when a peer last made an admitted call
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="grpc sockets", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer, and end the sockets of strangers: grpc-core would wait for silent ones as for calls."""
        self._stop.set()
        self._thread.join()
        with suppress(OSError):
            self._find()
        for client in self._clients.values():
            if client.peer not in self._called:
                _end(client)

    def note_caller(self, peer: str) -> None:
        """Note that a known caller makes a call. Any thread may call it.

        Args:
            peer: "address:port" of the client.
        """
        self._called[peer] = time.monotonic()

    def _run(self) -> None:
        pause = PAUSE
        while not self._stop.wait(pause):
            began = time.monotonic()
            with suppress(OSError):  # a shortage of descriptors: the next look is soon
                least = min(self._limits.total, self._limits.per_source)
                if _open_descriptors() > least or len(self._called) > 2 * self._limits.total:
                    self.look()
            pause = max(PAUSE, _SHARE * (time.monotonic() - began))

    def look(self) -> int:
        """Find the port's sockets and end those beyond the bounds; return how many were ended."""
        self._find()
        sources: defaultdict[str, list[_Client]] = defaultdict(list)
        for client in self._clients.values():
            sources[client.source].append(client)
        over = {source: len(clients) - self._limits.per_source for source, clients in sources.items()}
        chosen: list[_Client] = []
        for source, excess in over.items():
            if excess > 0:
                chosen += self._in_order(sources[source])[:excess]
        left = len(self._clients) - len(chosen) - self._limits.total
        if left > 0:
            inodes = {client.inode for client in chosen}
            rest = [client for client in self._clients.values() if client.inode not in inodes]
            chosen += self._in_order(rest)[:left]
        for client in chosen:
            _end(client)
        peers = {client.peer for client in self._clients.values()}
        gone = time.monotonic() - _RECENT
        for peer, when in list(self._called.items()):
            if peer not in peers and when < gone:
                self._called.pop(peer, None)
        return len(chosen)

    def _find(self) -> None:
        """Renew the table of the port's sockets; a socket that is known by its inode is not looked at again."""
        clients: dict[int, _Client] = {}
        others: dict[int, int] = {}
        for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208 - a quarter of the time of pathlib
            number = int(name)
            try:
                status = os.fstat(number)
            except OSError:  # closed meanwhile
                continue
            if not stat.S_ISSOCK(status.st_mode):
                continue
            known = self._clients.get(number)
            if known is not None and known.inode == status.st_ino:
                clients[number] = known
            elif self._others.get(number) == status.st_ino:
                others[number] = status.st_ino
            else:
                found = self._client(number, status.st_ino)
                if found is None:
                    others[number] = status.st_ino
                else:
                    clients[number] = found
        self._clients, self._others = clients, others

    def _client(self, number: int, inode: int) -> _Client | None:
        """Return what a socket is, None if it is no connection of the port."""
        try:
            with socket.socket(fileno=os.dup(number)) as pinned:
                if os.fstat(pinned.fileno()).st_ino != inode or pinned.family not in {socket.AF_INET, socket.AF_INET6}:
                    return None
                if pinned.getsockname()[1] != self._port:
                    return None
                host, port = pinned.getpeername()[:2]
        except OSError:  # a listener, or a connection that is over
            return None
        host = host.removeprefix(_MAPPED) if "." in host else host  # as grpc-core names the peers of calls
        return _Client(number, inode, join_host_port(host, port), source_of(host))

    def _in_order(self, clients: list[_Client]) -> list[_Client]:
        """Return the clients in the order in which they go."""
        called = self._called

        def place(client: _Client) -> tuple[float, int]:
            return called.get(client.peer, 0.0), -_silent(client)

        return sorted(clients, key=place)


def _open_descriptors() -> int:
    """Return how many descriptors the process has, and perhaps more."""
    return _DESCRIPTORS.stat().st_size or len(os.listdir(_DESCRIPTORS))  # noqa: PTH208 - a size since Linux 6.2


def _pinned(client: _Client) -> socket.socket | None:
    """Return a duplicate of the client's socket, None if the socket is gone."""
    try:
        duplicate = socket.socket(fileno=os.dup(client.descriptor))
    except OSError:
        return None
    if os.fstat(duplicate.fileno()).st_ino != client.inode:
        duplicate.close()
        return None
    return duplicate


def _silent(client: _Client) -> int:
    """Return for how many milliseconds the client has sent nothing; 0 if it is gone."""
    duplicate = _pinned(client)
    if duplicate is None:
        return 0
    with duplicate:
        information = duplicate.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _LAST_DATA_RECEIVED.size)
    return int(_LAST_DATA_RECEIVED.unpack(information)[0])


def _end(client: _Client) -> None:
    duplicate = _pinned(client)
    if duplicate is not None:
        with duplicate, suppress(OSError):
            duplicate.shutdown(socket.SHUT_RDWR)
