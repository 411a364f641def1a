"""Bad input over each wire: the same content gets the same code, reason and fields, and nothing is stored."""

import http.client
import json
import socket
import struct
import urllib.parse
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2

from clock_support.waiting import HANG
from service_support.asgi import Answer
from service_support.framing import detail, fields, frame, read, text_frame
from service_support.http2 import Http2Client
from service_support.rules import METHODS
from service_support.service import RunningService
from service_support.wires import path_of
from smtpdiag.v1 import diagnosis_pb2
from zitadel.admin.v1 import admin_pb2
from zitadel.v1 import message_pb2  # noqa: F401 - json_format finds details by their registered types

ADMIN = "/zitadel.admin.v1.AdminService"
ADD = f"{ADMIN}/AddSMTPConfig"
COUNT = f"{ADMIN}/ListSMTPConfigs"
DIAGNOSE = "/smtpdiag.v1.DiagnosisService/Diagnose"
GOOD = {"sender_address": "a@example.com", "sender_name": "A", "host": "mx.example.com:587"}
LIMIT = 64 * 1024


@dataclass(frozen=True)
class Refusal:
    """What a caller is told: canonical code, reason and violated fields; the HTTP status where it says more."""

    code: int
    reason: str
    fields: list[str] = field(default_factory=list)
    http: int = 200


def refusal(status: status_pb2.Status, http: int = 200) -> Refusal:
    assert status.message
    return Refusal(status.code, detail(status, error_details_pb2.ErrorInfo).reason, fields(status), http)


class Wires:
    """Raw clients of each wire: they send what a proper client never would."""

    def __init__(self, service: RunningService, channel: grpc.Channel) -> None:
        self.service = service
        self.channel = channel

    def http(
        self, path: str, body: bytes, kind: str, method: str = "POST", headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.service.http_url).netloc, timeout=HANG)
        sent = {"content-type": kind, "authorization": f"Bearer {self.service.admin_token}", **(headers or {})}
        try:
            connection.request(method, path, body, {name: value for name, value in sent.items() if value})
            response = connection.getresponse()
            received = [(name.lower(), value) for name, value in response.getheaders()]
            return Answer(response.status, received, [response.read()], complete=True)
        finally:
            connection.close()

    def grpc(self, path: str, body: bytes) -> Refusal:
        metadata = (("authorization", f"Bearer {self.service.admin_token}"),)
        call: Any = self.channel.unary_stream(path)
        with pytest.raises(grpc.RpcError) as caught:
            list(call(body, metadata=metadata, timeout=HANG))
        error: Any = caught.value
        status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
        assert (status.code, status.message) == (error.code().value[0], error.details())
        return refusal(status)

    def web(self, path: str, body: bytes) -> Refusal:
        answer = read(self.http(path, body, "application/grpc-web+proto"))
        assert answer.trailers_only
        assert (answer.status.code, answer.status.message) == (answer.code, answer.message)
        return refusal(answer.status)

    def rest(self, path: str, body: bytes, kind: str = "application/json", method: str = "POST") -> Refusal:
        answer = self.http(path, body, kind, method)
        document = json.loads(answer.body)
        assert set(document) == {"code", "message", "details"}
        status = json_format.ParseDict(document, status_pb2.Status())
        return refusal(status, answer.status)

    def count(self) -> int:
        answer = self.http("/smtp/_search", b"{}", "application/json")
        return int(json.loads(answer.body)["details"].get("totalResult", 0))


@pytest.fixture(scope="module")
def wires(service: RunningService) -> Iterator[Wires]:
    with grpc.insecure_channel(service.grpc_address) as channel:
        yield Wires(service, channel)


@pytest.fixture(autouse=True)
def _nothing_is_stored(wires: Wires) -> Iterator[None]:
    before = wires.count()
    yield
    assert wires.count() == before


