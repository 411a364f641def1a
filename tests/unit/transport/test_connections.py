"""The registry of connections: who goes first, and who never goes."""

import asyncio
from collections.abc import Callable

import pytest

from clock_support.waiting import eventually_here
from mailproof.transport import connections
from mailproof.transport.connections import ConnectionLimits, Connections, Standing


class Plain:
    """A connection that remembers what is done to it."""

    def __init__(self, name: str, host: str = "192.0.2.1", port: int = 1) -> None:
        self.name, self.peer = name, (host, port)
        self.standing, self.since, self.source, self.known = Standing.NEW, 0.0, "", False
        self.evicted = self.rested = False
        self.given_up: list[Standing] = []

    def give_up(self, standing: Standing) -> None:
        self.given_up.append(standing)

    def evict(self) -> None:
        self.evicted = True

    def rest(self) -> None:
        self.rested = True


def in_loop(work: Callable[[Connections], None], limits: ConnectionLimits) -> None:
    async def main() -> None:
        registry = Connections(limits, {})
        work(registry)
        registry.stop()

    asyncio.run(main())


def evicted(standings: list[Standing], limits: ConnectionLimits, known: frozenset[int] = frozenset()) -> list[int]:
    """Return the order in which connections go when as many new ones come, each of which begins to be answered."""
    order: list[int] = []

    def work(registry: Connections) -> None:
        old = [Plain(str(number), f"192.0.2.{number + 1}") for number in range(len(standings))]
        for number, (connection, standing) in enumerate(zip(old, standings, strict=True)):
            registry.add(connection)
            registry.move(connection, standing)
            connection.known = number in known
        for number in range(len(old)):
            new = Plain("new", f"198.51.100.{number + 1}")
            registry.add(new)
            new.known = True
            registry.move(new, Standing.ANSWERING)
            order.extend(n for n, one in enumerate(old) if one.evicted and n not in order)

    in_loop(work, limits)
    return order


def test_connections_go_in_the_order_of_their_standing() -> None:
    standings = list(reversed(Standing))
    everything = evicted(standings, ConnectionLimits(total=len(standings), per_source=100))
    assert [standings[number] for number in everything] == list(Standing)


def test_of_equals_the_one_that_has_stood_there_longest_goes_first() -> None:
    assert evicted([Standing.IDLE] * 4, ConnectionLimits(total=4, per_source=4)) == [0, 1, 2, 3]


def test_a_known_callers_call_is_not_ended_for_a_newcomer() -> None:
    def work(registry: Connections) -> None:
        calls = [Plain("call", f"192.0.2.{number}") for number in range(2)]
        for connection in calls:
            registry.add(connection)
            registry.move(connection, Standing.ANSWERING)
            connection.known = True
        newcomer = Plain("newcomer", "198.51.100.1")
        registry.add(newcomer)
        assert newcomer.evicted
        assert not any(connection.evicted for connection in calls)
        assert len(registry) == 2

    in_loop(work, ConnectionLimits(total=2, per_source=2))


def test_a_source_with_too_many_connections_loses_its_own() -> None:
    def work(registry: Connections) -> None:
        other = Plain("other", "198.51.100.1")
        registry.add(other)
        of_one = [Plain(str(port), port=port) for port in range(5)]
        for connection in of_one:
            registry.add(connection)
        registry.move(of_one[2], Standing.IDLE)
        assert [one.evicted for one in of_one] == [True, True, False, False, False]
        registry.add(Plain("sixth", port=6))
        assert [one.evicted for one in of_one] == [True, True, False, True, False], "silent ones before those idle"
        assert not other.evicted

    in_loop(work, ConnectionLimits(total=100, per_source=3))


def test_what_is_closed_counts_no_more() -> None:
    def work(registry: Connections) -> None:
        for port in range(10):
            connection = Plain(str(port), port=port)
            registry.add(connection)
            registry.remove(connection)
            registry.remove(connection)
            registry.move(connection, Standing.IDLE)
            assert not connection.evicted
        assert len(registry) == 0

    in_loop(work, ConnectionLimits(total=1, per_source=1))


def test_a_known_caller_is_noted_by_its_address() -> None:
    def work(registry: Connections) -> None:
        four, six = Plain("four", "192.0.2.1", 4), Plain("six", "2001:db8::1", 6)
        registry.add(four)
        registry.add(six)
        registry.note_caller("[2001:db8::1]:6")
        registry.note_caller("192.0.2.1:5")
        assert (four.known, six.known) == (False, True)

    in_loop(work, ConnectionLimits())


def test_time_is_over_in_batches_and_idle_connections_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SWEEP", "REST", "_BREATH"):
        monkeypatch.setattr(connections, name, 0.001)

    async def main() -> None:
        registry = Connections(ConnectionLimits(), {Standing.NEW: 0.01})
        new = [Plain(str(port), port=port) for port in range(250)]
        idle = Plain("idle", "198.51.100.1")
        registry.add(idle)
        registry.move(idle, Standing.IDLE)
        for connection in new:
            registry.add(connection)
        for connection in new:
            await eventually_here(lambda one=connection: one.given_up)  # type: ignore[misc]
            registry.remove(connection)
        await eventually_here(lambda: idle.rested)
        assert not idle.given_up
        registry.stop()

    asyncio.run(main())
