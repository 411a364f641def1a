"""Advice on a failing login is not refuted by the last good one: the same user was let in."""

import dataclasses
from datetime import UTC, datetime

import pytest

from mailproof.diagnosis.advice_since import corrected
from mailproof.domain.phrase import sentences
from mailproof.smtp.report import (
    Finding,
    Fix,
    ObservedChange,
    Report,
    SettingChange,
    SinceLastGood,
    Step,
)
from mailproof.smtp.vocabulary import ChangeKind, Code, Outcome, Severity, Stage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OTHER_USER = 'The user has no domain: try to set user to "me@b.test".'
CHECK = "Check the user and the password."
ADVICE = sentences([OTHER_USER, CHECK])
LEAD = "The same user has logged in with another password: check the new one first."
REPLACED = ObservedChange(ChangeKind.SECRET, "password", likely=True, sentence="the stored password was replaced")
OTHER = ObservedChange(ChangeKind.SETTING, "user", "you", "me", likely=True)
GUESS = Fix((SettingChange("user", "me", "me@b.test"),), sentence='Set user to "me@b.test".')
TRIED = Fix((SettingChange("port", "25", "587"),), verified=True)


def passed(*steps: str) -> Report:
    said = (Step(Stage.AUTH, NOW, 0.1, "192.0.2.1:587", sent, "235 2.7.0 OK", connection=1) for sent in steps)
    return Report(Outcome.OK, Stage.QUIT, Code.OK, "passed", steps=tuple(said))


def failed(*changes: ObservedChange, stage: Stage = Stage.AUTH) -> Report:
    finding = Finding(Code.AUTH_REJECTED, Severity.ERROR, stage, "refused", ADVICE)
    since = SinceLastGood("1", NOW, "It last worked.", changes)
    report = Report(Outcome.FAIL, stage, Code.AUTH_REJECTED, "refused", ADVICE, findings=(finding,))
    return dataclasses.replace(report, fixes=(GUESS, TRIED), since_last_good=since)


LOGGED_IN = passed("AUTH PLAIN ********")


@pytest.mark.parametrize(
    ("report", "past", "advice", "fixes"),
    [
        (failed(REPLACED), LOGGED_IN, f"{LEAD} {CHECK}", (TRIED,)),
        (failed(), LOGGED_IN, CHECK, (TRIED,)),
        (failed(dataclasses.replace(REPLACED, likely=False)), LOGGED_IN, CHECK, (TRIED,)),
        (failed(REPLACED, OTHER), LOGGED_IN, ADVICE, (GUESS, TRIED)),
        (failed(REPLACED), passed(), ADVICE, (GUESS, TRIED)),
        (failed(REPLACED), None, ADVICE, (GUESS, TRIED)),
        (failed(REPLACED, stage=Stage.MAIL), LOGGED_IN, ADVICE, (GUESS, TRIED)),
    ],
    ids=["replaced", "nothing changed", "not the cause", "another user", "no login then", "not kept", "another stage"],
)
def test_a_user_that_was_let_in_is_not_advised_to_be_changed(
    report: Report, past: Report | None, advice: str, fixes: tuple[Fix, ...]
) -> None:
    found = corrected(report, past)
    assert (found.advice, found.findings[0].advice, found.fixes) == (advice, advice, fixes)


def test_a_report_without_a_comparison_stays_as_it_is() -> None:
    report = dataclasses.replace(failed(), since_last_good=None)
    assert corrected(report, LOGGED_IN) is report


def test_a_word_that_is_named_in_passing_takes_no_sentence_away() -> None:
    general = "Check the user (often a word such as apikey) and the password."
    advice = sentences(['Set user to "apikey".', general])
    guess = Fix((SettingChange("user", "me", "apikey"),), sentence='Set user to "apikey".')
    found = corrected(dataclasses.replace(failed(), advice=advice, fixes=(guess,)), LOGGED_IN)
    assert (found.advice, found.fixes) == (general, ())
