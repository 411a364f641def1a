"""Which form an answer has, by the header accept (RFC 9110 section 12.5.1)."""

import pytest

from mailproof.transport.accepted_form import Form, accepted_form, wants_text

CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "stream", "unary"),
    [
        ("", Form.LINES, Form.JSON),
        ("*/*", Form.LINES, Form.JSON),
        (CHROMIUM, Form.LINES, Form.JSON),
        ("application/json, text/plain, */*", Form.LINES, Form.JSON),  # axios
        ("text/plain, */*; q=0.01", Form.TEXT, Form.TEXT),  # jQuery, dataType "text"
        ("application/json, text/javascript, */*; q=0.01", Form.LINES, Form.JSON),  # jQuery, "json"
        ("text/plain", Form.TEXT, Form.TEXT),
        ("TEXT/Plain; charset=utf-8", Form.TEXT, Form.TEXT),
        ("text/*", Form.EVENTS, Form.TEXT),
        ("text/plain, */*", Form.TEXT, Form.TEXT),
        ("text/plain;q=0.5, application/json;q=0.4", Form.TEXT, Form.TEXT),
        ("text/plain;q=0.5, application/json", Form.LINES, Form.JSON),
        ("text/plain;q=0.5, */*;q=0.9", Form.LINES, Form.JSON),
        ("text/plain;q=0", Form.LINES, Form.JSON),
        ("*/*, text/plain;q=0, application/json;q=0", Form.LINES, Form.JSON),
        ("application/json;q=0, application/x-ndjson;q=0, */*", Form.LINES, Form.TEXT),
        ("text/event-stream", Form.EVENTS, Form.JSON),
        ("text/event-stream, */*", Form.EVENTS, Form.JSON),
        ("application/json, text/event-stream", Form.EVENTS, Form.JSON),
        ("text/event-stream;q=0, */*", Form.LINES, Form.JSON),
        ("text/event-stream;q=0.1, text/plain;q=0.2", Form.TEXT, Form.TEXT),
        ("application/x-ndjson", Form.LINES, Form.JSON),
        ("image/png", Form.LINES, Form.JSON),
        ("text/plain;q=2", Form.LINES, Form.JSON),  # no quality
        ("text/plain;q=", Form.LINES, Form.JSON),
        (",,;;, text/plain ,", Form.TEXT, Form.TEXT),
        ("text/plain/x, text", Form.LINES, Form.JSON),
        ("a/b," * 5000 + "text/plain", Form.LINES, Form.JSON),
    ],
)
def test_the_form_is_the_one_that_is_wanted_most(accept: str, stream: Form, unary: Form) -> None:
    assert accepted_form(accept, stream=True, text=True) is stream
    assert accepted_form(accept, stream=False, text=True) is unary
    assert wants_text(accept) is (unary is Form.TEXT)
    assert accepted_form(accept, stream=False, text=False) is Form.JSON
