"""Commands that call a running service: what they print, and one sentence for each way in which they fail."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

import mailproof
from mailproof.cli.main import main
from service_support.service import run
from service_support.wires import Client
from smtp_support import pki
from smtpdiag.v1 import access_pb2, access_pb2_grpc

from .conftest import Office


@pytest.fixture(autouse=True)
def quiet(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILPROOF_SERVER", office.service.grpc_address)
    monkeypatch.setenv("MAILPROOF_TOKEN", office.admin)
    monkeypatch.setenv("GRPC_VERBOSITY", "NONE")
    monkeypatch.setattr("mailproof.client.FIRST_WAIT", 0.001)


@pytest.fixture
def client(office: Office) -> Client:
    return office.client("grpc")


def add(client: Client, description: str) -> str:
    settings = {"sender_address": "a@example.com", "sender_name": "A", "host": "mx.example.com:587"}
    identity: str = client("AddEmailProviderSMTP", **settings, description=description).id
    return identity


def test_whoami(office: Office, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whoami", "--instance", client.instance]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert f"instance     {client.instance}\n" in shown.out
    assert "permissions  iam.read, iam.secrets, iam.write\n" in shown.out
    assert office.admin not in shown.out
    assert main(["whoami", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["role"] == "ROLE_ADMIN"


def test_the_installed_command_reads_a_token_file(office: Office, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"Bearer {office.viewer}\n")
    done = run("whoami", "--server", office.service.grpc_address, "--token-file", str(tmp_path / "token"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "role         viewer\n" in done.stdout
    done = run("whoami", "--server", f"http://{office.service.grpc_address}", "--token-file", "-", stdin=office.admin)
    assert done.returncode == 0


def test_config_list(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    add(client, "one")
    second = add(client, "two")
    client("ActivateEmailProvider", id=second)
    instance = ["--instance", client.instance]
    assert main(["config", "list", *instance]) == 0
    head, first, other = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["id", "state", "name", "server"]
    assert first.split()[:4] == [second, "active", "two", "mx.example.com:587"]
    assert "inactive  one" in other
    assert main(["config", "list", *instance, "--filter", "description = one", "--json"]) == 0
    (config,) = json.loads(capsys.readouterr().out)
    assert config["smtp"]["description"] == "one"
    assert config["recentTests"] == []
    assert main(["config", "list", *instance, "--filter", "nothing-like-it"]) == 0
    assert capsys.readouterr().err == "mailproof config list: the filter selects none of 2 configurations\n"
    assert main(["config", "list", *instance, "--filter", "stat = x"]) == 2
    assert 'there is no field "stat"; did you mean state?' in capsys.readouterr().err


def test_what_somebody_stored_drives_no_terminal(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    add(client, "a\u202eb")  # a right-to-left override, which no rule of the API refuses
    assert main(["config", "list", "--instance", client.instance]) == 0
    shown = capsys.readouterr().out
    assert "'a\\u202eb'" in shown
    assert "\u202e" not in shown


def test_server_and_presets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["server"]) == 0
    shown = capsys.readouterr().out
    assert f"  {mailproof.__version__}\n" in shown
    assert "test timeout                    30 s\n" in shown
    assert main(["server", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["features"]["egressProfile"] == "development"
    assert main(["presets", "GMAIL.com"]) == 0
    assert "smtp.gmail.com:465 implicit" in capsys.readouterr().out
    assert main(["presets", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) > 100
    assert main(["presets", "no such provider"]) == 1


def test_sentences_of_the_service_are_in_the_language_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tests", "show", "nope", "--language", "de"]) == 3
    assert capsys.readouterr().err == "mailproof tests show: ein Test mit dieser ID ist nicht gespeichert\n"


def nobody() -> str:
    """Return an address at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{bound.getsockname()[1]}"