INVALID: list[tuple[str, dict[str, object], list[str]]] = [
    (
        "no fields at all",
        {"sender_address": "", "sender_name": "", "host": ""},
        ["sender_address", "sender_name", "host"],
    ),
    ("blank fields", {"sender_name": " \u00a0 "}, ["sender_name"]),
    ("an oversize field", {"description": "d" * 201}, ["description"]),
    ("oversize fields", {"sender_name": "ä" * 201, "reply_to_address": "a" * 201}, ["sender_name", "reply_to_address"]),
    ("an oversize password", {"password": "p" * 5001}, ["password"]),
    ("a host without a port", {"host": "mx.example.com"}, ["host"]),
    ("a host with an empty port", {"host": "mx.example.com:"}, ["host"]),
    ("a port without a host", {"host": ":587"}, ["host"]),
    ("port 0", {"host": "mx.example.com:0"}, ["host"]),
    ("a port out of range", {"host": "mx.example.com:65536"}, ["host"]),
    ("a port of many digits", {"host": "mx.example.com:" + "9" * 400}, ["host"]),
    ("a negative port", {"host": "mx.example.com:-1"}, ["host"]),
    ("a port in other digits", {"host": "mx.example.com:\uff15\uff18\uff17"}, ["host"]),
    ("a URL without a port", {"host": "smtp://mx.example.com"}, ["host"]),
    ("a URL of something else", {"host": "imaps://mx.example.com:993"}, ["host"]),
    ("a URL with a password", {"host": "smtps://me:secret@mx.example.com:465"}, ["host"]),
    ("a URL that demands TLS", {"host": "smtps://mx.example.com", "tls": False}, ["tls"]),
    ("a mail address", {"host": "me@gmail.com"}, ["host"]),
    ("an IPv6 address without brackets", {"host": "2001:db8::1:587"}, ["host"]),
    ("CR LF in the host", {"host": "mx.example.com:587\r\nRCPT TO:<x@example.com>"}, ["host"]),
    ("NUL in the host", {"host": "mx.exam\0ple.com:587"}, ["host"]),
    ("a space in the host", {"host": "mx example.com:587"}, ["host"]),
    ("CR LF in the sender", {"sender_address": "a@example.com>\r\nRCPT TO:<b@example.com"}, ["sender_address"]),
    ("LF after the sender's local part", {"sender_address": "a\n@example.com"}, ["sender_address"]),
    ("DEL in the sender", {"sender_address": "a\x7f@example.com"}, ["sender_address"]),
    ("a C1 control in the sender", {"sender_address": "a\x85@example.com"}, ["sender_address"]),
    ("an address without an @", {"sender_address": "example.com"}, ["sender_address"]),
    ("two addresses", {"sender_address": "a@example.com, b@example.com"}, ["sender_address"]),
    ("CR in the name", {"sender_name": "A\rBcc: x@example.com"}, ["sender_name"]),
    ("LF in the reply address", {"reply_to_address": "a@example.com\nBcc: x@example.com"}, ["reply_to_address"]),
    ("a control character in the user", {"user": "u\x01"}, ["user"]),
    ("several at once", {"host": "x", "sender_address": "y"}, ["sender_address", "host"]),
]


@pytest.mark.parametrize(("changes", "named"), [item[1:] for item in INVALID], ids=[item[0] for item in INVALID])
def test_an_invalid_field_is_named_over_each_wire(wires: Wires, changes: dict[str, object], named: list[str]) -> None:
    document = {**GOOD, **changes}
    message = admin_pb2.AddSMTPConfigRequest(**document).SerializeToString()  # type: ignore[arg-type]
    expected = Refusal(3, "FIELD_INVALID", named)
    assert wires.grpc(ADD, message) == expected
    assert wires.web(ADD, frame(message)) == expected
    assert wires.web("/admin/v1/smtp", frame(message)) == expected
    at_rest = Refusal(3, "FIELD_INVALID", named, 400)
    assert wires.rest("/admin/v1/smtp", json.dumps(document).encode()) == at_rest
    assert wires.rest("/smtp", json.dumps(document, ensure_ascii=False).encode()) == at_rest


def test_the_receiver_of_a_test_is_checked_before_anything_is_dialled(wires: Wires) -> None:
    for receiver in ("", "nobody", "a@b\r\nDATA", "a@example.com" + "m" * 200):
        message = admin_pb2.TestSMTPConfigByIdRequest(id="1", receiver_address=receiver)
        expected = Refusal(3, "FIELD_INVALID", ["receiver_address"])
        assert wires.grpc(f"{ADMIN}/TestSMTPConfigById", message.SerializeToString()) == expected
        assert wires.web(f"{ADMIN}/TestSMTPConfigById", frame(message)) == expected
        body = json.dumps({"receiverAddress": receiver}).encode()
        assert wires.rest("/smtp/1/_test", body) == Refusal(3, "FIELD_INVALID", ["receiver_address"], 400)


