"""The fix that was checked, and the page that explains a failure, over all three wires of the running program."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from clock_support.waiting import HANG
from service_support.asgi import Answer
from service_support.framing import BINARY, TEXT, detail, frame, read, text_frame
from service_support.service import RunningService, running_service
from smtp_support import pki
from smtp_support.names import own_address
from smtp_support.scripted import serve, smtp
from smtpdiag.v1 import diagnosis_pb2
from zitadel.admin.v1 import admin_pb2

SITE = "https://git.example.com/mailproof"
DIAGNOSE = "/smtpdiag.v1.DiagnosisService/Diagnose"
TEST = "/zitadel.admin.v1.AdminService/TestSMTPConfig"


@dataclass(frozen=True)
class Place:
    """A service, and a host where only port 465 is open."""

    service: RunningService
    address: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    directory, address = tmp_path_factory.mktemp("fix"), own_address()
    ca_file = Path(directory, "ca.pem")
    ca_file.write_text(pki.authority().pem)
    context = pki.server_context(pki.issue("x", pki.authority(), sans=(address,)))
    with (
        serve(smtp(secure=True), context=context, host=address, port=465),
        running_service(directory / "data", f"--ca-file={ca_file}", f"--documentation-url={SITE}") as service,
    ):
        yield Place(service, address)


Wire = Callable[[Place, str, Message], tuple[list[bytes], status_pb2.Status]]
"""Calls a method and returns its messages and its status."""


def native(place: Place, method: str, request: Message) -> tuple[list[bytes], status_pb2.Status]:
    with grpc.insecure_channel(place.service.grpc_address) as channel:
        call: Any = channel.unary_stream(method)
        metadata = (("authorization", f"Bearer {place.service.admin_token}"),)
        messages: list[bytes] = []
        try:
            messages.extend(call(request.SerializeToString(), metadata=metadata))
        except grpc.RpcError as error:
            trailing: dict[str, Any] = dict(error.trailing_metadata() or ())  # type: ignore[arg-type] # loosely typed
            return messages, status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
        return messages, status_pb2.Status()


def post(place: Place, path: str, body: bytes, kind: str) -> Answer:
    headers = {"authorization": f"Bearer {place.service.admin_token}", "content-type": kind, "x-grpc-web": "1"}
    request = urllib.request.Request(place.service.http_url + path, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=HANG) as answer:
            return Answer(answer.status, [(k.lower(), v) for k, v in answer.headers.items()], [answer.read()], True)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, [(k.lower(), v) for k, v in error.headers.items()], [error.read()], True)


def web(place: Place, method: str, request: Message) -> tuple[list[bytes], status_pb2.Status]:
    answer = read(post(place, method, frame(request), BINARY[1]))
    return answer.messages, answer.status if answer.code else status_pb2.Status()


def web_text(place: Place, method: str, request: Message) -> tuple[list[bytes], status_pb2.Status]:
    answer = read(post(place, method, text_frame(request), TEXT[1]))
    return answer.messages, answer.status if answer.code else status_pb2.Status()


def rest(place: Place, method: str, request: Message) -> tuple[list[bytes], status_pb2.Status]:
    path = {DIAGNOSE: "/v1/diagnose", TEST: "/admin/v1/smtp/_test"}[method]
    answer = post(place, path, json.dumps(MessageToDict(request)).encode(), "application/json")
    if answer.status != 200:
        return [], ParseDict(json.loads(answer.body), status_pb2.Status())
    lines = [ParseDict(json.loads(line), diagnosis_pb2.DiagnoseResponse()) for line in answer.body.splitlines()]
    return [line.SerializeToString() for line in lines], status_pb2.Status()


wires = pytest.mark.parametrize(
    "wire", [native, web, web_text, rest], ids=["gRPC", "grpc-web", "grpc-web-text", "REST"]
)


@wires
def test_the_report_names_the_fix_that_was_checked_and_its_page(place: Place, wire: Wire) -> None:
    request = diagnosis_pb2.DiagnoseRequest(host=place.address, port=587, user="user", password="secret-word")
    messages, status = wire(place, DIAGNOSE, request)
    assert status.code == 0
    report = diagnosis_pb2.DiagnoseResponse.FromString(messages[-1]).report
    assert report.advice == (
        f"Set the port to 465: verified, {place.address}:465 with implicit TLS answers and offers AUTH PLAIN, LOGIN."
    )
    assert report.findings[0].link == f"{SITE}/src/mailproof/diagnosis/pages/connection_refused.md"
    assert (report.alternatives[0].port, report.alternatives[0].message) == (465, report.advice.partition(", ")[2])


@wires
@pytest.mark.parametrize(
    ("tls", "change"), [(True, 'Set host to "{}:465"'), (False, 'Set tls to true and host to "{}:465"')]
)
def test_the_error_names_the_fix_in_the_settings_of_its_api_and_its_page(
    place: Place, wire: Wire, tls: bool, change: str
) -> None:
    request = admin_pb2.TestSMTPConfigRequest(
        sender_address="a@example.com",
        sender_name="A",
        host=f"{place.address}:587",
        tls=tls,
        user="user",
        password="secret-word",
        receiver_address="b@example.com",
    )
    _, status = wire(place, TEST, request)
    fix = (
        f"{change.format(place.address)}: verified, {place.address}:465 with implicit TLS answers and offers AUTH "
        "PLAIN, LOGIN."
    )
    assert status.code == grpc.StatusCode.FAILED_PRECONDITION.value[0]
    assert fix in status.message
    info = detail(status, error_details_pb2.ErrorInfo)
    assert (info.reason, info.metadata["advice"]) == ("CONNECTION_REFUSED", fix)
    assert "documentation" not in info.metadata
    (link,) = detail(status, error_details_pb2.Help).links
    assert link.url == f"{SITE}/src/mailproof/diagnosis/pages/connection_refused.md"
    assert link.description


@wires
def test_the_password_is_in_no_answer(place: Place, wire: Wire) -> None:
    request = diagnosis_pb2.DiagnoseRequest(host=place.address, port=465, user="user", password="wrong-password")
    messages, _ = wire(place, DIAGNOSE, request)
    report = diagnosis_pb2.DiagnoseResponse.FromString(messages[-1]).report
    assert report.stage
    for secret in (b"wrong-password", base64.b64encode(b"\0user\0wrong-password")):
        assert not any(secret in message for message in messages)
