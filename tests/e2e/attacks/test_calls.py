"""Attacks by calls: bodies without a token, answers that nobody takes, calls that outlive their token."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from clock_support.waiting import HANG, eventually
from service_support.http2 import Http2Client
from service_support.service import RunningService, create_token, run_here, running_service
from service_support.silent import SilentServer
from service_support.wires import Client, Refused, Wires, open_wires, request_of

ADD = "/zitadel.admin.v1.AdminService/AddSMTPConfig"
DIAGNOSE = "/smtpdiag.v1.DiagnosisService/Diagnose"
SLOTS = 4
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("calls")
    slots = str(SLOTS * 3 // 2)  # of which one instance has two thirds
    with running_service(folder / "data", "--max-concurrent-tests", slots) as running:
        yield running


@pytest.fixture
def wires(service: RunningService) -> Iterator[Wires]:
    with open_wires(service) as opened:
        yield opened


def bearer(token: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {token}")]


def resident(service: RunningService) -> int:
    """Return the bytes of memory that a service holds."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def diagnosis(service: RunningService) -> Any:
    """Return a test that passes, of the sandbox."""
    sandbox = service.sandbox
    return {"host": sandbox.host, "port": sandbox.starttls_port, "tls_mode": "TLS_MODE_STARTTLS"}


@pytest.mark.parametrize("path", [ADD, DIAGNOSE, "/no.such.Service/Rpc"])
@pytest.mark.parametrize("headers", [[], bearer("mp_" + "x" * 43)])
def test_half_sent_grpc_calls_without_a_token_hold_nothing(
    service: RunningService, path: str, headers: list[tuple[str, str]]
) -> None:
    before = resident(service)
    with Http2Client(service.grpc_address) as client:
        for _ in range(80):
            stream = client.call(path, headers, b"x" * 40_000, announced=MIB)
            assert client.wait(lambda stream=stream: stream in client.ended)  # type: ignore[misc] # mypy 1.18
            assert client.headers[stream]["grpc-status"] == ("12" if "such" in path else "16")
        assert resident(service) - before < 16 * MIB


def head(service: RunningService, path: str, kind: str, *more: str) -> bytes:
    place = urlsplit(service.http_url).netloc
    lines = [f"POST {path} HTTP/1.1", f"host: {place}", f"content-type: {kind}", *more, "", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("length", ["content-length: 60000", "transfer-encoding: chunked"])
@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/admin/v1/smtp", "application/json", 401),
        (ADD, "application/grpc-web+proto", 200),
        ("/v1/settings:diagnose", "application/json", 401),
        ("/no/such/path", "application/json", 404),
    ],
)
def test_anonymous_bodies_are_refused_before_they_are_sent(
    service: RunningService, path: str, kind: str, status: int, length: str
) -> None:
    before = resident(service)
    place = urlsplit(service.http_url)
    refused: list[socket.socket] = []
    with ExitStack() as stack:
        for _ in range(25):
            opened = stack.enter_context(socket.create_connection((place.hostname, place.port), timeout=HANG))
            part = b"10000\r\n" + b"x" * 30_000 if "chunked" in length else b"x" * 30_000
            opened.sendall(head(service, path, kind, length) + part)
            answer = http.client.HTTPResponse(opened)
            answer.begin()
            assert answer.status == status
            assert answer.headers["connection"] == "close"
            if status == 200:
                assert answer.headers["grpc-status"] == "16"
            answer.read()
            refused.append(opened)
        assert resident(service) - before < 16 * MIB
        for opened in refused:
            assert opened.recv(1) == b""  # the connection ends, whatever would follow


def test_a_refused_client_keeps_its_connection_when_its_body_is_there(service: RunningService) -> None:
    connection = http.client.HTTPConnection(urlsplit(service.http_url).netloc, timeout=HANG)
    with closing(connection):
        for _ in range(2):
            connection.request("POST", "/admin/v1/smtp", b"{}", {"content-type": "application/json"})
            answer = connection.getresponse()
            assert answer.status == 401
            assert answer.headers["connection"] is None
            answer.read()


