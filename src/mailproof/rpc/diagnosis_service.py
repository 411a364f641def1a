"""smtpdiag.v1.DiagnosisService: convert, call the use case, convert.

The guards (caller, permission, validation, deadline, limits) are `calls`' business and have passed when a method runs.
No gRPC here: the same methods serve every transport.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from mailproof.diagnosis.translation import event_in
from mailproof.rpc.context import Context
from mailproof.rpc.diagnosis_messages import diagnosis_event, diagnosis_plan, stored_overrides
from mailproof.usecases.diagnoses import Diagnoses
from smtpdiag.v1 import diagnosis_pb2


class DiagnosisService:
    """smtpdiag.v1.DiagnosisService."""

    def __init__(self, diagnoses: Diagnoses) -> None:
        self._diagnoses = diagnoses

    async def Diagnose(  # noqa: N802 - RPC names are the contract's
        self, request: diagnosis_pb2.DiagnoseRequest, context: Context
    ) -> AsyncGenerator[diagnosis_pb2.DiagnoseResponse, None]:
        """Stream the events of a test."""
        plan = diagnosis_plan(request)
        events = self._diagnoses.diagnose(
            context.caller,
            plan,
            config_id=request.config_id,
            overrides=stored_overrides(request, plan),
            remaining=context.remaining,
        )
        async with aclosing(events):
            async for event in events:
                yield diagnosis_event(event_in(event, context.language))
