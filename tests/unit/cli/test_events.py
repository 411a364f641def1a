"""`mailproof events`: what it selects, and how it follows the log."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from mailproof.cli import events
from smtpdiag.v1 import instance_pb2


class Log:
    """Stands in for the client: an instance's log, the newest first, in pages of two."""

    def __init__(self, count: int) -> None:
        self.kept = [self.event(number) for number in range(count, 0, -1)]
        self.instances = SimpleNamespace(ListEvents=self.answer)
        self.asked = 0

    @staticmethod
    def event(number: int) -> instance_pb2.ConfigEvent:
        kind = instance_pb2.CONFIG_EVENT_TYPE_TESTED if number % 2 else instance_pb2.CONFIG_EVENT_TYPE_REMOVED
        return instance_pb2.ConfigEvent(sequence=number, type=kind, actor_token_name="console", test_code="ok")

    async def answer(self, request: instance_pb2.ListEventsRequest) -> instance_pb2.ListEventsResponse:
        self.asked += 1
        first = int(request.page_token or 0)
        size = min(request.page_size, 2)
        more = str(first + size) if first + size < len(self.kept) else ""
        return instance_pb2.ListEventsResponse(events=self.kept[first : first + size], next_page_token=more)

    async def pages(self, method: Any, request: Any) -> AsyncIterator[Any]:
        while True:
            page = await method(request)
            yield page
            request.page_token = page.next_page_token
            if not request.page_token:
                return


def wanted(**more: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"types": None, "by": None, "since": None, "limit": 50, "json": False} | more)


def test_the_types_are_those_of_the_api() -> None:
    names = [name.removeprefix(events._PREFIX).lower() for name, _ in instance_pb2.ConfigEventType.items()]
    assert list(events.TYPES) == names[1:]


@pytest.mark.parametrize(
    ("chosen", "sequences", "more"),
    [
        ({}, [5, 4, 3, 2, 1], False),
        ({"limit": 2}, [5, 4], True),
        ({"limit": 5}, [5, 4, 3, 2, 1], False),
        ({"types": ["removed"]}, [4, 2], False),
        ({"types": ["removed"], "limit": 1}, [4], True),
        ({"by": "console"}, [5, 4, 3, 2, 1], False),
        ({"by": "nobody"}, [], False),
    ],
)
def test_what_is_selected(chosen: dict[str, Any], sequences: list[int], more: bool) -> None:
    found, others, _ = asyncio.run(events._newest(Log(5), "", wanted(**chosen)))  # type: ignore[arg-type] # stands in
    assert ([event.sequence for event in found], others) == (sequences, more)


def test_followed_events_come_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "INTERVAL", 0.0)
    log = Log(2)

    async def follow() -> list[int]:
        seen: list[int] = []
        async for event in events._coming(log, "", 2):  # type: ignore[arg-type] # stands in
            seen.append(event.sequence)
            if event.sequence == 5:
                log.kept.insert(0, Log.event(6))
            if event.sequence == 6:
                return seen
        return seen

    log.kept[:0] = [Log.event(5), Log.event(4), Log.event(3)]
    assert asyncio.run(follow()) == [3, 4, 5, 6]
