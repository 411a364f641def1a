"""Answers as plain text, for who asks REST for it: as a terminal shows them. Pure.

Not every answer has a text: a list, or a stored configuration, is JSON whatever its caller asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.message import Message
from google.rpc import error_details_pb2

from ccadmin.v1 import email_pb2
from mailproof.domain.phrase import say
from mailproof.languages.language import Language
from mailproof.languages.translation import in_language
from mailproof.reporting.answered_report import report_of, value_of
from mailproof.reporting.kept_test_text import put_kept_test
from mailproof.reporting.report_text import ReportText
from mailproof.reporting.sheet import PlainSheet
from mailproof.rpc.status import StatusError
from mailproof.smtp.report import Alternative, Heartbeat, Step
from smtpdiag.v1 import diagnosis_pb2, test_pb2
from zitadel.admin.v1 import admin_pb2

_PASSED = say("The test passed: the server accepted the message.")
_FAILED = say("The test failed.")


def has_text(response_type: type[Message]) -> bool:
    """Return whether the answers of an RPC can be plain text."""
    return response_type in _TEXTS


def text_of(message: Message, language: Language) -> str:
    """Return an answer, or a message of one that is a stream, as lines of text; "" where a message says nothing new."""
    sheet = PlainSheet()
    _TEXTS[type(message)](message, sheet, language)
    return sheet.take()


def sentence_text(sentence: str) -> str:
    """Return a sentence as a line of text."""
    sheet = PlainSheet()
    sheet.line(sentence)
    return sheet.take()


def refusal_text(refusal: StatusError) -> str:
    """Return an error as lines of text: its sentence, what is wrong with each field, what to do, where that is said."""
    sheet = PlainSheet()
    bad, info, more = error_details_pb2.BadRequest(), error_details_pb2.ErrorInfo(), error_details_pb2.Help()
    for detail in refusal.status.details:
        for kind in (bad, info, more):
            detail.Unpack(kind)
    advice = info.metadata.get("advice", "")
    # The sentence of a failed test has the advice in it, which has a line of its own here.
    sheet.line(refusal.status.message.replace(f" {advice}", "") if advice else refusal.status.message)
    for violation in bad.field_violations:
        if violation.description not in refusal.status.message:
            sheet.paragraph(f"{violation.field}:" if violation.field else "", violation.description)
    if advice:
        sheet.paragraph(in_language(say("What to do:"), refusal.language), advice)
    for link in more.links:
        sheet.paragraph(f"{link.description}:", link.url)
    return sheet.take()


def _diagnosis(message: Any, sheet: PlainSheet, language: Language) -> None:
    text, event = ReportText(sheet, language), message.WhichOneof("event")
    if event == "step":
        text.step(value_of(Step, message.step))
    elif event == "alternative":
        text.tried(value_of(Alternative, message.alternative))
    elif event == "heartbeat":
        beat = value_of(Heartbeat, message.heartbeat)
        text.waiting(beat.stage, beat.elapsed)
    elif event == "report":
        text.verdict(report_of(message.report))


def _kept_test(message: Any, sheet: PlainSheet, language: Language) -> None:
    put_kept_test(message.test, sheet, language)


def _passed(_message: Any, sheet: PlainSheet, language: Language) -> None:
    sheet.line(in_language(_PASSED, language))


def _commerce_test(message: Any, sheet: PlainSheet, language: Language) -> None:
    sheet.line(in_language(_PASSED if message.status else _FAILED, language))


_TEXTS: Mapping[type[Message], Callable[[Any, PlainSheet, Language], None]] = {
    diagnosis_pb2.DiagnoseResponse: _diagnosis,
    test_pb2.GetTestResponse: _kept_test,
    admin_pb2.TestSMTPConfigResponse: _passed,
    admin_pb2.TestSMTPConfigByIdResponse: _passed,
    admin_pb2.TestEmailProviderSMTPResponse: _passed,
    admin_pb2.TestEmailProviderSMTPByIdResponse: _passed,
    email_pb2.TestSmtpConnectionResponse: _commerce_test,
}
