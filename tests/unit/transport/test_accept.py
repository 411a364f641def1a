"""The header Accept: which of two forms of a stream a client gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.transport.accept import MAX_HEADER, preferred

LINES, EVENTS = "application/x-ndjson", "text/event-stream"


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("", LINES),
        ("*/*", LINES),
        ("text/event-stream", EVENTS),
        ("Text/Event-Stream; charset=utf-8", EVENTS),
        ("text/*", EVENTS),
        ("application/json, text/event-stream", EVENTS),
        ("text/event-stream, */*", EVENTS),
        ("*/*, text/event-stream", EVENTS),
        ("text/event-stream;q=0.5, */*", LINES),
        ("application/x-ndjson, text/event-stream", LINES),
        ("text/event-stream, application/x-ndjson", EVENTS),
        ("text/event-stream;q=0.9, application/x-ndjson", LINES),
        ("text/event-stream;q=0", LINES),
        ("application/x-ndjson;q=0, */*", EVENTS),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", LINES),
        ("text/event-streams", LINES),
        ("x-text/event-stream", LINES),
        ("text/event-stream;q=2", LINES),
        ("text/event-stream;q=0.1234", LINES),
        ("text/event-stream;q=\u0661", LINES),
        ("text/event-stream;q=nan", LINES),
        ("text / event-stream", LINES),
        (",,;q=1, text/event-stream", EVENTS),
        ("a" * MAX_HEADER + ", text/event-stream", LINES),
    ],
)
def test_what_is_wanted_most_is_chosen(header: str, chosen: str) -> None:
    assert preferred(header, (LINES, EVENTS)) == chosen


@given(st.text(max_size=80) | st.lists(st.sampled_from(["*/*", EVENTS, LINES, ";q=0", ";q=", ",", " "])).map("".join))
def test_any_header_chooses_one(header: str) -> None:
    assert preferred(header, (LINES, EVENTS)) in (LINES, EVENTS)
