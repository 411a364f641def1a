"""The law of advice, over every combination: nothing is advised that the same report refutes, or that is in use."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from language_support.templates import is_phrase
from mailproof.diagnosis.alternatives import USUAL, Trial, TrialResult
from mailproof.diagnosis.catalogue import WARNING_CODES, may_pass_later
from mailproof.diagnosis.findings import conclude
from mailproof.diagnosis.interception import root_cause
from mailproof.diagnosis.knowledge import Observed
from mailproof.domain.secret import Secret
from mailproof.languages.language import Language
from mailproof.languages.translation import in_language
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Audience, Credentials, Finding, Fix, OAuth, Plan
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.vocabulary import Code, Stage, TlsMode
from mailproof.smtp.wire import Ehlo, Reply

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOGIN = Credentials("me@mail.test", Secret("secret-word"))
TOKEN = OAuth(Secret("a-token"))
ERRORS = sorted(set(Code) - WARNING_CODES - {Code.OK})
OFFER = Ehlo({"AUTH": "PLAIN LOGIN"}, ("PLAIN", "LOGIN"))
SILENT = Cause(Stage.CONNECT, Code.TIMEOUT)
REFUSED = Cause(Stage.CONNECT, Code.CONNECTION_REFUSED)
NO_TLS = Cause(Stage.STARTTLS, Code.STARTTLS_NOT_OFFERED)

PORT = re.compile(r"\b(25|465|587|2525|2465|2587)\b")
MODE = re.compile(r"TLS mode to (\w+)|\btls to (\w+)")
GERMAN_MODE = re.compile(r"TLS-Modus auf (\w+)|\btls auf (\w+)")
SETTINGS = {Audience.MODES: {"host", "port", "tls_mode", "mechanism", "user"}, Audience.FLAG: {"host", "tls", "user"}}
CALLERS = [
    *((Audience.MODES, mode) for mode in TlsMode),
    (Audience.FLAG, TlsMode.AUTO),
    (Audience.FLAG, TlsMode.OPPORTUNISTIC),
]
LOGINS = [(None, None, False), (LOGIN, None, False), (LOGIN, None, True), (LOGIN, TOKEN, False)]
REDACT = Redactor("secret-word")  # one for all: it remembers what it has judged
REPLIES = [None, Reply(450, ("4.7.1 no",), "4.7.1"), Reply(550, ("5.7.1 no",), "5.7.1")]


def tried(port: int, *causes: Cause | None) -> tuple[TrialResult, ...]:
    """Return a result for each other usual port, and for TLS at the plan's own."""
    trials = [Trial(port, TlsMode.IMPLICIT), Trial(port, TlsMode.STARTTLS)]
    trials += [Trial(other, mode) for other, mode in USUAL if other != port]
    turn = itertools.cycle(causes)
    return tuple(
        TrialResult(trial, cause, Facts(ehlo=OFFER, secure=cause is None), message="it answers.")
        for trial, cause in zip(trials, turn, strict=False)
    )


OUTCOMES = [(), (REFUSED,), (SILENT,), (NO_TLS, REFUSED, SILENT), (REFUSED, SILENT, REFUSED, None)]


SERVERS = [(587, "mail.test"), (465, "smtp.gmail.com"), (25, "mail.test"), (7777, "mail.test"), (587, "smtp.gmail.com")]


def cases(code: Code) -> Iterator[Observed]:
    """Yield each combination of caller, alternatives and stage, and with each the next login, reply and server.

    Their numbers have no common divisor, so that over all codes each of them meets each other one.
    """
    rest = zip(itertools.cycle(LOGINS), itertools.cycle(REPLIES), itertools.cycle(SERVERS), strict=False)
    for _ in range(ERRORS.index(code)):
        next(rest)
    for (audience, mode), causes, stage in itertools.product(CALLERS, OUTCOMES, Stage):
        (login, token, logged_in), reply, (port, host) = next(rest)
        plan = Plan(host, port, mode, login, oauth=token, audience=audience, sender="a@b.test", recipient="c@d.test")
        facts = Facts(ehlo=OFFER, logged_in=logged_in, secure=logged_in, mechanism="PLAIN" if logged_in else "")
        cause = Cause(stage, code, reply, recognised=reply is None or reply.code == 550)
        yield Observed(plan, port, facts, REDACT, NOW, cause=cause, results=tried(port, *causes))


