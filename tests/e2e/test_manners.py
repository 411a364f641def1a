"""A service on Unix sockets: who reaches it and how it is shown; traces; and callers who leave in the middle."""

import http.client
import json
import socket
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from clock_support.waiting import HANG, eventually
from service_support.framing import frame
from service_support.receiver import receiver
from service_support.rules import METHODS
from service_support.service import RunningService, run, running_service
from service_support.silent import SilentServer
from service_support.wires import path_of, request_of

ONE_TEST = {"MAILPROOF_MAX_CONCURRENT_TESTS": "1"}
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"
WIRES = ("grpc", "grpc-web", "rest")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that runs one test at a time, after whose end its sockets are gone."""
    folder = tmp_path_factory.mktemp("unix")
    listen = [f"--{name}-listen=unix:{folder}/{name}.sock" for name in ("grpc", "http")]
    with running_service(folder / "data", *listen, "--unix-socket-mode=0660", env=ONE_TEST) as running:
        yield running
    assert [path.name for path in folder.iterdir()] == ["data"]


@pytest.fixture(scope="module")
def channel(service: RunningService) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(service.grpc_address) as channel:
        yield channel


class Connection(http.client.HTTPConnection):
    """A connection to the service's HTTP socket."""

    def __init__(self, service: RunningService) -> None:
        super().__init__("localhost", timeout=HANG)
        self._path = service.http_url.removeprefix("unix:")

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(HANG)
        self.sock.connect(self._path)


def send(service: RunningService, path: str, body: bytes, kind: str, **headers: str) -> Connection:
    """Send a request and return its connection."""
    connection = Connection(service)
    sent = {"authorization": f"Bearer {service.admin_token}", "content-type": kind, **headers}
    connection.request("POST", path, body, sent)
    return connection


def ask(service: RunningService, path: str, document: object, **headers: str) -> dict[str, Any]:
    """Make a REST call to its end, and return the last line of its answer."""
    connection = send(service, path, json.dumps(document).encode(), "application/json", **headers)
    answer: dict[str, Any] = json.loads(connection.getresponse().read().splitlines()[-1])
    connection.close()
    return answer


def test_its_files_and_its_lines_say_where_it_listens(service: RunningService) -> None:
    for name, address in (("grpc", service.grpc_address), ("http", service.http_url)):
        path = service.data_dir.parent / f"{name}.sock"
        assert address == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert "console" not in "".join(service.greeting), "no browser reaches a Unix socket"


def test_the_command_line_and_curl_reach_it(service: RunningService, needs_debian: Callable[[str], None]) -> None:
    needs_debian("curl")
    env = {"MAILPROOF_TOKEN": service.admin_token}
    shown = run("whoami", "--server", service.grpc_address, env=env)
    assert (shown.returncode, shown.stdout.split()[:2]) == (0, ["name", "sandbox"]), shown.stderr
    mistaken = run("whoami", "--server", service.http_url, env=env)
    assert f"{service.http_url} speaks HTTP/1.1" in mistaken.stderr
    curl = next(line for line in service.greeting if line.startswith("curl "))
    pasted = subprocess.run(["sh", "-c", curl], capture_output=True, check=True, timeout=HANG, text=True)
    assert "the server took a message for you@example.com" in pasted.stdout
    peers = {entry["peer"].partition(":")[0] for entry in service.log() if entry["message"] == "call"}
    assert peers == {"unix"}


@pytest.mark.parametrize("wire", WIRES)
def test_a_trace_is_logged_and_passed_on_to_webhooks(service: RunningService, channel: grpc.Channel, wire: str) -> None:
    with receiver() as received:
        provider = ask(service, "/admin/v1/email/http", {"endpoint": received.url()})["id"]
        headers = {"traceparent": PARENT, "tracestate": "a=1"}
        named = {**headers, "x-request-id": f"of-{wire}"}
        message = request_of("TestHTTPProvider", id=provider).SerializeToString()
        path = path_of(METHODS["TestHTTPProvider"])
        if wire == "grpc":
            token = ("authorization", f"Bearer {service.admin_token}")
            channel.unary_unary(path)(message, metadata=(token, *named.items()), timeout=HANG)
        elif wire == "grpc-web":
            connection = send(service, path, frame(message), "application/grpc-web+proto", **named)
            assert connection.getresponse().read()
            connection.close()
        else:
            assert "report" in ask(service, f"/v1/providers/{provider}:test", {}, **named)
        (posted,) = received.posted
    assert {name: posted.headers[name] for name in headers} == headers
    (logged,) = (entry for entry in service.log() if entry.get("request_id") == f"of-{wire}")
    assert (logged["trace_id"], logged["span_id"]) == (TRACE, SPAN)


@pytest.mark.parametrize("wire", WIRES)
def test_a_caller_who_leaves_frees_connection_slot_and_descriptors(
    service: RunningService, channel: grpc.Channel, wire: str
) -> None:
    """How soon is measured by `make bench-cancel`."""
    free = {"host": "127.0.0.1", "port": 1}
    assert "report" in ask(service, "/v1/settings:diagnose", free)
    before = descriptors(service)
    for rpc in ("Diagnose", "TestSMTPConfig", "TestHTTPProvider"):
        with SilentServer() as silent:
            leave = begin(service, channel, wire, rpc, silent)
            assert silent.connected.wait(HANG)
            assert "report" not in ask(service, "/v1/settings:diagnose", free), "its slot is the only one"
            leave()
            assert silent.wait_until_all_closed(), rpc
            eventually(lambda: "report" in ask(service, "/v1/settings:diagnose", free), rpc)
    eventually(lambda: descriptors(service) <= before + 1, "there are more open files than before")


def descriptors(service: RunningService) -> int:
    return len(list(Path(f"/proc/{service.process.pid}/fd").iterdir()))


def begin(
    service: RunningService, channel: grpc.Channel, wire: str, rpc: str, silent: SilentServer
) -> Callable[[], object]:
    """Begin a call that waits for a silent server, and return what leaves it."""
    test = {"senderAddress": "a@example.com", "senderName": "A", "host": silent.address, "password": "x"}
    if rpc == "Diagnose":
        path, document = "/v1/settings:diagnose", {"host": "127.0.0.1", "port": silent.port}
        request = request_of(rpc, host="127.0.0.1", port=silent.port)
    elif rpc == "TestSMTPConfig":
        path, document = "/smtp/_test", {**test, "receiverAddress": "b@example.com", "user": "u"}
        request = request_of(
            rpc,
            sender_address="a@example.com",
            sender_name="A",
            host=silent.address,
            receiver_address="b@example.com",
            user="u",
            password="x",
        )
    else:
        provider = ask(service, "/email/http", {"endpoint": f"http://{silent.address}/"})["id"]
        path, document = f"/v1/providers/{provider}:test", {}
        request = request_of(rpc, id=provider)
    if wire == "rest":
        return send(service, path, json.dumps(document).encode(), "application/json").close
    message = request.SerializeToString()
    method = path_of(METHODS[rpc])
    if wire == "grpc-web":
        return send(service, method, frame(message), "application/grpc-web+proto").close
    metadata = (("authorization", f"Bearer {service.admin_token}"),)
    call: Any = channel.unary_stream(method) if rpc == "Diagnose" else channel.unary_unary(method).future
    started = call(message, metadata=metadata)
    cancel: Callable[[], object] = started.cancel
    return cancel
