"""The 23 defects of sonora 0.2.3, by their numbers in docs/grpc-web.md: each test fails against sonora as shipped.

That they do is itself tested, by the last test of this file.
"""

import asyncio
import base64
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Protocol, cast

import grpc
import pytest
from google.protobuf.message import DecodeError
from google.rpc import code_pb2, status_pb2
from sonora.asgi import grpcASGI

from clock_support.frozen import freeze
from mailproof.rpc.codec import MAX_REQUEST_BYTES
from mailproof.transport.cors import Cors
from mailproof.transport.grpc_web import GrpcWeb
from mailproof.transport.http_app import HttpApp
from service_support.asgi import Application, BrokenAnswer, Exchange, call, scope
from service_support.framing import BINARY, COMPRESSED, TEXT, TRAILERS, WebAnswer, frame, read, reference, text_frame
from service_support.table import Table
from zitadel.admin.v1 import admin_pb2, admin_pb2_grpc

ORIGIN = "https://console.example.com"
HOST = ("host", "mailproof.example.com")
ADD = "/zitadel.admin.v1.AdminService/AddSMTPConfig"
CONFIG = admin_pb2.AddSMTPConfigRequest(sender_address="a@example.com", sender_name="A", host="mx.example.com:587")

Unary = Callable[[bytes, Any], Awaitable[bytes]]
Stream = Callable[[bytes, Any], AsyncIterator[bytes]]


class Handlers(grpc.GenericRpcHandler):
    """One handler for every path; messages are bytes."""

    def __init__(self, unary: Unary | None = None, stream: Stream | None = None) -> None:
        self._made: Any = (
            grpc.unary_stream_rpc_method_handler(stream, bytes, bytes)
            if stream
            else grpc.unary_unary_rpc_method_handler(unary or echo, bytes, bytes)
        )

    def service(self, handler_call_details: Any) -> Any:
        return self._made


async def echo(data: bytes, _: Any) -> bytes:
    return data


class Stack(Protocol):
    """Makes the applications that a defect is looked for in."""

    def web(self, unary: Unary | None = None, stream: Stream | None = None) -> Application:
        """Return a grpc-web application with one handler."""

    def service(self) -> Application:
        """Return an application with the AdminService, which ORIGIN may call."""

    @property
    def token(self) -> tuple[str, str]:
        """The header that the service wants."""


class Repaired:
    """Ours."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.token = ("authorization", f"Bearer {table.admin}")

    def web(self, unary: Unary | None = None, stream: Stream | None = None) -> Application:
        app = GrpcWeb()
        app.add_generic_rpc_handlers((Handlers(unary, stream),))
        return app

    def service(self) -> Application:
        return HttpApp(self.table.calls, Cors([ORIGIN]), ready=self.table.store.ping)


class AsShipped:
    """sonora's."""

    token = ("authorization", "Bearer any")

    def web(self, unary: Unary | None = None, stream: Stream | None = None) -> Application:
        app = grpcASGI()
        app.add_generic_rpc_handlers((Handlers(unary, stream),))
        return app  # type: ignore[no-any-return]

    def service(self) -> Application:
        class Servicer:
            async def AddSMTPConfig(self, request: Any, context: Any) -> Any:  # noqa: N802 - the contract's name
                return admin_pb2.AddSMTPConfigResponse(id="1")

            def __getattr__(self, name: str) -> Any:
                return self.AddSMTPConfig

        app = grpcASGI()
        admin_pb2_grpc.add_AdminServiceServicer_to_server(cast("Any", Servicer()), app)
        return app  # type: ignore[no-any-return]


@pytest.fixture
def stack(table: Table) -> Stack:
    return Repaired(table)


def ask(
    app: Application,
    *chunks: bytes,
    path: str = ADD,
    kind: tuple[str, str] = BINARY,
    headers: Iterable[tuple[str, str | bytes]] = (),
) -> WebAnswer:
    """Make a grpc-web call."""
    return read(call(app, "POST", path, [HOST, kind, *headers], chunks))


