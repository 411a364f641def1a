"""One class per proto service, one short method per RPC: convert, call the use case, convert.

Guards (caller, permission, validation, deadline, limits) are `calls`' business and have passed when a method runs.
No gRPC here: the same methods serve every transport.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from ccadmin.v1 import email_pb2
from mailproof.diagnoses import Diagnoses
from mailproof.ledger import IdempotencyKey
from mailproof.model import Caller
from mailproof.rpc import convert
from mailproof.smtp.vocabulary import Outcome
from smtpdiag.v1 import diagnosis_pb2


@dataclass(frozen=True, slots=True)
class Context:
    """What a method may know of its call.

    Attributes:
        remaining: Seconds that the caller's deadline leaves; None: it has none.
        idempotency_key: Under which the call may be repeated; None: it came without.
    """

    caller: Caller
    remaining: float | None
    idempotency_key: IdempotencyKey | None = None


class EmailService:
    """ccadmin.v1.EmailService."""

    def __init__(self, diagnoses: Diagnoses) -> None:
        self._diagnoses = diagnoses

    async def TestSmtpConnection(  # noqa: N802
        self, request: email_pb2.TestSmtpConnectionRequest, context: Context
    ) -> email_pb2.TestSmtpConnectionResponse:
        """Test a connection; a failed test is an answer."""
        report = await self._diagnoses.report(convert.connection_plan(request), remaining=context.remaining)
        passed = report.outcome is Outcome.OK
        return email_pb2.TestSmtpConnectionResponse(status=passed, success=passed)


class DiagnosisService:
    """smtpdiag.v1.DiagnosisService."""

    def __init__(self, diagnoses: Diagnoses) -> None:
        self._diagnoses = diagnoses

    async def Diagnose(  # noqa: N802
        self, request: diagnosis_pb2.DiagnoseRequest, context: Context
    ) -> AsyncGenerator[diagnosis_pb2.DiagnoseResponse, None]:
        """Stream the events of a test."""
        events = self._diagnoses.diagnose(
            context.caller,
            convert.diagnosis_plan(request),
            config_id=request.config_id,
            remaining=context.remaining,
        )
        async with aclosing(events):
            async for event in events:
                yield convert.diagnosis_event(event)
