"""TLS on both listeners: who is let in, what is refused, and new certificates while calls run."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from clock_support.waiting import HANG, eventually
from service_support.service import RunningService, run, running_service, start_service
from smtp_support import pki
from smtpdiag.v1 import diagnosis_pb2, instance_pb2

EVENTS = "/smtpdiag.v1.InstanceService/ListEvents"
BILLING = "spiffe://example.org/billing"


def server_pair(name: str = "localhost") -> pki.Pair:
    return pki.issue(name, pki.authority(), sans=pki.LOCAL)


def put(folder: Path, pair: pki.Pair, name: str = "server") -> tuple[Path, Path]:
    """Write a certificate and its key into files."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_text(pair.pem)
    key.write_text(pair.key_pem)
    return certificate, key


@dataclass
class Secured:
    """A service behind TLS of its own.

    Attributes:
        folder: Where its files are, and those of clients.
    """

    service: RunningService
    folder: Path

    def context(self, client: pki.Pair | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=pki.authority().pem)
        if client is not None:
            context.load_cert_chain(*put(self.folder, client, "client"))
        return context

    def http(self, path: str, client: pki.Pair | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Make one request; return status, headers and body."""
        address = urlsplit(self.service.http_url).netloc
        connection = http.client.HTTPSConnection(address, timeout=HANG, context=self.context(client))
        with closing(connection):
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def channel(self, client: pki.Pair | None = None) -> grpc.Channel:
        credentials = grpc.ssl_channel_credentials(
            pki.authority().pem.encode(),
            client.key_pem.encode() if client else None,
            client.pem.encode() if client else None,
        )
        return grpc.secure_channel(self.service.grpc_address, credentials)

    def events(self, client: pki.Pair | None = None, *metadata: tuple[str, str]) -> Any:
        """List events over gRPC; return the answer, or the error."""
        with self.channel(client) as channel:
            call: Any = channel.unary_unary(EVENTS)
            try:
                return instance_pb2.ListEventsResponse.FromString(call(b"", metadata=metadata, timeout=30))
            except grpc.RpcError as error:
                return error

    def subject(self, address: str) -> str:
        """Return the name in the certificate that a listener presents; gRPC's needs no client certificate for that."""
        host, _, port = address.rpartition(":")
        with (
            socket.create_connection((host, int(port)), timeout=HANG) as plain,
            self.context().wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            found: Any = secured.getpeercert()
            return str(dict(pair for part in found["subject"] for pair in part)["commonName"])


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = put(folder, server_pair())
    (folder / "clients.pem").write_text(pki.authority().pem)
    settings = ["--tls-certificate-file", str(certificate), "--tls-key-file", str(key)]
    settings += ["--tls-client-ca-file", str(folder / "clients.pem")]
    settings += ["--client-certificate", f"{BILLING}=admin:billing+sales"]
    settings += ["--client-certificate", "reader.example.org=viewer", "--client-certificate", "ann@example.org=viewer"]
    with running_service(folder / "data", *settings) as service:
        yield Secured(service, folder)


def client_pair(*sans: str, issuer: pki.Pair | None = None, **more: Any) -> pki.Pair:
    return pki.issue("a client", issuer or pki.authority(), sans=sans, **more)


def test_a_browser_is_told_to_come_back_over_tls_alone(secured: Secured) -> None:
    for path in ("/healthz", "/smtp", "/no/such/path"):
        assert secured.http(path)[1]["strict-transport-security"] == "max-age=31536000"


def test_in_the_clear_nothing_of_tls_is_promised(service: RunningService) -> None:
    connection = http.client.HTTPConnection(urlsplit(service.http_url).netloc, timeout=HANG)
    with closing(connection):
        connection.request("GET", "/healthz")
        assert connection.getresponse().getheader("strict-transport-security") is None


def test_a_certificates_name_is_a_caller_with_its_role_and_instances(secured: Secured) -> None:
    billing = client_pair("other.example.org", BILLING)
    for metadata in ((), (("x-instance-id", "sales"),)):
        assert isinstance(secured.events(billing, *metadata), instance_pb2.ListEventsResponse)
    assert secured.events(billing, ("x-instance-id", "other")).code() is grpc.StatusCode.NOT_FOUND
    assert secured.http("/v1/events", billing, x_instance_id="sales")[0] == 200
    assert secured.http("/v1/events", billing, x_instance_id="other")[0] == 404
    for reader in (client_pair("READER.example.org"), client_pair("Ann@example.org")):
        assert secured.http("/v1/events", reader)[0] == 200


def test_who_did_it_stands_in_the_event_log(secured: Secured) -> None:
    context = secured.context(client_pair(BILLING))
    connection = http.client.HTTPSConnection(urlsplit(secured.service.http_url).netloc, timeout=HANG, context=context)
    body = {"senderAddress": "a@example.com", "senderName": "A", "host": "mx.example.com:587"}
    with closing(connection):
        connection.request("POST", "/smtp", json.dumps(body), {"content-type": "application/json"})
        assert connection.getresponse().status == 200
    (event,) = secured.events(client_pair(BILLING)).events
    assert event.actor_token_id == f"certificate:{BILLING}"


def test_a_name_that_looks_like_another_kind_is_nobody(secured: Secured) -> None:
    """An authority that checks only DNS names must not be made to vouch for a URI by writing one as a DNS name."""
    from cryptography import x509

    real = pki._general_name
    try:
        pki._general_name = x509.DNSName  # type: ignore[assignment]
        pretender = client_pair(BILLING)
    finally:
        pki._general_name = real
    status, _, body = secured.http("/v1/events", pretender)
    assert (status, json.loads(body)["details"][0]["reason"]) == (401, "TOKEN_INVALID")


def test_a_certificate_of_nobody_is_refused_and_a_token_decides(secured: Secured) -> None:
    nobody = client_pair("nobody.example.org")
    status, _, body = secured.http("/v1/events", nobody)
    assert (status, json.loads(body)["details"][0]["reason"]) == (401, "CLIENT_CERTIFICATE_UNKNOWN")
    assert secured.events(nobody).code() is grpc.StatusCode.UNAUTHENTICATED
    viewer = f"Bearer {secured.service.viewer_token}"
    assert secured.http("/v1/events", nobody, authorization=viewer)[0] == 200
    # The token decides, also where the certificate alone would do, and where the token is wrong.
    assert secured.http("/v1/events", client_pair(BILLING), authorization=viewer, x_instance_id="sales")[0] == 404
    assert secured.http("/v1/events", client_pair(BILLING), authorization="Bearer mp_wrong")[0] == 401
    assert secured.events(client_pair(BILLING), ("authorization", "Bearer mp_wrong")).code().name == "UNAUTHENTICATED"


def test_without_a_certificate_rest_takes_a_token_and_grpc_takes_nobody(secured: Secured) -> None:
    token = f"Bearer {secured.service.viewer_token}"
    assert secured.http("/v1/events", authorization=token)[0] == 200
    assert secured.http("/v1/events")[0] == 401
    assert secured.events(None, ("authorization", token)).code() is grpc.StatusCode.UNAVAILABLE


def test_a_forwarded_certificate_is_any_callers_to_send_and_counts_nothing(secured: Secured) -> None:
    forwarded = f'By=x;URI="{BILLING}";Cert="{pki.authority().pem}"'.replace("\n", "%0A")
    for header in ("x-forwarded-client-cert", "ssl-client-cert", "x-ssl-client-s-dn"):
        assert secured.http("/v1/events", None, **{header: forwarded})[0] == 401


BAD_CLIENTS: dict[str, Callable[[], pki.Pair]] = {
    "another authority's": lambda: client_pair(BILLING, issuer=pki.issue("mailproof test authority", ca=True)),
    "self-signed": lambda: pki.issue("a client", sans=(BILLING,)),
    "expired": lambda: client_pair(BILLING, start=-9 * pki.DAY, end=-2 * pki.DAY),
    "not yet valid": lambda: client_pair(BILLING, start=2 * pki.DAY, end=9 * pki.DAY),
    "a server's": lambda: client_pair(BILLING, purpose=ExtendedKeyUsageOID.SERVER_AUTH),
}


@pytest.mark.parametrize("kind", BAD_CLIENTS)
def test_a_bad_client_certificate_is_refused_on_both_listeners(secured: Secured, kind: str) -> None:
    pair = BAD_CLIENTS[kind]()
    with pytest.raises((ssl.SSLError, http.client.RemoteDisconnected, ConnectionError)):
        secured.http("/healthz", pair)
    assert secured.events(pair).code() is grpc.StatusCode.UNAVAILABLE


def test_old_tls_and_clear_text_are_refused_on_both_listeners(
    secured: Secured, needs_debian: Callable[[str], None]
) -> None:
    needs_debian("openssl")
    for address in (secured.service.grpc_address, urlsplit(secured.service.http_url).netloc):
        for version, expected in (("-tls1", False), ("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)):
            command = ["openssl", "s_client", "-connect", address, version, "-cipher", "ALL:@SECLEVEL=0"]
            done = subprocess.run(command, input=b"", capture_output=True, timeout=HANG, check=False)
            assert (re.search(rb"Cipher is (?!\(NONE\))", done.stdout) is not None) is expected, (address, version)
        host, _, port = address.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=HANG) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
            answer = b""
            with suppress(ConnectionError):
                while part := plain.recv(4096):
                    answer += part
            assert b"HTTP/1.1" not in answer


def test_handshakes_that_fail_fill_no_log(secured: Secured) -> None:
    before = len(secured.service.log_file.read_bytes())
    for address in (secured.service.grpc_address, urlsplit(secured.service.http_url).netloc):
        for _ in range(20):
            host, _, port = address.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=HANG) as plain:
                plain.sendall(b"\x16\x03\x01\x00\x05hello")
                with suppress(ConnectionError):
                    plain.recv(4096)
    assert secured.http("/healthz")[0] == 200
    assert len(secured.service.log_file.read_bytes()) == before


def test_real_clients_come_in_by_their_certificates(secured: Secured, needs_debian: Callable[[str], None]) -> None:
    needs_debian("curl")
    certificate, key = put(secured.folder, client_pair(BILLING), "curl")
    command = ["curl", "-sS", "--cacert", str(secured.folder / "clients.pem")]
    command += ["--cert", str(certificate), "--key", str(key)]
    done = subprocess.run(
        [*command, f"{secured.service.http_url}/v1/events"], capture_output=True, timeout=HANG, check=True, text=True
    )
    assert "events" in json.loads(done.stdout)


def test_a_new_certificate_is_served_while_calls_run_and_a_broken_one_is_not(tmp_path: Path) -> None:
    certificate, key = put(tmp_path, server_pair("first"))
    settings = ("--tls-certificate-file", str(certificate), "--tls-key-file", str(key))
    service = start_service(tmp_path / "data", *settings)
    secured = Secured(service, tmp_path)
    addresses = (service.grpc_address, urlsplit(service.http_url).netloc)
    silent = socket.create_server(("127.0.0.1", 0))
    accepted: list[socket.socket] = []

    def greet_late() -> None:
        accepted.append(silent.accept()[0])

    threading.Thread(target=greet_late, daemon=True).start()
    try:
        with secured.channel() as channel:
            call: Any = channel.unary_stream("/smtpdiag.v1.DiagnosisService/Diagnose")
            request = diagnosis_pb2.DiagnoseRequest(
                host="127.0.0.1",
                port=silent.getsockname()[1],
                tls_mode="TLS_MODE_NONE",  # type: ignore[arg-type] # protobuf takes names too
            )
            metadata = (("authorization", f"Bearer {service.admin_token}"),)
            stream = call(request.SerializeToString(), metadata=metadata, timeout=HANG)
            eventually(lambda: accepted, "the test never dialled")

            put(tmp_path, server_pair("second"))
            service.process.send_signal(signal.SIGHUP)
            eventually(lambda: {secured.subject(address) for address in addresses} == {"second"})

            put(tmp_path, server_pair("third"))  # nobody says so: it is seen
            eventually(lambda: {secured.subject(address) for address in addresses} == {"third"})

            late = pki.issue("late", pki.authority(), sans=pki.LOCAL, start=-9 * pki.DAY, end=-pki.DAY)
            broken: tuple[Callable[[], object], ...] = (
                lambda: key.write_text(server_pair().key_pem),
                lambda: certificate.write_text("nonsense"),
                lambda: put(tmp_path, late),
                key.unlink,
            )
            for number, break_it in enumerate(broken, 1):
                break_it()
                service.process.send_signal(signal.SIGHUP)
                eventually(lambda: len(errors(service)) >= number)  # noqa: B023 - asked within this turn
                assert {secured.subject(address) for address in addresses} == {"third"}
            assert all("the one before stays" in each for each in errors(service))
            assert not [each for each in errors(service) if "PRIVATE KEY" in each]

            put(tmp_path, server_pair("fourth"))
            service.process.send_signal(signal.SIGHUP)
            eventually(lambda: {secured.subject(address) for address in addresses} == {"fourth"})

            accepted[0].sendall(b"421 late\r\n")  # the call that began before all of that goes on to its end
            report = diagnosis_pb2.DiagnoseResponse.FromString(list(stream)[-1]).report
            assert report.steps
    finally:
        for each in (silent, *accepted):
            each.close()
        assert service.stop() == 0


def errors(service: RunningService) -> list[str]:
    return [entry["message"] for entry in service.log() if entry["level"] == "error"]


def test_the_end_of_the_certificate_is_said_two_weeks_ahead(tmp_path: Path) -> None:
    certificate, key = put(tmp_path, pki.issue("x", pki.authority(), sans=pki.LOCAL, end=13 * pki.DAY))
    with running_service(
        tmp_path / "data", "--tls-certificate-file", str(certificate), "--tls-key-file", str(key)
    ) as it:
        assert [entry for entry in it.log() if entry["level"] == "warning" and "server.pem ends at" in entry["message"]]


@pytest.mark.parametrize("flag", ["--grpc-listen", "--http-listen"])
def test_an_address_that_others_reach_needs_tls_or_the_word_insecure(tmp_path: Path, flag: str) -> None:
    done = run("serve", "--data-dir", str(tmp_path / "data"), flag, "0.0.0.0:0")
    assert done.returncode == 2
    assert done.stderr.startswith(f"mailproof: {flag} 0.0.0.0:0: other machines reach this address")
    assert "--insecure" in done.stderr
    assert not (tmp_path / "data").exists()


def test_insecure_in_so_many_words_is_obeyed(tmp_path: Path) -> None:
    with running_service(tmp_path / "data", "--insecure", "--http-listen", "0.0.0.0:0") as service:
        assert service.http_url.startswith("http://0.0.0.0:")