def test_01_abort_with_status_reaches_the_client(stack: Stack) -> None:
    rich = status_pb2.Status(code=code_pb2.NOT_FOUND, message="not here")

    class Rich(grpc.Status):
        code = grpc.StatusCode.NOT_FOUND
        details = "not here"
        trailing_metadata = (("grpc-status-details-bin", rich.SerializeToString()),)

    async def abort(_: bytes, context: Any) -> bytes:
        await context.abort_with_status(Rich())
        raise AssertionError

    answer = ask(stack.web(abort), frame(b"x"))
    assert (answer.code, answer.message, answer.status) == (5, "not here", rich)
    assert answer.trailers_only


def test_02_abort_keeps_the_trailing_metadata(stack: Stack) -> None:
    async def abort(_: bytes, context: Any) -> bytes:
        context.set_trailing_metadata((("x-set-before", "1"),))
        await context.abort(grpc.StatusCode.ABORTED, "no", (("x-with-abort", "2"), ("x-bytes-bin", b"\xff")))
        raise AssertionError

    trailers = ask(stack.web(abort), frame(b"x")).trailers
    assert trailers["x-with-abort"] == "2"
    assert trailers["x-bytes-bin"] == base64.b64encode(b"\xff").decode()

    async def abort_after_setting(_: bytes, context: Any) -> bytes:
        context.set_trailing_metadata((("x-set-before", "1"),))
        await context.abort(grpc.StatusCode.ABORTED, "no")
        raise AssertionError

    assert ask(stack.web(abort_after_setting), frame(b"x")).trailers["x-set-before"] == "1"


def test_03_the_trailer_frame_of_a_unary_call_is_plain_text(stack: Stack) -> None:
    answer = call(stack.web(), "POST", ADD, [HOST, BINARY], [frame(b"hello")])
    assert answer.body == frame(b"hello") + frame(b"grpc-status: 0\r\n", TRAILERS)


def test_04_only_a_configured_origin_is_allowed_and_never_the_host(stack: Stack) -> None:
    app = stack.service()
    for origin, allowed in ((ORIGIN, ORIGIN), ("https://evil.example", None), (f"https://{HOST[1]}", None)):
        answer = call(app, "POST", ADD, [HOST, BINARY, ("origin", origin)], [frame(CONFIG)])
        assert answer.header("access-control-allow-origin") == allowed
        assert answer.header("vary") == "origin"
    assert call(app, "POST", ADD, [HOST, BINARY], [frame(CONFIG)]).header("access-control-allow-origin") is None


def test_05_a_preflight_names_origin_and_headers_and_allows_no_credentials(stack: Stack) -> None:
    wanted = "authorization,content-type,grpc-timeout,x-grpc-web,x-user-agent,x-instance-id,x-idempotency-key"
    ask_first = [
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", wanted),
        ("origin", ORIGIN),
    ]
    answer = call(stack.service(), "OPTIONS", ADD, [HOST, *ask_first])
    assert answer.status == 204
    assert answer.header("access-control-allow-origin") == ORIGIN
    assert set(wanted.split(",")) <= set((answer.header("access-control-allow-headers") or "").split(", "))
    assert answer.header("access-control-allow-credentials") is None
    assert "*" not in str(answer.headers)


def test_06_the_content_type_is_answered_in_kind_whatever_accept_says(stack: Stack) -> None:
    for sent, answered in {
        "application/grpc-web": "application/grpc-web+proto",
        "application/grpc-web+proto": "application/grpc-web+proto",
        "application/grpc-web-text": "application/grpc-web-text+proto",
        "application/grpc-web-text+proto": "application/grpc-web-text+proto",
    }.items():
        body = text_frame(b"m") if "text" in sent else frame(b"m")
        for accept in ("*/*", "text/html, */*", "application/grpc-web-text", "application/json"):
            headers = [HOST, ("content-type", sent), ("accept", accept)]
            answer = call(stack.web(), "POST", ADD, headers, [body])
            assert answer.header("content-type") == answered
            assert read(answer).messages == [b"m"]


