"""smtpdiag.v1.FindingsService: convert, call the use case, convert; the guards have passed."""

from __future__ import annotations

from mailproof.rpc.context import Context
from mailproof.rpc.findings_messages import page_message
from mailproof.usecases.explanations import Explanations
from smtpdiag.v1 import findings_pb2


class FindingsService:
    """smtpdiag.v1.FindingsService."""

    def __init__(self, explanations: Explanations) -> None:
        self._explanations = explanations

    async def GetFinding(  # noqa: N802 - RPC names are the contract's
        self, request: findings_pb2.GetFindingRequest, context: Context
    ) -> findings_pb2.GetFindingResponse:
        """Return the page on a code."""
        return page_message(self._explanations.page(request.code))