def test_an_unknown_enum_is_named(wires: Wires) -> None:
    message = diagnosis_pb2.DiagnoseRequest(host="mx.example.com", depth=99)  # type: ignore[arg-type]
    expected = Refusal(3, "FIELD_INVALID", ["depth"])
    assert wires.grpc(DIAGNOSE, message.SerializeToString()) == expected
    assert wires.web(DIAGNOSE, frame(message)) == expected
    for depth in ("DEPTH_FAR", 99, True, -1):
        body = json.dumps({"host": "mx.example.com", "depth": depth}).encode()
        assert wires.rest("/v1/diagnose", body) == Refusal(3, "FIELD_INVALID", ["depth"], 400)


@pytest.mark.parametrize("port", [65536, 2**32 - 1])
def test_a_port_number_out_of_range_is_named(wires: Wires, port: int) -> None:
    message = diagnosis_pb2.DiagnoseRequest(host="mx.example.com", port=port)
    expected = Refusal(3, "FIELD_INVALID", ["port"])
    assert wires.grpc(DIAGNOSE, message.SerializeToString()) == expected
    assert wires.web(DIAGNOSE, frame(message)) == expected
    body = json.dumps({"host": "mx.example.com", "port": port}).encode()
    assert wires.rest("/v1/diagnose", body) == Refusal(3, "FIELD_INVALID", ["port"], 400)


def test_bad_utf8_is_refused(wires: Wires) -> None:
    message = admin_pb2.AddSMTPConfigRequest(**GOOD).SerializeToString().replace(b"a@exam", b"a@ex\xffm")  # type: ignore[arg-type]
    expected = Refusal(3, "FIELD_INVALID", ["sender_address"])
    assert wires.grpc(ADD, message) == expected
    assert wires.web(ADD, frame(message)) == expected
    surrogate = json.dumps({**GOOD, "sender_address": "a@ex\udcffmple.com"}).encode()
    assert wires.rest("/smtp", surrogate) == Refusal(3, "FIELD_INVALID", ["sender_address"], 400)
    # Where the bytes themselves are none, there is no document whose field could be named.
    broken = json.dumps(GOOD).encode().replace(b"a@exam", b"a@ex\xffm")
    assert wires.rest("/smtp", broken) == Refusal(3, "REQUEST_MALFORMED", [], 400)


def test_bytes_that_are_no_message_are_refused(wires: Wires) -> None:
    expected = Refusal(3, "REQUEST_MALFORMED")
    for broken in (b"\xff", b"\x0a\x05abc", b"{}"):
        assert wires.grpc(ADD, broken) == expected
        assert wires.web(ADD, frame(broken)) == expected
    for body in (b"{", b"[]", b"null", b'{"host": "a" "b"}', b"\xff\xfe{}", b"[" * 10_000, b'{"host":"a","host":"b"}'):
        assert wires.rest("/smtp", body) == Refusal(3, "REQUEST_MALFORMED", [], 400)


def test_a_broken_frame_is_refused(wires: Wires) -> None:
    message = admin_pb2.AddSMTPConfigRequest(**GOOD)  # type: ignore[arg-type]
    whole = frame(message)
    for body in (
        b"",
        whole[:3],
        whole[:5],
        whole[:-1],
        whole + b"\0",
        whole + whole,
        frame(message, 1),
        frame(b"", 0x80),
    ):
        for path in (ADD, "/smtp"):
            assert wires.web(path, body) == Refusal(3, "REQUEST_MALFORMED")
    for text in (b"!", b"AAA", text_frame(message)[:-4], text_frame(message) * 2):
        answer = read(wires.http(ADD, text, "application/grpc-web-text"))
        assert (answer.code, answer.reason) == (3, "REQUEST_MALFORMED")