def test_07_text_comes_in_chunks_of_any_size(stack: Stack) -> None:
    sent = text_frame(b"a message of some length")
    for size in (1, 2, 3, 5, 7, 1000):
        chunks = [sent[start : start + size] for start in range(0, len(sent), size)]
        for kind in (TEXT, ("content-type", "application/grpc-web-text+proto")):
            assert ask(stack.web(), *chunks, kind=kind).messages == [b"a message of some length"]
    # A client may pad each part that it flushes.
    parts = [base64.b64encode(frame(b"hello")[start : start + 4]) for start in range(0, 10, 4)]
    assert ask(stack.web(), *parts, kind=TEXT).messages == [b"hello"]


def test_08_an_error_within_a_stream_is_its_last_frame(stack: Stack) -> None:
    async def fails_later(_: bytes, context: Any) -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"
        await context.abort(grpc.StatusCode.DATA_LOSS, "gone wrong")

    for kind, sent in ((BINARY, frame(b"x")), (TEXT, text_frame(b"x"))):
        answer = ask(stack.web(stream=fails_later), sent, kind=kind)
        assert (answer.messages, answer.code, answer.message) == ([b"one", b"two"], 15, "gone wrong")
        assert not answer.trailers_only

    async def empty(_: bytes, context: Any) -> AsyncIterator[bytes]:
        for message in list[bytes]():
            yield message

    assert ask(stack.web(stream=empty), frame(b"x")).trailers == {"grpc-status": "0"}


def test_09_several_frames_in_one_chunk_are_all_seen(stack: Stack) -> None:
    # A unary request is one message: with the second one unseen this would have passed for a good call.
    for chunks in ([frame(b"one") + frame(b"two")], [frame(b"one"), frame(b"two")]):
        answer = ask(stack.web(), *chunks)
        assert answer.messages == []
        assert answer.code == 3
    assert ask(stack.web(), frame(b"one") + frame(b"", TRAILERS)).messages == [b"one"]


def test_10_a_body_that_is_no_whole_frame_runs_nothing(stack: Stack) -> None:
    ran = []

    async def run(data: bytes, _: Any) -> bytes:
        ran.append(data)
        return data

    whole = frame(b"hello")
    for cut in range(len(whole)):
        answered = ask(stack.web(run), whole[:cut])
        assert ran == []
        assert answered.code == 3
        answer = call(stack.web(run), "POST", ADD, [HOST, BINARY], [whole[:cut]], cut_short=True)
        assert not answer.status, "nobody is there to read an answer"
    assert ran == []


def test_11_a_client_that_hangs_up_ends_its_call(stack: Stack) -> None:
    async def run() -> None:
        begun, ended = asyncio.Event(), asyncio.Event()

        async def hang(_: bytes, context: Any) -> bytes:
            begun.set()
            try:
                return bytes(await asyncio.Future())
            finally:
                ended.set()

        exchange = Exchange(scope("POST", ADD, [HOST, BINARY]), [frame(b"x")])
        task = asyncio.create_task(exchange.run(stack.web(hang)))
        for _ in range(50):  # turns of the loop
            await asyncio.sleep(0)
        assert begun.is_set()
        exchange.hang_up()
        for _ in range(50):
            await asyncio.sleep(0)
        try:
            assert ended.is_set()
            assert task.done()
            assert not exchange.answer.status
        finally:
            task.cancel()

    asyncio.run(run())


def test_12_the_context_has_all_that_interceptors_call(stack: Stack) -> None:
    seen: dict[str, Any] = {}

    async def look(data: bytes, context: Any) -> bytes:
        seen["peer"] = context.peer()
        seen["active"] = context.is_active()
        seen["code"] = context.code()
        seen["details"] = context.details()
        seen["callback"] = context.add_callback(lambda: seen.setdefault("called", True))
        seen["identities"] = (context.peer_identities(), context.peer_identity_key(), dict(context.auth_context()))
        context.set_code(grpc.StatusCode.NOT_FOUND)
        context.set_details("set, not aborted")
        seen["set"] = (context.code(), context.details())
        return data

    answer = ask(stack.web(look), frame(b"x"))
    assert (answer.code, answer.message, answer.messages) == (5, "set, not aborted", [])
    assert seen == {
        "peer": "192.0.2.7:4711",
        "active": True,
        "code": grpc.StatusCode.OK,
        "details": "",
        "callback": True,
        "called": True,
        "identities": (None, None, {}),
        "set": (grpc.StatusCode.NOT_FOUND, "set, not aborted"),
    }

    async def cancel(_: bytes, context: Any) -> bytes:
        context.cancel()
        raise AssertionError

    assert ask(stack.web(cancel), frame(b"x")).code == 1


