"""The log: the line that is written for a call is the one that a record would give."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.trace_context import TraceContext
from mailproof.rpc.call_log import log_call
from mailproof.service.logs import JsonFormatter, JsonHandler, TextFormatter, is_text

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


@contextmanager
def handling(stream: io.StringIO) -> Iterator[JsonHandler]:
    handler, logger = JsonHandler(stream), logging.getLogger("mailproof.calls")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.fixture
def handler(stream: io.StringIO) -> Iterator[JsonHandler]:
    with handling(stream) as handler:
        yield handler


def without_time(line: str) -> str:
    return line.replace(json.loads(line)["time"], "")


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_a_calls_line_is_what_its_record_would_be(
    handler: JsonHandler, stream: io.StringIO, end: tuple[str, str, str, str, str, float]
) -> None:
    handler.log_call(*end)
    log_call(*end)
    short, record = stream.getvalue().split("\n")[:2]
    assert without_time(short) == without_time(record)
    assert len(json.loads(short)["time"]) == len(json.loads(record)["time"]) == len("2026-01-02T03:04:05.678+00:00")


def test_the_level_is_respected(handler: JsonHandler, stream: io.StringIO) -> None:
    logging.getLogger("mailproof.calls").setLevel(logging.WARNING)
    handler.log_call(*ENDS["plain"])
    handler.flush()
    assert stream.getvalue() == ""


def test_each_line_is_written_at_once_and_in_order(handler: JsonHandler, stream: io.StringIO) -> None:
    for count in (1, 2):
        handler.log_call(*ENDS["plain"])
        assert stream.getvalue().count("\n") == count
    logging.getLogger("mailproof.calls").error("internal error")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == [
        "call",
        "call",
        "internal error",
    ]


def test_lines_of_many_threads_are_whole(handler: JsonHandler, stream: io.StringIO) -> None:
    def many() -> None:
        for _ in range(200):
            handler.log_call(*ENDS["plain"])
            log_call(*ENDS["plain"])

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 4 * 2 * 200
    assert {json.loads(line)["message"] for line in lines} == {"call"}


signs = st.sampled_from(
    ['"', "\\", "/", "\x00", "\x1f", "\x7f", "\x85", "\r\n", "\u2028", "\ud800", "😀", "</script>", "{}"]
)
texts = st.text(max_size=80) | st.lists(signs, max_size=20).map("".join)


@given(
    st.sampled_from([PATH, ""]),
    st.sampled_from(["grpc", "grpc-web", "rest"]),
    texts,
    texts,
    st.sampled_from(["OK", "CANCELLED", "AUTH_REJECTED", "INTERNAL"]),
    st.floats(0, 1e6) | st.integers(0, 10**9).map(lambda halves: halves / 20_000),
)
def test_any_calls_line_is_what_its_record_would_be(
    path: str, transport: str, peer: str, request_id: str, outcome: str, seconds: float
) -> None:
    end = (path, transport, peer, request_id or "1", outcome, seconds)
    stream = io.StringIO(newline="")
    with handling(stream) as handler:
        handler.log_call(*end)
        log_call(*end)
    short, record = stream.getvalue().removesuffix("\n").split("\n")
    assert without_time(short) == without_time(record)


def test_a_call_of_a_trace_names_it(handler: JsonHandler, stream: io.StringIO) -> None:
    trace = TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "01")
    handler.log_call(*ENDS["plain"], trace)
    log_call(*ENDS["plain"], trace)
    short, record = stream.getvalue().splitlines()
    assert without_time(short) == without_time(record)
    assert (json.loads(short)["trace_id"], json.loads(short)["span_id"]) == (trace.trace_id, trace.span_id)


def test_a_broken_stream_breaks_no_call(handler: JsonHandler, stream: io.StringIO) -> None:
    stream.close()
    handler.log_call(*ENDS["plain"])


def test_a_record_without_the_handler_has_the_same_fields(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "mailproof.calls"):
        log_call(*ENDS["plain"])
    assert json.loads(JsonFormatter().format(caplog.records[0]))["outcome"] == "OK"


def test_a_line_for_people_holds_the_fields_and_nothing_that_drives_a_terminal() -> None:
    record = logging.makeLogRecord(
        {"levelname": "WARNING", "msg": "ended\n%s", "args": ("now",), "peer": "\x1b[2J\u2028", "method": ""}
    )
    line = TextFormatter().format(record)
    assert line.partition("  ")[2] == r"warning  ended\nnow  peer=\x1b[2J\u2028"


def test_a_value_in_a_line_for_people_passes_for_no_other_field() -> None:
    record = logging.makeLogRecord({"msg": "call", "peer": 'x  outcome=OK "\\', "outcome": "FAILED"})
    line = TextFormatter().format(record)
    assert line.endswith(r'  call  peer="x  outcome=OK \"\\"  outcome=FAILED')


def test_a_traceback_for_people_passes_for_no_other_line_and_drives_no_terminal() -> None:
    error = ValueError("\x1b[2J\n12:00:00  info     ready")
    record = logging.makeLogRecord({"msg": "internal error", "exc_info": (ValueError, error, None)})
    first, *rest = TextFormatter().format(record).split("\n")
    assert first.endswith("internal error")
    assert rest == [r"  ValueError: \x1b[2J", "  12:00:00  info     ready"]


@pytest.mark.parametrize(
    ("form", "terminal", "text"),
    [("auto", True, True), ("auto", False, False), ("text", False, True), ("json", True, False)],
)
def test_the_log_is_for_people_where_one_watches_or_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, form: str, terminal: bool, text: bool
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    assert is_text(form) is text
