"""A report that came as a message is the report that was sent, so that it is printed alike."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mailproof.diagnosis.bounds import bounded
from mailproof.reporting.answered_report import report_of
from mailproof.rpc.diagnosis_messages import report_message
from mailproof.smtp.report import Evidence, Report
from smtp_support.any_value import any_of
from smtpdiag.v1 import report_pb2, vocabulary_pb2


def rounded(value: Any) -> Any:
    """Return a value with durations to the microsecond, as messages have them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return dataclasses.replace(value, **{each.name: rounded(getattr(value, each.name)) for each in fields})
    if isinstance(value, tuple):
        return tuple(map(rounded, value))
    return round(value, 6) if isinstance(value, float) else value


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_any_report_comes_back_as_it_was(seed: int) -> None:
    report = bounded(any_of(Report, random.Random(seed)))
    assert rounded(report_of(report_message(report))) == rounded(report)


def test_the_words_of_a_newer_service_are_shown_as_such() -> None:
    message = report_pb2.Report(outcome=vocabulary_pb2.OUTCOME_FAIL, message="It fails.")
    message.MergeFromString(bytes([0x18, 0xE7, 0x07]))  # code = 999
    report = report_of(message)
    assert report.code.value == str(report.code) == "unknown(999)"
    assert report.evidence == Evidence()
    assert report.tls is None
