"""What a caller leaves behind who hangs up: how long until connection, slot and descriptors of the test are free again.

Run by `make bench-cancel [ROUNDS=30]`; the figures are in docs/connections.md.

One test may run at a time here, so that the next one is taken in only when the slot of the one before is free.
"""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc

from service_support.framing import frame
from service_support.service import RunningService, running_service
from smtpdiag.v1 import diagnosis_pb2, diagnosis_pb2_grpc, instance_pb2, instance_pb2_grpc
from zitadel.admin.v1 import admin_pb2, admin_pb2_grpc

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 30
PATIENCE = 30.0
ONE_TEST = {"MAILPROOF_MAX_CONCURRENT_TESTS": "1", "MAILPROOF_MAX_WEBHOOK_POSTS_PER_MINUTE": "0"}


@dataclass
class Tarpit:
    """Takes connections and says nothing, but for a line that it may greet with; knows when each of them ended."""

    greeting: bytes = b""
    port: int = 0
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    left: list[float] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator[Tarpit]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
            yield self

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._hold, args=(connection,), daemon=True).start()

    def _hold(self, connection: socket.socket) -> None:
        with connection:
            connection.sendall(self.greeting)
            self.came.release()
            try:
                while connection.recv(4096):
                    pass
            except OSError:
                pass
        self.left.append(time.perf_counter())


Hang = Callable[[], object]


def http_call(service: RunningService, path: str, body: bytes, kind: str) -> Hang:
    """Begin a call over HTTP and return what hangs up."""
    url = urlsplit(service.http_url)
    connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=PATIENCE)
    connection.request("POST", path, body, {"authorization": f"Bearer {service.admin_token}", "content-type": kind})
    return connection.close


def begin(service: RunningService, channel: grpc.Channel, wire: str, rpc: Rpc) -> Hang:
    """Begin a call and return what cancels it."""
    if wire == "rest":
        return http_call(service, rpc.route, json.dumps(rpc.document).encode(), "application/json")
    if wire == "grpc-web":
        return http_call(service, rpc.path, frame(rpc.message.SerializeToString()), "application/grpc-web+proto")
    metadata = (("authorization", f"Bearer {service.admin_token}"),)
    call = rpc.start(channel)(rpc.message, metadata=metadata)
    if not rpc.streaming:
        return lambda: call.cancel()
    threading.Thread(target=lambda: list(_quietly(call)), daemon=True).start()
    return lambda: call.cancel()


def _quietly(call: Any) -> Iterator[object]:
    try:
        yield from call
    except grpc.RpcError:
        return


@dataclass
class Rpc:
    """One call that takes long."""

    name: str
    path: str
    route: str
    document: Mapping[str, object]
    message: Any
    start: Callable[[grpc.Channel], Any]
    streaming: bool = False


def calls(port: int, stored: str, webhook: str) -> list[Rpc]:
    """Return the calls that wait for a silent server."""
    plain: dict[str, object] = {"host": "127.0.0.1", "port": port}
    admin, own = "/zitadel.admin.v1.AdminService/", "/smtpdiag.v1."
    test = {"senderAddress": "a@example.com", "senderName": "A", "host": f"127.0.0.1:{port}"}
    test |= {"receiverAddress": "b@example.com", "password": "x", "user": "u"}
    asked = admin_pb2.TestSMTPConfigRequest(
        sender_address="a@example.com",
        sender_name="A",
        host=f"127.0.0.1:{port}",
        receiver_address="b@example.com",
        user="u",
        password="x",
    )
    return [
        Rpc(
            "Diagnose",
            f"{own}DiagnosisService/Diagnose",
            "/v1/settings:diagnose",
            plain,
            diagnosis_pb2.DiagnoseRequest(host="127.0.0.1", port=port),
            lambda channel: diagnosis_pb2_grpc.DiagnosisServiceStub(channel).Diagnose,
            streaming=True,
        ),
        Rpc(
            "TestSMTPConfig",
            f"{admin}TestSMTPConfig",
            "/admin/v1/smtp/_test",
            test,
            asked,
            lambda channel: admin_pb2_grpc.AdminServiceStub(channel).TestSMTPConfig.future,
        ),
        Rpc(
            "TestSMTPConfigById",
            f"{admin}TestSMTPConfigById",
            f"/admin/v1/smtp/{stored}/_test",
            {"receiverAddress": "b@example.com"},
            admin_pb2.TestSMTPConfigByIdRequest(id=stored, receiver_address="b@example.com"),
            lambda channel: admin_pb2_grpc.AdminServiceStub(channel).TestSMTPConfigById.future,
        ),
        Rpc(
            "TestHTTPProvider",
            f"{own}InstanceService/TestHTTPProvider",
            f"/v1/providers/{webhook}:test",
            {},
            instance_pb2.TestHTTPProviderRequest(id=webhook),
            lambda channel: instance_pb2_grpc.InstanceServiceStub(channel).TestHTTPProvider.future,
        ),
    ]


