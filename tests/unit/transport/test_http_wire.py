"""HTTP/1.1 and HTTP/1.0 byte by byte: what is no request, what is pipelined, and answers without a length."""

import asyncio
import json
from contextlib import suppress

import pytest

from clock_support.waiting import eventually_here
from mailproof.transport.http_app import HttpApp
from mailproof.transport.http_server import HttpServer
from mailproof.transport.raw_answers import MAX_HEAD_BYTES, MAX_TARGET_BYTES
from service_support.table import FAILED, STEP, ScriptedProber, Table

HEALTH = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
TARGET = json.dumps({"host": "mx.example.com"}).encode()


def diagnose(table: Table, version: str = "1.1") -> bytes:
    head = (
        f"POST /v1/settings:diagnose HTTP/{version}\r\nhost: a\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {table.admin}\r\ncontent-length: {len(TARGET)}\r\n\r\n"
    )
    return head.encode() + TARGET


def talk(app: HttpApp, *parts: bytes) -> bytes:
    """Send the parts, and return what comes until the server closes."""

    async def main() -> bytes:
        server = HttpServer(app)
        port = await server.start("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for part in parts:
            writer.write(part)
            await writer.drain()
        answer = await reader.read()
        writer.close()
        await server.stop(5.0)
        return answer

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [
        (b"\0\1\2\r\n\r\n", "400 Bad Request", "REQUEST_MALFORMED"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 Bad Request", "REQUEST_MALFORMED"),
        (b"GET /healthz HTTP/1.1\r\n\r\n", "400 Bad Request", "REQUEST_MALFORMED"),
        (b"POST /smtp HTTP/1.1\r\nhost: a\r\ncontent-length: -5\r\n\r\n", "400 Bad Request", "REQUEST_MALFORMED"),
        (
            b"POST /smtp HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
            "400 Bad Request",
            "REQUEST_MALFORMED",
        ),
        (b"GET /healthz\r\n\r\n", "400 Bad Request", "REQUEST_MALFORMED"),
        (LAST.replace(b"HTTP/1.1", b"HTTP/2.0"), "400 Bad Request", "REQUEST_MALFORMED"),
        (LAST.replace(b"/healthz", b"/healthz#/../smtp"), "400 Bad Request", "REQUEST_MALFORMED"),
        (
            LAST[:-2].replace(b"GET", b"POST") + b"transfer-encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "400 Bad Request",
            "REQUEST_MALFORMED",
        ),
        (b"GET /" + b"a" * MAX_TARGET_BYTES + HEALTH[12:], "414 URI Too Long", "REQUEST_TOO_LARGE"),
        (b"GET /" + b"a" * 100_000, "414 URI Too Long", "REQUEST_TOO_LARGE"),
        (
            HEALTH[:-2] + b"x: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n",
            "431 Request Header Fields Too Large",
            "REQUEST_TOO_LARGE",
        ),
    ],
)
def test_what_is_no_request_is_answered_in_json_and_ends_the_connection(
    app: HttpApp, sent: bytes, status: str, reason: str
) -> None:
    head, _, body = talk(app, sent).partition(b"\r\n\r\n")
    assert head.decode().splitlines()[0] == f"HTTP/1.1 {status}"
    assert b"connection: close" in head.splitlines()
    assert f"content-length: {len(body)}".encode() in head.splitlines()
    assert json.loads(body)["details"][0]["reason"] == reason


def test_a_path_as_long_as_may_be_is_looked_for(app: HttpApp) -> None:
    target = b"/" + b"a" * (MAX_TARGET_BYTES - 1)
    assert talk(app, LAST.replace(b"/healthz", target)).startswith(b"HTTP/1.1 404 ")


def test_a_client_of_the_old_version_needs_no_host_and_gets_no_chunks(app: HttpApp, table: Table) -> None:
    assert talk(app, b"GET /healthz HTTP/1.0\r\n\r\n").endswith(b"\r\n\r\nok\n")
    table.prober = ScriptedProber((STEP, STEP, FAILED))
    head, _, body = talk(app, diagnose(table, "1.0")).partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head.splitlines()
    assert [list(json.loads(line)) for line in body.splitlines()] == [["step"], ["step"], ["report"]]


def test_a_connection_lives_on_after_an_error_whose_body_was_read(app: HttpApp, table: Table) -> None:
    broken = diagnose(table).replace(TARGET, b"!" * len(TARGET))
    chunked = (
        b"POST /smtp HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"
        b"\r\n2\r\n{}\r\n0\r\n\r\n"
    )
    answer = talk(
        app, broken, chunked, LAST.replace(b"/healthz", b"/nothing").replace(b"connection: close", b"x: y"), LAST
    )
    assert [line.split()[1] for line in answer.splitlines() if line.startswith(b"HTTP/1.1 ")] == [
        b"400",
        b"401",
        b"404",
        b"200",
    ]


@pytest.mark.parametrize(
    "broken", [b"!\r\n\r\n", b"GET /healthz HTTP/1.1\r\n\r\n", HEALTH[:-2] + b"content-length: x\r\n\r\n"]
)
def test_requests_before_a_broken_one_are_answered(app: HttpApp, table: Table, broken: bytes) -> None:
    """As after a content-length that is too short: what is left of the body is taken for a request."""
    table.prober = ScriptedProber((STEP, FAILED))
    answer = talk(app, diagnose(table) + HEALTH + broken + HEALTH)
    assert answer.count(b"HTTP/1.1 ") == answer.count(b"HTTP/1.1 200 ") == 2
    assert answer.index(b'"report"') < answer.index(b"\r\n\r\nok\n")


def test_a_pipelined_request_whose_body_is_broken_is_not_answered_before_the_first(app: HttpApp, table: Table) -> None:
    table.prober = ScriptedProber((STEP, FAILED))
    broken = b"POST /smtp HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nno chunk\r\n"
    answer = talk(app, diagnose(table) + broken)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b'"report"' in answer


def test_a_client_that_leaves_with_requests_waiting_ends_the_first(app: HttpApp, table: Table) -> None:
    async def main() -> None:
        running = asyncio.Event()
        table.prober = ScriptedProber((STEP, "hang"), running=running)
        server = HttpServer(app)
        port = await server.start("127.0.0.1", 0)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(diagnose(table) + HEALTH)
        await running.wait()
        await asyncio.sleep(0)
        writer.transport.abort()
        await eventually_here(lambda: table.prober.closed == 1)
        await server.stop(5.0)

    asyncio.run(main())


CHUNKED = (
    b"POST /smtp/_search HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"transfer-encoding: chunked\r\n%s\r\n2\r\n{}\r\n"
)


def test_a_trailer_is_no_header(app: HttpApp, table: Table) -> None:
    token = f"authorization: Bearer {table.admin}\r\n".encode()
    assert talk(app, CHUNKED % token + b"0\r\nx: y\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    assert talk(app, CHUNKED % b"" + b"0\r\n" + token + b"\r\n").startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("begun", [b"0\r\nx: ", b"0\r\n" + b"x: y\r\n" * 10, b"2;x="])
def test_the_framing_of_a_body_has_an_end(app: HttpApp, table: Table, begun: bytes) -> None:
    """The parser would keep all of a trailer, and the server all trailers, for as long as they come."""

    async def main() -> bytes:
        server = HttpServer(app)
        port = await server.start("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(CHUNKED % f"authorization: Bearer {table.admin}\r\n".encode() + begun)
        answer = b""
        with suppress(ConnectionError):
            while not reader.at_eof():  # without an end of it the test has none
                writer.write(b"a" * MAX_HEAD_BYTES)
                await writer.drain()
                await asyncio.sleep(0)
            answer = await reader.read()
        writer.close()
        await server.stop(5.0)
        return answer

    answer = asyncio.run(main())
    assert answer.startswith(b"HTTP/1.1 400 ") or not answer  # it may be lost where bytes are left unread


def test_a_long_body_in_small_chunks_is_taken_whole(app: HttpApp, table: Table) -> None:
    chunks = b"".join(b"1;x=y\r\n \r\n" for _ in range(6000))
    answer = talk(app, CHUNKED % f"authorization: Bearer {table.admin}\r\n".encode() + chunks, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_who_speaks_the_old_version_is_not_asked_for_the_body(app: HttpApp, table: Table) -> None:
    asking = CHUNKED.replace(b"transfer-encoding: chunked", b"expect: 100-continue\r\ncontent-length: 2")
    sent = (asking % f"authorization: Bearer {table.admin}\r\n".encode()).replace(b"2\r\n{}\r\n", b"{}")
    assert talk(app, sent).startswith(b"HTTP/1.1 100 ")
    assert talk(app, sent.replace(b"HTTP/1.1", b"HTTP/1.0")).startswith(b"HTTP/1.1 200 ")
    two = sent.replace(b"expect: 100-continue", b"expect: 100-continue\r\nexpect: payment")
    assert talk(app, two).startswith(b"HTTP/1.1 417 ")
