"""The table of a host's addresses: what is dialled beside a test, what is not, and what the report says of it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from clock_support.waiting import HANG, eventually_here
from mailproof.net.egress import Policy, Profile
from mailproof.net.egress_rules import parse_rule
from mailproof.probe.address_survey import FAIR, GRACE
from mailproof.probe.probe import Probe
from mailproof.probe.trials import PATIENCE, WAIT
from mailproof.smtp.report import AddressResult, Finding, Report, Step
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Severity, Stage, TlsMode
from smtp_support import pki
from smtp_support.names import own_address, resolve
from smtp_support.probing import LOGIN, PASSWORD, TRUST, make_plan, make_probe, run_events, run_plan
from smtp_support.scripted import EHLO_CLEAR, EHLO_TLS, Do, Script, Served, free_port, raw, serve, smtp

STARTTLS, AUTO = TlsMode.STARTTLS, TlsMode.AUTO
UNREACHABLE = "255.255.255.255"  # TCP knows no broadcast: the kernel refuses at once, with or without a network
ANSWERS = "with STARTTLS answers and offers AUTH PLAIN, LOGIN"
OWN = f"{ANSWERS} (used by this test)"


@dataclass
class Host:
    """mail.test, with a server on each of some addresses, all at one port."""

    patch: pytest.MonkeyPatch
    stack: ExitStack
    port: int = field(default_factory=free_port)
    served: dict[str, Served] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = pki.server_context(pki.issue("x", pki.authority(), sans=("mail.test",)))

    def address(self, address: str = "") -> str:
        """Let mail.test have one more address, where nothing listens."""
        self.names.append(address or own_address())
        resolve(self.patch, {"mail.test": self.names})
        return self.names[-1]

    def script(self, script: Script, address: str = "", **settings: Any) -> str:
        """Let mail.test have one more address, with a server."""
        address = self.address(address)
        self.served[address] = self.stack.enter_context(serve(script, host=address, port=self.port, **settings))
        return address

    def submission(self, address: str = "", **settings: Any) -> str:
        """Serve STARTTLS."""
        return self.script(smtp(context=settings.pop("context", self.context), **settings), address)

    def plan(self, mode: TlsMode = STARTTLS, **settings: Any) -> Any:
        values = {"host": "mail.test", "tls_mode": mode, "verify_alternatives": True, "credentials": LOGIN} | settings
        return make_plan(self.port, **values)

    def run(self, mode: TlsMode = STARTTLS, clock: WaitedClock | None = None, **settings: Any) -> Report:
        return run_plan(self.plan(mode, **settings), loop_factory=clock)

    @property
    def dialled(self) -> list[int]:
        return [len(served.peers) for served in self.served.values()]

    def all_left(self) -> bool:
        return all(peer.gone.wait(HANG) for served in self.served.values() for peer in served.peers)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    with ExitStack() as stack:
        yield Host(monkeypatch, stack)


def rows(report: Report) -> list[tuple[str, Stage, Code, str]]:
    return [(row.address, row.stage, row.code, row.message) for row in report.addresses]


def warnings(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.code is Code.ADDRESSES_DIFFER]


def warned(report: Report) -> Finding:
    (finding,) = warnings(report)
    assert finding.severity is Severity.WARNING
    return finding


def other_certificate() -> Any:
    return pki.server_context(pki.issue("x", pki.authority(), sans=("other.test",)))


# A test that passes says when others would not.


def test_a_dead_family_is_told_although_the_test_passes(host: Host) -> None:
    host.address("::1")
    good = host.submission()
    report = host.run()
    assert report.outcome is Outcome.OK
    assert rows(report) == [
        (good, Stage.EHLO, Code.OK, OWN),
        ("::1", Stage.CONNECT, Code.CONNECTION_REFUSED, "refuses the connection"),
    ]
    assert [row.family for row in report.addresses] == ["IPv4", "IPv6"]
    assert warned(report).message == (
        f"Not every address of mail.test answers alike: the test passed over {good}, but ::1 refuses the connection."
    )
    assert warned(report).advice == (
        "Ask whoever runs mail.test to repair ::1, or to remove its AAAA record from the DNS: clients that are led "
        "there fail."
    )


def test_addresses_that_answer_alike_are_not_told(host: Host) -> None:
    for _ in range(3):
        host.submission()
    report = host.run()
    assert (report.outcome, report.addresses, report.findings) == (Outcome.OK, (), ())
    assert host.dialled == [1, 1, 1]


def test_one_address_is_dialled_once(host: Host) -> None:
    only = host.submission()
    resolve(host.patch, {"mail.test": [only, only]})
    report = host.run()
    assert (report.outcome, report.addresses) == (Outcome.OK, ())
    assert host.dialled == [1]


@pytest.mark.parametrize(
    ("mode", "other", "stage", "code", "words"),
    [
        (STARTTLS, {"greeting": ["554 5.3.2 not here"]}, Stage.GREETING, Code.SERVICE_UNAVAILABLE,
         'answers "554 5.3.2 not here" at the stage greeting'),
        (STARTTLS, {"context": other_certificate}, Stage.TLS, Code.TLS_HOSTNAME_MISMATCH,
         "has a certificate for other.test, and not for mail.test"),
        (STARTTLS, {"context": lambda: pki.bad("self-signed")}, Stage.TLS, Code.TLS_SELF_SIGNED,
         "has a self-signed certificate"),
        (AUTO, {"ehlo": EHLO_CLEAR}, Stage.STARTTLS, Code.STARTTLS_NOT_OFFERED, "does not offer STARTTLS"),
        (AUTO, {"ehlo_tls": ["250-x", "250 SIZE 1000"]}, Stage.AUTH, Code.AUTH_NOT_OFFERED, "offers no login"),
        (AUTO, {"ehlo_tls": ["250-x", "250 AUTH GSSAPI"]}, Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED,
         "offers only AUTH GSSAPI"),
        (STARTTLS, {"ehlo_tls": ["250-x", "250 AUTH LOGIN"]}, Stage.EHLO, Code.ADDRESSES_DIFFER,
         "offers AUTH LOGIN instead of AUTH PLAIN, LOGIN"),
        (TlsMode.OPPORTUNISTIC, {"context": other_certificate}, Stage.EHLO, Code.ADDRESSES_DIFFER,
         "has a certificate for other.test, and not for mail.test"),
        (STARTTLS, {"replies": {"EHLO": [Do.CLOSE]}}, Stage.EHLO, Code.CONNECTION_CLOSED,
         "closes the connection at the stage ehlo"),
        (STARTTLS, {"greeting": ["HTTP/1.1 400 secret"]}, Stage.GREETING, Code.NOT_SMTP, "is no SMTP server"),
    ],
    ids=["554", "name", "signer", "STARTTLS", "no AUTH", "mechanism", "mechanisms", "tolerated", "closed", "HTTP"],
)  # fmt: skip
def test_what_another_address_lacks_is_told(
    host: Host, mode: TlsMode, other: dict[str, Any], stage: Stage, code: Code, words: str
) -> None:
    good = host.submission()
    bad = host.submission(**{key: value() if callable(value) else value for key, value in other.items()})
    report = host.run(mode)
    assert (report.outcome, report.advice) == (Outcome.OK, "")
    assert rows(report) == [(good, Stage.EHLO, Code.OK, OWN), (bad, stage, code, words)]
    assert warned(report).message.endswith(f"the test passed over {good}, but {bad} {words}.")
    assert "mail.test" in warned(report).advice


def test_a_refusal_may_be_of_this_machines_address(host: Host) -> None:
    host.submission()
    bad = host.script(raw("554 5.7.1 go away"), "::1")
    report = host.run()
    assert warned(report).advice == (
        f"Ask whoever runs mail.test why {bad} refuses this machine, whose address may be blocked there."
    )


def test_only_what_the_survey_may_have_caused_itself_is_no_difference(host: Host) -> None:
    host.submission()
    host.submission(greeting=["421 4.7.0 too many concurrent connections from your address"])
    report = host.run()
    assert (report.outcome, report.addresses, report.findings) == (Outcome.OK, (), ())
    assert host.dialled == [1, 1]


def test_a_family_that_this_machine_has_no_route_to_is_no_difference(host: Host) -> None:
    host.patch.setattr("mailproof.probe.address_survey.has_route", lambda info: info[4][0] != "2001:db8::1")
    good = host.submission()
    host.address("2001:db8::1")
    report = host.run()
    assert (report.outcome, report.addresses, report.findings) == (Outcome.OK, (), ())
    dead = host.address()
    report = host.run()
    assert {row[0]: row[3] for row in rows(report)} == {
        good: OWN,
        "2001:db8::1": "has no route from this machine, so nothing is known of it",
        dead: "refuses the connection",
    }
    assert "2001:db8::1" not in warned(report).message + warned(report).advice


def test_a_test_that_fails_later_tells_of_the_other_addresses_too(host: Host) -> None:
    good = host.submission(password="another")
    bad = host.address()
    report = host.run()
    assert report.code is Code.AUTH_REJECTED
    assert "Check the user" in report.advice
    assert [row[:3] for row in rows(report)] == [
        (good, Stage.EHLO, Code.OK),
        (bad, Stage.CONNECT, Code.CONNECTION_REFUSED),
    ]
    assert f": the test ran over {good}, but {bad} refuses the connection." in warned(report).message


def test_a_test_of_the_connection_surveys_connections(host: Host) -> None:
    good = host.submission()
    bad = host.address()
    report = host.run(depth=Depth.CONNECT)
    assert rows(report) == [
        (good, Stage.CONNECT, Code.OK, "can be reached (used by this test)"),
        (bad, Stage.CONNECT, Code.CONNECTION_REFUSED, "refuses the connection"),
    ]
    assert not any(peer.heard for peer in host.served[good].peers)


# A test that fails over one address, while another one works.


def test_a_bad_certificate_on_the_first_address_while_the_second_is_good(host: Host) -> None:
    bad, good = host.submission(context=other_certificate()), host.submission()
    report = host.run()
    assert (report.stage, report.code) == (Stage.TLS, Code.TLS_HOSTNAME_MISMATCH)
    assert report.advice == (
        f"Ask whoever runs mail.test to repair {bad}, or to remove its A record from the DNS: verified, "
        f"mail.test:{host.port} over {good} {ANSWERS}."
    )
    assert report.findings[0].advice == report.advice
    assert report.fixes == ()
    assert warnings(report) == []
    assert [row[:3] for row in rows(report)] == [
        (bad, Stage.TLS, Code.TLS_HOSTNAME_MISMATCH),
        (good, Stage.EHLO, Code.OK),
    ]


@pytest.mark.parametrize("mode", [STARTTLS, AUTO], ids=str)
def test_a_refusal_by_the_first_address_while_the_second_is_good(host: Host, mode: TlsMode) -> None:
    host.script(raw("554 5.3.2 not here"))
    good = host.submission()
    report = host.run(mode)
    assert (report.stage, report.code) == (Stage.GREETING, Code.SERVICE_UNAVAILABLE)
    assert report.advice.startswith("The reason is not known here: do what the answer says")
    assert report.advice.endswith(
        f" Another address of the host works: verified, mail.test:{host.port} over {good} {ANSWERS}."
    )


def test_a_silent_first_address_while_the_second_is_good(host: Host) -> None:
    bad, good = host.script(raw(Do.SILENCE)), host.submission()
    clock = WaitedClock()
    report = host.run(clock=clock, timeout=1.6)
    assert (report.stage, report.code) == (Stage.GREETING, Code.TIMEOUT)
    assert clock.waited == pytest.approx(1.6)  # the survey ran beside
    assert f"over {good} {ANSWERS}." in report.advice
    assert [row[:3] for row in rows(report)] == [(bad, Stage.GREETING, Code.TIMEOUT), (good, Stage.EHLO, Code.OK)]
    assert "Ask whoever runs mail.test to repair" in report.advice


@pytest.mark.parametrize("mode", [STARTTLS, AUTO], ids=str)
def test_a_silent_first_address_is_not_waited_for_once_another_one_works(host: Host, mode: TlsMode) -> None:
    host.script(raw(Do.SILENCE))
    good = host.submission()
    clock = WaitedClock(slowness=0.5)
    report = host.run(mode, clock=clock, timeout=3600.0)
    assert (report.stage, report.code) == (Stage.GREETING, Code.TIMEOUT)
    assert clock.waited == pytest.approx(WAIT, abs=0.5)
    assert f"over {good} {ANSWERS}." in report.advice


def test_another_address_that_works_ends_the_wait_for_other_ports(host: Host) -> None:
    host.port = 587
    bad = host.submission(ehlo=EHLO_CLEAR)
    good = host.submission(greeting=(0.5, "220 mail.test"))  # later than the trials have begun
    clock = WaitedClock()
    with serve(raw(Do.SILENCE), host=bad, port=465):
        report = host.run(clock=clock, timeout=30.0)
    assert report.code is Code.STARTTLS_NOT_OFFERED
    assert f"over {good} {ANSWERS}." in report.advice
    assert clock.waited < PATIENCE / 2


def test_where_all_fail_differently_there_is_a_table_and_no_address_is_praised(host: Host) -> None:
    host.patch.setattr("mailproof.probe.address_survey.has_route", lambda _: True)  # also where there is no network
    host.address(UNREACHABLE)
    refusing = host.address()
    report = host.run()
    assert report.code is Code.CONNECTION_REFUSED
    assert rows(report) == [
        (UNREACHABLE, Stage.CONNECT, Code.NETWORK_UNREACHABLE, "can't be reached"),
        (refusing, Stage.CONNECT, Code.CONNECTION_REFUSED, "refuses the connection"),
    ]
    assert "verified" not in report.advice
    assert warnings(report) == []


def test_where_all_fail_alike_there_is_no_table(host: Host) -> None:
    host.script(raw("554 5.3.2 not here"))
    host.script(raw("554 5.3.2 nor here"))
    report = host.run()
    assert (report.code, report.addresses) == (Code.SERVICE_UNAVAILABLE, ())
    assert host.dialled == [1, 1]


# The laws: bounds, grace, deadline, cancellation, guard, no secrets.


def test_eight_addresses_at_most_are_tried_and_the_rest_is_counted(host: Host) -> None:
    for place in range(16):
        host.submission(ehlo_tls=EHLO_TLS if place else ["250-x", "250 AUTH LOGIN"])
    report = host.run()
    assert len(report.addresses) == 8
    assert sorted(host.dialled) == [0] * 8 + [1] * 8
    assert report.addresses[-1].message.endswith(" … 8 more addresses, which were not tried")
    assert [row.code for row in report.addresses] == [Code.OK, *[Code.ADDRESSES_DIFFER] * 7]


def test_both_families_are_among_the_eight(host: Host) -> None:
    for _ in range(12):
        host.submission()
    host.address("::1")
    report = host.run()
    assert ("::1", Code.CONNECTION_REFUSED) in [(row.address, row.code) for row in report.addresses]
    assert len(report.addresses) == 8


def test_a_tarpit_gets_a_short_grace_after_the_verdict_and_no_more(host: Host) -> None:
    good, tarpit = host.submission(), host.script(raw(Do.SILENCE))
    clock = WaitedClock()
    report = host.run(clock=clock, timeout=3600.0)
    assert report.outcome is Outcome.OK
    assert clock.waited == pytest.approx(FAIR)
    assert report.elapsed_ms == 0  # until the verdict
    assert rows(report) == [
        (good, Stage.EHLO, Code.OK, OWN),
        (tarpit, Stage.GREETING, Code.TIMEOUT, "did not answer in 1.2 s at the stage greeting"),
    ]
    assert host.all_left()


def test_after_an_early_failure_the_grace_is_longer_and_ends(host: Host) -> None:
    host.script(raw("554 5.3.2 not here"))
    host.script(raw(Do.SILENCE))
    clock = WaitedClock(slowness=0.2)
    report = host.run(clock=clock, timeout=3600.0)
    assert clock.waited == pytest.approx(GRACE)
    assert [row.code for row in report.addresses] == [Code.SERVICE_UNAVAILABLE, Code.TIMEOUT]


def test_a_drip_does_not_outlast_the_grace(host: Host) -> None:
    """The drip takes 200 s or more, and then there is silence: without the grace there would be no end."""
    host.submission()
    host.script(raw(*(part for _ in range(10_000) for part in (b"220-wait\r\n", 0.02))))
    report = host.run(timeout=3600.0)
    assert [row.code for row in report.addresses] == [Code.OK, Code.TIMEOUT]
    assert host.all_left()


def test_silence_for_a_shorter_time_than_the_test_itself_took_says_nothing(host: Host) -> None:
    host.submission(greeting=(0.3, "220 mail.test"))
    host.submission(greeting=(0.3, "220 mail.test"))
    host.patch.setattr("mailproof.probe.address_survey.FAIR", 0.0)
    host.patch.setattr("mailproof.probe.address_survey.GRACE", 0.05)
    report = host.run()
    assert (report.outcome, report.addresses, report.findings) == (Outcome.OK, (), ())


def test_the_deadline_holds_for_the_survey(host: Host) -> None:
    host.script(raw(Do.SILENCE))
    host.script(raw(Do.SILENCE))
    clock = WaitedClock()
    report = host.run(clock=clock, timeout=1.2)
    assert clock.waited == pytest.approx(1.2)
    assert (report.code, report.addresses) == (Code.TIMEOUT, ())


def test_the_survey_is_not_first_at_the_server(host: Host) -> None:
    host.submission(greeting=(0.4, "220 mail.test"))
    second = host.submission()

    async def order() -> None:
        async with aclosing(make_probe().run(host.plan())) as events:
            async for event in events:
                if isinstance(event, Step) and event.stage is Stage.CONNECT:
                    assert host.served[second].peers == []

    asyncio.run(order())
    assert host.dialled == [1, 1]


def test_cancelling_closes_every_connection_at_once(host: Host) -> None:
    host.submission(replies={"AUTH": [Do.SILENCE]})
    host.script(raw(Do.SILENCE))
    host.submission(replies={"EHLO": [Do.SILENCE]})

    async def leave() -> None:
        async with aclosing(make_probe().run(host.plan(timeout=3600.0))) as events:
            async for event in events:
                if isinstance(event, Step) and event.stage is Stage.TLS:
                    break
            await eventually_here(lambda: host.dialled == [1, 1, 1])
        assert not asyncio.all_tasks() - {asyncio.current_task()}

    asyncio.run(leave())
    assert host.all_left()


def test_cancelling_in_the_grace_closes_every_connection_at_once(host: Host) -> None:
    host.submission()
    host.script(raw(Do.SILENCE))

    async def leave() -> None:
        host.patch.setattr("mailproof.probe.address_survey.FAIR", 3600.0)
        host.patch.setattr("mailproof.probe.address_survey.GRACE", 3600.0)
        task = asyncio.ensure_future(make_probe().report(host.plan(timeout=7200.0)))
        await eventually_here(lambda: host.dialled == [1, 1] and "QUIT" in host.served[host.names[0]].peer.verbs)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not asyncio.all_tasks() - {asyncio.current_task()}

    asyncio.run(leave())
    assert host.all_left()


def test_a_forbidden_address_is_neither_dialled_nor_told(host: Host) -> None:
    host.submission()
    denied = host.script(raw("554 5.3.2 not here"))
    refused = host.address()
    policy = Policy(Profile.DEVELOPMENT, deny=(parse_rule(denied),))
    report = run_plan(host.plan(), Probe(guard=policy, trust=TRUST))
    assert host.dialled == [1, 0]
    assert [row.address for row in report.addresses] == [host.names[0], refused]
    assert denied not in repr(report)


def test_without_alternatives_no_other_address_is_dialled(host: Host) -> None:
    host.submission()
    host.script(raw("554 5.3.2 not here"))
    report = host.run(verify_alternatives=False)
    assert (report.outcome, report.addresses) == (Outcome.OK, ())
    assert host.dialled == [1, 0]


def test_no_other_address_gets_a_login_or_mail(host: Host) -> None:
    host.submission()
    other = host.submission(ehlo_tls=["250-x", "250 AUTH LOGIN"])
    report = host.run(sender="me@example.com", recipient="you@example.com", depth=Depth.DATA)
    assert report.outcome is Outcome.OK
    heard = host.served[other].peer.heard
    assert [line.split(" ")[0] for line in heard] == ["EHLO", "STARTTLS", "EHLO", "QUIT"]
    assert base64.b64encode(PASSWORD.encode()).decode() not in repr(heard)


@pytest.mark.parametrize("places", [0, 1])
def test_surveys_are_bounded_in_number_and_a_place_is_given_back(host: Host, places: int) -> None:
    host.patch.setattr("mailproof.probe.probe.MAX_TESTS_WITH_SURVEYS", places)
    host.submission()
    host.address()
    probe = make_probe()
    for _ in range(3):
        report = run_plan(host.plan(), probe)
        assert report.outcome is Outcome.OK
        assert bool(report.addresses) is bool(places)


def test_what_another_address_says_is_masked_and_bounded(host: Host) -> None:
    host.submission()
    host.submission(ehlo_tls=["250-x", f"250 AUTH {PASSWORD} {' '.join(f'X-{n}' for n in range(99))}"])
    host.script(raw(f"554 5.3.2 {PASSWORD} \x1b[31m{'x' * 900}"))
    report = host.run()
    assert len(report.addresses) == 3
    assert PASSWORD not in repr(report)
    assert "\x1b" not in repr([row.message for row in report.addresses])
    assert max(len(row.message) for row in report.addresses) < 400


def test_a_survey_for_which_this_side_lacks_the_means_is_left_out(host: Host) -> None:
    def short(_: Sequence[Any]) -> bool:
        raise OSError(24, "Too many open files")

    host.submission()
    host.address()
    host.patch.setattr("mailproof.probe.address_survey.has_route", short)
    report = host.run()
    assert (report.outcome, report.addresses) == (Outcome.OK, ())


def test_the_rows_are_the_reports_alone(host: Host) -> None:
    good = host.submission()
    host.submission(greeting=["554 5.3.2 not here"])
    events = run_events(host.plan())
    peers = {event.peer for event in events if isinstance(event, Step) and event.peer}
    assert peers == {f"{good}:{host.port}"}
    report = events[-1]
    assert isinstance(report, Report)
    assert all(isinstance(row, AddressResult) for row in report.addresses)
    assert len(report.addresses) == 2
