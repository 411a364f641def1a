"""The messages of smtpdiag.v1.TestService: kept tests.

A word that a newer release has kept and this one does not know becomes the enum's number 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailproof.diagnosis.translation import report_in
from mailproof.domain.kept_test import KeptOutcome, TestTrigger
from mailproof.languages.language import Language
from mailproof.rpc.diagnosis_messages import report_message
from mailproof.rpc.times import timestamp
from mailproof.rpc.vocabulary_numbers import DEPTHS, numbers
from mailproof.usecases.kept_test_pages import ShownTest, ShownTests
from smtpdiag.v1 import test_pb2

# By texts, since a test may have words of a newer release.
_TRIGGERS: Mapping[str, Any] = dict(numbers(TestTrigger, dict(test_pb2.TestTrigger.items()), "TEST_TRIGGER").items())
_OUTCOMES: Mapping[str, Any] = dict(numbers(KeptOutcome, dict(test_pb2.TestOutcome.items()), "TEST_OUTCOME").items())
_DEPTHS: Mapping[str, Any] = dict(DEPTHS.items())


def kept_test(shown: ShownTest, language: Language = Language.ENGLISH) -> test_pb2.Test:
    """Return a test, its report's sentences in a language."""
    test = shown.test
    expires = test.certificate_expires_at
    return test_pb2.Test(
        id=test.id,
        config_id=test.config_id,
        config_sequence=test.config_sequence,
        actor_token_id=test.actor_token_id,
        actor_token_name=shown.actor_name,
        peer=test.peer,
        trigger=_TRIGGERS.get(test.trigger, 0),
        depth=_DEPTHS.get(test.depth, 0),
        outcome=_OUTCOMES.get(test.outcome, 0),
        stage=test.stage,
        code=test.code,
        start_time=timestamp(test.started_at),
        elapsed_ms=test.elapsed_ms,
        phases=[test_pb2.TestPhase(stage=stage, elapsed_ms=milliseconds) for stage, milliseconds in test.phases],
        tls_version=test.tls_version,
        certificate_expire_time=timestamp(expires) if expires else None,
        reply_code=test.reply_code,
        overridden=test.overridden,
        tested=dict(test.tested),
        report=report_message(report_in(shown.report, language)) if shown.report else None,
    )


def kept_tests(page: ShownTests, language: Language = Language.ENGLISH) -> test_pb2.ListTestsResponse:
    """Return a page of tests, as `kept_test` does."""
    return test_pb2.ListTestsResponse(
        tests=[kept_test(shown, language) for shown in page.tests], next_page_token=page.next_page_token
    )
