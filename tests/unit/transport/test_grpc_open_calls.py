"""Calls without a token: they are few, and one that takes no answer stops nobody else."""

import asyncio
from typing import Any

import pytest
from grpc_health.v1 import health_pb2

from mailproof.transport import grpc_open_calls
from mailproof.transport.grpc_open_calls import Health, OpenGuests

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


class Client:
    """The context of a Watch, whose client takes so many answers and no more."""

    def __init__(self, takes: int) -> None:
        self.taken: list[Any] = []
        self._takes = takes

    async def write(self, answer: Any) -> None:
        if len(self.taken) == self._takes:
            await asyncio.Event().wait()
        self.taken.append(answer.status)


def test_a_watch_that_nobody_reads_stops_neither_the_others_nor_the_graceful_end() -> None:
    async def main() -> None:
        health, silent, reader = Health(), Client(0), Client(2)
        watches = [
            asyncio.ensure_future(health.watch(health_pb2.HealthCheckRequest(), one)) for one in (silent, reader)
        ]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        health.end()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert reader.taken == [SERVING, NOT_SERVING]
        for task in watches:
            task.cancel()
        await asyncio.gather(*watches, return_exceptions=True)

    asyncio.run(main())


def test_of_too_many_open_calls_the_oldest_of_the_busiest_connection_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grpc_open_calls, "MOST_OPEN", 4)

    async def main() -> None:
        guests = OpenGuests()
        peers = ["a:1", "b:1", "b:1", "b:1", "b:1", "c:1"]
        calls = [asyncio.ensure_future(asyncio.Event().wait()) for _ in peers]
        for peer, call in zip(peers, calls, strict=True):
            guests.add(peer, call)
        await asyncio.wait(calls, timeout=0)
        await asyncio.sleep(0)
        assert [call.cancelled() for call in calls] == [False, True, True, False, False, False]
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert not guests._calls
        assert not guests._count

    asyncio.run(main())