def check(seen: Observed, finding: Finding, fixes: tuple[Fix, ...]) -> None:
    text, plan, cause = finding.advice, seen.plan, seen.cause
    assert cause is not None
    assert "{" not in finding.message + text
    assert text
    changes = [change for fix in fixes for change in fix.changes]
    assert all(change.setting in SETTINGS[plan.audience] for change in changes)
    assert all(change.to != change.current for change in changes)
    named = set(PORT.findall(text))
    advised = {word for change in changes for word in PORT.findall(change.to)}
    assert named <= advised, text
    modes = {word for pair in MODE.findall(text) for word in pair if word}
    assert modes <= {change.to for change in changes}, text
    for fix in fixes:
        set_to = {change.setting: change.to for change in fix.changes}
        port = int(set_to.get("port", set_to.get("host", f":{seen.port}").rpartition(":")[2]) or seen.port)
        mode = TlsMode(set_to["tls_mode"]) if "tls_mode" in set_to else plan.tls_mode
        if fix.verified:
            assert any(result.works and result.trial.port == port for result in seen.results)
        else:
            assert not seen.tried_in_vain(port, mode), fix
            assert not seen.in_use(port, mode) or "host" in set_to or "user" in set_to or "tls" in set_to, fix
    if any(result.works for result in seen.results):
        assert fixes[0].verified
        assert text == fixes[0].sentence
        return
    if plan.credentials is not None or seen.facts.logged_in:
        assert "Set user and password" not in text
    if cause.reply is not None and not may_pass_later(cause.code, cause.reply.code):
        assert not re.search(r"\btry again in\b", text, re.IGNORECASE), text
    if cause.code in (Code.CLIENT_IP_BLOCKED, Code.CLIENT_NO_RDNS, Code.OUTGOING_SMTP_BLOCKED):
        assert "recipient" not in text.lower()


def check_german(finding: Finding, fixes: tuple[Fix, ...]) -> None:
    """Check that the German advice names no value that the English one, which `check` has judged, does not name."""
    assert all(is_phrase(text) for text in (finding.message, finding.advice, *(fix.sentence for fix in fixes)))
    text = in_language(finding.advice, Language.GERMAN)
    assert "{" not in text + in_language(finding.message, Language.GERMAN)
    assert set(PORT.findall(text)) == set(PORT.findall(finding.advice)), text
    english = {word for pair in MODE.findall(finding.advice) for word in pair if word}
    assert {word for pair in GERMAN_MODE.findall(text) for word in pair if word} == english, text
    assert ("Setzen Sie Benutzer und Passwort" in text) == ("Set user and password" in finding.advice)
    assert ("empfänger" in text.lower()) <= ("recipient" in finding.advice.lower() or "receiver" in finding.advice)


@pytest.mark.parametrize("code", ERRORS)
def test_no_advice_is_refuted_by_its_own_report(code: Code) -> None:
    count = 0
    for seen in cases(code):
        concluded = conclude(seen)
        check(seen, concluded.findings[0], concluded.fixes)
        check_german(concluded.findings[0], concluded.fixes)
        count += 1
    assert count == len(CALLERS) * len(OUTCOMES) * len(Stage)


@pytest.mark.parametrize(
    ("host", "causes", "code", "words"),
    [
        ("mail.test", (REFUSED,), Code.CONNECTION_REFUSED, "No mail port of mail.test answers from here"),
        ("mail.test", (SILENT,), Code.OUTGOING_SMTP_BLOCKED, "Check that mail.test is the right host."),
        ("smtp.gmail.com", (SILENT,), Code.OUTGOING_SMTP_BLOCKED, "outgoing SMTP is blocked where this test runs"),
        ("smtp.gmail.com", (REFUSED,), Code.OUTGOING_SMTP_BLOCKED, "outgoing SMTP is blocked where this test runs"),
        ("mail.test", (SILENT, NO_TLS), Code.TIMEOUT, "firewall"),
    ],
)
def test_where_no_port_answers_there_is_a_conclusion(
    host: str, causes: tuple[Cause, ...], code: Code, words: str
) -> None:
    first = causes[0]
    seen = Observed(Plan(host, 587), 587, Facts(), Redactor(), NOW, cause=first, results=tried(587, *causes))
    cause = root_cause(seen, first)
    assert cause.code is code
    concluded = conclude(Observed(seen.plan, 587, Facts(), Redactor(), NOW, cause=cause, results=seen.results))
    assert words in concluded.findings[0].advice
    assert concluded.fixes == ()


@pytest.mark.parametrize(("recognised", "words"), [(True, "apppasswords"), (False, "the provider's support")])
def test_a_provider_is_advised_on_only_where_the_reason_is_known(recognised: bool, words: str) -> None:
    cause = Cause(Stage.AUTH, Code.AUTH_REJECTED, Reply(550, ("no",)), recognised=recognised)
    plan = Plan("smtp.gmail.com", 587, credentials=LOGIN)
    seen = Observed(plan, 587, Facts(ehlo=OFFER), Redactor(), NOW, cause=cause)
    assert words in conclude(seen).findings[0].advice


@pytest.mark.parametrize(
    ("longest", "words"),
    [
        (None, "Try again with a longer timeout"),
        (60.0, "Try again with a longer timeout"),
        (30.0, "The test had 30 s, which is all that this service allows"),
    ],
)
def test_a_longer_test_is_advised_only_where_it_may_be_longer(longest: float | None, words: str) -> None:
    plan = Plan("mail.test", 587, timeout=30.0, longest=longest)
    seen = Observed(plan, 587, Facts(ehlo=OFFER), Redactor(), NOW, cause=Cause(Stage.MAIL, Code.TIMEOUT))
    assert conclude(seen).findings[0].advice.startswith(words)
