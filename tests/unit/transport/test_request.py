"""The head of a request: what each header means, in a table, and beside plain searches for any list of headers."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock_support.frozen import freeze
from mailproof.domain.errors import InvalidFields
from mailproof.domain.model import Permission
from mailproof.transport.cors import Cors
from mailproof.transport.headers import values_by_name
from mailproof.transport.http_app import HttpApp
from mailproof.transport.pages import JsonPage
from mailproof.transport.request import Request
from service_support.asgi import call, scope
from service_support.framing import BINARY, frame, read
from service_support.table import Table

Pairs = list[tuple[bytes, bytes]]

TOKEN = "Bearer secret-1"


def request(*headers: tuple[str, str | bytes], **changes: Any) -> Request:
    return Request.from_scope({**scope("POST", "/smtp", headers), **changes})


@pytest.mark.parametrize(
    ("headers", "attribute", "value"),
    [
        ([], "content_type", ""),
        ([("content-type", "")], "content_type", ""),
        ([("content-type", " Application/JSON ; charset=utf-8")], "content_type", "application/json"),
        ([("content-type", "text/plain"), ("content-type", "application/json")], "content_type", "text/plain"),
        ([("content-type", b"text/\xc4")], "content_type", "text/\xe4"),
        ([], "accept", ""),
        ([("accept", "text/html"), ("accept", "text/event-stream")], "accept", "text/html, text/event-stream"),
        ([("accept-encoding", "br"), ("accept-encoding", "gzip")], "accept_encoding", "br, gzip"),
        ([("if-none-match", '"1"'), ("if-none-match", '"2"')], "if_none_match", '"1", "2"'),
        ([], "origin", None),
        ([("origin", "https://a.example"), ("origin", "https://b.example")], "origin", b"https://a.example"),
        ([], "authorization", None),
        ([("authorization", "")], "authorization", ""),
        ([("authorization", "Bearer a"), ("authorization", "Bearer b")], "authorization", "Bearer a, Bearer b"),
        ([("authorization", b"Bearer \xff")], "authorization", "Bearer \xff"),
        ([("x-request-id", "trace-1"), ("x-request-id", "trace-2")], "request_id", "trace-1"),
        ([], "instance_id", None),
        ([("x-instance-id", "1")], "instance_id", "1"),
        ([("x-instance-id", "1"), ("accept", "*/*"), ("x-instance-id", "2")], "instance_id", "1, 2"),
        ([("x-idempotency-key", "k")], "idempotency_key", "k"),
        ([("x-idempotency-key", "k"), ("x-idempotency-key", "k")], "idempotency_key", "k, k"),
        ([("x-idempotency-key", "k")] * 3, "idempotency_key", "k, k, k"),
        ([], "content_length", None),
        ([("content-length", "12"), ("content-length", "13")], "content_length", 12),
        ([("content-length", "-1")], "content_length", None),
        ([("content-length", "1.5")], "content_length", None),
        ([("content-length", "")], "content_length", None),
        ([("content-length", "\u0662".encode())], "content_length", None),  # a digit, but not of HTTP
        ([("content-length", "9" * 5000)], "content_length", int("9" * 20)),
        ([], "deadline", None),
        ([("grpc-timeout", "soon")], "deadline", None),
    ],
)
def test_what_a_header_means(headers: list[tuple[str, str | bytes]], attribute: str, value: object) -> None:
    assert getattr(request(*headers), attribute) == value


@pytest.mark.parametrize("offered", [None, "", "a b", "x" * 65, b"\xff"])
def test_a_request_without_a_harmless_id_gets_one_of_its_own(offered: str | bytes | None) -> None:
    headers = [] if offered is None else [("x-request-id", offered)]
    ids = {request(*headers).request_id for _ in range(2)}
    assert len(ids) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", made) for made in ids)


def test_the_request_line_and_the_peer_are_the_scopes() -> None:
    made = request(method="GET", path="/a b", query_string=b"limit=1")
    assert (made.method, made.path, made.query) == ("GET", "/a b", b"limit=1")
    bare = Request.from_scope({"type": "http", "method": "GET", "path": "/", "headers": []})
    assert (bare.query, bare.peer) == (b"", "")


@pytest.mark.parametrize(
    ("client", "peer"),
    [(("192.0.2.7", 4711), "192.0.2.7:4711"), (("2001:db8::1", 25), "[2001:db8::1]:25"), (None, "")],
)
def test_a_peer_is_an_address_and_its_port(client: tuple[str, int] | None, peer: str) -> None:
    assert request(client=client).peer == peer


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1500m", 1.5),
        ("2H", 7200.0),
        (" 90S ", 90.0),
        ("99999999H", 366 * 86400.0),
        ("0n", 0.0),
        ("9" * 20 + "u", None),
    ],
)
def test_a_timeout_is_a_deadline_from_now_on(
    value: str, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    made = request(("grpc-timeout", value), ("grpc-timeout", "1S"))
    assert made.deadline == 1000.0 + (366 * 86400.0 if seconds is None else seconds)
    made.check_timeout()


@pytest.mark.parametrize("value", ["", "5", "S", "-1S", "1.5S", "5 S", "5s", "five S", "1" * 21 + "S", b"\xff5S"])
def test_a_malformed_timeout_is_no_error_until_it_is_checked(value: str | bytes) -> None:
    made = request(("grpc-timeout", value))
    assert made.call("rest").deadline is None
    with pytest.raises(InvalidFields) as caught:
        made.check_timeout()
    assert [violation.field for violation in caught.value.violations] == ["grpc-timeout"]


def test_no_timeout_passes_the_check() -> None:
    request().check_timeout()


@pytest.mark.parametrize(
    ("method", "headers", "preflight"),
    [
        ("OPTIONS", [("access-control-request-method", "POST")], True),
        ("OPTIONS", [("access-control-request-method", "")], True),
        ("OPTIONS", [("origin", "https://a.example")], False),
        ("POST", [("access-control-request-method", "POST")], False),
        ("options", [("access-control-request-method", "POST")], False),
    ],
)
def test_a_preflight_is_an_options_that_names_a_method(
    method: str, headers: list[tuple[str, str]], preflight: bool
) -> None:
    assert request(*headers, method=method).is_preflight is preflight


def test_the_call_is_the_requests() -> None:
    headers = [("authorization", TOKEN), ("x-instance-id", "7"), ("x-idempotency-key", "k"), ("x-request-id", "r-1")]
    made = request(*headers, ("grpc-timeout", "1H"))
    made_call = made.call("rest")
    assert (made_call.transport, made_call.authorization, made_call.peer) == ("rest", TOKEN, "192.0.2.7:4711")
    assert (made_call.instance_id, made_call.idempotency_key, made_call.request_id) == ("7", "k", "r-1")
    assert made_call.deadline is not None
    assert made_call.deadline == made.deadline


def test_a_request_does_not_show_the_token() -> None:
    assert "secret-1" not in repr(request(("authorization", TOKEN)))


def test_a_request_does_not_change_with_its_scope() -> None:
    given_scope = scope("POST", "/smtp", [("authorization", TOKEN)])
    made = Request.from_scope(given_scope)
    given_scope["headers"].clear()
    assert made.headers == ((b"authorization", TOKEN.encode()),)
    with pytest.raises(AttributeError):
        made.path = "/other"  # type: ignore[misc] # that it is refused is what is tested


def test_metadata_and_headers_are_read_by_one_rule() -> None:
    metadata = [("a", "1"), ("once", "2"), ("a", "3"), ("once", "4")]
    headers = [(name.encode(), value.encode()) for name, value in metadata]
    assert values_by_name(metadata, {"once"}, ", ") == {"a": "1", "once": "2, 4"}
    assert values_by_name(headers, {b"once"}, b", ") == {b"a": b"1", b"once": b"2, 4"}


# --- where it matters that all of them are given the same request -------------------------------------------------


@pytest.mark.parametrize(("path", "status"), [("/smtp", 400), ("/nothing", 404), ("/healthz", 200), ("/page", 200)])
def test_a_malformed_timeout_is_refused_where_an_rpc_would_run(table: Table, path: str, status: int) -> None:
    page = JsonPage(table.calls, Permission.READ, dict)
    app = HttpApp(table.calls, Cors([]), ready=table.store.ping, pages={"/page": page})
    headers = [("authorization", f"Bearer {table.admin}"), ("grpc-timeout", "soon")]
    method = "POST" if path in {"/smtp", "/nothing"} else "GET"
    assert call(app, method, path, headers).status == status


def test_a_page_belongs_to_no_instance(table: Table) -> None:
    page = JsonPage(table.calls, Permission.READ, dict)
    app = HttpApp(table.calls, Cors([]), ready=table.store.ping, pages={"/page": page})
    headers = [("authorization", f"Bearer {table.admin}"), ("x-instance-id", "no such instance")]
    assert call(app, "GET", "/page", headers).status == 200
    assert call(app, "POST", "/smtp/_search", [*headers, ("content-type", "application/json")], [b"{}"]).status == 404


@pytest.mark.parametrize("path", ["/zitadel.admin.v1.AdminService/ListSMTPConfigs", "/smtp/_search"])
@pytest.mark.parametrize("offered", [[], [("x-request-id", "mine-1"), ("x-request-id", "mine-2")]])
@pytest.mark.parametrize("token", [True, False])
def test_a_grpc_web_call_has_one_id_in_header_trailer_and_log(
    table: Table, caplog: pytest.LogCaptureFixture, path: str, offered: list[tuple[str, str]], token: bool
) -> None:
    caplog.set_level("INFO", "mailproof.calls")
    app = HttpApp(table.calls, Cors([]), ready=table.store.ping)
    headers = [BINARY, *offered, *([("authorization", f"Bearer {table.admin}")] if token else [])]
    answer = call(app, "POST", path, headers, [frame(b"")])
    header = answer.header("x-request-id")
    logged = [vars(record)["request_id"] for record in caplog.records]
    assert header is not None
    assert (read(answer).trailers["x-request-id"], logged) == (header, [header])
    assert (header == "mine-1") is bool(offered)


# --- any headers: the same as by a search for each of them -------------------------------------------------------

READ = (
    "content-type content-length accept origin access-control-request-method authorization grpc-timeout x-request-id "
    "x-instance-id x-idempotency-key"
)
NAMES = st.sampled_from([*READ.encode().split(), b"host", b"Authorization", b""])
VALUES = (
    st.binary(max_size=12)
    | st.sampled_from([b"Application/JSON;q", b"12", b"1500m", b"99999999H", b"trace-1", b"a, b", b"text/event-stream"])
    | st.from_regex(rb"[0-9]{1,22}[HMSmun]?", fullmatch=True)
)


def first(headers: Pairs, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in headers if key == name), None)


def joined(headers: Pairs, name: bytes) -> str | None:
    found = [value.decode("latin-1") for key, value in headers if key == name]
    return ", ".join(found) if found else None


def seconds(timeout: str) -> float | None:
    """Return a timeout's seconds, None for a malformed one."""
    units = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
    stripped = timeout.strip("\t\n\r\x0b\f ")  # what bytes.strip takes for white space
    digits, unit = stripped[:-1], stripped[-1:]
    if unit not in units or not 1 <= len(digits) <= 20 or set(digits) - set("0123456789"):
        return None
    return min(int(digits) * units[unit], 366 * 86400.0)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8), st.sampled_from(["OPTIONS", "GET"]))
