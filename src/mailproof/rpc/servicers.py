"""One class per proto service, one short method per RPC: convert, call the use case, convert.

Guards (caller, permission, validation, deadline, limits) are `calls`' business and have passed when a method runs.
No gRPC here: the same methods serve every transport.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from ccadmin.v1 import email_pb2
from mailproof.configs import Configs
from mailproof.diagnoses import Diagnoses
from mailproof.model import Caller
from mailproof.rpc import convert
from mailproof.secret import Secret
from mailproof.smtp.vocabulary import Outcome
from smtpdiag.v1 import diagnosis_pb2
from zitadel.admin.v1 import admin_pb2


@dataclass(frozen=True, slots=True)
class Context:
    """What a method may know of its call: who calls, and how many seconds the caller's deadline leaves (None: none)."""

    caller: Caller
    remaining: float | None


class AdminService:
    """zitadel.admin.v1.AdminService."""

    def __init__(self, configs: Configs, diagnoses: Diagnoses) -> None:
        self._configs = configs
        self._diagnoses = diagnoses

    async def AddSMTPConfig(  # noqa: N802 - RPC names are the contract's
        self, request: admin_pb2.AddSMTPConfigRequest, context: Context
    ) -> admin_pb2.AddSMTPConfigResponse:
        """Store a configuration."""
        return convert.added(await self._configs.add(context.caller, convert.new_config(request)))

    async def GetSMTPConfigById(  # noqa: N802
        self, request: admin_pb2.GetSMTPConfigByIdRequest, context: Context
    ) -> admin_pb2.GetSMTPConfigByIdResponse:
        """Return a configuration."""
        config = await self._configs.get(context.caller, request.id)
        return admin_pb2.GetSMTPConfigByIdResponse(smtp_config=convert.smtp_config(config))

    async def ListSMTPConfigs(  # noqa: N802
        self, request: admin_pb2.ListSMTPConfigsRequest, context: Context
    ) -> admin_pb2.ListSMTPConfigsResponse:
        """List configurations."""
        return convert.config_page(await self._configs.list(context.caller, convert.page(request.query)))

    async def TestSMTPConfig(  # noqa: N802
        self, request: admin_pb2.TestSMTPConfigRequest, context: Context
    ) -> admin_pb2.TestSMTPConfigResponse:
        """Test the settings of the request."""
        await self._diagnoses.test_settings(
            context.caller,
            convert.tested_settings(request),
            Secret(request.password),
            receiver=request.receiver_address.strip(),
            config_id=request.id,
            remaining=context.remaining,
        )
        return admin_pb2.TestSMTPConfigResponse()

    async def TestSMTPConfigById(  # noqa: N802
        self, request: admin_pb2.TestSMTPConfigByIdRequest, context: Context
    ) -> admin_pb2.TestSMTPConfigByIdResponse:
        """Test a stored configuration."""
        await self._diagnoses.test_stored(
            context.caller, request.id, receiver=request.receiver_address.strip(), remaining=context.remaining
        )
        return admin_pb2.TestSMTPConfigByIdResponse()


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
