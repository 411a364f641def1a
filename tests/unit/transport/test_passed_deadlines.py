"""A call whose deadline has passed does not begin, and what has begun to be stored is answered with what came of it."""

import asyncio
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from clock_support.waiting import eventually_here
from mailproof.rpc import deadlines
from mailproof.rpc.calls import Call, Decode
from mailproof.rpc.intake import Intake
from mailproof.rpc.status import StatusError
from mailproof.transport.http_app import HttpApp
from service_support.asgi import Answer, call
from service_support.framing import BINARY, TEXT, frame, read, text_frame
from service_support.rules import METHODS
from service_support.table import Table
from service_support.wires import path_of, rest_of
from zitadel.admin.v1 import admin_pb2

ADD = "/zitadel.admin.v1.AdminService/AddSMTPConfig"
GOOD = admin_pb2.AddSMTPConfigRequest(sender_address="a@example.com", sender_name="A", host="mx.example.com:587")
TEXTS = {"id": "1", "host": "mx.example.com:587", "address": "a@example.com", "sender_name": "A", "code": "ok"}


def plausible(method: MethodDescriptor) -> Message:
    """Return a request that would be carried out, or nearly."""
    made: Message = GetMessageClass(method.input_type)()
    for field_ in method.input_type.fields:
        if field_.type == field_.TYPE_STRING and not field_.is_repeated:
            text = "a@example.com" if field_.name.endswith("_address") else TEXTS.get(field_.name, "")
            setattr(made, field_.name, text)
    return made


def answers(app: HttpApp, table: Table, method: MethodDescriptor, timeout: str) -> list[tuple[int, str]]:
    """Return code and reason of a call over each wire of HTTP, and see that its status fits."""
    request = plausible(method)
    headers = [("authorization", f"Bearer {table.admin}"), ("grpc-timeout", timeout)]
    found = []
    for kind, body in ((BINARY, frame(request)), (TEXT, text_frame(request))):
        web = read(call(app, "POST", path_of(method), [kind, *headers], [body]))
        assert web.fields == []
        found.append((web.code, web.reason))
    for wire in ("rest", "bare"):
        verb, path, content = rest_of(method, wire, request)
        kinds = [] if content is None else [("content-type", "application/json")]
        answer = call(app, verb, path, [*headers, *kinds], [content or b""])
        found.append(rest_refusal(answer))
        assert answer.status == 504
    return found


def rest_refusal(answer: Answer) -> tuple[int, str]:
    document = json.loads(answer.body)
    if "errorCode" in document:  # the errorModel of the commerce API
        return 4, "DEADLINE_EXCEEDED"
    return document["code"], document["details"][0]["reason"]


@pytest.mark.parametrize("timeout", ["0n", "1n"])
def test_no_call_begins_whose_deadline_has_passed(app: HttpApp, table: Table, timeout: str) -> None:
    events = table_events(table)
    for name, method in METHODS.items():
        assert set(answers(app, table, method, timeout)) == {(4, "DEADLINE_EXCEEDED")}, name
    assert table_events(table) == events
    assert table.prober.plans == []


def table_events(table: Table) -> int:
    """Return how many events are stored."""

    async def count() -> int:
        store = table.store
        page = await store.list_events(await store.default_instance(), before=None, limit=1000)
        return len(page)

    return asyncio.run(count())


def test_a_stranger_with_no_time_left_learns_of_the_time_alone(app: HttpApp) -> None:
    answer = call(app, "POST", "/smtp", [("grpc-timeout", "0n"), ("content-type", "application/json")], [b"{"])
    assert (answer.status, rest_refusal(answer)[0]) == (504, 4)


@dataclass
class HeldWriter:
    """Holds the store's writer up before it commits, until it may go on.

    Attributes:
        begun: Set when a batch was taken.
        may_go: Set to let it be committed.
    """

    begun: threading.Event = field(default_factory=threading.Event)
    may_go: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def held(table: Table, monkeypatch: pytest.MonkeyPatch) -> HeldWriter:
    made = HeldWriter()
    writer: Any = table.store.writer
    commit = writer._commit

    def slow(batch: Any) -> Any:
        made.begun.set()
        made.may_go.wait()
        return commit(batch)

    monkeypatch.setattr(writer, "_commit", slow)
    return made


async def add(table: Table, seconds: float) -> Message:
    """Add a configuration with so many seconds for it."""

    async def request(_: Intake) -> Decode:
        return lambda _names: GOOD

    inbound = Call("test", f"Bearer {table.admin}", "peer", time.monotonic() + seconds)
    return await table.calls.unary(table.calls.methods[ADD], inbound, request)


SOON = 0.4
"""Seconds until the deadlines here: enough to come to the store under load."""


def test_what_has_begun_to_be_stored_is_waited_for(table: Table, held: HeldWriter) -> None:
    async def run() -> Message:
        adding = asyncio.create_task(add(table, SOON))
        passed = asyncio.Event()
        asyncio.get_running_loop().call_later(SOON + 0.1, passed.set)
        await eventually_here(held.begun.is_set)
        await passed.wait()
        assert not adding.done()
        held.may_go.set()
        return await adding

    assert asyncio.run(run()).id  # type: ignore[attr-defined]
    assert table.count() == 1


def test_what_waits_to_be_stored_is_withdrawn(table: Table, held: HeldWriter) -> None:
    async def run() -> None:
        first = asyncio.create_task(add(table, 30.0))
        await eventually_here(held.begun.is_set)
        with pytest.raises(StatusError) as caught:
            await add(table, SOON)
        assert caught.value.status.code == 4
        held.may_go.set()
        await first

    asyncio.run(run())
    assert table.count() == 1


def test_the_wait_for_what_is_being_stored_has_an_end(
    table: Table, held: HeldWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "GRACE", 0.05)

    async def run() -> None:
        with pytest.raises(StatusError) as caught:
            await add(table, SOON)
        assert caught.value.status.code == 4
        held.may_go.set()

    asyncio.run(run())
    assert held.begun.is_set()


def test_a_caller_that_hangs_up_is_not_waited_for(table: Table, held: HeldWriter) -> None:
    async def run() -> None:
        adding = asyncio.create_task(add(table, 30.0))
        await eventually_here(held.begun.is_set)
        adding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await adding
        assert not held.may_go.is_set()
        held.may_go.set()

    asyncio.run(run())


def test_the_deadline_holds_again_after_something_was_stored(table: Table) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + SOON
        async with asyncio.timeout_at(end) as scope:
            deadlines.grant_grace(scope)
            await table.store.create_instance("another")
            assert scope.when() == end

    asyncio.run(run())


def test_what_a_call_starts_beside_itself_moves_no_deadline(table: Table) -> None:
    async def run() -> None:
        async with asyncio.timeout(30.0) as scope:
            deadlines.grant_grace(scope)
            beside = asyncio.create_task(table.store.create_instance("another"))
            await asyncio.sleep(0)
        assert await beside  # when the call is over

    asyncio.run(run())
