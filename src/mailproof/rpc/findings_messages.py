"""The messages of smtpdiag.v1.FindingsService: the page on a code."""

from __future__ import annotations

from mailproof.diagnosis.finding_pages import FindingPage
from mailproof.rpc.vocabulary_numbers import CODES, SEVERITIES
from smtpdiag.v1 import findings_pb2


def page_message(page: FindingPage) -> findings_pb2.GetFindingResponse:
    """Return the page on a code."""
    return findings_pb2.GetFindingResponse(
        code=CODES[page.code],
        severity=SEVERITIES[page.severity],
        may_pass_later=page.may_pass_later,
        title=page.title,
        markdown=page.markdown,
    )
