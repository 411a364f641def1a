"""Somebody else answers in the server's place: who it is, and that nobody is sent to the wrong party."""

from __future__ import annotations

import ssl

import pytest

from mailproof.smtp.report import Audience, Report
from mailproof.smtp.vocabulary import Code, Stage, TlsMode
from smtp_support import pki
from smtp_support.names import own_address, resolve
from smtp_support.probing import LOGIN, make_plan, run_plan
from smtp_support.scripted import EHLO_CLEAR, Do, raw, serve, smtp

PROVIDER = "smtp.gmail.com"


@pytest.fixture
def address() -> str:
    return own_address()


def run(monkeypatch: pytest.MonkeyPatch, address: str, port: int, host: str = PROVIDER, **settings: object) -> Report:
    resolve(monkeypatch, {host: [address]})
    values = {"host": host, "tls_mode": TlsMode.STARTTLS, "credentials": LOGIN} | settings
    return run_plan(make_plan(port, **values))


def certificate(name: str, authority: str, *, trusted: bool = False) -> ssl.SSLContext:
    root = pki.authority() if trusted else pki.issue(authority, ca=True)
    return pki.server_context(pki.issue(name, root, sans=(name,)), root)


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize(
    ("host", "authority", "who"),
    [
        (PROVIDER, "Avast Web/Mail Shield Root", "Avast"),
        ("mail.test", "Avast Web/Mail Shield Root", "Avast"),
        (PROVIDER, "Example Corp Inspection", "an authority that is not public (CN=Example Corp Inspection)"),
    ],
)
def test_a_certificate_that_is_made_on_the_way_is_nobodys_to_install(
    monkeypatch: pytest.MonkeyPatch, address: str, host: str, authority: str, who: str, audience: Audience
) -> None:
    with serve(smtp(context=certificate(host, authority)), host=address) as served:
        mode = TlsMode.STARTTLS if audience is Audience.MODES else TlsMode.AUTO
        report = run(monkeypatch, address, served.port, host, audience=audience, tls_mode=mode)
    assert (report.stage, report.code) == (Stage.TLS, Code.TLS_INTERCEPTED)
    assert who in report.message
    assert "installed" not in report.advice
    assert f"let connections to {host} through unchanged" in report.advice
    assert report.fixes == ()
    assert not any(line.startswith("AUTH") for line in served.peer.heard)


def test_a_redirect_to_the_hosters_own_server_is_said(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """PHPMailer/PHPMailer#985: the certificate is good, and for the hosting's own server."""
    context = certificate("web1.hoster.test", "", trusted=True)
    with serve(smtp(context=context), host=address) as served:
        report = run(monkeypatch, address, served.port, verify_alternatives=True)
    assert (report.stage, report.code) == (Stage.TLS, Code.SMTP_REDIRECTED)
    assert "whose certificate is for web1.hoster.test" in report.message
    assert "web1.hoster.test" not in report.advice
    assert not any(change.to == "web1.hoster.test" for fix in report.fixes for change in fix.changes)
    assert "lift the redirect" in report.advice


def test_a_redirect_in_clear_is_told_by_the_greeting(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    script = smtp(greeting=["220 web1.hoster.test ESMTP Exim 4.96"], ehlo=EHLO_CLEAR)
    with serve(script, host=address) as served:
        report = run(monkeypatch, address, served.port)
    assert (report.stage, report.code) == (Stage.STARTTLS, Code.SMTP_REDIRECTED)
    assert "which calls itself web1.hoster.test in its greeting, and not Google" in report.message


def test_another_host_of_ones_own_may_have_any_greeting(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    script = smtp(greeting=["220 web1.hoster.test ESMTP Exim 4.96"], ehlo=EHLO_CLEAR)
    with serve(script, host=address) as served:
        report = run(monkeypatch, address, served.port, "mail.test")
    assert report.code is Code.STARTTLS_NOT_OFFERED


@pytest.mark.parametrize(
    ("greeting", "ehlo"),
    [
        ("220 ****************************0*******2*0***", EHLO_CLEAR),
        ("220 mail.test ESMTP", ["250-mail.test", "250-XXXXXXXA", "250 SIZE 1000"]),
    ],
)
def test_a_cisco_firewall_is_named(
    monkeypatch: pytest.MonkeyPatch, address: str, greeting: str, ehlo: list[str]
) -> None:
    with serve(smtp(greeting=[greeting], ehlo=ehlo), host=address) as served:
        report = run(monkeypatch, address, served.port, "mail.test")
    assert report.code is Code.STARTTLS_NOT_OFFERED
    assert "Cisco firewall" in report.advice


def test_a_captive_portal_is_no_mail_server(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    page = b"HTTP/1.1 302 Found\r\nLocation: http://portal.hotel.test/login\r\n\r\n"
    with serve(raw(page, Do.CLOSE), host=address) as served:
        report = run(monkeypatch, address, served.port)
    assert report.code is Code.NOT_SMTP
    assert "no proxy answers in its place" in report.advice
    assert "hotel" not in repr(report)


def test_nothing_gets_out_of_here(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    report = run(monkeypatch, address, 587, verify_alternatives=True)
    assert (report.stage, report.code) == (Stage.CONNECT, Code.OUTGOING_SMTP_BLOCKED)
    assert (
        report.message == "No mail port of smtp.gmail.com answers from here: tried 25, 465, 587, 2465, 2525 and 2587."
    )
    assert "outgoing SMTP is blocked where this test runs" in report.advice
    assert report.fixes == ()


def test_where_the_certificate_is_tolerated_the_warning_names_who_made_it(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    context = certificate(PROVIDER, "Avast Web/Mail Shield Root")
    with serve(smtp(context=context), host=address) as served:
        report = run(monkeypatch, address, served.port, tls_mode=TlsMode.OPPORTUNISTIC)
    assert report.code is Code.OK
    (warning,) = report.findings
    assert warning.code is Code.TLS_INTERCEPTED
    assert "Avast" in warning.message
    assert "installed" not in warning.advice