def test_13_a_message_over_the_limit_is_refused(stack: Stack) -> None:
    app = stack.service()
    message = admin_pb2.AddSMTPConfigRequest(description="d" * MAX_REQUEST_BYTES)
    for kind, body in ((BINARY, frame(message)), (TEXT, text_frame(message))):
        declared = ("content-length", str(len(body)))
        chunked = [body[start : start + 1000] for start in range(0, len(body), 1000)]
        for answer in (
            ask(app, body, kind=kind, headers=[stack.token, declared]),
            ask(app, *chunked, kind=kind, headers=[stack.token]),
            ask(app, *chunked * 2, kind=kind, headers=[stack.token]),
        ):
            assert answer.messages == []
            assert (answer.code, answer.reason) == (8, "REQUEST_TOO_LARGE")


def test_14_a_malformed_timeout_is_refused_and_a_long_one_is_read(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(monkeypatch)
    remaining = []

    async def look(data: bytes, context: Any) -> bytes:
        remaining.append(context.time_remaining())
        return data

    for value in ("", "5", "S", "-1S", "1.5S", "5 S", "5s", "five S", "1" * 21 + "S", b"\xff5S"):
        answer = ask(stack.web(look), frame(b"x"), headers=[("grpc-timeout", value)])
        assert (answer.code, answer.fields) == (3, ["grpc-timeout"]), value
    assert remaining == []
    units = {
        "1500000000n": 1.5,
        "2H": 7200.0,
        "90S": 90.0,
        "20000m": 20.0,
        "99999999H": 366 * 86400,
    }
    for value, seconds in units.items():
        assert ask(stack.web(look), frame(b"x"), headers=[("grpc-timeout", value)]).code == 0
        assert remaining.pop() == pytest.approx(seconds)


def test_15_a_missing_host_is_no_error(stack: Stack) -> None:
    answer = read(call(stack.web(), "POST", ADD, [BINARY], [frame(b"x")]))
    assert (answer.code, answer.messages) == (0, [b"x"])


def test_16_binary_headers_come_padded_or_not_and_others_in_any_bytes(stack: Stack) -> None:
    seen: list[tuple[str, str | bytes]] = []

    async def look(data: bytes, context: Any) -> bytes:
        seen.extend(context.invocation_metadata())
        return data

    headers: list[tuple[str, str | bytes]] = [
        ("x-padded-bin", "/w=="),
        ("x-bare-bin", "/w"),
        ("x-list-bin", "/w, /g=="),
        ("x-name", "J\xf6rg".encode("latin-1")),
    ]
    assert ask(stack.web(look), frame(b"x"), headers=headers).code == 0
    assert [item for item in seen if item[0].startswith("x-")] == [
        ("x-padded-bin", b"\xff"),
        ("x-bare-bin", b"\xff"),
        ("x-list-bin", b"\xff"),
        ("x-list-bin", b"\xfe"),
        ("x-name", "J\xf6rg"),
    ]
    for broken in ("!", "A", "/w=\xe9", "/w==x"):
        assert ask(stack.web(look), frame(b"x"), headers=[("x-bin", broken)]).code == 3


def test_17_an_exception_in_a_handler_is_an_internal_error_that_says_nothing(stack: Stack) -> None:
    async def fail(_: bytes, __: Any) -> bytes:
        raise RuntimeError("the password is hunter2")

    async def fail_later(_: bytes, __: Any) -> AsyncIterator[bytes]:
        yield b"one"
        raise RuntimeError("the password is hunter2")

    for app in (stack.web(fail), stack.web(stream=fail_later)):
        answer = ask(app, frame(b"x"))
        assert (answer.code, answer.reason) == (13, "INTERNAL")
        assert "hunter2" not in str(answer.trailers)
        assert "hunter2" not in str(answer.status)


def test_18_bytes_that_are_no_message_are_an_invalid_argument(stack: Stack) -> None:
    app = stack.service()
    for broken in (b"\xff", b"\x0a\x05abc", b"\x00", b"\x0b"):
        answer = ask(app, frame(broken), headers=[stack.token])
        assert (answer.code, answer.reason) == (3, "REQUEST_MALFORMED")
    answer = ask(app, frame(b"\x0a\x01\xff"), headers=[stack.token])
    assert (answer.code, answer.fields) == (3, ["sender_address"])


def test_19_an_unknown_method_is_unimplemented(stack: Stack) -> None:
    for path in ("/zitadel.admin.v1.AdminService/Nothing", "/no.such.Service/Nothing", "/", "/healthz/x"):
        answer = ask(stack.service(), frame(b""), path=path)
        assert (answer.code, answer.reason) == (12, "RPC_UNKNOWN")
        assert answer.trailers_only


def test_20_another_content_type_runs_nothing(stack: Stack) -> None:
    ran = []

    async def run(data: bytes, _: Any) -> bytes:
        ran.append(data)
        return data

    # The first three need no preflight, so any page could send them with what the browser knows.
    for kind in ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "application/json", ""):
        headers = [HOST, ("content-type", kind)] if kind else [HOST]
        answer = call(stack.web(run), "POST", ADD, headers, [frame(b"x")])
        assert (answer.status, answer.body) == (415, b"")
        assert answer.header("grpc-status") == "3"
    assert ran == []


