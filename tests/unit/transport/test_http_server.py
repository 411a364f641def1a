"""The HTTP server on a real socket: a head that is too large or too slow ends its connection, and stopping ends all."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from clock_support.waiting import eventually_here
from mailproof.domain.errors import StartupError
from mailproof.transport import connections, http_server
from mailproof.transport.asgi import AsgiReceive, AsgiSend
from mailproof.transport.connections import ConnectionLimits
from mailproof.transport.http_app import HttpApp
from mailproof.transport.http_server import MAX_PIPELINED, HttpServer
from mailproof.transport.raw_answers import MAX_HEAD_BYTES
from service_support.table import STEP, ScriptedProber, Table


@asynccontextmanager
async def serving(app: HttpApp) -> AsyncIterator[int]:
    server = HttpServer(app)
    port = await server.start("127.0.0.1", 0)
    try:
        yield port
    finally:
        await server.stop(5.0)


async def talk(port: int, *parts: bytes) -> bytes:
    """Send the parts and return all that comes until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def run(app: HttpApp, *parts: bytes) -> bytes:
    async def main() -> bytes:
        async with serving(app) as port:
            return await talk(port, *parts)

    return asyncio.run(main())


def test_a_request_is_answered(app: HttpApp) -> None:
    answer = run(app, b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\nok\n")
    assert b"server:" not in answer.lower()


def test_several_requests_share_a_connection(app: HttpApp) -> None:
    request = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
    last = request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
    assert run(app, request + request[:10], request[10:], last).count(b"HTTP/1.1 200 ") == 3


def test_a_head_that_is_too_large_ends_the_connection(app: HttpApp) -> None:
    answer = run(app, b"GET /healthz HTTP/1.1\r\nx: " + b"x" * (MAX_HEAD_BYTES + 1))
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_a_head_that_is_too_slow_ends_the_connection(app: HttpApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "HEAD_TIMEOUT", 0.05)
    assert run(app, b"GET /healthz HTTP/1.1\r\nhost:").startswith(b"HTTP/1.1 408 ")
    assert run(app).startswith(b"HTTP/1.1 408 ")


def test_a_slow_second_head_writes_nothing_into_the_first_answer(
    app: HttpApp, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "HEAD_TIMEOUT", 0.05)
    table.prober = ScriptedProber((STEP, "hang"))
    body = json.dumps({"host": "mx.example.com"}).encode()
    head = (
        f"POST /v1/diagnose HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {table.admin}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    answer = run(app, head.encode() + body, b"GET /slow HTTP/1.1\r\n")
    assert b" 408 " not in answer
    assert table.prober.closed == 1, "and the first call has ended with its connection"


def test_stopping_ends_what_still_runs(app: HttpApp, table: Table) -> None:
    async def main() -> bytes:
        running = asyncio.Event()
        table.prober = ScriptedProber((STEP, "hang"), running=running)
        body = json.dumps({"host": "mx.example.com"}).encode()
        head = (
            f"POST /v1/diagnose HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {table.admin}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        server = HttpServer(app)
        port = await server.start("127.0.0.1", 0)
        client = asyncio.create_task(talk(port, head.encode() + body))
        await running.wait()
        await server.stop(0.1)
        assert table.prober.closed == 1
        return await client

    assert b"STAGE_CONNECT" in asyncio.run(main())


def test_a_port_that_is_taken_is_a_sentence(app: HttpApp) -> None:
    async def main() -> None:
        async with serving(app) as port:
            with pytest.raises(StartupError, match=f"can't listen on 127.0.0.1:{port} for HTTP"):
                await HttpServer(app).start("127.0.0.1", port)

    asyncio.run(main())


class Flood:
    """An application that answers with more than a client takes, and notes whether its answer ended."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    async def __call__(self, scope: Any, receive: AsgiReceive, send: AsgiSend) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            for _ in range(2000):
                await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
                await asyncio.sleep(0)
        finally:
            self.ended.set()


def test_an_answer_that_is_not_taken_ends_with_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "WRITE_TIMEOUT", 0.05)

    async def main() -> None:
        app = Flood()
        async with serving(app) as port:  # type: ignore[arg-type]
            _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
            writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            await app.ended.wait()
            writer.close()

    asyncio.run(main())


def test_an_idle_connection_ends(app: HttpApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> bytes:
        server = HttpServer(app, ConnectionLimits(idle=0.05))
        port = await server.start("127.0.0.1", 0)
        try:
            return await talk(port, b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
        finally:
            await server.stop(1.0)

    assert asyncio.run(main()).endswith(b"ok\n")


def test_a_body_that_goes_on_after_its_answer_ends_the_connection(
    app: HttpApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "HEAD_TIMEOUT", 0.05)
    answer = run(app, b"POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf")
    assert answer.startswith(b"HTTP/1.1 404 ")


def test_a_connection_that_has_rested_is_answered_again(app: HttpApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REST", 0.0)
    monkeypatch.setattr(connections, "SWEEP", 0.001)
    rested: list[object] = []
    let_go = http_server.BoundedProtocol.let_go

    def noted(protocol: http_server.BoundedProtocol) -> bool:
        rested.append(let_go(protocol))
        return bool(rested[-1])

    monkeypatch.setattr(http_server.BoundedProtocol, "let_go", noted)

    async def main() -> None:
        async with serving(app) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for number in range(1, 4):
                writer.write(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
                assert (await reader.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200 ")
                await eventually_here(lambda least=number: rested.count(True) >= least)  # type: ignore[misc]
            writer.close()

    asyncio.run(main())


def test_an_old_connections_next_answer_is_its_last(app: HttpApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "MAX_AGE", -1.0)
    answer = run(app, b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
    assert b"connection: close" in answer


def test_more_pipelined_requests_than_may_wait_end_the_connection(app: HttpApp) -> None:
    answers = run(app, b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n" * 500)
    assert answers.count(b"HTTP/1.1 ") <= MAX_PIPELINED + 1