def test_any_headers_are_read_as_by_plain_searches(headers: Pairs, method: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        freeze(patch, at=1000.0)
        made = Request.from_scope({**scope(method, "/"), "headers": headers})

    assert made.headers == tuple(headers)
    assert made.content_type == (first(headers, b"content-type") or "").split(";")[0].strip().lower()
    assert made.accept == (joined(headers, b"accept") or "")
    assert made.authorization == joined(headers, b"authorization")
    assert made.instance_id == joined(headers, b"x-instance-id")
    assert made.idempotency_key == joined(headers, b"x-idempotency-key")
    origin = first(headers, b"origin")
    assert made.origin == (None if origin is None else origin.encode("latin-1"))
    asked = first(headers, b"access-control-request-method")
    assert made.is_preflight is (method == "OPTIONS" and asked is not None)

    length = first(headers, b"content-length")
    digits = length is not None and re.fullmatch("[0-9]+", length)
    assert made.content_length == (int(length[:20]) if length is not None and digits else None)

    offered = first(headers, b"x-request-id")
    harmless = offered is not None and re.fullmatch("[A-Za-z0-9._-]{1,64}", offered)
    assert (made.request_id == offered) is bool(harmless)

    timeout = first(headers, b"grpc-timeout")
    allowed = None if timeout is None else seconds(timeout)
    if allowed is None:
        assert made.deadline is None
    else:
        assert made.deadline == 1000.0 + allowed
    if timeout is not None and allowed is None:
        with pytest.raises(InvalidFields):
            made.check_timeout()
    else:
        made.check_timeout()