def ask(service: RunningService, path: str, document: Mapping[str, object]) -> dict[str, Any]:
    """Make a REST call to its end."""
    url = urlsplit(service.http_url)
    connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=PATIENCE)
    headers = {"authorization": f"Bearer {service.admin_token}", "content-type": "application/json"}
    connection.request("POST", path, json.dumps(document), headers)
    answer: dict[str, Any] = json.loads(connection.getresponse().read().splitlines()[-1])
    connection.close()
    return answer


def measure(service: RunningService, pit: Tarpit, start: Callable[[], Hang]) -> tuple[float, float, float]:
    """Return the seconds until the connection, the slot and the descriptors of a call that is cut are free."""
    files = Path(f"/proc/{service.process.pid}/fd")
    before = len(list(files.iterdir()))
    seen = len(pit.left)
    hang_up = start()
    assert pit.came.acquire(timeout=PATIENCE), "the test never began"
    time.sleep(0.05)  # the test waits for the server now
    began = time.perf_counter()
    hang_up()
    end = began + PATIENCE
    while len(list(files.iterdir())) > before + 1 and time.perf_counter() < end:  # one more: a connection kept alive
        time.sleep(0.001)
    descriptors = time.perf_counter() - began
    closed: dict[str, object] = {"host": "127.0.0.1", "port": 1}
    while "report" not in ask(service, "/v1/settings:diagnose", closed) and time.perf_counter() < end:
        pass
    slot = time.perf_counter() - began
    while len(pit.left) == seen and time.perf_counter() < end:
        time.sleep(0.001)
    return pit.left[-1] - began, slot, descriptors


def shown(seconds: tuple[float, ...]) -> str:
    """Return the median, what nine of ten stay below, and the longest."""
    ninth = sorted(seconds)[len(seconds) * 9 // 10]
    return f"{statistics.median(seconds) * 1e3:.1f}/{ninth * 1e3:.1f}/{max(seconds) * 1e3:.1f} ms"


def main() -> None:
    """Print how long each call takes to end, over each wire."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Tarpit().listening() as pit,
        running_service(Path(folder) / "data", env=ONE_TEST) as service,
        grpc.insecure_channel(service.grpc_address) as channel,
    ):
        config = {"senderAddress": "a@example.com", "senderName": "A", "host": f"127.0.0.1:{pit.port}"}
        stored = ask(service, "/admin/v1/smtp", config)["id"]
        webhook = ask(service, "/admin/v1/email/http", {"endpoint": f"http://127.0.0.1:{pit.port}/"})["id"]
        print("| call | wire | connection closed | next test taken in | descriptors back |\n|---|---|---|---|---|")
        for rpc in calls(pit.port, stored, webhook):
            for wire in ("grpc", "grpc-web", "rest"):

                def start(wire: str = wire, rpc: Rpc = rpc) -> Hang:
                    return begin(service, channel, wire, rpc)

                rows = [measure(service, pit, start) for _ in range(ROUNDS)]
                cells = [shown(column) for column in zip(*rows, strict=True)]
                print(f"| {rpc.name} | {wire} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
