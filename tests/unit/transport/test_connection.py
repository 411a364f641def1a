"""A body's bounds, where the answer alone would not show them."""

import asyncio

import pytest

from clock_support.loop import WaitedClock
from mailproof.domain.errors import RequestTooLarge
from mailproof.transport.asgi import HANG_UP, AsgiMessage
from mailproof.transport.connection import Inbound
from mailproof.transport.cors import Cors
from mailproof.transport.http_app import DELIVERY_MARGIN, HttpApp
from mailproof.transport.request import Request
from service_support.asgi import Exchange, call, scope
from service_support.table import PASSED, STEP, Table


def test_a_body_that_announces_too_much_is_refused_unread() -> None:
    async def receive() -> AsgiMessage:
        raise AssertionError("nothing is to be read")

    announced = Request.from_scope(scope("POST", "/", [("content-length", "11")]))
    with pytest.raises(RequestTooLarge):
        asyncio.run(Inbound(announced, receive).read(10))


@pytest.mark.parametrize("headers", [[], [("content-length", "13")]])
def test_a_refusal_names_the_limit_of_the_message_not_of_its_framing(headers: list[tuple[str, str]]) -> None:
    given = scope("POST", "/", headers)

    async def read() -> bytes:
        inbound = Inbound(Request.from_scope(given), Exchange(given, [b"x" * 13]).receive)
        return await inbound.read(12, message_limit=10)

    with pytest.raises(RequestTooLarge) as caught:
        asyncio.run(read())
    assert caught.value.metadata == {"limitBytes": "10"}


def test_a_client_that_does_not_take_its_answer_is_hung_up_on(table: Table) -> None:
    """Its server would wait for it for ever, with all that the call holds."""
    app = HttpApp(table.calls, Cors(()), ready=table.store.ping)
    gone = asyncio.Event()
    head = scope(
        "POST",
        "/v1/settings:diagnose",
        [("authorization", f"Bearer {table.admin}"), ("grpc-timeout", "5S"), ("content-type", "application/json")],
    )
    head["extensions"] = {HANG_UP: gone.set}
    exchange = Exchange(head, [b'{"host": "mx.example.com"}'])
    table.prober.events = (STEP, PASSED)

    async def send(event: AsgiMessage) -> None:
        if event["type"] == "http.response.body":
            await asyncio.Event().wait()  # a full connection
        await exchange.send(event)

    async def run() -> None:
        task = asyncio.create_task(app(head, exchange.receive, send))
        await gone.wait()
        exchange.hang_up()
        await task

    clock = WaitedClock(slowness=0.05)
    with asyncio.Runner(loop_factory=clock) as runner:
        runner.run(run())
    assert clock.waited == pytest.approx(5.0 + DELIVERY_MARGIN, abs=0.2)
    assert table.prober.closed == 1


@pytest.mark.parametrize(("chunks", "closes"), [([b"x" * 100], False), ([b"x" * 70_000, b"x"], True)])
def test_a_refused_body_that_is_there_keeps_its_connection(table: Table, chunks: list[bytes], closes: bool) -> None:
    app = HttpApp(table.calls, Cors(()), ready=table.store.ping)
    answer = call(app, "POST", "/admin/v1/smtp", [("transfer-encoding", "chunked")], chunks)
    assert answer.status == 401
    assert (answer.header("connection") == "close") is closes
