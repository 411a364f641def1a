"""The HTTP server on a real socket: a head that is too large or too slow ends its connection, and stopping ends all."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mailproof.domain.errors import StartupError
from mailproof.transport import http_server
from mailproof.transport.http_app import HttpApp
from mailproof.transport.http_server import MAX_HEAD_BYTES, HttpServer
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