def test_one_sentence_for_each_failure(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox = office.service.sandbox
    smtps, grpc_address = f"127.0.0.1:{sandbox.tls_port}", office.service.grpc_address
    for arguments, sentence in (
        (["--server", nobody()], "nothing listens at 127.0.0.1:"),
        (["--server", "unix:/no/such/socket"], "there is no socket /no/such/socket: is the service running?"),
        (["--server", "http://no-such-host.invalid:9"], "the name no-such-host.invalid is not found"),
        (["--server", f"https://{grpc_address}"], "does not speak TLS: write http:// instead of https://"),
        (["--server", office.service.http_url], "speaks HTTP/1.1, as a service's address of REST does"),
        (["--server", smtps], "speaks TLS: write https:// before it"),
        (["--server", f"https://{smtps}"], "is not accepted: unable to get local issuer certificate; --ca-file names"),
        (["--server", f"https://{smtps}", "--ca-file", str(sandbox.ca_file)], "speaks TLS but no HTTP/2 there"),
        (
            ["--instance", "no-such-instance"],
            "the token is for no instance no-such-instance, which --instance names: whoami",
        ),
    ):
        assert main(["whoami", *arguments]) == 3, arguments
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.startswith("mailproof whoami: ")
        assert sentence in shown.err
        assert shown.err.count("\n") == 1


def test_a_wrong_token_is_told_with_where_it_came_from(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILPROOF_TOKEN", "mp_wrong")
    assert main(["whoami"]) == 3
    shown = capsys.readouterr().err
    assert shown == "mailproof whoami: the access token is unknown or revoked (the token is that of MAILPROOF_TOKEN)\n"


def test_bad_usage_is_one_line_without_the_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "two").write_text("mp_one\nmp_two\n")
    for arguments, sentence in (
        (["--server", "mail.example.org"], "argument --server: must say how another machine is reached"),
        (["--ca-file", str(tmp_path / "none")], "argument --ca-file:"),
        (["--ca-file", str(tmp_path / "two")], "argument --ca-file:"),
        (["--token-file", str(tmp_path / "none")], "can't be read: No such file or directory"),
        (["--token-file", str(tmp_path / "empty")], "is empty"),
        (["--token-file", str(tmp_path / "two")], "holds something else than one token"),
        (["--instance", "a b"], "argument --instance: must be 1 to 100"),
        (["--timeout", "0"], "argument --timeout"),
        (["--token", "mp_one"], "there is no flag --token"),
    ):
        assert main(["whoami", *arguments]) == 2, arguments
        shown = capsys.readouterr()
        assert sentence in shown.err, arguments
        assert shown.err.count("\n") == 1
        assert "mp_two" not in shown.err
    monkeypatch.setenv("MAILPROOF_SERVER", "nonsense://x")
    assert main(["whoami"]) == 2
    assert capsys.readouterr().err.startswith("mailproof whoami: MAILPROOF_SERVER: must be host:port")
    monkeypatch.setenv("MAILPROOF_TOKEN", "")
    monkeypatch.setenv("MAILPROOF_SERVER", "")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["whoami"]) == 2
    assert capsys.readouterr().err == (
        "mailproof whoami: there is no token: set MAILPROOF_TOKEN, or name its file with --token-file\n"
    )


class Servicer(access_pb2_grpc.AccessServiceServicer):
    """Answers who the caller is by the token alone."""

    def GetCaller(  # noqa: N802 - RPC names are the contract's
        self, request: access_pb2.GetCallerRequest, context: grpc.ServicerContext
    ) -> access_pb2.GetCallerResponse:
        return access_pb2.GetCallerResponse(name=str(dict(context.invocation_metadata())["authorization"]))


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[str]:
    """The address of a service with TLS, whose authority is in the file ca.pem."""
    pair = pki.issue("service", pki.authority(), sans=pki.LOCAL)
    (tmp_path / "ca.pem").write_text(pki.authority().pem)
    server = grpc.server(ThreadPoolExecutor(1))
    access_pb2_grpc.add_AccessServiceServicer_to_server(Servicer(), server)
    credentials = grpc.ssl_server_credentials([(pair.key_pem.encode(), pair.pem.encode())])
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(0).wait()


def test_tls_with_an_authority_of_ones_own(
    secured: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILPROOF_TOKEN", "mp_one")
    assert main(["whoami", "--server", f"https://{secured}", "--ca-file", str(tmp_path / "ca.pem")]) == 0
    assert "name         Bearer mp_one\n" in capsys.readouterr().out
    assert main(["whoami", "--server", f"https://{secured}"]) == 3
    assert "is not accepted: unable to get local issuer certificate" in capsys.readouterr().err
    assert main(["whoami", "--server", secured]) == 3
    assert "speaks TLS: write https:// before it" in capsys.readouterr().err
    assert main(["server", "--server", f"https://{secured}", "--ca-file", str(tmp_path / "ca.pem")]) == 3
    assert "has no such call: it is another service, or an older release" in capsys.readouterr().err
