"""The probe against aiosmtpd in a process of its own."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from typing import Any

import pytest

from mailproof.domain.secret import Secret
from mailproof.smtp.report import Credentials
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage, TlsMode
from smtp_support.probing import run
from smtp_support.real_server import PASSWORD, USER, RealServer, real_server

LOGIN = Credentials(USER, Secret(PASSWORD))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with real_server(tmp_path_factory.mktemp("messages")) as running:
        yield running


@pytest.mark.parametrize("mechanism", ["", "PLAIN", "LOGIN"])
@pytest.mark.parametrize("mode", [TlsMode.AUTO, TlsMode.STARTTLS, TlsMode.IMPLICIT, TlsMode.OPPORTUNISTIC], ids=str)
def test_a_good_login_passes(server: RealServer, mode: TlsMode, mechanism: str) -> None:
    port = server.implicit if mode is TlsMode.IMPLICIT else server.starttls
    report = run(port, tls_mode=mode, credentials=LOGIN, mechanism=mechanism, ca_pem=server.ca_pem)
    assert (report.outcome, report.code, report.stage) == (Outcome.OK, Code.OK, Stage.QUIT), report
    assert report.ehlo is not None
    assert set(report.ehlo.mechanisms_inside_tls) == {"PLAIN", "LOGIN"}
    assert report.ehlo.mechanisms_before_tls == ()
    assert [finding.code for finding in report.findings] == []


def test_auto_finds_the_implicit_port(server: RealServer) -> None:
    report = run(server.implicit, tls_mode=TlsMode.AUTO, credentials=LOGIN, ca_pem=server.ca_pem)
    assert report.outcome is Outcome.OK, report


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_wrong_password_is_auth_rejected(server: RealServer, mechanism: str) -> None:
    wrong = Credentials(USER, Secret("wrong battery"))
    report = run(server.starttls, credentials=wrong, mechanism=mechanism, ca_pem=server.ca_pem)
    assert (report.code, report.stage) == (Code.AUTH_REJECTED, Stage.AUTH), report
    assert (report.evidence.reply_code, report.evidence.enhanced_code) == (535, "5.7.8")


def test_a_message_arrives(server: RealServer) -> None:
    before = len(server.messages)
    report = run(
        server.starttls,
        credentials=LOGIN,
        depth=Depth.DATA,
        sender=USER,
        sender_name='Jürgen "J" Müller\r\nBcc: x@example.org',
        recipient="someone@example.net",
        ca_pem=server.ca_pem,
    )
    assert report.outcome is Outcome.OK, report
    (source,) = server.messages[before:]
    message = email.message_from_bytes(source, policy=email.policy.default)
    assert message["From"].addresses[0].addr_spec == USER
    assert "Jürgen" in message["From"].addresses[0].display_name
    assert message["Bcc"] is None
    assert message["To"] == "someone@example.net"
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Date"].datetime is not None
    assert "mailproof" in message.get_content()


def test_an_address_beyond_ascii_is_sent_with_smtputf8(server: RealServer) -> None:
    before = len(server.messages)
    report = run(
        server.starttls,
        credentials=LOGIN,
        depth=Depth.DATA,
        sender=USER,
        recipient="jürgen@bücher.example",
        ca_pem=server.ca_pem,
    )
    assert report.outcome is Outcome.OK, report
    (source,) = server.messages[before:]
    assert "To: jürgen@xn--bcher-kva.example".encode() in source


@pytest.mark.parametrize(
    ("settings", "code", "stage"),
    [
        (
            {"recipient": "x@elsewhere.example", "depth": Depth.RCPT, "credentials": LOGIN},
            Code.RELAY_DENIED,
            Stage.RCPT,
        ),
        ({"recipient": "x@example.net", "depth": Depth.RCPT}, Code.AUTH_REQUIRED, Stage.MAIL),
        ({"recipient": "x@example.net", "depth": Depth.RCPT, "tls_mode": TlsMode.NONE}, Code.TLS_REQUIRED, Stage.MAIL),
        ({"tls_mode": TlsMode.IMPLICIT}, Code.WRONG_TLS_MODE_USE_STARTTLS, Stage.TLS),
    ],
    ids=["relay", "no login", "no TLS", "wrong mode"],
)
def test_a_wrong_setting_is_named(server: RealServer, settings: dict[str, Any], code: Code, stage: Stage) -> None:
    report = run(server.starttls, sender=USER, ca_pem=server.ca_pem, **settings)
    assert (report.code, report.stage) == (code, stage), report


@pytest.mark.parametrize("depth", list(Depth), ids=str)
def test_each_depth_goes_so_far_and_no_farther(server: RealServer, depth: Depth) -> None:
    before = len(server.messages)
    report = run(
        server.starttls,
        credentials=LOGIN,
        depth=depth,
        sender=USER,
        recipient="x@example.net",
        ca_pem=server.ca_pem,
    )
    assert report.outcome is Outcome.OK, report
    stages = [step.stage for step in report.steps]
    last = {Depth.TLS: Stage.TLS, Depth.EHLO: Stage.EHLO}.get(depth, Stage(depth.value))
    if depth is not Depth.CONNECT:
        assert stages[-1] is Stage.QUIT
        stages.pop()
    assert stages[-1] is last
    assert len(server.messages) - before == (depth is Depth.DATA)
