"""A host that is a slip: what is looked up, what is dialled, what never goes there, and what the report suggests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from clock_support.waiting import HANG
from discovery_support.dns_server import DnsServer, dns_server
from mailproof.diagnosis.suggested_hosts import SuggestedHost
from mailproof.discovery.host_adviser import KnownHosts
from mailproof.net.egress import Policy, Profile
from mailproof.net.egress_rules import parse_rule
from mailproof.net.guard import EgressGuard
from mailproof.probe.probe import Probe
from mailproof.probe.suggestions import LIMIT, MAX_TESTS_WITH_SUGGESTIONS
from mailproof.smtp.report import Audience, Report, SettingChange
from mailproof.smtp.stored_secret import LoginTarget
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage, TlsMode
from smtp_support import pki
from smtp_support.names import own_address, resolve
from smtp_support.probing import LOGIN, PASSWORD, TRUST, Anywhere, make_plan, run_plan
from smtp_support.scripted import Do, Served, raw, serve, smtp

AUTO, IMPLICIT, STARTTLS, NONE = TlsMode.AUTO, TlsMode.IMPLICIT, TlsMode.STARTTLS, TlsMode.NONE


@dataclass
class Names:
    """Names with addresses of their own, servers at these, and a name server with MX records."""

    stack: ExitStack
    dns: DnsServer
    addresses: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def exists(self, name: str) -> str:
        """Let a name have an address of its own."""
        self.addresses[name] = [own_address()]
        return self.addresses[name][0]

    def mail(self, name: str, port: int = 587, script: Any = None, *, implicit: bool = False) -> Served:
        """Serve a mail server at a name."""
        address = self.addresses[name][0] if name in self.addresses else self.exists(name)
        context = pki.server_context(pki.issue("x", pki.authority(), sans=(name,)))
        script = script or smtp(context=context, secure=implicit)
        return self.stack.enter_context(serve(script, context=context if implicit else None, host=address, port=port))

    def probe(self, guard: EgressGuard | None = None) -> Probe:
        adviser = KnownHosts(Anywhere(), ["127.0.0.1"], self.dns.port)
        return Probe(guard=guard or Anywhere(), trust=TRUST, adviser=adviser)

    def run(
        self,
        host: str,
        port: int = 587,
        mode: TlsMode = AUTO,
        guard: EgressGuard | None = None,
        clock: WaitedClock | None = None,
        **more: Any,
    ) -> Report:
        values = {"verify_alternatives": True, "credentials": LOGIN, "timeout": 20.0} | more
        return run_plan(make_plan(port, host=host, tls_mode=mode, **values), self.probe(guard), clock)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    with ExitStack() as stack:
        made = Names(stack, stack.enter_context(dns_server()))
        made.asked = resolve(monkeypatch, made.addresses)
        yield made


def harmless(served: Served) -> None:
    """Check that a server was met, and told nothing but EHLO."""
    assert served.peers
    assert all(peer.gone.wait(HANG) for peer in served.peers)
    assert {verb for peer in served.peers for verb in peer.verbs} <= {"EHLO", "STARTTLS", "QUIT"}
    assert PASSWORD not in repr([peer.heard for peer in served.peers])


def test_a_misspelt_provider_that_does_not_exist(names: Names) -> None:
    gmail = names.mail("smtp.gmail.com")
    report = names.run("smtp.gmial.com")
    assert (report.code, report.stage) == (Code.DNS_NOT_FOUND, Stage.RESOLVE)
    assert report.advice == (
        "Did you mean smtp.gmail.com (Gmail)? Set the host to smtp.gmail.com: verified, "
        "smtp.gmail.com:587 with STARTTLS answers and offers AUTH PLAIN, LOGIN."
    )
    assert report.fixes[0].changes == (SettingChange("host", "smtp.gmial.com", "smtp.gmail.com"),)
    assert report.fixes[0].verified
    assert names.dns.asked == []  # the name says enough
    harmless(gmail)


def test_the_providers_own_port_is_suggested_where_it_has_not_the_given_one(names: Names) -> None:
    yahoo = names.mail("smtp.mail.yahoo.com", 465, implicit=True)
    report = names.run("smtp.mail.yahooo.com", 587, STARTTLS)
    assert {change.setting: change.to for change in report.fixes[0].changes} == {
        "host": "smtp.mail.yahoo.com",
        "tls_mode": "implicit",
        "port": "465",
    }
    assert report.fixes[0].verified
    harmless(yahoo)


def test_where_no_trial_is_wanted_nothing_is_dialled(names: Names) -> None:
    gmail = names.mail("smtp.gmail.com")
    report = names.run("smtp.gmial.com", verify_alternatives=False)
    assert report.advice == (
        "Did you mean smtp.gmail.com (Gmail)? Set the host to smtp.gmail.com, which exists and was not tried."
    )
    assert not report.fixes[0].verified
    assert gmail.peers == []


def test_in_the_words_of_the_other_api(names: Names) -> None:
    names.exists("smtp.gmail.com")
    stored = LoginTarget("smtp.gmial.com", 587, TlsMode.STARTTLS, LOGIN.user)
    report = names.run("smtp.gmial.com", verify_alternatives=False, audience=Audience.FLAG, secret_entered_for=stored)
    assert 'Set host to "smtp.gmail.com:587", which exists and was not tried.' in report.advice
    (fix,) = report.fixes
    assert fix.changes == (SettingChange("host", "smtp.gmial.com:587", "smtp.gmail.com:587"),)
    assert fix.needs_secret


def test_a_misspelt_provider_whose_server_refuses_the_login(names: Names) -> None:
    context = pki.server_context(pki.issue("x", pki.authority(), sans=("smtp.gmial.com",)))
    names.mail("smtp.gmial.com", script=smtp(context=context, password="another"))
    gmail = names.mail("smtp.gmail.com")
    report = names.run("smtp.gmial.com")
    assert report.code is Code.AUTH_REJECTED
    assert report.advice.startswith("Did you mean smtp.gmail.com (Gmail)? Set the host to smtp.gmail.com: verified")
    assert "The login was sent to a server that may be somebody else's: if so, change the password." in report.advice
    harmless(gmail)


def test_a_misspelt_provider_whose_server_takes_the_login(names: Names) -> None:
    names.mail("smtp.gmial.com")
    gmail = names.mail("smtp.gmail.com")
    report = names.run("smtp.gmial.com")
    assert report.outcome is Outcome.OK
    assert report.message.endswith(
        "Make sure that smtp.gmial.com is the server that is meant: it is not smtp.gmail.com (Gmail)."
    )
    assert gmail.peers == []


def test_a_misspelt_provider_that_refuses_the_connection(names: Names) -> None:
    names.exists("smtp.gmial.com")
    names.mail("smtp.gmail.com")
    report = names.run("smtp.gmial.com")
    assert report.advice.startswith("Did you mean smtp.gmail.com (Gmail)? Set the host to smtp.gmail.com: verified")


def test_letters_of_another_script(names: Names) -> None:
    names.mail("smtp.gmail.com")
    report = names.run("smtp.gm\u0430il.com")
    assert "letters of another script" in report.advice
    assert "Did you mean smtp.gmail.com (Gmail)?" in report.advice


@pytest.mark.parametrize("answers", ["nothing", "refused", "imap"])
def test_the_name_of_a_server_that_mail_is_read_from(names: Names, answers: str) -> None:
    if answers == "refused":
        names.exists("imap.example.test")
    if answers == "imap":
        names.mail("imap.example.test", 143, raw(b"* OK [CAPABILITY IMAP4rev1] ready\r\n", Do.SILENCE))
    smtp_server = names.mail("smtp.example.test")
    report = names.run("imap.example.test", 143 if answers == "imap" else 587, STARTTLS)
    assert report.advice.startswith(
        "imap.example.test is the name of a server that mail is read from. Did you mean smtp.example.test? "
    )
    changes = {change.setting: change.to for fix in report.fixes[:1] for change in fix.changes}
    assert changes == {"host": "smtp.example.test"} | ({"port": "587"} if answers == "imap" else {})
    assert report.fixes[0].verified
    harmless(smtp_server)


def test_a_suggestion_that_does_not_exist_is_none(names: Names) -> None:
    report = names.run("imap.example.test")
    assert report.fixes == ()
    assert "None of smtp.example.test, mail.example.test exists." in report.advice
    assert "Did you mean" not in report.advice


def test_a_host_that_works_gets_no_suggestion(names: Names) -> None:
    names.mail("imap.example.test")
    other = names.mail("smtp.example.test")
    report = names.run("imap.example.test", credentials=None, depth=Depth.EHLO)
    assert report.outcome is Outcome.OK
    assert "smtp.example.test" not in report.message
    assert other.peers == []


@pytest.mark.parametrize("exists", [True, False])
def test_a_domain_that_only_receives_mail(names: Names, exists: bool) -> None:
    names.dns.records["example.test", "MX"] = ["10 aspmx.l.google.com."]
    if exists:
        names.exists("example.test")
    names.mail("smtp.gmail.com")
    report = names.run("example.test")
    assert report.advice.startswith(
        "example.test is the name of a mail domain, and not of a server that mail is sent through. "
        "Did you mean smtp.gmail.com (Gmail)? Mail for example.test is taken by aspmx.l.google.com. "
        "Set the host to smtp.gmail.com: verified"
    )
    assert names.dns.asked == ["MX example.test"]


def test_a_domain_with_its_own_servers(names: Names) -> None:
    names.dns.records["example.test", "MX"] = ["10 mx.example.net."]
    names.mail("mail.example.test")
    report = names.run("smtp.example.test")
    assert {change.to for change in report.fixes[0].changes} == {"mail.example.test"}
    assert sorted(names.dns.asked) == ["MX example.test", "MX smtp.example.test"]


def test_a_domain_whose_server_is_not_known(names: Names) -> None:
    names.dns.records["example.test", "MX"] = ["10 mx.example.net."]
    report = names.run("example.test")
    assert report.fixes == ()
    assert "Mail for example.test is taken by mx.example.net." in report.advice
    assert "mailproof discover ADDRESS" in report.advice


def test_an_existing_host_of_another_provider_is_not_told_to_be_another_name(names: Names) -> None:
    names.dns.records["example.test", "MX"] = ["10 mx.example.net."]
    names.exists("smtp.example.test")
    names.exists("mail.example.test")
    report = names.run("smtp.example.test")
    assert "mail.example.test" not in report.advice


def test_a_region_that_does_not_exist(names: Names) -> None:
    names.mail("email-smtp.eu-west-1.amazonaws.com")
    report = names.run("email-smtp.eu-west-9.amazonaws.com")
    assert report.advice.startswith(
        "email-smtp.eu-west-9.amazonaws.com names a region that Amazon SES does not have. "
        "Did you mean email-smtp.eu-west-1.amazonaws.com (Amazon SES)? Regions: eu-central-1, "
    )
    assert report.fixes[0].verified


# What must not happen.


def test_a_forbidden_suggestion_is_not_told(names: Names) -> None:
    gmail = names.mail("smtp.gmail.com")
    guard = Policy(Profile.DEVELOPMENT, deny=(parse_rule("smtp.gmail.com"),))
    report = names.run("smtp.gmial.com", guard=guard)
    assert "smtp.gmail.com" not in repr(report)
    assert names.asked == ["smtp.gmial.com"]
    assert gmail.peers == []


def test_a_suggestion_with_a_forbidden_address_is_told_as_one_that_does_not_exist(names: Names) -> None:
    without = names.run("imap.example.test", guard=Policy(Profile.INTERNET))
    names.mail("smtp.example.test")
    report = names.run("imap.example.test", guard=Policy(Profile.INTERNET))
    assert report.advice == without.advice
    assert report.fixes == ()


def test_a_silent_name_server_costs_no_more_than_its_limit(names: Names) -> None:
    names.dns.silent = True
    clock = WaitedClock(slowness=0.2)
    report = names.run("example.test", clock=clock)
    assert report.code is Code.DNS_NOT_FOUND
    assert report.advice == "Check the spelling of the host."
    assert clock.waited <= LIMIT + 0.1


@pytest.mark.parametrize("implicit", [True, False])
def test_another_server_is_tried_in_the_tls_mode_that_it_speaks(names: Names, implicit: bool) -> None:
    names.exists("imap.example.test")
    names.mail("smtp.example.test", implicit=implicit)
    report = names.run("imap.example.test", mode=STARTTLS if implicit else IMPLICIT)
    fix = report.fixes[0]
    assert fix.verified
    assert {change.setting: change.to for change in fix.changes} == {
        "host": "smtp.example.test",
        "tls_mode": "implicit" if implicit else "starttls",
    }


def test_nobody_is_asked_where_another_address_of_the_host_works(names: Names) -> None:
    names.addresses["mail.example.test"] = [own_address()]
    names.mail("mail.example.test", script=smtp(starttls=("220 go", Do.HEAR, Do.CLOSE)))
    cut = names.addresses["mail.example.test"]
    del names.addresses["mail.example.test"]
    names.mail("mail.example.test")
    names.addresses["mail.example.test"] = [*cut, *names.addresses["mail.example.test"]]
    report = names.run("mail.example.test", mode=STARTTLS)
    assert (report.stage, report.code) == (Stage.TLS, Code.CONNECTION_CLOSED)
    assert f"to repair {cut[0]}" in report.advice
    assert names.dns.asked == []


class Endless:
    """An adviser that never answers."""

    def lookalike(self, host: str) -> SuggestedHost | None:
        return None

    async def suggest(self, host: str, *, exists: bool) -> tuple[SuggestedHost, ...]:
        await asyncio.Event().wait()
        return ()


def test_an_adviser_that_never_answers_hangs_nothing(names: Names) -> None:
    probe = Probe(guard=Anywhere(), trust=TRUST, adviser=Endless())
    clock = WaitedClock(slowness=0.1)
    report = run_plan(make_plan(587, host="mail.test", verify_alternatives=True, timeout=30.0), probe, clock)
    assert report.code is Code.DNS_NOT_FOUND
    assert clock.waited <= LIMIT + 0.1


def test_a_suggested_host_that_is_a_tarpit_does_not_outlast_the_test(names: Names) -> None:
    names.mail("smtp.gmail.com", script=raw(Do.SILENCE))
    clock = WaitedClock(slowness=0.2)
    report = names.run("smtp.gmial.com", mode=STARTTLS, timeout=2.0, clock=clock)
    assert clock.waited <= 2.1
    assert "That name exists, but its server could not be reached" in report.advice
    assert report.fixes == ()


def test_a_host_that_is_silent_to_the_deadline_gets_its_suggestion(names: Names) -> None:
    names.mail("imap.example.test", script=raw(Do.SILENCE))
    other = names.mail("smtp.example.test")
    report = names.run(
        "imap.example.test", mode=STARTTLS, timeout=3.0, verify_alternatives=False, clock=WaitedClock(slowness=0.5)
    )
    assert (report.code, report.stage) == (Code.TIMEOUT, Stage.GREETING)
    assert "Did you mean smtp.example.test?" in report.advice
    assert other.peers == []


def test_questions_to_a_silent_name_server_end_with_the_test(names: Names) -> None:
    names.dns.silent = True
    clock = WaitedClock()
    report = names.run("example.test", timeout=0.5, clock=clock)
    assert report.advice == "Check the spelling of the host."
    assert clock.waited <= 0.6


def test_a_caller_who_leaves_leaves_no_question_behind(names: Names) -> None:
    names.dns.silent = True

    async def leave() -> set[str]:
        plan = make_plan(587, host="example.test", verify_alternatives=True, timeout=20.0)
        test = asyncio.create_task(names.probe().report(plan))
        await asyncio.sleep(0.3)
        test.cancel()
        await asyncio.wait([test])
        return {task.get_name() for task in asyncio.all_tasks() - {asyncio.current_task()}}

    assert "mailproof-suggestions" not in asyncio.run(leave())


def test_many_tests_at_once_do_not_all_try_suggestions(names: Names) -> None:
    gmail = names.mail("smtp.gmail.com")
    probe = names.probe()
    slots = [probe.suggestion_slots.acquire(blocking=False) for _ in range(MAX_TESTS_WITH_SUGGESTIONS)]
    plan = make_plan(587, host="smtp.gmial.com", verify_alternatives=True, credentials=LOGIN)
    assert all(slots)
    assert "which exists and was not tried" in run_plan(plan, probe).advice
    assert gmail.peers == []
    probe.suggestion_slots.release()
    assert run_plan(plan, probe).fixes[0].verified
    assert run_plan(plan, probe).fixes[0].verified  # the slot was given back
    harmless(gmail)
