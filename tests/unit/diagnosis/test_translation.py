"""What a test streams in German: the same facts, within the same bounds; what the server said stays as it is."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from mailproof.diagnosis.bounds import MAX_OCTETS, size
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.summary import summarize
from mailproof.diagnosis.translation import event_in, report_in
from mailproof.domain.phrase import say
from mailproof.domain.secret import Secret
from mailproof.languages.language import Language
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Alternative, Certificate, Credentials, Heartbeat, Plan, Report, Step, TlsInfo
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.vocabulary import Code, Stage, TlsMode
from mailproof.smtp.wire import Ehlo, Reply

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
SECRET = "Zertifikat"  # a word of the German catalogue, which may be somebody's password
PLAN = Plan("mail.test", 587, TlsMode.STARTTLS, Credentials("me@mail.test", Secret(SECRET)))


def report(text: str = "5.7.8 wrong", code: Code = Code.AUTH_REJECTED, **more: object) -> Report:
    reply = Reply(535, (text,), "5.7.8")
    facts = Facts(ehlo=Ehlo({"AUTH": "PLAIN"}, ("PLAIN",)), secure=True, mechanism="PLAIN")
    seen = Observed(PLAN, 587, facts, Redactor(SECRET), NOON, cause=Cause(Stage.AUTH, code, reply))
    steps = [Step(Stage.AUTH, NOON, 0.1, sent="AUTH PLAIN ***", received=f"535 {text}", code=code)]
    return summarize(dataclasses.replace(seen, **more), steps, elapsed=1, round_trips=3)  # type: ignore[arg-type]


def test_sentences_change_and_facts_stay() -> None:
    english = report()
    german = report_in(english, Language.GERMAN)
    assert german.message == "mail.test:587 lehnt Benutzer und Passwort ab: 535 5.7.8 wrong."
    assert german.advice.startswith("Prüfen Sie den Benutzer (oft die vollständige Adresse")
    assert german.findings[0].message == german.message
    facts = ("outcome", "stage", "code", "evidence", "ehlo", "steps", "elapsed_ms", "round_trips")
    assert [getattr(german, name) for name in facts] == [getattr(english, name) for name in facts]
    assert report_in(english, Language.ENGLISH) is english


def test_a_secret_is_no_more_told_in_german_than_in_english() -> None:
    echo = report(f"5.7.8 {SECRET} is wrong")
    assert SECRET not in echo.message
    assert SECRET not in report_in(echo, Language.GERMAN).message
    assert SECRET not in report_in(echo, Language.GERMAN).evidence.text


def test_a_servers_words_are_no_template() -> None:
    hostile = report("5.7.8 {server} {0} {secret.__class__} {")
    assert "{server} {0} {secret.__class__} {" in report_in(hostile, Language.GERMAN).message


def test_the_problem_of_a_certificate_and_its_place_in_a_sentence() -> None:
    problem = say("expired on {day}", day="2025-12-31")
    leaf = Certificate("CN=x", ("mail.test",), "CN=y", NOON, NOON, "RSA 2048", "s", "f", problem=problem)
    german = report_in(report(code=Code.TLS_CERT_EXPIRED, tls=TlsInfo(chain=(leaf,))), Language.GERMAN)
    assert german.tls is not None
    assert german.tls.chain[0].problem == "abgelaufen am 2025-12-31"
    assert german.message.endswith("ein Zertifikat, das nicht mehr gültig ist: abgelaufen am 2025-12-31.")


def test_a_report_that_was_cut_fits_in_german_too() -> None:
    for length in range(3000, 15_000, 400):  # of replies that just fit in English, and of those that are cut
        english = report("ü" * 400, tls=TlsInfo(cipher="c" * length))
        for told in (english, report_in(english, Language.GERMAN)):
            assert size(told) <= MAX_OCTETS
        assert report_in(english, Language.GERMAN).message.startswith("mail.test:587 lehnt Benutzer und Passwort ab")


def test_events_before_the_report() -> None:
    beat = Heartbeat(Stage.AUTH, 3.0)
    assert event_in(beat, Language.GERMAN) is beat
    other = Alternative(465, TlsMode.IMPLICIT, Code.OK, say("{where} answers.", where="mail.test:465"))
    assert event_in(other, Language.ENGLISH) is other
    german = event_in(other, Language.GERMAN)
    assert isinstance(german, Alternative)
    assert german.message == "mail.test:465 antwortet."