def test_21_a_compressed_message_is_refused(stack: Stack) -> None:
    for flags in (COMPRESSED, 0x02):
        answer = ask(stack.web(), frame(b"x", flags))
        assert answer.messages == []
        assert answer.code == 3


def test_22_lifespan_and_websocket_scopes_are_answered(stack: Stack) -> None:
    async def run(kind: str, events: list[str]) -> list[str]:
        sent: list[str] = []

        async def receive() -> dict[str, str]:
            return {"type": events.pop(0)}

        async def send(event: Any) -> None:
            sent.append(event["type"])

        await stack.service()({"type": kind}, receive, send)
        return sent

    completed = asyncio.run(run("lifespan", ["lifespan.startup", "lifespan.shutdown"]))
    assert completed == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert asyncio.run(run("websocket", ["websocket.connect"])) == ["websocket.close"]


def test_23_another_verb_is_405_and_names_post(stack: Stack) -> None:
    for verb in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"):
        for headers in ([HOST, BINARY], [HOST]):
            answer = call(stack.service(), verb, ADD, headers)
            assert (answer.status, answer.header("allow"), answer.body) == (405, "OPTIONS, POST", b"")


# --- what clients need beyond the list ---------------------------------------------------------------------------


def test_errors_are_trailers_only_and_the_status_repeats_code_and_message(table: Table, stack: Stack) -> None:
    viewer = ("authorization", f"Bearer {table.viewer}")
    for headers, code, reason in (
        ([], 16, "TOKEN_INVALID"),
        ([("authorization", "Bearer wrong")], 16, "TOKEN_INVALID"),
        ([viewer], 7, "PERMISSION_MISSING"),
        ([stack.token], 3, "FIELD_INVALID"),
    ):
        for kind, body in ((BINARY, frame(b"")), (TEXT, text_frame(b""))):
            answer = ask(stack.service(), body, kind=kind, headers=headers)
            assert answer.trailers_only
            assert (answer.code, answer.reason) == (code, reason)
            assert (answer.status.code, answer.status.message) == (code, answer.message)
            assert "x-request-id" in answer.trailers
    assert table.count() == 0


