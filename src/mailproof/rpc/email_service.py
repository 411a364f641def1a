"""ccadmin.v1.EmailService: the commerce API's one call."""

from __future__ import annotations

from ccadmin.v1 import email_pb2
from mailproof.rpc.context import Context
from mailproof.rpc.email_messages import connection_plan
from mailproof.smtp.vocabulary import Outcome
from mailproof.usecases.diagnoses import Diagnoses


class EmailService:
    """ccadmin.v1.EmailService."""

    def __init__(self, diagnoses: Diagnoses) -> None:
        self._diagnoses = diagnoses

    async def TestSmtpConnection(  # noqa: N802 - RPC names are the contract's
        self, request: email_pb2.TestSmtpConnectionRequest, context: Context
    ) -> email_pb2.TestSmtpConnectionResponse:
        """Test a connection; a failed test is an answer."""
        report = await self._diagnoses.report(context.caller, connection_plan(request), remaining=context.remaining)
        passed = report.outcome is Outcome.OK
        return email_pb2.TestSmtpConnectionResponse(status=passed, success=passed)
