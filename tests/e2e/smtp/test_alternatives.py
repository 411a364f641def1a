"""The fix that was checked: what is dialled after or beside a failure, what is not, and what the report says of it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import threading
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any, NoReturn

import pytest

from clock_support.loop import WaitedClock
from clock_support.waiting import HANG, eventually_here
from mailproof.net.addrinfo import FEW, AddrInfo
from mailproof.net.broken import Broken
from mailproof.net.egress import Policy, Profile
from mailproof.net.egress_rules import parse_rule
from mailproof.net.guard import EgressDenied
from mailproof.probe import link
from mailproof.probe.probe import Probe
from mailproof.probe.trials import PATIENCE
from mailproof.smtp.report import Step
from mailproof.smtp.vocabulary import Code, Outcome, Stage, TlsMode
from smtp_support import pki
from smtp_support.machine import USUAL, Machine, plan, rows, run
from smtp_support.names import own_address, resolve
from smtp_support.probing import PASSWORD, TRUST, Anywhere, make_probe, run_plan
from smtp_support.scripted import EHLO_CLEAR, Do, raw, serve, smtp

pytestmark = pytest.mark.usefixtures("way")

IMPLICIT, STARTTLS, NONE, AUTO = TlsMode.IMPLICIT, TlsMode.STARTTLS, TlsMode.NONE, TlsMode.AUTO


def no_credentials(machine: Machine, *ports: int) -> None:
    secrets = {PASSWORD, base64.b64encode(f"\0user\0{PASSWORD}".encode()).decode()}
    for port in ports:
        assert machine.heard(port)
        for line in machine.heard(port):
            assert not line.upper().startswith(("AUTH", "MAIL", "RCPT", "DATA"))
            assert not any(secret in line for secret in secrets)


# The root cause made exact.


@pytest.mark.parametrize("mode", [STARTTLS, NONE, TlsMode.OPPORTUNISTIC], ids=str)
def test_silence_that_is_implicit_tls_is_told_at_once(machine: Machine, mode: TlsMode) -> None:
    machine.implicit(465)
    clock = WaitedClock()
    report = run(465, mode, clock, timeout=30.0)
    assert clock.waited == pytest.approx(1.0)  # until the attempt is slow; nothing after that
    assert (report.outcome, report.stage, report.code) == (
        Outcome.FAIL,
        Stage.GREETING,
        Code.WRONG_TLS_MODE_USE_IMPLICIT,
    )
    assert report.advice == (
        "Set the TLS mode to implicit: verified, mail.test:465 with implicit TLS answers and offers AUTH PLAIN, LOGIN."
    )
    assert report.findings[0].advice == report.advice
    assert rows(report)[0] == (465, IMPLICIT, Code.OK)
    assert [step.stage for step in report.steps] == [Stage.POLICY, Stage.RESOLVE, Stage.CONNECT, Stage.GREETING]
    assert report.steps[-1].code is Code.WRONG_TLS_MODE_USE_IMPLICIT
    assert report.round_trips == 2
    no_credentials(machine, 465)


def test_an_implicit_port_that_closes_on_the_silent_is_told(machine: Machine) -> None:
    def answer(connection: socket.socket, patience: float) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(patience)
            connection.recv(1, socket.MSG_PEEK)  # a ClientHello, or the end
            with machine.context.wrap_socket(connection, server_side=True) as secure:
                secure.sendall(b"220 mail.test\r\n")
                secure.recv(1000)
                secure.sendall(b"250-mail.test\r\n250 AUTH PLAIN\r\n")
                secure.recv(1000)

    def work() -> None:
        with contextlib.suppress(OSError):
            answer(listener.accept()[0], 0.2)  # the test's own connection, which says nothing
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0], HANG)).start()

    with socket.create_server((machine.address, 465)) as listener:
        thread = threading.Thread(target=work)
        thread.start()
        report = run(465, STARTTLS)
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert report.steps[-1].code is Code.CONNECTION_CLOSED
    assert (report.stage, report.code) == (Stage.GREETING, Code.WRONG_TLS_MODE_USE_IMPLICIT)
    assert report.advice.startswith("Set the TLS mode to implicit: verified")


def test_a_bad_certificate_proves_the_mode_as_well(machine: Machine) -> None:
    machine.implicit(465, context=pki.bad("expired"))
    report = run(465, STARTTLS)
    assert report.code is Code.WRONG_TLS_MODE_USE_IMPLICIT
    assert rows(report)[0][:2] == (465, IMPLICIT)
    assert rows(report)[0][2] is not Code.OK
    assert report.advice == (
        "Set the TLS mode to implicit. Then the certificate has to be put right as well: "
        f"{report.alternatives[0].message}"
    )
    assert not report.fixes[0].verified


def test_clear_text_to_a_client_hello_is_starttls(machine: Machine) -> None:
    machine.submission(587)
    report = run(587, IMPLICIT)
    assert (report.stage, report.code) == (Stage.TLS, Code.WRONG_TLS_MODE_USE_STARTTLS)
    assert report.advice == (
        "Set the TLS mode to starttls: verified, mail.test:587 with STARTTLS answers and offers AUTH PLAIN, LOGIN."
    )
    assert rows(report) == [(587, STARTTLS, Code.OK)]  # the smallest change works: no other port is dialled
    no_credentials(machine, 587)


def test_clear_text_without_starttls_is_none(machine: Machine) -> None:
    machine.submission(2525, ehlo=EHLO_CLEAR)
    report = run(2525, IMPLICIT)
    assert (report.stage, report.code) == (Stage.TLS, Code.WRONG_TLS_MODE_USE_NONE)
    assert report.advice.startswith(
        "Set the TLS mode to none, if clear text is acceptable on this network: verified, mail.test:2525 without"
    )
    no_credentials(machine, 2525)


def test_encryption_on_another_port_is_advised_before_clear_text(machine: Machine) -> None:
    machine.submission(2525, ehlo=EHLO_CLEAR)
    machine.submission(587, ehlo=(*EHLO_CLEAR[:-1], "250-STARTTLS", EHLO_CLEAR[-1]))
    report = run(2525, IMPLICIT)
    assert report.code is Code.WRONG_TLS_MODE_USE_NONE
    assert report.advice.startswith("Set the TLS mode to starttls and the port to 587: verified, ")


# Other ports.


@pytest.mark.parametrize("mode", [AUTO, STARTTLS, NONE, TlsMode.OPPORTUNISTIC], ids=str)
def test_a_refused_port_leads_to_one_that_answers(machine: Machine, mode: TlsMode) -> None:
    machine.implicit(465)
    report = run(587, mode)
    assert (report.stage, report.code) == (Stage.CONNECT, Code.CONNECTION_REFUSED)
    assert rows(report)[0] == (465, IMPLICIT, Code.OK)
    assert {row[2] for row in rows(report)[1:]} == {Code.CONNECTION_REFUSED}
    change = "Set the port to 465" if mode is AUTO else "Set the TLS mode to implicit and the port to 465"
    assert report.advice == (
        f"{change}: verified, mail.test:465 with implicit TLS answers and offers AUTH PLAIN, LOGIN."
    )
    no_credentials(machine, 465)


def test_where_nothing_answers_there_is_a_conclusion_and_no_port_is_advised(machine: Machine) -> None:
    report = run(587)
    assert report.advice.startswith("No mail port of mail.test answers from here: check that it is the right host")
    assert report.fixes == ()
    assert [row[0] for row in rows(report)] == [465, 2525, 2465, 2587, 25]


def test_a_port_without_the_login_that_is_needed_is_no_fix(machine: Machine) -> None:
    machine.submission(25, ehlo_tls=["250-x", "250 SIZE 1000000000"])
    machine.submission(587)
    report = run(25)
    assert report.code is Code.AUTH_NOT_OFFERED
    assert report.advice.startswith("Set the port to 587: verified, ")
    report = run(2525)
    assert {row[0]: row[2] for row in rows(report)}[25] is Code.AUTH_NOT_OFFERED
    report = run(2525, credentials=None)
    assert {row[0]: row[2] for row in rows(report)}[25] is Code.OK


def test_the_right_mode_where_a_login_wants_tls(machine: Machine) -> None:
    machine.submission(587)
    report = run(587, NONE)
    assert report.code is Code.AUTH_REQUIRES_TLS
    assert report.advice.startswith("Set the TLS mode to starttls: verified, mail.test:587 with STARTTLS")


@pytest.mark.parametrize(
    ("settings", "code"),
    [({"password": "another"}, Code.AUTH_REJECTED), ({"replies": {"EHLO": ["421 busy"]}}, Code.SERVICE_UNAVAILABLE)],
    ids=["auth_rejected", "service_unavailable"],
)
def test_where_the_port_is_not_the_problem_nothing_else_is_dialled(
    machine: Machine, settings: dict[str, Any], code: Code
) -> None:
    machine.tarpits(587)
    machine.submission(587, **settings)
    report = run(587)
    assert report.code is code
    assert report.alternatives == ()
    assert machine.dialled == {587: 1}


# The name on the certificate.


def test_the_other_name_on_the_certificate(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
    names = ("*.hoster.test", "elsewhere.test", "s7.hoster.test", "192.0.2.1")
    machine.submission(587, context=pki.server_context(pki.issue("x", pki.authority(), sans=names)))
    asked = resolve(
        monkeypatch,
        {"mail.test": [machine.address], "s7.hoster.test": [machine.address], "elsewhere.test": [own_address()]},
    )
    report = run(587)
    assert report.code is Code.TLS_HOSTNAME_MISMATCH
    assert report.advice == (
        "Set the host to s7.hoster.test: verified, "
        "s7.hoster.test:587 with STARTTLS answers and offers AUTH PLAIN, LOGIN."
    )
    assert rows(report) == [(587, STARTTLS, Code.OK)]
    assert sorted(asked) == ["elsewhere.test", "mail.test", "s7.hoster.test"]
    assert machine.dialled == {587: 2}
    no_credentials(machine, 587)


def test_a_name_on_the_certificate_that_is_forbidden_is_not_looked_up(
    monkeypatch: pytest.MonkeyPatch, machine: Machine
) -> None:
    class OnlyMail(Anywhere):
        conceals_names = False

        def check_name(self, host: str, port: int) -> None:
            if host != "mail.test":
                raise EgressDenied("test")

    machine.submission(587, context=pki.server_context(pki.issue("x", pki.authority(), sans=("internal.test",))))
    asked = resolve(monkeypatch, {"mail.test": [machine.address], "internal.test": [machine.address]})
    report = run_plan(plan(587), Probe(guard=OnlyMail(), trust=TRUST))
    assert report.code is Code.TLS_HOSTNAME_MISMATCH
    assert report.alternatives == ()
    assert asked == ["mail.test"]


# The other address family.


def test_the_other_family_where_one_is_broken(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
    with serve(raw(Do.SILENCE), host="::1") as six:
        machine.submission(six.port)
        resolve(monkeypatch, {"mail.test": ["::1", machine.address]})
        report = run(six.port, timeout=1.5)
    assert (report.stage, report.code) == (Stage.GREETING, Code.TIMEOUT)
    assert report.advice == (
        "Ask whoever runs mail.test to repair ::1, or to remove its AAAA record from the DNS: verified, "
        f"mail.test:{six.port} over {machine.address} with STARTTLS answers and offers AUTH PLAIN, LOGIN."
    )
    no_credentials(machine, six.port)


def test_an_unreachable_family_costs_nothing(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
    machine.submission(587)
    resolve(monkeypatch, {"mail.test": ["::1", machine.address]})
    clock = WaitedClock(slowness=20)
    report = run(587, clock=clock)
    assert report.outcome is Outcome.OK
    assert clock.waited == 0
    assert report.steps[2].peer == f"{machine.address}:587"
    assert report.alternatives == ()


# The laws: guard, deadline, cancellation, politeness.


def test_a_forbidden_port_is_not_dialled_and_not_told(machine: Machine) -> None:
    class No465(Anywhere):
        conceals_names = False

        def check_name(self, host: str, port: int) -> None:
            if port == 465:
                raise EgressDenied("test")

        def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> Sequence[str]:
            if port == 2465:
                raise EgressDenied("test")
            return addresses

    for port in (465, 2465):
        machine.implicit(port)
    machine.submission(2525)
    report = run_plan(plan(587), Probe(guard=No465(), trust=TRUST))
    assert report.advice.startswith("Set the port to 2525: verified")
    assert {row[0] for row in rows(report)} == {2525, 2587, 25}
    assert set(machine.dialled) == {2525}


def test_the_policys_deny_list_holds_for_alternatives(machine: Machine) -> None:
    policy = Policy(Profile.DEVELOPMENT, deny=(parse_rule(f"{machine.address}:465"), parse_rule("mail.test:2525")))
    machine.implicit(465)
    machine.submission(2525)
    machine.submission(2587)
    report = run_plan(plan(587), Probe(guard=policy, trust=TRUST))
    assert report.advice.startswith("Set the port to 2587: verified")
    assert set(machine.dialled) == {2587}


@pytest.mark.parametrize("mode", [AUTO, STARTTLS, IMPLICIT], ids=str)
def test_the_deadline_holds_for_tarpits_everywhere(machine: Machine, mode: TlsMode) -> None:
    machine.tarpits()
    clock = WaitedClock(slowness=0.25)
    report = run(587, mode, clock, timeout=1.2)
    assert clock.waited == pytest.approx(1.2)
    assert report.code is Code.TIMEOUT
    assert {row[2] for row in rows(report)} == {Code.TIMEOUT}
    assert report.fixes == ()
    assert report.advice.startswith(
        ("The port that was tested answers neither in clear text nor with TLS", "Have firewalls, proxies")
    )
    assert sum(machine.dialled.values()) <= 8 + (2 if mode is AUTO else 1)
    assert all(peer.gone.wait(HANG) for served in machine.served.values() for peer in served.peers)


def test_a_drip_does_not_outlast_the_patience(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drip takes 200 s or more, and then there is silence: without the patience there would be no end."""
    monkeypatch.setattr("mailproof.probe.trials.PATIENCE", 0.4)
    machine.tarpits(587, 2525)
    machine.script(2525, raw(*(part for _ in range(10_000) for part in (b"220-wait\r\n", 0.02))))
    report = run(587, timeout=3600.0)  # refused at once
    assert report.code is Code.CONNECTION_REFUSED
    assert (2525, STARTTLS, Code.TIMEOUT) in rows(report)


