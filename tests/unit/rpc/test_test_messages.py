"""Kept tests as messages: also those that a newer release has kept, with words that this one does not know."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from mailproof.domain.kept_test import KeptOutcome, KeptTest, TestTrigger
from mailproof.rpc.test_messages import kept_test
from mailproof.smtp.report import Finding, Report
from mailproof.smtp.vocabulary import Code, Outcome, Severity, Stage
from mailproof.usecases.kept_reports import pack, unpack
from mailproof.usecases.kept_test_pages import ShownTest
from smtpdiag.v1 import test_pb2, vocabulary_pb2

MOMENT = datetime(2026, 11, 17, 9, 12, 41, 250000, tzinfo=UTC)
TEST = KeptTest(
    "9",
    "i",
    "7",
    3,
    "t",
    "192.0.2.1:5",
    TestTrigger.TEST_HTTP_PROVIDER,
    "",
    KeptOutcome.CANCELLED,
    "connect",
    "unfinished",
    MOMENT,
    12,
    phases=(("resolve", 1), ("connect", 11)),
)


def test_a_cancelled_post_has_neither_depth_nor_certificate_nor_report() -> None:
    message = kept_test(ShownTest(TEST, "console"))
    assert (message.trigger, message.outcome) == (
        test_pb2.TEST_TRIGGER_TEST_HTTP_PROVIDER,
        test_pb2.TEST_OUTCOME_CANCELLED,
    )
    assert message.depth == vocabulary_pb2.DEPTH_UNSPECIFIED
    assert not message.HasField("certificate_expire_time")
    assert not message.HasField("report")
    assert message.start_time.ToDatetime(UTC) == MOMENT
    assert [(phase.stage, phase.elapsed_ms) for phase in message.phases] == [("resolve", 1), ("connect", 11)]
    assert (message.actor_token_id, message.actor_token_name, message.config_sequence) == ("t", "console", 3)


def test_words_of_a_newer_release_become_unspecified() -> None:
    newer = dataclasses.replace(TEST, trigger="by_moonlight", outcome="maybe", depth="deeper", stage="hum", code="lull")
    finding = Finding(Code.TIMEOUT, Severity.ERROR, Stage.AUTH, "m")
    report = unpack(pack(Report(Outcome.FAIL, Stage.AUTH, Code.TIMEOUT, "m", findings=(finding,))))
    strange = dataclasses.replace(
        report,
        stage="hum",  # type: ignore[arg-type]  # as `unpack` leaves what it does not know
        code="lull",  # type: ignore[arg-type]
        findings=(dataclasses.replace(finding, code="lull", severity="grave"),),  # type: ignore[arg-type]
    )
    message = kept_test(ShownTest(newer, "", strange))
    assert (message.trigger, message.outcome, message.depth) == (0, 0, 0)
    assert (message.stage, message.code) == ("hum", "lull")
    assert (message.report.stage, message.report.code) == (0, 0)
    assert (message.report.findings[0].code, message.report.findings[0].severity) == (0, 0)
    assert message.report.outcome == vocabulary_pb2.OUTCOME_FAIL
