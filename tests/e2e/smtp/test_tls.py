"""Certificates and TLS modes, against real handshakes."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from clock_support.waiting import HANG
from mailproof.probe.probe import Probe
from mailproof.smtp.report import CertificateRole, Report
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Severity, Stage, TlsMode
from smtp_support import pki
from smtp_support.probing import LOGIN, TRUST, Anywhere, make_plan, make_probe, run, run_events, run_plan
from smtp_support.scripted import EHLO_CLEAR, Do, Peer, raw, serve, serve_alerts, smtp

pytestmark = pytest.mark.usefixtures("way")

BAD = [
    ("expired", Code.TLS_CERT_EXPIRED, "expired on"),
    ("not yet valid", Code.TLS_CERT_NOT_YET_VALID, "not valid before"),
    ("other name", Code.TLS_HOSTNAME_MISMATCH, "is not for 127.0.0.1"),
    ("no name", Code.TLS_HOSTNAME_MISMATCH, "is not for 127.0.0.1"),
    ("self-signed", Code.TLS_SELF_SIGNED, "signed by itself"),
    ("untrusted", Code.TLS_UNTRUSTED, "its issuer CN=Nobody's root is not among"),
    ("untrusted with root", Code.TLS_UNTRUSTED, "not trusted here"),
    ("no intermediate", Code.TLS_MISSING_INTERMEDIATE, "its issuer CN=Test Intermediate CA 1 is not among"),
    ("client purpose", Code.TLS_CERT_WRONG_PURPOSE, "not meant for servers"),
    ("weak key", Code.TLS_CERT_WEAK, "key of 1024 bits"),
]


@pytest.mark.parametrize("mode", [TlsMode.IMPLICIT, TlsMode.STARTTLS, TlsMode.AUTO])
@pytest.mark.parametrize(("kind", "code", "problem"), BAD, ids=[kind for kind, *_ in BAD])
def test_a_bad_certificate_is_named_and_its_chain_shown(kind: str, code: Code, problem: str, mode: TlsMode) -> None:
    context = pki.bad(kind)
    outer = context if mode is TlsMode.IMPLICIT else None
    with serve(smtp(context=context, secure=outer is not None), context=outer) as served:
        report = run(served.port, tls_mode=mode, credentials=LOGIN)
    assert (report.code, report.stage) == (code, Stage.TLS), report
    assert report.tls is not None
    assert not report.tls.verified
    assert report.tls.verify_error
    assert report.tls.chain[0].fingerprint
    (broken,) = (certificate for certificate in report.tls.chain if certificate.problem)
    assert broken is report.tls.chain[-1]
    assert broken.problem.startswith(problem)
    assert report.tls.chain[0].key == ("RSA 1024" if kind == "weak key" else "EC secp256r1")
    assert not any("AUTH" in peer.verbs for peer in served.peers)


def test_the_chain_of_a_good_certificate_is_reported() -> None:
    with serve(smtp(context=pki.good())) as served:
        report = run(served.port, credentials=LOGIN)
    assert report.outcome is Outcome.OK
    assert report.tls is not None
    assert (report.tls.verified, report.tls.version) == (True, "TLSv1.3")
    leaf = report.tls.chain[0]
    assert leaf.subject == "CN=localhost"
    assert leaf.issuer == "CN=mailproof test authority"
    assert leaf.sans == ("127.0.0.1", "localhost", "::1")  # the expected one first
    assert (leaf.role, leaf.problem, leaf.more_sans) == (CertificateRole.LEAF, "", 0)
    assert (report.tls.expected_name, report.tls.trust_anchor) == ("127.0.0.1", "CN=mailproof test authority")
    assert leaf.signature == "ecdsa-with-SHA256"


def test_a_certificate_that_expires_soon_is_a_warning() -> None:
    with serve(smtp(secure=True), context=pki.bad("soon")) as served:
        report = run(served.port, tls_mode=TlsMode.IMPLICIT)
    assert report.outcome is Outcome.OK
    assert Code.CERT_EXPIRES_SOON in {finding.code for finding in report.findings}


def test_the_servers_own_certificate_is_an_anchor_when_given() -> None:
    own = pki.issue("localhost", sans=pki.LOCAL)
    with serve(smtp(secure=True), context=pki.server_context(own)) as served:
        report = run(served.port, tls_mode=TlsMode.IMPLICIT, ca_pem=own.pem)
    assert report.outcome is Outcome.OK, report


def test_unreadable_anchors_are_told() -> None:
    with serve(smtp(secure=True), context=pki.good()) as served:
        report = run(served.port, tls_mode=TlsMode.IMPLICIT, ca_pem="-----BEGIN CERTIFICATE-----\nx\n")
    assert report.code is Code.TLS_UNTRUSTED
    assert "trust anchors" in report.message


def test_an_old_tls_version_is_refused() -> None:
    context = pki.server_context(pki.issue("localhost", pki.authority(), sans=pki.LOCAL))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.deprecated_call():
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with serve_alerts(context) as served:
        report = run(served.port, tls_mode=TlsMode.IMPLICIT)
    assert (report.code, report.stage) == (Code.TLS_VERSION_TOO_OLD, Stage.TLS)


def test_no_common_cipher_is_a_failed_handshake() -> None:
    context = pki.server_context(pki.issue("localhost", pki.authority(), sans=pki.LOCAL))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")  # an EC key can't sign it
    with serve_alerts(context) as served:
        report = run(served.port, tls_mode=TlsMode.IMPLICIT)
    assert (report.code, report.stage) == (Code.TLS_HANDSHAKE_FAILED, Stage.TLS)


def test_a_demanded_client_certificate_is_told() -> None:
    context = pki.server_context(pki.issue("localhost", pki.authority(), sans=pki.LOCAL))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=pki.authority().pem)
    with serve_alerts(context) as served:
        report = run(served.port, tls_mode=TlsMode.IMPLICIT)
    assert (report.code, report.stage) == (Code.TLS_CLIENT_CERT_REQUIRED, Stage.TLS)


def test_a_refused_name_is_told() -> None:
    context = pki.server_context(pki.issue("localhost", pki.authority(), sans=pki.LOCAL))
    context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    with serve_alerts(context) as served:
        report = run(served.port, tls_mode=TlsMode.IMPLICIT, host="localhost")
    assert (report.code, report.stage) == (Code.TLS_UNRECOGNIZED_NAME, Stage.TLS)


def test_the_name_is_sent_for_sni_and_an_address_is_not() -> None:
    names: list[str | None] = []
    context = pki.server_context(pki.issue("localhost", pki.authority(), sans=pki.LOCAL))
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with serve(smtp(secure=True), context=context) as served:
        assert run(served.port, tls_mode=TlsMode.IMPLICIT, host="localhost").outcome is Outcome.OK
        assert run(served.port, tls_mode=TlsMode.IMPLICIT, host="127.0.0.1").outcome is Outcome.OK
    assert names == ["localhost", None]


# Opportunistic TLS: encryption without trust is better than none, and is said.


def test_opportunistic_goes_on_with_an_unverified_certificate_and_warns() -> None:
    with serve(smtp(context=pki.bad("self-signed"))) as served:
        report = run(served.port, tls_mode=TlsMode.OPPORTUNISTIC, credentials=LOGIN)
    assert report.outcome is Outcome.OK, report
    assert report.tls is not None
    assert not report.tls.verified
    assert "self" in report.tls.verify_error
    assert report.tls.chain[0].problem.startswith("signed by itself")
    (warning,) = [finding for finding in report.findings if finding.code is Code.TLS_SELF_SIGNED]
    assert warning.severity is Severity.WARNING
    first, second = served.peers
    assert "AUTH" not in first.verbs
    assert second.secure_from is not None
    assert second.verbs.index("AUTH") >= second.secure_from


# What one connection has proved about the server binds the next one of the same test.

WITHDRAWN: dict[str, dict[str, Any]] = {
    "STARTTLS is stripped": {"ehlo": EHLO_CLEAR},
    "EHLO is not known any more": {"replies": {"EHLO": ("502 what?",), "HELO": ("250 mail.test",)}},
    "STARTTLS is refused": {"context": pki.bad("self-signed"), "starttls": ("454 not now",)},
    "another certificate is shown": {"context": pki.bad("expired")},
    "a certificate that an authority signed is shown": {"context": pki.good()},
}


@pytest.mark.parametrize("second", WITHDRAWN.values(), ids=WITHDRAWN)
def test_a_second_connection_without_the_proofs_of_the_first_gets_no_credentials(second: dict[str, Any]) -> None:
    scripts = iter([smtp(context=pki.bad("self-signed")), *(smtp(**second) for _ in range(9))])

    async def each_another(peer: Peer) -> None:
        await next(scripts)(peer)

    with serve(each_another) as served:
        report = run(served.port, tls_mode=TlsMode.OPPORTUNISTIC, credentials=LOGIN, verify_alternatives=False)
    assert report.outcome is Outcome.FAIL, report
    assert len(served.peers) == 2
    assert not any("AUTH" in peer.verbs for peer in served.peers)
    assert "none" not in report.advice
    if "ehlo" in second or "replies" in second:
        assert "STARTTLS was offered on the connection before" in report.message


def test_opportunistic_without_an_offer_sends_credentials_in_clear_and_warns() -> None:
    with serve(smtp(ehlo=EHLO_CLEAR)) as served:
        report = run(served.port, tls_mode=TlsMode.OPPORTUNISTIC, credentials=LOGIN)
    assert report.outcome is Outcome.OK
    assert Code.CLEARTEXT_CREDENTIALS in {finding.code for finding in report.findings}
    assert report.tls is None


def test_opportunistic_uses_starttls_where_offered() -> None:
    clear_too = ("250-x", "250-STARTTLS", "250 AUTH PLAIN LOGIN")
    with serve(smtp(context=pki.good(), ehlo=clear_too)) as served:
        report = run(served.port, tls_mode=TlsMode.OPPORTUNISTIC, credentials=LOGIN)
    assert report.outcome is Outcome.OK
    assert not [finding for finding in report.findings if finding.code is Code.CLEARTEXT_CREDENTIALS]
    peer = served.peer
    assert peer.secure_from is not None
    assert peer.verbs.index("AUTH") >= peer.secure_from


def test_mode_none_does_not_use_starttls_and_warns() -> None:
    clear_too = ("250-x", "250-STARTTLS", "250 AUTH PLAIN LOGIN")
    with serve(smtp(ehlo=clear_too)) as served:
        report = run(served.port, tls_mode=TlsMode.NONE, credentials=LOGIN)
    assert report.outcome is Outcome.OK
    assert {finding.code for finding in report.findings} == {
        Code.CLEARTEXT_CREDENTIALS,
        Code.STARTTLS_AVAILABLE_BUT_OFF,
    }
    assert "STARTTLS" not in served.peer.verbs


# The auto mode finds out.


def test_auto_takes_starttls_on_a_port_that_greets() -> None:
    with serve(smtp(context=pki.good())) as served:
        report = run(served.port, tls_mode=TlsMode.AUTO, credentials=LOGIN)
    assert report.outcome is Outcome.OK
    assert served.peer.secure_from == 2


def test_auto_finds_implicit_tls_on_a_silent_port() -> None:
    clock = WaitedClock()
    with serve(smtp(secure=True), context=pki.good()) as served:
        plan = make_plan(served.port, tls_mode=TlsMode.AUTO, credentials=LOGIN)
        report = run_plan(plan, loop_factory=clock)
    assert report.outcome is Outcome.OK, report
    assert report.tls is not None
    assert clock.waited == pytest.approx(0.3)  # until the other mode is tried beside
    assert report.round_trips == 5


class ImplicitPorts(set[int]):
    def __contains__(self, port: object) -> bool:
        return True


@pytest.fixture
def guess_implicit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailproof.probe.attempt.IMPLICIT_PORTS", ImplicitPorts())


@pytest.mark.usefixtures("guess_implicit")
def test_auto_leaves_a_wrong_guess_at_once() -> None:
    clock = WaitedClock(slowness=20)
    with serve(smtp(context=pki.good())) as served:
        plan = make_plan(served.port, tls_mode=TlsMode.AUTO, credentials=LOGIN)
        report = run_plan(plan, loop_factory=clock)
    assert report.outcome is Outcome.OK, report
    assert clock.waited == 0  # no waiting for the second try
    assert Code.WRONG_TLS_MODE_USE_STARTTLS in {step.code for step in report.steps}


@pytest.mark.usefixtures("guess_implicit")
def test_auto_tells_what_is_wrong_behind_a_wrong_guess() -> None:
    with serve(smtp(ehlo=EHLO_CLEAR)) as served:
        report = run(served.port, tls_mode=TlsMode.AUTO, credentials=LOGIN)
    assert (report.code, report.stage) == (Code.STARTTLS_NOT_OFFERED, Stage.STARTTLS)
    assert not any("AUTH" in peer.verbs for peer in served.peers)


def test_auto_waits_for_a_slow_greeting_while_the_other_try_is_refused() -> None:
    with serve(smtp(context=pki.good(), greeting=[0.6, "220 at last"])) as served:
        report = run(served.port, tls_mode=TlsMode.AUTO, credentials=LOGIN)
    assert report.outcome is Outcome.OK, report


@pytest.mark.parametrize(
    ("script", "code", "stage"),
    [
        (raw(Do.SILENCE), Code.TIMEOUT, Stage.GREETING),
        (raw(Do.CLOSE), Code.CONNECTION_CLOSED, Stage.GREETING),
        (raw("554 5.7.1 No"), Code.SERVICE_UNAVAILABLE, Stage.GREETING),
        (raw(b"SSH-2.0-x\r\n"), Code.NOT_SMTP, Stage.GREETING),
    ],
    ids=["silence", "closed", "refused", "SSH"],
)
def test_auto_on_a_port_that_speaks_neither(script: Any, code: Code, stage: Stage) -> None:
    with serve(script) as served:
        report = run(served.port, tls_mode=TlsMode.AUTO, timeout=0.8 if code is Code.TIMEOUT else 60.0)
    assert (report.code, report.stage) == (code, stage), report


def test_auto_demands_encryption() -> None:
    with serve(smtp(ehlo=EHLO_CLEAR)) as served:
        report = run(served.port, tls_mode=TlsMode.AUTO, credentials=LOGIN)
    assert report.code is Code.STARTTLS_NOT_OFFERED


def test_auto_closes_the_try_that_lost() -> None:
    with serve(smtp(secure=True), context=pki.good()) as served:
        assert run(served.port, tls_mode=TlsMode.AUTO).outcome is Outcome.OK
        assert all(peer.gone.wait(HANG) for peer in served.peers)


# Trips and loops.


@pytest.mark.parametrize(
    ("mode", "trips"), [(TlsMode.NONE, 3), (TlsMode.IMPLICIT, 5), (TlsMode.STARTTLS, 7)], ids=lambda value: str(value)
)
def test_round_trips_are_the_protocols_minimum(mode: TlsMode, trips: int) -> None:
    outer = pki.good() if mode is TlsMode.IMPLICIT else None
    login = None if mode is TlsMode.NONE else LOGIN
    with serve(smtp(context=pki.good(), secure=outer is not None), context=outer) as served:
        report = run(served.port, tls_mode=mode, credentials=login)
    assert (report.outcome, report.round_trips) == (Outcome.OK, trips)


@pytest.mark.parametrize("mode", list(TlsMode), ids=str)
def test_the_probe_works_on_uvloop(mode: TlsMode) -> None:
    import uvloop

    outer = pki.good() if mode is TlsMode.IMPLICIT else None
    clear = EHLO_CLEAR if mode is TlsMode.NONE else ("250-x", "250 STARTTLS")
    with serve(smtp(context=pki.good(), secure=outer is not None, ehlo=clear), context=outer) as served:
        plan = make_plan(
            served.port,
            tls_mode=mode,
            credentials=LOGIN,
            depth=Depth.DATA,
            sender="a@example.org",
            recipient="b@example.net",
        )
        report = run_events(plan, loop_factory=uvloop.new_event_loop)[-1]
    assert isinstance(report, Report)
    assert report.outcome is Outcome.OK, report


def test_one_probe_serves_two_loops_in_two_threads() -> None:
    import threading

    probe = Probe(guard=Anywhere(), trust=TRUST)
    outcomes: list[Outcome] = []
    with serve(smtp(context=pki.good())) as served:

        def work() -> None:
            plan = make_plan(served.port, host="localhost", credentials=LOGIN)
            outcomes.extend(run_plan(plan, probe).outcome for _ in range(5))

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert outcomes == [Outcome.OK] * 10


def test_many_tests_at_once_on_one_loop() -> None:
    async def all_of_them(port: int) -> list[Report]:
        probe = make_probe()

        async def one() -> Report:
            return [event async for event in probe.run(make_plan(port, credentials=LOGIN))][-1]  # type: ignore[return-value]

        return await asyncio.gather(*(one() for _ in range(30)))

    with serve(smtp(context=pki.good())) as served:
        reports = asyncio.run(all_of_them(served.port))
    assert {report.outcome for report in reports} == {Outcome.OK}