def test_the_patience_is_not_the_attempts_time(machine: Machine) -> None:
    machine.tarpits(587)
    clock = WaitedClock(slowness=0.1)
    report = run(587, clock=clock, timeout=3600.0)  # refused at once
    assert report.code is Code.CONNECTION_REFUSED
    assert clock.waited == pytest.approx(PATIENCE)
    assert report.elapsed_ms == 0


def test_cancelling_closes_every_socket_at_once(machine: Machine) -> None:
    machine.tarpits()

    async def leave() -> None:
        async with aclosing(make_probe().run(plan(587, timeout=3600.0))) as events:
            async for event in events:
                if isinstance(event, Step) and event.stage is Stage.CONNECT:
                    break
            await eventually_here(lambda: set(machine.dialled) == set(USUAL))
        assert not asyncio.all_tasks() - {asyncio.current_task()}

    asyncio.run(leave())
    assert all(peer.gone.wait(HANG) for served in machine.served.values() for peer in served.peers)


def test_without_alternatives_nothing_more_is_dialled(machine: Machine) -> None:
    machine.tarpits()
    report = run(587, timeout=0.5, verify_alternatives=False)
    assert report.code is Code.TIMEOUT
    assert report.alternatives == ()
    assert machine.dialled == {587: 1}


def test_a_test_that_passes_dials_nothing_more(machine: Machine) -> None:
    machine.tarpits(587)
    machine.submission(587)
    report = run(587)
    assert (report.outcome, report.alternatives) == (Outcome.OK, ())
    assert machine.dialled == {587: 1}


