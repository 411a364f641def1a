"""envoy.yaml as shipped (only its ports differ), in front of the running program: all three wires through one port."""

import gzip
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from clock_support.waiting import HANG
from service_support.edge import running_edge
from service_support.service import RunningService
from service_support.silent import SilentServer
from smtpdiag.v1 import diagnosis_pb2, diagnosis_pb2_grpc
from zitadel.admin.v1 import admin_pb2, admin_pb2_grpc

ORIGIN = "https://console.example.com"


@pytest.fixture(scope="module")
def edge(service: RunningService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Envoy in front of the service."""
    with running_edge(service, tmp_path_factory.mktemp("envoy")) as address:
        yield address


def settings(service: RunningService) -> dict[str, Any]:
    return {
        "sender_address": "noreply@example.com",
        "sender_name": "Edge",
        "tls": True,
        "host": f"{service.sandbox.host}:{service.sandbox.starttls_port}",
        "user": service.sandbox.user,
        "password": service.sandbox.password,
    }


def post(url: str, body: bytes, headers: dict[str, str], method: str = "POST") -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, data=body or None, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=HANG) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def test_grpc_passes_the_edge(service: RunningService, edge: str) -> None:
    metadata = (("authorization", f"Bearer {service.admin_token}"),)
    with grpc.insecure_channel(edge) as channel:
        stub = admin_pb2_grpc.AdminServiceStub(channel)
        added = stub.AddSMTPConfig(admin_pb2.AddSMTPConfigRequest(**settings(service)), metadata=metadata)
        assert added.id
        with pytest.raises(grpc.RpcError) as caught:
            stub.GetSMTPConfigById(admin_pb2.GetSMTPConfigByIdRequest(id="1"), metadata=metadata)
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND
        assert "grpc-status-details-bin" in str(caught.value.trailing_metadata())
        diagnosis = diagnosis_pb2_grpc.DiagnosisServiceStub(channel)
        request = diagnosis_pb2.DiagnoseRequest(host=service.sandbox.host, port=service.sandbox.starttls_port)
        *_, last = diagnosis.Diagnose(request, metadata=metadata)
        assert last.WhichOneof("event") == "report"


def test_the_life_of_a_configuration_passes_the_edge(service: RunningService, edge: str) -> None:
    token = f"Bearer {service.admin_token}"
    headers = {"authorization": token, "content-type": "application/json", "x-idempotency-key": "through-the-edge"}
    good = {**settings(service), "sender_name": "Once"}
    first, again = (post(f"http://{edge}/email/smtp", json.dumps(good).encode(), headers)[2] for _ in range(2))
    added = json.loads(first)
    assert json.loads(again) == added
    path = f"http://{edge}/admin/v1/email/smtp/{added['id']}"
    status, _, body = post(path, json.dumps({**good, "description": "d", "password": ""}).encode(), headers, "PUT")
    assert (status, set(json.loads(body)["details"])) == (200, {"sequence", "changeDate", "resourceOwner"})
    metadata = (("authorization", token), ("x-instance-id", added["details"]["resourceOwner"]))
    with grpc.insecure_channel(edge) as channel:
        stub = admin_pb2_grpc.AdminServiceStub(channel)
        stub.ActivateEmailProvider(admin_pb2.ActivateEmailProviderRequest(id=added["id"]), metadata=metadata)
        active = stub.GetSMTPConfig(admin_pb2.GetSMTPConfigRequest(), metadata=metadata)
        assert (active.smtp_config.id, active.smtp_config.description) == (added["id"], "d")
        with pytest.raises(grpc.RpcError) as caught:
            stub.GetSMTPConfig(admin_pb2.GetSMTPConfigRequest(), metadata=(metadata[0], ("x-instance-id", "other")))
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    status, _, body = post(f"http://{edge}/smtp/{added['id']}", b"", headers, "DELETE")
    assert status == 200
    status, _, body = post(f"http://{edge}/smtp/{added['id']}", b"", headers, "GET")
    assert (status, json.loads(body)["code"]) == (404, 5)


def test_rest_passes_the_edge_errors_and_streams_included(service: RunningService, edge: str) -> None:
    headers = {"authorization": f"Bearer {service.admin_token}", "content-type": "application/json"}
    status, _, body = post(f"http://{edge}/admin/v1/smtp", json.dumps(settings(service)).encode(), headers)
    assert status == 200
    assert json.loads(body)["id"]
    status, _, body = post(f"http://{edge}/smtp", b"{}", headers)
    assert status == 400
    assert json.loads(body)["code"] == 3
    target = {"host": service.sandbox.host, "port": service.sandbox.starttls_port}
    for path in ("/v1/diagnose", "/v1/settings:diagnose"):
        status, kind, body = post(f"http://{edge}{path}", json.dumps(target).encode(), headers)
        assert (status, kind["content-type"]) == (200, "application/x-ndjson")
        assert "report" in json.loads(body.splitlines()[-1])
    for path, reason in (("1:test", "SMTP_CONFIG_NOT_FOUND"), ("1%3Atest", "ROUTE_NOT_FOUND")):
        status, _, body = post(f"http://{edge}/v1/providers/{path}", b"{}", headers)
        assert (status, json.loads(body)["details"][0]["reason"]) == (404, reason)


def test_grpc_web_passes_the_edge(service: RunningService, edge: str) -> None:
    message = admin_pb2.AddSMTPConfigRequest(**settings(service)).SerializeToString()
    frame = b"\0" + len(message).to_bytes(4, "big") + message
    headers = {"authorization": f"Bearer {service.admin_token}", "content-type": "application/grpc-web+proto"}
    status, answered, body = post(f"http://{edge}/zitadel.admin.v1.AdminService/AddSMTPConfig", frame, headers)
    assert (status, answered["content-type"]) == (200, "application/grpc-web+proto")
    assert b"grpc-status: 0" in body
    del headers["authorization"]
    status, answered, body = post(f"http://{edge}/zitadel.admin.v1.AdminService/AddSMTPConfig", frame, headers)
    assert (status, answered["grpc-status"], body) == (200, "16", b"")


def test_cors_passes_the_edge(service: RunningService, edge: str) -> None:
    headers = {"origin": ORIGIN, "access-control-request-method": "POST"}
    status, answered, _ = post(f"http://{edge}/admin/v1/smtp", b"", headers, method="OPTIONS")
    assert status == 204
    assert answered["access-control-allow-origin"] == ORIGIN
    assert "authorization" in answered["access-control-allow-headers"]
    headers["origin"] = "https://evil.example"
    _, answered, _ = post(f"http://{edge}/admin/v1/smtp", b"", headers, method="OPTIONS")
    assert "access-control-allow-origin" not in answered


def test_the_console_passes_the_edge_as_it_is(service: RunningService, edge: str) -> None:
    browser = {"accept": "text/html", "accept-encoding": "gzip"}
    own = {"date", "server", "x-request-id", "x-envoy-upstream-service-time"}
    paths = ["/"]
    for path in paths:
        direct, passed = (post(f"{base}{path}", b"", browser, "GET") for base in (service.http_url, f"http://{edge}"))
        assert (passed[0], passed[2]) == (direct[0], direct[2]) == (200, direct[2])
        assert {name: passed[1][name] for name in direct[1].keys() - own} == {
            name: value for name, value in direct[1].items() if name not in own
        }
        if path == "/":
            paths += re.findall(r'(?:src|href)="(/assets/[^"]+)"', gzip.decompress(passed[2]).decode())
    assert len(paths) > 3


def test_calls_that_take_the_place_of_cancelled_ones_are_not_refused(service: RunningService, edge: str) -> None:
    """All callers share the edge's connection, and grpc-core counts a cancelled call for a while longer than HTTP/2."""
    metadata = (("authorization", f"Bearer {service.admin_token}"),)
    test = {**settings(service), "receiver_address": "you@example.com"}
    with grpc.insecure_channel(edge) as channel, SilentServer() as silent:
        stub = admin_pb2_grpc.AdminServiceStub(channel)
        request = admin_pb2.TestSMTPConfigRequest(**{**test, "host": silent.address})
        waiting = [stub.TestSMTPConfig.future(request, metadata=metadata, timeout=HANG) for _ in range(90)]
        silent.wait_for_seen(1)
        for call in waiting:
            call.cancel()
        read = admin_pb2.ListSMTPConfigsRequest()
        next_ones = [stub.ListSMTPConfigs.future(read, metadata=metadata, timeout=HANG) for _ in range(100)]
        assert all(call.result().HasField("details") for call in next_ones)
