"""What has changed since a configuration last worked: what is told, in which order, and what is not claimed."""

from __future__ import annotations

import dataclasses
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from language_support.templates import templates_of
from mailproof.diagnosis.bounds import bounded
from mailproof.diagnosis.changes import MAX_CHANGES, PastTest, SettingsSince, in_short, since_last_good
from mailproof.diagnosis.likely_changes import can_depend_on, order_of
from mailproof.diagnosis.translation import report_in
from mailproof.languages.german import GERMAN
from mailproof.languages.language import Language
from mailproof.languages.translation import in_language
from mailproof.smtp.report import Certificate, EhloInfo, Evidence, Report, SinceLastGood, Step, TlsInfo
from mailproof.smtp.vocabulary import ChangeKind as Kind
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage
from mailproof.syntax.text import has_invisible
from smtp_support.any_value import any_of

TUESDAY = datetime(2026, 11, 17, 9, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
PEER = "192.0.2.7:587"
OLD_FINGERPRINT, NEW_FINGERPRINT = "ab" * 32, "cd" * 32

LEAF = Certificate(
    subject="CN=mail.example.org",
    sans=("mail.example.org", "smtp.example.org"),
    issuer="CN=Good CA",
    not_before=TUESDAY - timedelta(days=30),
    not_after=NOW + timedelta(days=30),
    key="EC secp256r1",
    signature="ecdsa-with-SHA256",
    fingerprint=OLD_FINGERPRINT,
)
INTERMEDIATE = dataclasses.replace(LEAF, subject="CN=Good CA", issuer="CN=Root", sans=(), fingerprint="11" * 32)
TLS = TlsInfo("TLSv1.3", "TLS_AES_256_GCM_SHA384", "", (LEAF, INTERMEDIATE), True, "", "mail.example.org", "CN=Root")
CLEAR = "250-mail.example.org\n250-SIZE 1000\n250-STARTTLS\n250 HELP"
SECURE = "250-mail.example.org\n250-SIZE 10485760\n250-8BITMIME\n250 AUTH PLAIN LOGIN"


def step(stage: Stage, sent: str = "", received: str = "", code: Code = Code.OK, connection: int = 1) -> Step:
    return Step(stage, TUESDAY, 0.01, PEER if connection else "", sent, received, code, connection)


STEPS = (
    step(Stage.POLICY, connection=0),
    step(Stage.RESOLVE, "mail.example.org", "192.0.2.7, 192.0.2.8", connection=0),
    step(Stage.CONNECT, "", "connected"),
    step(Stage.GREETING, "", "220 mail.example.org ESMTP Postfix"),
    step(Stage.EHLO, "EHLO me.test", CLEAR),
    step(Stage.STARTTLS, "STARTTLS", "220 2.0.0 go ahead"),
    step(Stage.TLS, "", "TLSv1.3"),
    step(Stage.EHLO, "EHLO me.test", SECURE),
    step(Stage.AUTH, "AUTH PLAIN ********", "235 2.7.0 welcome"),
    step(Stage.MAIL, "MAIL FROM:<a@example.org> SIZE=588", "250 2.0.0 ok"),
    step(Stage.RCPT, "RCPT TO:<b@example.org>", "250 2.0.0 ok"),
    step(Stage.DATA, "DATA", "354 go on"),
    step(Stage.QUIT, "QUIT"),
)
EXTENSIONS = {"SIZE": "10485760", "8BITMIME": "", "AUTH": "PLAIN LOGIN"}
EHLO = EhloInfo("me.test", EXTENSIONS, (), ("PLAIN", "LOGIN"))
GOOD = Report(Outcome.OK, Stage.QUIT, Code.OK, "It works.", tls=TLS, ehlo=EHLO, steps=STEPS)
LAST = PastTest("41", TUESDAY, GOOD, Depth.DATA)


def failing(stage: Stage, code: Code, received: str = "", **changed: Any) -> Report:
    """Return the good report as it fails at a stage, with the steps until there."""
    place = max(index for index, each in enumerate(STEPS) if each.stage is stage)
    last = dataclasses.replace(STEPS[place], received=received, code=code)
    number = received[:3]
    evidence = Evidence(int(number), "", received[4:]) if number.isdecimal() else Evidence()
    report = Report(Outcome.FAIL, stage, code, "It fails.", evidence=evidence, steps=(*STEPS[:place], last))
    if place > 6:
        report = dataclasses.replace(report, tls=TLS)
    if place > 7:
        report = dataclasses.replace(report, ehlo=EHLO)
    return dataclasses.replace(report, **changed)


REJECTED = failing(Stage.AUTH, Code.AUTH_REJECTED, "535 5.7.8 no")


def compared(failed: Report, last: PastTest = LAST, **known: Any) -> SinceLastGood:
    return since_last_good(failed, last, now=NOW, settings=SettingsSince(**known))


def kinds(since: SinceLastGood, *, likely: bool = True) -> list[Kind]:
    return [change.kind for change in since.changes if change.likely is likely]


def with_step(report: Report, stage: Stage, **changed: Any) -> Report:
    """Return a report with the last step of a stage changed."""
    place = max(index for index, each in enumerate(report.steps) if each.stage is stage)
    steps = list(report.steps)
    steps[place] = dataclasses.replace(steps[place], **changed)
    return dataclasses.replace(report, steps=tuple(steps))


def test_it_says_when_it_last_worked_and_that_nothing_else_has_changed() -> None:
    since = compared(REJECTED)
    assert (since.test_id, since.started_at) == ("41", TUESDAY)
    assert since.sentence == (
        "It last worked at 2026-11-17 09:12 UTC (test 41). Nothing that this test sees has changed since."
    )
    (reply,) = since.changes
    assert (reply.kind, reply.likely) == (Kind.REPLY, False)
    assert (reply.before, reply.after) == ("235 2.7.0 welcome", "535 5.7.8 no")


def test_another_certificate_is_the_cause_of_a_failing_handshake() -> None:
    new = dataclasses.replace(LEAF, fingerprint=NEW_FINGERPRINT, issuer="CN=Bad CA", sans=("other.example.org",))
    tls = dataclasses.replace(TLS, chain=(new,), verified=False, trust_anchor="")
    since = compared(failing(Stage.TLS, Code.TLS_HOSTNAME_MISMATCH, tls=tls))
    assert kinds(since) == [Kind.CERTIFICATE]
    assert (since.changes[0].before, since.changes[0].after) == (OLD_FINGERPRINT, NEW_FINGERPRINT)
    assert since.sentence == (
        "It last worked at 2026-11-17 09:12 UTC (test 41). Since then: the server presents another certificate "
        "(SHA-256 cdcdcdcdcdcdcdcd… instead of abababababababab…, of CN=Bad CA instead of CN=Good CA, no more for "
        "mail.example.org, smtp.example.org, now for other.example.org). 1 other change can be "
        "seen."
    )


def test_another_certificate_is_not_the_cause_of_a_refused_login() -> None:
    new = dataclasses.replace(LEAF, fingerprint=NEW_FINGERPRINT, not_after=NOW + timedelta(days=99))
    tls = dataclasses.replace(TLS, chain=(new, INTERMEDIATE))
    since = compared(dataclasses.replace(REJECTED, tls=tls))
    assert kinds(since) == []
    assert Kind.CERTIFICATE in kinds(since, likely=False)
    assert "Nothing that this failure is likely to depend on has changed; what has: the server presents another" in (
        since.sentence
    )


def test_the_same_certificate_that_has_ended_is_told() -> None:
    ended = dataclasses.replace(LEAF, not_after=datetime(2026, 11, 18, tzinfo=UTC))
    good = dataclasses.replace(GOOD, tls=dataclasses.replace(TLS, chain=(ended,)))
    tls = TlsInfo(chain=(ended,), verified=False, verify_error="certificate has expired")
    since = compared(failing(Stage.TLS, Code.TLS_CERT_EXPIRED, tls=tls), dataclasses.replace(LAST, report=good))
    assert kinds(since) == [Kind.CERTIFICATE]
    assert "certificate, which is the same, ended at 2026-11-18 00:00 UTC" in since.sentence


def test_the_same_certificate_that_is_trusted_no_more_is_told() -> None:
    tls = dataclasses.replace(TLS, verified=False, verify_error="unable to get local issuer certificate")
    since = compared(failing(Stage.TLS, Code.TLS_UNTRUSTED, tls=tls))
    assert kinds(since) == [Kind.CERTIFICATE_TRUST]
    assert "was verified then and is not now: unable to get local issuer certificate" in since.sentence


def test_a_replaced_secret_and_another_user_are_the_causes_of_a_refused_login() -> None:
    since = compared(
        REJECTED,
        before={"user": "old@example.org", "sender": "a@example.org"},
        after={"user": "new@example.org", "sender": "z@example.org"},
        secret_changed_at=datetime(2026, 11, 18, 10, 0, tzinfo=UTC),
    )
    assert [(change.kind, change.name) for change in since.changes if change.likely] == [
        (Kind.SETTING, "user"),
        (Kind.SECRET, "password"),
    ]
    assert 'the setting user is "new@example.org" instead of "old@example.org"' in since.sentence
    assert "the stored password was replaced at 2026-11-18 10:00 UTC" in since.sentence
    assert since.sentence.endswith(" 1 other change can be seen.")
    secret = since.changes[1]
    assert (secret.before, secret.after) == ("", "")


def test_a_mechanism_that_is_gone_is_told_with_the_one_that_is_used_instead() -> None:
    ehlo = EhloInfo("me.test", EXTENSIONS | {"AUTH": "LOGIN"}, (), ("LOGIN",))
    report = with_step(dataclasses.replace(REJECTED, ehlo=ehlo), Stage.AUTH, sent="AUTH LOGIN")
    since = compared(report)
    assert kinds(since) == [Kind.OFFERED_MECHANISM, Kind.MECHANISM]
    assert "the server offers the mechanism PLAIN no more inside TLS; the login used LOGIN instead of PLAIN" in (
        since.sentence
    )


def test_starttls_that_is_gone_is_told() -> None:
    steps = (*STEPS[:4], step(Stage.EHLO, "EHLO me.test", "250-mail.example.org\n250-SIZE 1000\n250 HELP"))
    ehlo = EhloInfo("me.test", {"SIZE": "1000", "HELP": ""}, (), ())
    failed = step(Stage.STARTTLS, code=Code.STARTTLS_NOT_OFFERED)
    since = compared(
        Report(Outcome.FAIL, Stage.STARTTLS, Code.STARTTLS_NOT_OFFERED, "", ehlo=ehlo, steps=(*steps, failed))
    )
    assert [(change.kind, change.name) for change in since.changes if change.likely] == [(Kind.EXTENSION, "STARTTLS")]


def test_what_is_offered_inside_tls_is_not_compared_with_what_is_offered_outside() -> None:
    ehlo = EhloInfo("me.test", {"SIZE": "1000", "STARTTLS": "", "HELP": ""}, (), ())
    since = compared(failing(Stage.STARTTLS, Code.STARTTLS_REJECTED, "454 no", ehlo=ehlo))
    assert [change.kind for change in since.changes] == [Kind.REPLY]


@pytest.mark.parametrize(
    ("received", "likely"),
    [("198.51.100.1", [Kind.ADDRESS]), ("192.0.2.7, 192.0.2.9", []), ("192.0.2.8, 192.0.2.7", None)],
)
def test_addresses(received: str, likely: list[Kind] | None) -> None:
    report = with_step(REJECTED, Stage.RESOLVE, received=received)
    since = compared(report)
    assert kinds(since) == (likely or [])
    assert (Kind.ADDRESS in [change.kind for change in since.changes]) is (likely is not None)


def test_another_address_of_the_host_may_fail_to_connect() -> None:
    failed = dataclasses.replace(step(Stage.CONNECT, code=Code.CONNECTION_REFUSED), peer="192.0.2.8:587")
    report = Report(Outcome.FAIL, Stage.CONNECT, Code.CONNECTION_REFUSED, "", steps=(*STEPS[:2], failed))
    since = compared(report)
    assert kinds(since) == [Kind.ADDRESS]
    assert "this test used the address 192.0.2.8, the last good one 192.0.2.7" in since.sentence


def test_another_host_is_told_once_though_its_addresses_differ_too() -> None:
    report = with_step(REJECTED, Stage.RESOLVE, sent="new.example.org", received="198.51.100.1")
    since = compared(report)
    assert [(change.kind, change.name) for change in since.changes if change.likely] == [(Kind.SETTING, "host")]
    stored = compared(report, before={"host": "mail.example.org"}, after={"host": "new.example.org"})
    assert [change.sentence for change in stored.changes if change.likely] == [
        'the setting host is "new.example.org" instead of "mail.example.org"'
    ]


def test_a_stage_that_the_last_good_test_did_not_try_is_told() -> None:
    steps = tuple(each for each in STEPS if each.stage not in (Stage.MAIL, Stage.RCPT, Stage.DATA))
    last = PastTest("41", TUESDAY, dataclasses.replace(GOOD, steps=steps), Depth.AUTH)
    since = compared(failing(Stage.RCPT, Code.RECIPIENT_REJECTED, "550 5.1.1 no"), last)
    assert kinds(since) == [Kind.DEPTH]
    assert since.sentence == (
        "The last good test was at 2026-11-17 09:12 UTC (test 41). Since then: this test came to rcpt, which the last "
        "good one did not try: it ended at auth."
    )


def test_other_software_and_another_way_to_secure_the_connection_are_told() -> None:
    report = with_step(REJECTED, Stage.GREETING, received="220 mail.example.org ESMTP Exim 4.96 Tue, 17 Nov")
    since = compared(report)
    assert [(each.before, each.after) for each in since.changes if each.likely] == [("Postfix", "Exim 4.96")]
    implicit = (*STEPS[:3], STEPS[6], *STEPS[3:4], *STEPS[7:8], REJECTED.steps[-1])
    since = compared(dataclasses.replace(REJECTED, steps=implicit))
    assert [(each.before, each.after) for each in since.changes if each.likely] == [("starttls", "implicit")]


def test_a_greeting_with_another_time_and_id_is_no_change() -> None:
    good = with_step(GOOD, Stage.GREETING, received="220 mx.google.com ESMTP a1-20020a05sm1 - gsmtp")
    report = with_step(REJECTED, Stage.GREETING, received="220 mx.google.com ESMTP z9-20020a99sm9 - gsmtp")
    assert [change.kind for change in compared(report, dataclasses.replace(LAST, report=good)).changes] == [Kind.REPLY]


@pytest.mark.parametrize(
    "code", [Code.RATE_LIMITED, Code.CLIENT_IP_BLOCKED, Code.AUTH_TEMPORARY_FAILURE, Code.TOO_MANY_CONNECTIONS]
)
def test_what_depends_on_how_much_was_asked_is_blamed_on_no_setting(code: Code) -> None:
    since = compared(
        dataclasses.replace(REJECTED, code=code),
        before={"user": "a"},
        after={"user": "b"},
        secret_changed_at=NOW,
    )
    assert kinds(since) == []


def test_a_report_that_was_cut_is_compared_only_where_it_is_whole() -> None:
    extensions = {f"X{number}": "" for number in range(99)} | EXTENSIONS
    huge = dataclasses.replace(
        GOOD, ehlo=EhloInfo("me.test", extensions, (), ()), steps=tuple(each for each in STEPS for _ in range(40))
    )
    last = dataclasses.replace(LAST, report=bounded(huge))
    assert last.report is not huge
    since = compared(REJECTED, last)
    assert {change.kind for change in since.changes} <= {Kind.REPLY}


def test_a_recipient_that_only_one_test_had_is_no_change() -> None:
    since = compared(REJECTED, before={"user": "a"}, after={"user": "a", "recipient": "b@example.org"})
    assert [change.kind for change in since.changes] == [Kind.REPLY]


def test_a_german_caller_is_told_what_has_changed_in_german() -> None:
    expired = dataclasses.replace(LEAF, fingerprint=NEW_FINGERPRINT, sans=("mail.example.org",), not_after=TUESDAY)
    failed = failing(Stage.TLS, Code.TLS_CERT_EXPIRED, tls=dataclasses.replace(TLS, chain=(expired,)))
    since = compared(failed, before={}, after={"host": "b"})
    german = report_in(dataclasses.replace(failed, since_last_good=since), Language.GERMAN).since_last_good
    assert german is not None
    assert german.sentence == (
        'Zuletzt hat es am 2026-11-17 09:12 UTC funktioniert (Test 41). Seitdem: die Einstellung host ist "b" statt '
        "leer; der Server zeigt ein anderes Zertifikat (SHA-256 cdcdcdcdcdcdcdcd… statt abababababababab…, nicht mehr "
        "für smtp.example.org, abgelaufen am 2026-11-17 09:12 UTC); der Server zeigt 1 Zertifikat statt 2."
    )
    assert [change.kind for change in german.changes] == [change.kind for change in since.changes]
    assert all(mine.sentence != theirs.sentence for mine, theirs in zip(german.changes, since.changes, strict=True))
    assert in_language(in_short(since), Language.GERMAN).startswith("die Einstellung host ist")


@settings(max_examples=15)
@given(st.integers(0, 2**32))
def test_each_sentence_on_a_change_can_be_told_in_german(seed: int) -> None:
    draw = random.Random(seed)
    failed = dataclasses.replace(bounded(any_of(Report, draw)), outcome=Outcome.FAIL)
    good = dataclasses.replace(bounded(any_of(Report, draw)), outcome=Outcome.OK)
    since = compared(failed, dataclasses.replace(LAST, report=good), before={"user": "x"}, after={})
    assert all(template in GERMAN for text in (since.sentence, in_short(since)) for template in templates_of(text))


def test_in_short() -> None:
    assert in_short(compared(REJECTED)) == "nothing that this test sees"
    changed = compared(REJECTED, before={"user": "a", "sender": "c"}, after={"user": "b", "sender": "d"})
    assert in_short(changed) == 'the setting user is "b" instead of "a"'
    other = compared(REJECTED, before={"sender": "c"}, after={"sender": "d"})
    assert in_short(other) == "nothing that this failure is likely to depend on"


def test_without_a_report_only_the_settings_are_compared() -> None:
    bare = PastTest("41", TUESDAY)
    assert compared(REJECTED, bare).changes == ()
    assert compared(REJECTED, bare).sentence.endswith("no more than the settings is compared: they are the same.")
    changed = compared(REJECTED, bare, before={"user": "a"}, after={"user": "b"})
    assert kinds(changed) == [Kind.SETTING]


def test_what_is_not_known_of_both_is_not_compared() -> None:
    for report in (
        Report(Outcome.FAIL, Stage.RESOLVE, Code.DNS_NOT_FOUND, "", steps=STEPS[:1]),
        Report(Outcome.FAIL, Stage.POLICY, Code.EGRESS_DENIED, ""),
    ):
        assert compared(report).changes == ()
        assert "Nothing that this test sees has changed since." in compared(report).sentence


def test_hostile_texts_are_cleaned_and_cut() -> None:
    hostile = "\x1b[31mred\x07\u202e" * 500
    new = dataclasses.replace(LEAF, fingerprint=hostile, issuer=hostile, sans=(hostile,) * 50, key=hostile)
    tls = dataclasses.replace(TLS, chain=(new,), trust_anchor=hostile, version=hostile)
    since = compared(failing(Stage.TLS, Code.TLS_UNTRUSTED, tls=tls), before={"user": hostile}, after={"user": "b"})
    assert since.changes
    for change in since.changes:
        assert not any(map(has_invisible, (change.before, change.after, change.sentence, change.name)))
        assert len(change.before) <= 120
        assert len(change.sentence) <= 480


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_any_two_reports_can_be_compared(seed: int) -> None:
    draw = random.Random(seed)
    failed = dataclasses.replace(bounded(any_of(Report, draw)), outcome=Outcome.FAIL)
    good = dataclasses.replace(bounded(any_of(Report, draw)), outcome=Outcome.OK)
    since = compared(failed, PastTest("1", TUESDAY, good, draw.choice([None, *Depth])), before={"user": "x"}, after={})
    assert len(since.changes) <= MAX_CHANGES
    ranks = [(not change.likely, order_of(change.kind)) for change in since.changes]
    assert ranks == sorted(ranks)
    for change in since.changes:
        assert not change.likely or can_depend_on(failed.stage, failed.code, change.kind, change.name)
        assert change.before != change.after or change.kind in (Kind.SECRET, Kind.CERTIFICATE)


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_a_report_has_not_changed_from_itself(seed: int) -> None:
    report = bounded(any_of(Report, random.Random(seed)))
    same = dataclasses.replace(report, outcome=Outcome.OK)
    since = compared(dataclasses.replace(report, outcome=Outcome.OK), PastTest("1", TUESDAY, same))
    assert {change.kind for change in since.changes} <= {Kind.CERTIFICATE, Kind.REPLY}


def test_what_a_refused_certificate_can_not_depend_on_is_not_blamed_for_it() -> None:
    tls = dataclasses.replace(TLS, version="TLSv1.2", cipher="ECDHE-RSA-AES128-GCM-SHA256", verified=False)
    ended = dataclasses.replace(LEAF, not_after=NOW - timedelta(days=1))
    last = dataclasses.replace(LAST, report=dataclasses.replace(GOOD, tls=dataclasses.replace(TLS, chain=(ended,))))
    failed = failing(Stage.TLS, Code.TLS_CERT_EXPIRED, tls=dataclasses.replace(tls, chain=(ended,)))
    since = compared(failed, last)
    assert kinds(since) == [Kind.CERTIFICATE]
    assert kinds(since, likely=False) == [Kind.TLS_VERSION]
    assert since.sentence.endswith("1 other change can be seen.")


@pytest.mark.parametrize("offered", ["PLAIN LOGIN XOAUTH2", "PLAIN"], ids=["one more", "one less"])
def test_a_mechanism_that_no_login_used_is_not_the_cause_of_a_refused_one(offered: str) -> None:
    ehlo = EhloInfo("me.test", EXTENSIONS | {"AUTH": offered}, (), tuple(offered.split()))
    since = compared(dataclasses.replace(REJECTED, ehlo=ehlo))
    assert (kinds(since), kinds(since, likely=False)) == ([], [Kind.OFFERED_MECHANISM, Kind.REPLY])
    # Where no login was tried, the one that the last good test used is missed.
    none = dataclasses.replace(REJECTED, code=Code.AUTH_MECHANISM_UNSUPPORTED, steps=REJECTED.steps[:-1])
    gone = EhloInfo("me.test", EXTENSIONS | {"AUTH": "XOAUTH2"}, (), ("XOAUTH2",))
    since = compared(dataclasses.replace(none, ehlo=gone))
    assert [change.name for change in since.changes if change.likely] == ["PLAIN"]


def test_an_extension_that_the_failing_command_does_not_use_is_not_its_cause() -> None:
    ehlo = EhloInfo("me.test", {"AUTH": "PLAIN LOGIN", "SIZE": "9"}, (), ("PLAIN", "LOGIN"))
    since = compared(failing(Stage.RCPT, Code.RECIPIENT_REJECTED, "550 5.1.1 no", ehlo=ehlo))
    assert (kinds(since), kinds(since, likely=False)) == ([], [Kind.SIZE_LIMIT, Kind.EXTENSION, Kind.REPLY])
    clear = CLEAR.replace("250 HELP", "250 DSN")
    steps = tuple(
        dataclasses.replace(each, received=clear) if each.received == CLEAR else each
        for each in failing(Stage.STARTTLS, Code.STARTTLS_REJECTED, "454 no").steps
    )
    old = EhloInfo("me.test", {"SIZE": "1000", "STARTTLS": "", "DSN": ""}, (), ())
    since = compared(failing(Stage.STARTTLS, Code.STARTTLS_REJECTED, "454 no", steps=steps, ehlo=old))
    assert Kind.EXTENSION not in kinds(since)
    assert Kind.EXTENSION in kinds(since, likely=False)


@pytest.mark.parametrize("code", [Code.AUTH_NOT_OFFERED, Code.AUTH_MECHANISM_UNSUPPORTED, Code.AUTH_REQUIRES_TLS])
def test_a_replaced_secret_is_not_the_cause_where_no_login_was_tried(code: Code) -> None:
    since = compared(failing(Stage.AUTH, code), secret_changed_at=NOW)
    assert (kinds(since), kinds(since, likely=False)) == ([], [Kind.SECRET])
