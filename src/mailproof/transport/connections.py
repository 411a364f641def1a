"""The connections that are open, their bounds, and which one goes first when there are too many.

A new connection is always taken in. Where its source or all together then hold more than they may, another one goes:
in the order of `Standing`, and of equals the one that has stood there longest. The time that a connection may stay as
it is is bounded too; one timer for all looks after that. Knows nothing of HTTP and does no I/O but closing.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from typing import Protocol

from mailproof.syntax.host import join_host_port
from mailproof.syntax.source import source_of

SWEEP = 0.5
"""Seconds between two looks for connections whose time is over."""

REST = 2.0
"""Seconds after which an idle connection lets go of what it does not need."""

_AT_ONCE, _BREATH = 100, 0.02
"""Connections that one look ends or lets rest, and seconds until the next look where more are to come: 10,000 at once
would hold up the event loop for half a second."""


class Standing(IntEnum):
    """What a connection is doing, in the order in which connections go when there are too many."""

    CLOSING = 0
    """The last answer was written, and the client has not taken all of it."""
    NEW = 1
    """It has never sent a complete head."""
    LEFTOVER = 2
    """Its request was answered, and the request's body still comes."""
    IDLE = 3
    """Its requests are answered."""
    NEXT_HEAD = 4
    """It is sending another head."""
    KNOWN = 5
    """Idle, and its last request was one of a known caller."""
    STALLED = 6
    """The client does not take the answer that is being written."""
    PIPELINING = 7
    """A request is being answered, and the head of the next one has begun."""
    ANSWERING = 8
    """A request is being answered."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What connections may hold.

    Attributes:
        total: Connections at most.
        per_source: Connections at most of one address (IPv6: of one /64).
        idle: Seconds that a connection may be open without a request.
    """

    total: int = 10_000
    per_source: int = 1_000
    idle: float = 75.0


class Connection(Protocol):
    """A connection as the registry sees it."""

    standing: Standing
    since: float
    source: str
    peer: tuple[str, int]
    known: bool
    """Whether the request that it is on, or was on last, is one of a known caller."""

    def give_up(self, standing: Standing) -> None:
        """Close, since its time in this standing is over."""

    def evict(self) -> None:
        """Close at once, to make room."""

    def rest(self) -> None:
        """Let go of what it does not need while it is idle."""


class Connections:
    """All connections of one listener. Lives on one event loop; `note_caller` may be called from any thread.

    Args:
        limits: Their bounds.
        seconds: How long a connection may stay in a standing; one that is missing has no end here.
    """

    def __init__(self, limits: ConnectionLimits, seconds: dict[Standing, float]) -> None:
        self._limits = limits
        self._seconds = seconds
        self._lanes: tuple[dict[Connection, None], ...] = tuple({} for _ in Standing)
        self._sources: defaultdict[str, dict[Connection, None]] = defaultdict(dict)
        self._peers: dict[str, Connection] = {}
        self._idle: deque[tuple[Connection, float]] = deque()  # since when: those that have not rested yet
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(SWEEP, self._sweep)

    def __len__(self) -> int:
        return sum(map(len, self._lanes))

    def add(self, connection: Connection) -> None:
        """Take in a new connection, and let another one go where there are too many."""
        host, port = connection.peer
        connection.standing, connection.since, connection.known = Standing.NEW, self._loop.time(), False
        connection.source = source_of(host)
        of_source = self._sources[connection.source]
        of_source[connection] = None
        self._lanes[Standing.NEW][connection] = None
        self._peers[join_host_port(host, port)] = connection
        if len(of_source) > self._limits.per_source:
            self._evict_of_source(of_source, connection)
        if len(self) > self._limits.total:
            self._evict(connection)

    def remove(self, connection: Connection) -> None:
        """Forget a connection that is closed; it may be forgotten already."""
        self._forget(connection)
        peer = join_host_port(*connection.peer)
        if self._peers.get(peer) is connection:  # else the port is in use again
            del self._peers[peer]

    def move(self, connection: Connection, standing: Standing) -> None:
        """Note what a connection does now."""
        if connection not in self._lanes[connection.standing]:  # it was evicted, and its end is under way
            return
        del self._lanes[connection.standing][connection]
        self._lanes[standing][connection] = None
        connection.standing, connection.since = standing, self._loop.time()
        if standing in {Standing.IDLE, Standing.KNOWN}:
            self._idle.append((connection, connection.since))
        of_source = self._sources[connection.source]
        del of_source[connection]
        of_source[connection] = None  # at the end: those that have stood longest come first

    def note_caller(self, peer: str) -> None:
        """Note that a known caller is at the other end.

        Args:
            peer: "address:port" of the client.
        """
        connection = self._peers.get(peer)
        if connection is not None:
            connection.known = True

    def stop(self) -> None:
        """Watch no longer."""
        self._timer.cancel()

    def _forget(self, connection: Connection) -> None:
        self._lanes[connection.standing].pop(connection, None)
        of_source = self._sources.get(connection.source)
        if of_source is not None:
            of_source.pop(connection, None)
            if not of_source:
                del self._sources[connection.source]

    def _evict(self, newest: Connection) -> None:
        for lane in self._lanes:
            for connection in lane:
                if connection is not newest and not _is_serving_known(connection):
                    self._end(connection)
                    return
        self._end(newest)  # all others are calls of known callers

    def _evict_of_source(self, of_source: dict[Connection, None], newest: Connection) -> None:
        """Let one of a source's connections go. They are as many as `per_source` at most."""
        worst = min(
            (one for one in of_source if one is not newest and not _is_serving_known(one)),
            key=_by_standing,  # of equals the first, which has stood there longest
            default=newest,
        )
        self._end(worst)

    def _end(self, connection: Connection) -> None:
        self._forget(connection)
        connection.evict()

    def _sweep(self) -> None:
        now = self._loop.time()
        left = _AT_ONCE
        for standing, seconds in self._seconds.items():
            over = []
            for connection in islice(self._lanes[standing], left):  # in the order in which they came to stand there
                if now - connection.since < seconds:
                    break
                over.append(connection)
            for connection in over:
                connection.give_up(standing)
            left -= len(over)
        while left and self._idle and now - self._idle[0][1] >= REST:
            connection, since = self._idle.popleft()
            if connection.since == since:
                connection.rest()
                left -= 1
        self._timer = self._loop.call_later(SWEEP if left else _BREATH, self._sweep)


def _is_serving_known(connection: Connection) -> bool:
    return connection.known and connection.standing >= Standing.STALLED


def _by_standing(connection: Connection) -> int:
    return connection.standing