def test_a_client_that_waits_to_be_asked_is_refused_without_its_body(service: RunningService) -> None:
    place = urlsplit(service.http_url)
    with socket.create_connection((place.hostname, place.port), timeout=HANG) as opened:
        fields = ("content-length: 60000", "expect: 100-continue")
        opened.sendall(head(service, "/admin/v1/smtp", "application/json", *fields))
        assert opened.makefile("rb").readline() == b"HTTP/1.1 401 Unauthorized\r\n"


def test_answers_that_nobody_takes_hold_no_slot(service: RunningService, wires: Wires) -> None:
    client = Client(wires, "grpc", service.admin_token)
    request = frame_of(service)
    with Http2Client(service.grpc_address, window=0) as greedy:
        for _ in range(SLOTS):
            stream = greedy.call(DIAGNOSE, bearer(service.admin_token), request)
            assert greedy.wait(lambda stream=stream: ":status" in greedy.headers[stream])  # type: ignore[misc] # as above
        # Their tests are over in some 100 ms; until then others are told to try again.
        eventually(lambda: passes(client, service), "the slots of tests that are over are still held")
        assert not any(greedy.data.values())


def passes(client: Client, service: RunningService) -> bool:
    """Return whether a test had a slot, and came to its report."""
    try:
        return bool(client("Diagnose", **diagnosis(service))[-1].HasField("report"))
    except Refused:
        return False


def frame_of(service: RunningService) -> bytes:
    """Return the message of such a test."""
    message: bytes = request_of("Diagnose", **diagnosis(service)).SerializeToString()
    return message


def test_an_answer_that_nobody_takes_ends_with_its_deadline(service: RunningService) -> None:
    with Http2Client(service.grpc_address, window=0) as greedy:
        headers = [*bearer(service.admin_token), ("grpc-timeout", "1S")]
        stream = greedy.call(DIAGNOSE, headers, frame_of(service))
        assert greedy.wait(lambda: stream in greedy.ended)


def test_a_revoked_tokens_open_streams_end(service: RunningService, wires: Wires) -> None:
    token = create_token(service.data_dir, "admin", "--name", "stolen")
    listed = run_here("token", "list", "--data-dir", str(service.data_dir)).stdout.splitlines()
    token_id = next(line.split()[0] for line in listed if "stolen" in line)
    kinds = ("grpc", "grpc-web", "application/json", "text/event-stream")
    with ExitStack() as stack, ThreadPoolExecutor(len(kinds)) as pool:
        silent = [stack.enter_context(SilentServer()) for _ in kinds]
        ends = [pool.submit(code_of_end, wires, kind, token, it.port) for kind, it in zip(kinds, silent, strict=True)]
        assert all(it.connected.wait(HANG) for it in silent)
        assert run_here("token", "revoke", token_id, "--data-dir", str(service.data_dir)).returncode == 0
        assert [end.result() for end in ends] == [16] * len(kinds)
        assert all(it.wait_until_all_closed() for it in silent)


def code_of_end(wires: Wires, kind: str, token: str, port: int) -> int:
    """Test a server that says nothing, over a wire or as a kind of stream of REST, and return how the call ends."""
    if kind in {"grpc", "grpc-web"}:
        client = Client(wires, kind, token)
        return int(client.refused("Diagnose", host="127.0.0.1", port=port, timeout={"seconds": 25}).code)
    body = json.dumps({"host": "127.0.0.1", "port": port, "timeout": "25s"}).encode()
    answer = wires.http("POST", "/v1/settings:diagnose", body, [*bearer(token), ("accept", kind)])
    last = json.loads(answer.body.decode().rstrip().split("\n")[-1].removeprefix("data: "))
    return int((last if "event" in kind else last["error"])["code"])