def test_a_slow_test_that_passes_tells_of_nothing_else(machine: Machine) -> None:
    machine.implicit(465)
    machine.submission(587, greeting=(0.4, "220 mail.test"))
    report = run(587, timeout=1.2)
    assert (report.outcome, report.alternatives, report.advice) == (Outcome.OK, (), "")
    assert machine.dialled[587] == 2  # the search had begun
    assert all(peer.gone.wait(HANG) for served in machine.served.values() for peer in served.peers)


def test_a_greeting_that_has_begun_is_not_disturbed_by_tls(machine: Machine) -> None:
    machine.script(25, raw(b"220-wait\r\n", Do.SILENCE))
    report = run(25, timeout=1.0)
    assert report.code is Code.TIMEOUT
    assert machine.dialled == {25: 1}
    assert all(row[0] != 25 for row in rows(report))


@pytest.mark.parametrize("places", [0, 1])
def test_searches_are_bounded_in_number_and_a_place_is_given_back(
    machine: Machine, places: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailproof.probe.probe.MAX_TESTS_WITH_TRIALS", places)
    machine.implicit(465)
    probe = make_probe()
    for _ in range(3):
        report = run_plan(plan(587), probe)
        assert report.code is Code.CONNECTION_REFUSED
        assert bool(report.alternatives) is bool(places)


def test_an_echoed_password_is_masked_in_the_alternatives(machine: Machine) -> None:
    machine.script(25, smtp(ehlo=EHLO_CLEAR, replies={"AUTH": ["503 5.5.1 not enabled"]}))
    machine.submission(587, ehlo_tls=["250-x", f"250 AUTH PLAIN {PASSWORD}"])
    report = run(25, NONE)
    assert report.code is Code.AUTH_NOT_ENABLED
    assert rows(report)[1] == (587, STARTTLS, Code.OK)
    assert PASSWORD.lower() not in repr(report).lower()
    assert "********" in report.advice


def test_trials_do_not_multiply_with_the_addresses_of_a_strangers_name(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = [own_address() for _ in range(16)]
    resolve(monkeypatch, {"mail.test": addresses})
    dialled: list[Sequence[AddrInfo]] = []

    async def refused(found: Sequence[AddrInfo], limit: float) -> NoReturn:
        dialled.append(found)
        raise Broken(Code.CONNECTION_REFUSED)

    monkeypatch.setattr(link, "dial", refused)
    assert run(587).code is Code.CONNECTION_REFUSED
    own = [found for found in dialled if found[0][4][1] == 587 and len(found) > 1]
    assert [len(found) for found in own] == [16]
    other_ports = [found for found in dialled if found[0][4][1] != 587]
    assert [len(found) for found in other_ports] == [FEW] * (len(USUAL) - 1)
