"""The log: the short way of a call's line gives what a record would, and no line waits for long."""

import asyncio
import io
import json
import logging
import time
from collections.abc import Iterator

import pytest

from mailproof.rpc.call_log import log_call
from mailproof.service.logs import FLUSH_AFTER, JsonFormatter, Lines

PATH = "/zitadel.admin.v1.AdminService/GetSMTPConfigById"
ENDS = {
    "plain": (PATH, "grpc", "127.0.0.1:40312", "0123456789abcdef", "OK", 0.00123),
    "no such RPC": ("", "rest", "127.0.0.1:1", "a", "UNKNOWN_RPC", 0.0),
    "a peer that would break the line": (PATH, "grpc", 'unix:"\\\n\x00\u2028ü', "a", "OK", 12.3456),
    "no peer": (PATH, "grpc", "", "a", "OK", 29.99996),
}


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def lines(stream: io.StringIO) -> Iterator[Lines]:
    handler, logger = Lines(stream), logging.getLogger("mailproof.calls")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(before)


def without_time(line: str) -> str:
    return line.replace(json.loads(line)["time"], "")


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_a_calls_line_is_what_its_record_would_be(
    lines: Lines, stream: io.StringIO, end: tuple[str, str, str, str, str, float]
) -> None:
    lines.call(*end)
    log_call(*end)
    short, record = stream.getvalue().split("\n")[:2]
    assert without_time(short) == without_time(record)
    assert len(json.loads(short)["time"]) == len(json.loads(record)["time"]) == len("2026-01-02T03:04:05.678+00:00")


def test_the_level_is_respected(lines: Lines, stream: io.StringIO) -> None:
    logging.getLogger("mailproof.calls").setLevel(logging.WARNING)
    lines.call(*ENDS["plain"])
    lines.flush()
    assert stream.getvalue() == ""


def test_without_a_loop_a_line_is_written_at_once(lines: Lines, stream: io.StringIO) -> None:
    lines.call(*ENDS["plain"])
    assert stream.getvalue().count("\n") == 1


def test_lines_of_a_loop_are_written_together_and_soon(
    lines: Lines, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1e9)  # the loop is not so busy that lines would be written before

    async def scenario() -> None:
        for _ in range(3):
            lines.call(*ENDS["plain"])
        assert stream.getvalue() == ""
        await asyncio.sleep(FLUSH_AFTER + 0.05)
        assert stream.getvalue().count("\n") == 3

    asyncio.run(scenario())


def test_any_other_record_is_written_at_once_behind_those_that_wait(lines: Lines, stream: io.StringIO) -> None:
    async def scenario() -> None:
        lines.call(*ENDS["plain"])
        logging.getLogger("mailproof.calls").error("internal error")

    asyncio.run(scenario())
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["call", "internal error"]


def test_a_line_whose_loop_has_ended_is_written_with_the_next(
    lines: Lines, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def one() -> None:
        lines.call(*ENDS["plain"])

    asyncio.run(one())
    assert stream.getvalue() == ""
    monkeypatch.setattr("mailproof.service.logs.FLUSH_AFTER", 0.0)
    asyncio.run(one())
    assert stream.getvalue().count("\n") == 2


def test_a_broken_stream_breaks_no_call(lines: Lines, stream: io.StringIO) -> None:
    stream.close()
    lines.call(*ENDS["plain"])


def test_a_record_without_the_handler_has_the_same_fields(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "mailproof.calls"):
        log_call(*ENDS["plain"])
    assert json.loads(JsonFormatter().format(caplog.records[0]))["outcome"] == "OK"