def test_a_body_over_the_limit_is_refused(wires: Wires) -> None:
    message = admin_pb2.AddSMTPConfigRequest(**GOOD, password="p" * LIMIT)  # type: ignore[arg-type]
    expected = Refusal(8, "REQUEST_TOO_LARGE")
    assert wires.grpc(ADD, message.SerializeToString()) == expected
    assert wires.web(ADD, frame(message)) == expected
    assert wires.web(ADD, frame(b"\0" * 1_000_000)) == expected
    answer = read(wires.http(ADD, text_frame(message) * 2, "application/grpc-web-text"))
    assert (answer.code, answer.reason) == (8, "REQUEST_TOO_LARGE")
    for size in (LIMIT + 1, 1_000_000):
        assert wires.rest("/smtp", b"{" + b" " * (size - 1)) == Refusal(8, "REQUEST_TOO_LARGE", [], 413)


def test_an_unknown_route_or_rpc_is_refused(wires: Wires) -> None:
    unknown = Refusal(12, "RPC_UNKNOWN")
    for path in (f"{ADMIN}/Nothing", "/no.such.Service/Nothing", "/smtp/1/2/3"):
        assert wires.grpc(path, b"") == unknown
        assert wires.web(path, frame(b"")) == unknown
    for method, path in (("POST", "/nothing"), ("GET", "/admin/v1/nothing"), ("POST", "/smtp//"), ("POST", "//smtp")):
        assert wires.rest(path, b"{}", method=method) == Refusal(5, "ROUTE_NOT_FOUND", [], 404)


def test_a_wrong_verb_is_refused(wires: Wires) -> None:
    for method, path in (("PUT", "/smtp"), ("PUT", "/admin/v1/smtp"), ("DELETE", "/v1/diagnose"), ("POST", "/smtp/1")):
        assert wires.rest(path, b"{}", method=method) == Refusal(12, "METHOD_NOT_ALLOWED", [], 405)
    for method in ("GET", "PUT", "DELETE"):
        answer = wires.http(ADD, b"", "application/grpc-web+proto", method)
        assert (answer.status, answer.header("allow"), answer.header("grpc-status")) == (405, "OPTIONS, POST", "12")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_wrong_content_type_is_refused(wires: Wires, kind: str) -> None:
    refused = Refusal(3, "MEDIA_TYPE_UNSUPPORTED", [], 415)
    assert wires.rest("/v1/diagnose", b'{"host":"mx.example.com"}', kind) == refused
    if kind in ("text/plain", "application/xml"):  # the others are read as JSON, as the reference reads them
        assert wires.rest("/smtp", json.dumps(GOOD).encode(), kind) == refused
    message = admin_pb2.AddSMTPConfigRequest(**GOOD)  # type: ignore[arg-type]
    for other in (kind, "application/json", "application/grpc", "application/grpc-web+json"):
        answer = wires.http(ADD, frame(message), other)
        assert (answer.status, answer.header("grpc-status")) == (415, "3")


def test_a_malformed_header_is_refused(wires: Wires) -> None:
    message = frame(admin_pb2.AddSMTPConfigRequest(**GOOD))  # type: ignore[arg-type]
    for headers, named in (({"grpc-timeout": "soon"}, ["grpc-timeout"]), ({"x-any-bin": "!"}, [])):
        refused = read(wires.http(ADD, message, "application/grpc-web+proto", headers=headers))
        assert (refused.code, refused.fields) == (3, named)
    answer = wires.http("/smtp", json.dumps(GOOD).encode(), "application/json", headers={"grpc-timeout": "soon"})
    assert (answer.status, json.loads(answer.body)["code"]) == (400, 3)


