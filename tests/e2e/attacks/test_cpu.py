"""Requests and replies that are dear to read: each is refused or bounded, and others are served meanwhile.

How late the event loops answer meanwhile is measured by `make attack ATTACKS=cpu`.
"""

from __future__ import annotations

import base64
import json
import queue
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

from clock_support.waiting import HANG
from mailproof.probe.probe import MAX_WAITING_OF_SERVER
from mailproof.smtp.sanitize import FULL_OF_ESCAPES
from mailproof.smtp.sasl.scram import MAX_ITERATIONS
from service_support.framing import detail
from service_support.rules import METHODS
from service_support.service import RunningService, create_token, running_service
from service_support.wires import Client, Refused, open_wires, path_of, request_of
from smtp_support.scripted import EHLO_CLEAR, Peer, Script, serve, smtp
from smtpdiag.v1 import vocabulary_pb2

DEAR = {"salt": b"s" * 16, "memory_kib": 131072, "iterations": 4, "lanes": 1}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with running_service(tmp_path_factory.mktemp("cpu") / "data") as running:
        yield running


def dear_import() -> bytes:
    """Return an import whose key takes long to derive."""
    smtp = {"sender_address": "a@example.com", "sender_name": "a", "host": "smtp.example.com:587", "user": "user"}
    document = {
        "format_version": 1,
        "providers": [{"id": "1", "smtp": smtp, "secret": b"x" * 40}],
        "encryption": {"argon2id": DEAR, "check": b"c" * 28},
    }
    request: bytes = request_of(
        "ImportConfigs", document=document, passphrase="correct horse battery"
    ).SerializeToString()
    return request


def test_dear_imports_of_one_instance_are_bounded_and_delay_another_ones_export_by_one(service: RunningService) -> None:
    instances = ("--instance", "greedy", "--instance", "other")
    token = create_token(service.data_dir, "admin", "--permission", "iam.secrets", *instances)
    ended: queue.Queue[Any] = queue.Queue()
    with open_wires(service) as wires:
        greedy, other = (Client(wires, "rest", token, name) for name in ("greedy", "other"))
        call: Any = wires.channel.unary_unary(path_of(METHODS["ImportConfigs"]))
        imports = [call.future(dear_import(), metadata=greedy.headers(), timeout=HANG) for _ in range(12)]
        for each in imports:
            each.add_done_callback(ended.put)
        refused = ended.get(timeout=HANG)  # at once, while the others wait
        other("ExportConfigs", passphrase="correct horse battery")
        codes = [each.code() for each in imports if each.done()]
        for each in imports:
            each.cancel()
    assert refused.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    status = status_pb2.Status.FromString(dict(refused.trailing_metadata())["grpc-status-details-bin"])
    assert detail(status, error_details_pb2.ErrorInfo).reason == "TOO_MUCH_WORK"
    assert detail(status, error_details_pb2.RetryInfo).retry_delay.seconds > 0
    assert codes.count(grpc.StatusCode.INVALID_ARGUMENT) <= 3, "the export came after most of the imports"
    assert codes.count(grpc.StatusCode.RESOURCE_EXHAUSTED) == len(codes) - codes.count(grpc.StatusCode.INVALID_ARGUMENT)


def scram(iterations: int) -> Script:
    """Return a server that wants so many iterations of each login."""

    async def challenge(peer: Peer, line: str) -> list[str]:
        nonce = base64.b64decode(line.split()[2]).decode().rpartition("r=")[2]
        first = f"r={nonce}server,s={base64.b64encode(b'salt' * 4).decode()},i={iterations}"
        await peer.perform([f"334 {base64.b64encode(first.encode()).decode()}"])
        await peer.hear()
        return ["535 5.7.8 no"]

    return smtp(ehlo=["250-mail.test", "250 AUTH SCRAM-SHA-256"], auth=challenge)


def diagnose(client: Client, port: int) -> str:
    """Return the code of a test with a password, or the reason for which it was not finished."""
    settings = {"host": "127.0.0.1", "port": port, "tls_mode": "TLS_MODE_NONE", "user": "user", "password": "S3cret!!"}
    try:
        answers = client("Diagnose", **settings, depth="DEPTH_AUTH", timeout=Duration(seconds=20))
    except Refused as refused:
        return str(refused.reason)
    report: Any = answers[-1].report
    assert len(report.evidence.text) <= 1000
    name = str(vocabulary_pb2.Code.Name(report.code)).removeprefix("CODE_").lower()
    return f"{name} {report.evidence.text!s} {report.message!s}"


def test_scram_of_very_many_iterations_is_not_begun(service: RunningService) -> None:
    with open_wires(service) as wires, serve(scram(MAX_ITERATIONS + 1)) as served:
        said = diagnose(Client(wires, "grpc", service.admin_token), served.port)
    assert said.startswith("auth_mechanism_unsupported ")
    assert f"{MAX_ITERATIONS} are the most" in said


def test_scram_of_many_iterations_is_bounded_for_each_server(service: RunningService) -> None:
    with (
        open_wires(service) as wires,
        serve(scram(MAX_ITERATIONS)) as served,
        ThreadPoolExecutor(16) as threads,
    ):
        client = Client(wires, "grpc", service.admin_token)
        said = Counter(one.split()[0] for one in threads.map(lambda _: diagnose(client, served.port), range(16)))
    assert set(said) == {"auth_rejected", "TOO_MUCH_WORK"}
    assert said["auth_rejected"] >= MAX_WAITING_OF_SERVER


HOSTILE = {
    "escape sequences": "\x1b[1m",
    "lone escapes": "\x1b",
    "unfinished sequences": "\x1b]0;",
    "words": "not own mailbox blocked password spam no ",
    "host names": "a.b-",
    "compatible characters": "\ufdfa",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_of_a_refusal_of_240_kb_a_part_is_read(service: RunningService, unit: str) -> None:
    line = (unit * 4000).encode()[:4080].decode("utf-8", "ignore")
    answer = [*(f"535-{line}" for _ in range(59)), "535 end"]
    with open_wires(service) as wires, serve(smtp(ehlo=EHLO_CLEAR, replies={"AUTH": answer})) as served:
        said = diagnose(Client(wires, "grpc", service.admin_token), served.port)
    assert said.startswith(("auth_", "account_", "client_ip_", "permission_"))
    assert "end" not in said.split()
    assert (FULL_OF_ESCAPES in said) == ("\x1b" in unit)


@pytest.mark.parametrize("body", ['{"a":0' + ',"a":0' * 10_900 + "}", '{"host":"' + "\ufdfa" * 21_000 + '"}'])
def test_a_small_body_that_is_dear_to_read_is_refused(service: RunningService, body: str) -> None:
    """A name many times, and a host that takes seconds to encode."""
    with open_wires(service) as wires:
        headers = Client(wires, "rest", service.admin_token).headers()
        answer = wires.http("POST", "/v1/settings:diagnose", body.encode(), headers)
    assert answer.status == 400
    assert json.loads(answer.body)["details"][0]["reason"] in {"REQUEST_MALFORMED", "FIELD_INVALID"}
