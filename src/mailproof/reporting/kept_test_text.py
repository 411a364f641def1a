"""A kept test in lines of text: its facts, then its steps and the verdict. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproof.reporting.facts import fact_lines, moment, word

if TYPE_CHECKING:
    from mailproof.languages.language import Language
    from mailproof.reporting.sheet import Sheet
    from smtpdiag.v1 import test_pb2


def put_kept_test(test: test_pb2.Test, sheet: Sheet, language: Language | None = None) -> None:
    """Put a kept test on a sheet.

    Args:
        test: The test, with its report or without.
        sheet: The sheet.
        language: The language of the report's labels; None for English.
    """
    from mailproof.reporting.answered_report import report_of
    from mailproof.reporting.report_text import ReportText

    for line in fact_lines(_facts(test), sheet.columns):
        sheet.line(line)
    if not test.HasField("report"):
        return
    sheet.line("")
    text, report = ReportText(sheet, language), report_of(test.report)
    for step in report.steps:
        text.step(step)
    text.verdict(report)


def test_words(test: test_pb2.Test) -> dict[str, str]:
    """Return the words of a test's call, depth and outcome."""
    from smtpdiag.v1 import test_pb2, vocabulary_pb2

    return {
        "call": word(test_pb2.TestTrigger, test.trigger, "TEST_TRIGGER_"),
        "depth": word(vocabulary_pb2.Depth, test.depth, "DEPTH_") if test.depth else "",
        "outcome": word(test_pb2.TestOutcome, test.outcome, "TEST_OUTCOME_"),
    }


def _facts(test: test_pb2.Test) -> list[tuple[str, Any]]:
    words = test_words(test)
    actor = f"{test.actor_token_name} ({test.actor_token_id})" if test.actor_token_name else test.actor_token_id
    facts: list[tuple[str, Any]] = [
        ("test", test.id),
        ("configuration", f"{test.config_id}, as it was at event {test.config_sequence}"),
        ("began", moment(test.start_time)),
        ("call", words["call"]),
        ("depth", words["depth"]),
        ("by", f"{actor}, from {test.peer}" if test.peer else actor),
        ("outcome", f"{words['outcome']} at {test.stage or 'no stage'}: {test.code}, after {test.elapsed_ms} ms"),
        ("phases", ", ".join(f"{phase.stage} {phase.elapsed_ms} ms" for phase in test.phases)),
        ("TLS", test.tls_version),
    ]
    if test.HasField("certificate_expire_time"):
        facts.append(("certificate ends", moment(test.certificate_expire_time)))
    facts.append(("tested", ", ".join(f"{name} {value}" for name, value in sorted(test.tested.items()))))
    if test.overridden:
        facts.append(("not as stored", ", ".join(test.overridden)))
    return facts