def test_a_message_outside_ascii_is_percent_encoded(stack: Stack) -> None:
    async def abort(_: bytes, context: Any) -> bytes:
        await context.abort(grpc.StatusCode.ABORTED, "Zürich: 100% \r\nx-evil: 1")
        raise AssertionError

    answer = ask(stack.web(abort), frame(b"x"))
    assert answer.message == "Zürich: 100% \r\nx-evil: 1"
    assert answer.trailers["grpc-message"] == "Z%C3%BCrich: 100%25 %0D%0Ax-evil: 1", "and nothing else is"
    assert "x-evil" not in answer.trailers


def test_a_refusal_before_the_call_has_the_details_of_its_service_and_the_callers_request_id(stack: Stack) -> None:
    answer = ask(stack.service(), b"\x00", headers=[stack.token, ("x-request-id", "mine-1")])
    assert (answer.code, answer.reason) == (3, "REQUEST_MALFORMED")
    assert reference(answer.status).id == "REQUEST_MALFORMED"
    assert answer.trailers["x-request-id"] == "mine-1"
    answer = ask(stack.service(), frame(CONFIG), headers=[("x-request-id", 'no "good" id')])
    assert answer.trailers["x-request-id"] != 'no "good" id'


@pytest.mark.parametrize("path", [ADD, "/admin/v1/smtp", "/smtp"])
def test_a_configuration_is_stored_on_the_rpcs_and_on_rest_paths(table: Table, stack: Stack, path: str) -> None:
    for kind, body in ((BINARY, frame(CONFIG)), (TEXT, text_frame(CONFIG))):
        answer = ask(stack.service(), body, path=path, kind=kind, headers=[stack.token])
        assert answer.code == 0
        (message,) = answer.messages
        assert admin_pb2.AddSMTPConfigResponse.FromString(message).id.isdigit()
    assert table.count() == 2


def test_a_rest_path_binds_its_field_over_the_bodys_and_completes_no_broken_message(stack: Stack) -> None:
    test = admin_pb2.TestSMTPConfigByIdRequest(id="1", receiver_address="you@example.com")
    answer = ask(stack.service(), frame(test), path="/smtp/2/_test", headers=[stack.token])
    assert answer.code == 5
    assert "2" in str(answer.status)
    length = len(admin_pb2.TestSMTPConfigByIdRequest(id="2").SerializeToString())
    broken = b"\x12" + bytes([length])  # a receiver_address that the appended id would fill
    answer = ask(stack.service(), frame(broken), path="/smtp/2/_test", headers=[stack.token])
    assert (answer.code, answer.reason) == (3, "REQUEST_MALFORMED")


def test_a_callback_that_raises_stops_no_other(stack: Stack) -> None:
    called = []

    async def run(data: bytes, context: Any) -> bytes:
        context.add_callback(lambda: called.append(1 // 0))
        context.add_callback(lambda: called.append(2))
        return data

    assert ask(stack.web(run), frame(b"x")).code == 0
    assert called == [2]


def test_the_limit_is_of_the_message_not_of_its_frame(stack: Stack) -> None:
    at_limit = b"x" * MAX_REQUEST_BYTES
    assert ask(stack.web(), frame(at_limit)).messages == [at_limit]
    assert ask(stack.web(), text_frame(at_limit), kind=TEXT).messages == [at_limit]
    assert struct.unpack(">BI", frame(at_limit)[:5]) == (0, MAX_REQUEST_BYTES)


# --- and that each of them is there ------------------------------------------------------------------------------

CHECKS = [value for name, value in sorted(globals().items()) if name[:5] == "test_" and name[5:7].isdigit()]

# What a wrong answer raises, or sonora itself.
WRONG: tuple[type[Exception], ...] = (
    AssertionError,
    AttributeError,
    BrokenAnswer,
    DecodeError,
    LookupError,
    RuntimeError,
    StopAsyncIteration,
    TypeError,
    ValueError,
)


def test_every_defect_has_its_test() -> None:
    assert [check.__name__[5:7] for check in CHECKS] == [f"{number:02}" for number in range(1, 24)]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("test_"))
def test_sonora_as_shipped_has_the_defect(check: Callable[[Stack], None]) -> None:
    with pytest.raises(WRONG):
        check(AsShipped())