COMMERCE = {
    "emailSMTPHost": "mx.example.com",
    "emailSMTPPort": "587",
    "emailSMTPAuthMethod": "TLS",
    "emailSMTPUsername": "",
    "emailSMTPPassword": "",
}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"emailSMTPHost": ""}, "emailSMTPHost"),
        ({"emailSMTPHost": "mx.example.com\r\n"}, "emailSMTPHost"),
        ({"emailSMTPHost": "mx.example.com:25"}, "emailSMTPHost"),
        ({"emailSMTPHost": "smtps://mx.example.com", "emailSMTPPort": "465"}, "emailSMTPAuthMethod"),
        ({"emailSMTPHost": "me@gmail.com"}, "emailSMTPHost"),
        ({"emailSMTPPort": "0"}, "emailSMTPPort"),
        ({"emailSMTPPort": "65536"}, "emailSMTPPort"),
        ({"emailSMTPPort": "smtp"}, "emailSMTPPort"),
        ({"emailSMTPPort": 587}, "emailSMTPPort"),
        ({"emailSMTPAuthMethod": "STARTTLS"}, "emailSMTPAuthMethod"),
        ({"emailSMTPUsername": "u\n"}, "emailSMTPUsername"),
    ],
    ids=str,
)
def test_the_commerce_api_names_the_field_in_its_own_model(
    wires: Wires, changes: dict[str, object], named: str
) -> None:
    answer = wires.http("/ccadmin/v1/email/test", json.dumps({**COMMERCE, **changes}).encode(), "application/json")
    body = json.loads(answer.body)
    assert (answer.status, body["status"], body["o:errorPath"]) == (400, "400", named)
    assert named in body["message"]


def test_no_call_of_grpc_begins_without_time(service: RunningService) -> None:
    headers = [("authorization", f"Bearer {service.admin_token}")]
    message = admin_pb2.AddSMTPConfigRequest(**GOOD).SerializeToString()  # type: ignore[arg-type]
    with Http2Client(service.grpc_address) as client:
        for timeout in ("0n", "1n", "1u"):
            streams = {}
            for name, method in METHODS.items():
                body = message if name in ("AddSMTPConfig", "AddEmailProviderSMTP") else b""
                streams[client.call(path_of(method), [*headers, ("grpc-timeout", timeout)], body)] = name
            done = client.wait(lambda streams=streams: streams.keys() <= client.ended)  # type: ignore[misc]
            assert done, (timeout, [name for stream, name in streams.items() if stream not in client.ended])
            for stream, name in streams.items():
                assert client.headers[stream].get("grpc-status", "4") == "4", name  # or the stream was reset


def test_frames_that_are_no_message_leave_grpc_alive(wires: Wires) -> None:
    service = wires.service
    headers = [("authorization", f"Bearer {service.admin_token}")]
    message = admin_pb2.AddSMTPConfigRequest(**GOOD, description="d" * 40).SerializeToString()  # type: ignore[arg-type]
    whole = frame(message)
    broken = [whole[:end] for end in (0, 1, 4, 5, 6, 30, len(whole) - 1)]
    broken += [frame(message, flags) for flags in (1, 2, 0x80, 0xFF)]
    broken += [struct.pack(">BI", 0, length) + message for length in (len(message) + 1, 2**24, 2**31, 2**32 - 1)]
    broken += [struct.pack(">BI", 0, length) + message for length in (1, len(message) - 1)]
    with Http2Client(service.grpc_address) as client:
        for body in broken:
            stream = client.begin(ADD, headers)
            client.send(stream, body, end=True)
            assert client.wait(lambda stream=stream: stream in client.ended), body[:8]  # type: ignore[misc]
            assert client.headers[stream].get("grpc-status") != "0", body[:8]
        # Two calls whose frames come by turns are two calls.
        search = frame(admin_pb2.ListSMTPConfigsRequest())
        first, second = client.begin(COUNT, headers), client.begin(COUNT, headers)
        for place in range(len(search)):
            for stream in (first, second):
                client.send(stream, search[place : place + 1], end=place == len(search) - 1)
        for stream in (first, second):
            assert client.wait(lambda stream=stream: stream in client.ended)  # type: ignore[misc]
            assert client.headers[stream]["grpc-status"] == "0"


NO_HTTP = {
    "no request at all": b"\x16\x03\x01\x00\xa5",
    "two lengths": b"POST /smtp HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    "length and chunks": b"POST /smtp HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "an endless head": b"GET /smtp HTTP/1.1\r\nx: " + b"x" * 400_000,
}


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP.keys())
def test_what_is_no_http_is_refused_and_the_connection_closed(service: RunningService, sent: bytes) -> None:
    host, _, port = urllib.parse.urlsplit(service.http_url).netloc.rpartition(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=HANG) as connection, suppress(ConnectionError):
        connection.sendall(sent)
        while part := connection.recv(4096):
            answer += part
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 ")) or (not answer and len(sent) > 1000)
