"""Each path with a custom verb over REST and grpc-web: it answers as the older path of its RPC does."""

import json
import urllib.request
from typing import Any

import pytest

from service_support.framing import BINARY, frame, read
from service_support.rest import call
from service_support.service import RunningService
from service_support.wires import Client, Wires, open_wires
from smtpdiag.v1 import diagnosis_pb2, instance_pb2, vocabulary_pb2

PAIRS = {
    "/v1/settings:diagnose": "/v1/diagnose",
    "/v1/settings:discover": "/v1/discover",
    "/v1/configs:export": "/v1/configs/export",
    "/v1/configs:import": "/v1/configs/import",
    "/v1/providers/1:test": "/v1/providers/1/test",
}

# No domain of this name is looked up anywhere (RFC 6761 section 6.3), whatever name servers this machine has.
ADDRESS = "me@localhost"
RECEIVER = "https://hooks.invalid/x"


def lines(service: RunningService, path: str, document: object, accept: str = "*/*") -> tuple[str, list[str]]:
    """Return the content type and the lines of a stream."""
    request = urllib.request.Request(
        f"{service.http_url}{path}",
        data=json.dumps(document).encode(),
        headers={
            "authorization": f"Bearer {service.admin_token}",
            "content-type": "application/json",
            "accept": accept,
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers["content-type"], answer.read().decode().splitlines()


def target(service: RunningService) -> dict[str, Any]:
    return {
        "host": service.sandbox.host,
        "port": service.sandbox.starttls_port,
        "tlsMode": "TLS_MODE_STARTTLS",
        "user": service.sandbox.user,
        "password": service.sandbox.password,
    }


@pytest.mark.parametrize("path", ["/v1/settings:diagnose", "/v1/diagnose"])
def test_settings_are_diagnosed(service: RunningService, path: str) -> None:
    kind, answered = lines(service, path, target(service))
    assert kind == "application/x-ndjson"
    documents = [json.loads(line) for line in answered]
    assert documents[-1]["report"]["outcome"] == "OUTCOME_OK"
    assert documents[0]["started"]["stage"] == "STAGE_POLICY"
    assert any("step" in document for document in documents)
    kind, answered = lines(service, path, target(service), "text/event-stream")
    assert kind == "text/event-stream"
    assert answered[0] == "event: started"
    assert "event: report" in answered


@pytest.mark.parametrize("path", ["/v1/settings:discover", "/v1/discover"])
def test_settings_are_discovered(service: RunningService, path: str) -> None:
    _, answered = lines(service, path, {"address": ADDRESS, "timeout": "2s"})
    assert list(json.loads(answered[-1])) == ["result"]


@pytest.mark.parametrize(
    ("export", "import_"),
    [("/v1/configs:export", "/v1/configs:import"), ("/v1/configs/export", "/v1/configs/import")],
)
def test_configurations_are_exported_and_imported(service: RunningService, export: str, import_: str) -> None:
    assert call(service, "POST", "/admin/v1/email/http", {"endpoint": RECEIVER}).status == 200
    exported = call(service, "POST", export, {})
    assert exported.status == 200
    one = exported.document["document"]["providers"][-1]
    document = {**exported.document["document"], "providers": [one]}
    headers = {"x-idempotency-key": f"once:{import_}"}
    first, again = (call(service, "POST", import_, {"document": document}, headers=headers) for _ in range(2))
    assert (first.status, again) == (200, first)
    assert first.document["providers"][0]["oldId"] == one["id"]


@pytest.mark.parametrize("path", ["/v1/configs:import", "/v1/configs/import"])
def test_an_import_may_be_large_on_either_path(service: RunningService, path: str) -> None:
    assert call(service, "POST", path, {"unknown": "x" * 1_000_000}).fields == ["unknown"]


@pytest.mark.parametrize("template", ["/v1/providers/{}:test", "/v1/providers/{}/test"])
def test_a_provider_is_tested(service: RunningService, template: str) -> None:
    added = call(service, "POST", "/admin/v1/email/http", {"endpoint": RECEIVER}).document["id"]
    reply = call(service, "POST", template.format(added), {"id": "overruled by the path"})
    assert reply.status == 200
    assert reply.document["report"]["code"].startswith("WEBHOOK_CODE_DNS_")


@pytest.mark.parametrize("path", [path for pair in PAIRS.items() for path in pair])
def test_each_path_has_the_guards_of_its_rpc(service: RunningService, path: str) -> None:
    assert call(service, "POST", path, {}, token="mp_unknown").status == 401
    refused = call(service, "POST", path, {}, token=service.viewer_token)
    assert refused.status == (200 if "export" in path else 403)
    other = call(service, "PUT", path, {})
    assert (other.status, other.reason) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize("path", [path.replace(":", "%3A") for path in PAIRS])
def test_an_encoded_colon_begins_no_verb(service: RunningService, path: str) -> None:
    reply = call(service, "POST", path, {})
    assert (reply.status, reply.reason) == (404, "ROUTE_NOT_FOUND")


def test_an_id_may_have_a_colon(service: RunningService) -> None:
    for sent in ("a:test", "a%3Atest"):
        reply = call(service, "GET", f"/admin/v1/email/{sent}")
        assert (reply.status, reply.document["details"][0]["metadata"]["id"]) == (404, "a:test")
        reply = call(service, "POST", f"/v1/providers/{sent}:test", {})
        assert (reply.status, reply.document["details"][0]["metadata"]["id"]) == (404, "a:test")


def web(wires: Wires, service: RunningService, path: str, message: Any) -> Any:
    headers = Client(wires, "grpc-web", service.admin_token).headers()
    return read(wires.http("POST", path, frame(message), headers, content_type=BINARY[1]))


def test_grpc_web_is_answered_on_the_paths_with_a_verb(service: RunningService) -> None:
    with open_wires(service) as wires:
        exported = web(wires, service, "/v1/configs:export", instance_pb2.ExportConfigsRequest())
        assert instance_pb2.ExportConfigsResponse.FromString(exported.messages[0]).document.format_version == 1
        diagnose = diagnosis_pb2.DiagnoseRequest(
            host=service.sandbox.host, port=service.sandbox.starttls_port, depth=vocabulary_pb2.DEPTH_EHLO
        )
        streamed = web(wires, service, "/v1/settings:diagnose", diagnose).messages
        assert diagnosis_pb2.DiagnoseResponse.FromString(streamed[-1]).HasField("report")
        test = instance_pb2.TestHTTPProviderRequest(id="overruled by the path")
        refused = web(wires, service, "/v1/providers/a%3Atest:test", test)
        assert (refused.code, refused.reason) == (5, "SMTP_CONFIG_NOT_FOUND")
        assert "a:test" in str(refused.status)
        unknown = web(wires, service, "/v1/configs%3Aexport", instance_pb2.ExportConfigsRequest())
        assert (unknown.code, unknown.reason) == (12, "RPC_UNKNOWN")
