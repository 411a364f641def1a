"""The law of advice where other hosts, other addresses and slips of the login are known besides what was tried."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from mailproof.diagnosis.addresses import AddressTable, AddressTrial
from mailproof.diagnosis.alternatives import USUAL, Trial, TrialResult
from mailproof.diagnosis.catalogue import WARNING_CODES
from mailproof.diagnosis.findings import Conclusion, conclude
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.suggested_hosts import CheckedHost, SuggestedHost, SuggestionReason
from mailproof.domain.secret import Secret
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Audience, Credentials, Fix, Plan
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.vocabulary import Code, Stage, TlsMode
from mailproof.smtp.wire import Ehlo, Reply

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ERRORS = sorted(set(Code) - WARNING_CODES - {Code.OK})
OFFER = Ehlo({"AUTH": "PLAIN LOGIN"}, ("PLAIN", "LOGIN"))
SILENT = Cause(Stage.CONNECT, Code.TIMEOUT)
REFUSED = Cause(Stage.CONNECT, Code.CONNECTION_REFUSED)
NO_TLS = Cause(Stage.STARTTLS, Code.STARTTLS_NOT_OFFERED)
EXPIRED = Cause(Stage.TLS, Code.TLS_CERT_EXPIRED)
BLOCKED = Cause(Stage.GREETING, Code.CLIENT_IP_BLOCKED, Reply(554, ("5.7.1 no",), "5.7.1"))

MAX_SENTENCES = 5  # of which two only ask "Did you mean …?" and say why
SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z])")

OTHER, THIRD, IN_VAIN = "smtp.other.test", "mail.other.test", "vain.other.test"
FIRST, SECOND = "192.0.2.1", "2001:db8::1"


def suggested(name: str, *, works: bool | None, exists: bool = True, provider: str = "", note: str = "") -> CheckedHost:
    reason = SuggestionReason.READS_MAIL if name else SuggestionReason.MAIL_DOMAIN
    result = None
    if works is not None:
        facts = Facts(ehlo=OFFER, secure=works)
        trial = Trial(587, TlsMode.STARTTLS, name=name)
        result = TrialResult(trial, None if works else SILENT, facts, message=f"{name} answers.")
    return CheckedHost(SuggestedHost(name, reason, provider, note=note), result, exists)


def address(text: str, cause: Cause | None, *, used: bool = False) -> AddressTrial:
    facts = Facts(ehlo=None if cause else OFFER, secure=cause is None)
    return AddressTrial(text, TrialResult(Trial(587, TlsMode.STARTTLS), cause, facts), duration=2.0, used=used)


SUGGESTED: list[tuple[CheckedHost, ...]] = [
    (),
    (suggested(OTHER, works=True),),
    (suggested(OTHER, works=True), suggested(IN_VAIN, works=False)),
    (suggested(IN_VAIN, works=False),),
    (suggested(OTHER, works=None), suggested(THIRD, works=None)),
    (suggested(IN_VAIN, works=None, exists=False),),
    (suggested(OTHER, works=None, exists=False, provider="Other"),),
    (suggested("", works=None, exists=False, note="Mail for other.test is taken by mx.other.test."),),
]

TABLES = [
    AddressTable(),
    AddressTable((address(FIRST, SILENT, used=True), address(SECOND, None))),
    AddressTable((address(FIRST, BLOCKED, used=True), address(SECOND, None))),
    AddressTable((address(FIRST, SILENT, used=True), address(SECOND, REFUSED))),
    AddressTable((address(FIRST, None, used=True), address(SECOND, REFUSED))),
]

OUTCOMES: list[tuple[Cause | None, ...]] = [
    (),
    (REFUSED,),
    (EXPIRED, NO_TLS, SILENT),
    (BLOCKED, REFUSED),
    (None, SILENT),
]

CALLERS = [*((Audience.MODES, mode) for mode in TlsMode), (Audience.FLAG, TlsMode.AUTO), (Audience.FLAG, TlsMode.NONE)]
LOGINS = [None, *(Credentials(*login) for login in (
    ("me@mail.test", Secret("secret-word")),
    ("me", Secret("a secret ")),
    ("me ", Secret("abcd efgh ijkl mnop")),
    ("apikey", Secret("secret\u00a0word\n")),
))]  # fmt: skip


def tried(port: int, *causes: Cause | None) -> tuple[TrialResult, ...]:
    trials = [Trial(port, TlsMode.IMPLICIT), Trial(port, TlsMode.STARTTLS)]
    trials += [Trial(other, mode) for other, mode in USUAL if other != port]
    return tuple(
        TrialResult(trial, cause, Facts(ehlo=OFFER, secure=cause is None), message=f"trial {number} answers.")
        for number, (trial, cause) in enumerate(zip(trials, itertools.cycle(causes), strict=False))
    )


def cases(code: Code) -> Iterator[Observed]:
    """Yield each combination of trials, other hosts and addresses, and with each the next stage, caller and login."""
    rest = zip(itertools.cycle(Stage), itertools.cycle(CALLERS), itertools.cycle(LOGINS), strict=False)
    for _ in range(ERRORS.index(code)):
        next(rest)
    for causes, hosts, table in itertools.product(OUTCOMES, SUGGESTED, TABLES):
        stage, (audience, mode), login = next(rest)
        plan = Plan("imap.other.test", 587, mode, login, audience=audience, sender="me@mail.test", recipient="c@d.test")
        used = table.used
        cause = Cause(stage, code, used.result.cause.reply if used and used.result.cause else None)
        yield Observed(
            plan, 587, Facts(ehlo=OFFER), Redactor(), NOW,
            cause=cause, results=tried(587, *causes), suggested=hosts, addresses=table,
        )  # fmt: skip


def check(seen: Observed, concluded: Conclusion) -> None:
    text, fixes = concluded.findings[0].advice, concluded.fixes
    assert text
    assert "{" not in text
    sentences = SENTENCE.split(text)
    assert len(set(sentences)) == len(sentences) <= MAX_SENTENCES, text
    assert len({fix.changes for fix in fixes}) == len(fixes), fixes
    assert not any(found in change.to for fix in fixes for change in fix.changes for found in (FIRST, SECOND, IN_VAIN))
    for fix in fixes:
        check_fix(seen, fix)
    assert (" either." in text) <= (concluded.findings[0].code is Code.DNS_NOT_FOUND or "That name exists" in text)
    hosts = {each.suggested.host for each in seen.suggested if each.suggested.host}
    others = [fix for fix in fixes if not any(change.to.partition(":")[0] in hosts for change in fix.changes)]
    if len(others) < len(fixes):  # ports of a host that is perhaps not meant would only distract
        assert all(fix.verified or fix.changes[0].setting in ("user", "mechanism") for fix in others), fixes
    if any(fix.verified for fix in fixes):
        assert "ry to set" not in text, text
    if fixes:
        assert any(change.to in text for change in fixes[0].changes), (text, fixes[0])


def check_fix(seen: Observed, fix: Fix) -> None:
    set_to = {change.setting: change.to for change in fix.changes}
    host, _, port = set_to.get("host", "").partition(":")
    named = {each.suggested.host: each for each in seen.suggested if each.suggested.host}
    if host in named:
        assert fix.verified is named[host].works
        return
    port = set_to.get("port", port) or str(seen.port)
    mode = TlsMode(set_to.get("tls_mode", seen.plan.tls_mode))
    if fix.verified:
        assert any(result.works and str(result.trial.port) == port for result in seen.results)
    elif "user" not in set_to:
        assert not seen.tried_in_vain(int(port), mode), fix
        assert not seen.in_use(int(port), mode) or "tls" in set_to, fix


@pytest.mark.parametrize("code", ERRORS)
def test_no_advice_is_refuted_or_doubled_whatever_else_is_known(code: Code) -> None:
    count = 0
    for seen in cases(code):
        check(seen, conclude(seen))
        count += 1
    assert count == len(OUTCOMES) * len(SUGGESTED) * len(TABLES)
