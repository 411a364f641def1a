"""A failing report is compared with the last good one: what is read for it, and that it never stands in the way."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from mailproof.diagnosis.bounds import MAX_OCTETS, size
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.kept_test import KeptOutcome, KeptTest, TestTrigger
from mailproof.domain.ledger import Change, Event, EventType
from mailproof.smtp.report import Evidence, Report, Step
from mailproof.smtp.vocabulary import ChangeKind, Code, Outcome, Stage
from mailproof.usecases import last_good
from mailproof.usecases.kept_reports import pack
from mailproof.usecases.last_good import LastGood

TUESDAY = datetime(2026, 11, 17, 9, 12, tzinfo=UTC)
GOOD = Report(Outcome.OK, Stage.QUIT, Code.OK, "It works.")
FAILED = Report(Outcome.FAIL, Stage.AUTH, Code.AUTH_REJECTED, "It fails.", evidence=Evidence(535, "5.7.8", "no"))
TESTED = (("host", "mail.test"), ("login", "password"), ("user", "u"))


def kept(number: int, sequence: int, *, report: bytes = b"", **changed: object) -> KeptTest:
    test = KeptTest(
        str(number),
        "i",
        "7",
        sequence,
        "t",
        "",
        TestTrigger.DIAGNOSE,
        "auth",
        KeptOutcome.OK,
        "quit",
        "ok",
        TUESDAY + timedelta(hours=number),
        10,
        tested=TESTED,
        report=report,
    )
    return dataclasses.replace(test, **changed)  # type: ignore[arg-type]  # fields of any type


def event(sequence: int, type_: EventType, *changed: str) -> Event:
    return Event("i", sequence, Change(type_, "7", changed=changed), "t", "", TUESDAY + timedelta(minutes=sequence))


class Store:
    """Has one good test and some events, the newest first."""

    def __init__(self, last: KeptTest | None, *events: Event, error: Exception | None = None) -> None:
        self.last, self.events, self.error, self.read = last, events, error, 0

    async def last_good_test(
        self, instance_id: str, config_id: str, *, before: datetime | None = None
    ) -> KeptTest | None:
        assert (instance_id, config_id) == ("i", "7")
        assert before is not None
        if self.error is not None:
            raise self.error
        return self.last

    async def list_events(
        self, _instance_id: str, *, before: int | None, limit: int, provider_id: str = ""
    ) -> Sequence[Event]:
        assert provider_id == "7"
        self.read += 1
        return [each for each in self.events if before is None or each.sequence < before][:limit]


def compared(store: Store, report: Report = FAILED, test: KeptTest | None = None) -> Report:
    return asyncio.run(LastGood(store).compared(report, test or kept(2, 9)))


def test_a_test_that_passed_is_compared_with_nothing() -> None:
    store = Store(kept(1, 5, report=pack(GOOD)), error=StoreUnavailable("not asked"))
    assert compared(store, GOOD) is GOOD


def test_where_nothing_ever_passed_there_is_nothing_to_compare_with() -> None:
    assert compared(Store(None)) is FAILED


@pytest.mark.parametrize(
    ("events", "changed"),
    [
        ((event(8, EventType.PASSWORD_CHANGED),), 8),
        ((event(9, EventType.ACTIVATED), event(7, EventType.SMTP_CHANGED, "host", "client_secret")), 7),
        ((event(8, EventType.SMTP_CHANGED, "host"),), None),
        ((event(8, EventType.SECRET_RESEALED),), None),
        ((event(5, EventType.PASSWORD_CHANGED),), None),
        ((event(10, EventType.PASSWORD_CHANGED),), None),
    ],
    ids=["password", "settings", "other settings", "another key", "before the good one", "after the failing one"],
)
def test_a_secret_that_was_replaced_between_the_two_is_told(events: Sequence[Event], changed: int | None) -> None:
    since = compared(Store(kept(1, 5, report=pack(GOOD)), *events)).since_last_good
    assert since is not None
    secrets = [change.sentence for change in since.changes if change.kind is ChangeKind.SECRET]
    if changed is None:
        assert secrets == []
    else:
        when = TUESDAY + timedelta(minutes=changed)
        assert secrets == [f"the stored password was replaced at {when:%Y-%m-%d %H:%M} UTC"]


@pytest.mark.parametrize(
    "test",
    [
        kept(2, 9, overridden=("password",), tested=(("host", "mail.test"),)),
        kept(2, 9, tested=(("host", "mail.test"),)),
        kept(2, 5),
    ],
    ids=["a password was sent, and not used", "no login", "nothing was changed"],
)
def test_the_log_is_read_only_where_the_stored_secret_was_used_and_may_have_changed(test: KeptTest) -> None:
    store = Store(kept(1, 5, report=pack(GOOD)), event(8, EventType.PASSWORD_CHANGED))
    since = compared(store, test=test).since_last_good
    assert since is not None
    assert ChangeKind.SECRET not in [change.kind for change in since.changes]
    assert store.read == 0


@pytest.mark.parametrize(
    ("sent", "words"), [("password", "password"), ("xoauth2", "token or client secret")], ids=["password", "token"]
)
def test_a_secret_that_was_sent_with_the_test_is_told_and_not_the_stored_one_s_history(sent: str, words: str) -> None:
    store = Store(kept(1, 5, report=pack(GOOD)), event(8, EventType.PASSWORD_CHANGED))
    since = compared(store, test=kept(2, 9, overridden=(sent,))).since_last_good
    assert since is not None
    assert since.sentence.endswith(
        f"Since then: this test used the {words} that was sent with it, the last good one what was stored."
    )
    assert store.read == 0
    no_login = Store(kept(1, 5, report=pack(GOOD), tested=TESTED[:1]))
    since = compared(no_login, test=kept(2, 9, overridden=(sent,))).since_last_good
    assert since is not None
    assert ChangeKind.SECRET not in [change.kind for change in since.changes]


def test_settings_are_compared_though_the_report_can_not_be_read(caplog: pytest.LogCaptureFixture) -> None:
    last = kept(1, 9, report=b"\xff nonsense", tested=(*TESTED[:2], ("user", "other")))
    since = compared(Store(last)).since_last_good
    assert since is not None
    assert [(change.name, change.before, change.after) for change in since.changes] == [("user", "other", "u")]
    assert "the report of test 1 can't be read" in caplog.text


def test_a_store_that_fails_or_is_slow_changes_no_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert compared(Store(None, error=StoreUnavailable("the database is away"))) is FAILED
    assert "not compared" in caplog.text
    monkeypatch.setattr(last_good, "PATIENCE", 0.0)

    class Slow(Store):
        async def last_good_test(
            self, _instance_id: str, _config_id: str, *, before: datetime | None = None
        ) -> KeptTest | None:
            await asyncio.Event().wait()
            return self.last

    assert compared(Slow(None)) is FAILED
    assert "the store is slow" in caplog.text


def test_a_report_keeps_its_bound() -> None:
    steps = tuple(Step(Stage.EHLO, TUESDAY, 0.1, received="x" * 480, connection=1) for _ in range(24))
    report = dataclasses.replace(FAILED, steps=steps)
    assert size(report) > MAX_OCTETS - 1000
    last = kept(1, 9, tested=tuple((f"name{number}", "y" * 200) for number in range(20)), report=pack(GOOD))
    answered = compared(Store(last), report)
    assert answered.since_last_good is not None
    assert size(answered) <= MAX_OCTETS
