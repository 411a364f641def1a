"""The messages of smtpdiag.v1.FindingsService: the page on a code."""

from __future__ import annotations

from mailproof.diagnosis.finding_pages import FindingPage
from mailproof.smtp.vocabulary import Code, Severity
from smtpdiag.v1 import findings_pb2, vocabulary_pb2

_CODES = {word: vocabulary_pb2.Code.Value(f"CODE_{word.name}") for word in Code}
_SEVERITIES = {word: vocabulary_pb2.Severity.Value(f"SEVERITY_{word.name}") for word in Severity}


def page_message(page: FindingPage) -> findings_pb2.GetFindingResponse:
    """Return the page on a code."""
    return findings_pb2.GetFindingResponse(
        code=_CODES[page.code],
        severity=_SEVERITIES[page.severity],
        may_pass_later=page.may_pass_later,
        title=page.title,
        markdown=page.markdown,
    )
