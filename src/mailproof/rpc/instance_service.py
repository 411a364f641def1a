"""smtpdiag.v1.InstanceService: convert, call the use case, convert; the guards have passed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from mailproof.domain.secret import Secret
from mailproof.rpc import instance_messages as messages
from mailproof.rpc import page_messages as pages
from mailproof.rpc.context import Context
from mailproof.usecases.history import History
from mailproof.usecases.import_undo import ImportUndo
from mailproof.usecases.paged_export import PagedExport
from mailproof.usecases.paged_import import PagedImport
from mailproof.usecases.transfers import Transfers
from mailproof.usecases.webhook_tests import WebhookTests
from smtpdiag.v1 import instance_pb2


class InstanceService:
    """smtpdiag.v1.InstanceService."""

    def __init__(
        self,
        events: History,
        transfers: Transfers,
        paged: tuple[PagedExport, PagedImport, ImportUndo],
        webhook_tests: WebhookTests,
    ) -> None:
        self._events = events
        self._transfers = transfers
        self._export, self._import, self._undo = paged
        self._webhook_tests = webhook_tests

    async def ListEvents(  # noqa: N802 - RPC names are the contract's
        self, request: instance_pb2.ListEventsRequest, context: Context
    ) -> instance_pb2.ListEventsResponse:
        """Return a page of the log."""
        page = await self._events.list(
            context.caller,
            page_size=request.page_size,
            token=request.page_token,
            provider_id=request.provider_id.strip(),
        )
        return messages.event_page(page)

    async def ExportConfigs(  # noqa: N802
        self, request: instance_pb2.ExportConfigsRequest, context: Context
    ) -> instance_pb2.ExportConfigsResponse:
        """Return all providers; their secrets to those who may have them."""
        document = await self._transfers.export(context.caller, Secret(request.passphrase))
        return instance_pb2.ExportConfigsResponse(document=messages.exported(document))

    async def ImportConfigs(  # noqa: N802
        self, request: instance_pb2.ImportConfigsRequest, context: Context
    ) -> instance_pb2.ImportConfigsResponse:
        """Add all providers of a document."""
        imported = await self._transfers.import_(
            context.caller,
            messages.document(request),
            Secret(request.passphrase),
            skip_secrets=request.skip_secrets,
            key=context.idempotency_key,
        )
        return messages.imported(imported)

    async def StreamExportConfigs(  # noqa: N802
        self, request: instance_pb2.StreamExportConfigsRequest, context: Context
    ) -> AsyncGenerator[instance_pb2.StreamExportConfigsResponse, None]:
        """Stream all providers; their secrets to those who may have them."""
        parts = self._export.stream(
            context.caller, Secret(request.passphrase), page_size=request.page_size, token=request.page_token
        )
        async with aclosing(parts):
            async for part in parts:
                yield pages.export_part(part)

    async def BeginConfigsImport(  # noqa: N802
        self, request: instance_pb2.BeginConfigsImportRequest, context: Context
    ) -> instance_pb2.BeginConfigsImportResponse:
        """Begin an import in pages."""
        step = await self._import.begin(
            context.caller,
            pages.header(request),
            Secret(request.passphrase),
            skip_secrets=request.skip_secrets,
            validate_only=request.validate_only,
        )
        return pages.begun(step)

    async def ContinueConfigsImport(  # noqa: N802
        self, request: instance_pb2.ContinueConfigsImportRequest, context: Context
    ) -> instance_pb2.ContinueConfigsImportResponse:
        """Add the providers of a page."""
        page, passphrase = pages.page(request), Secret(request.passphrase)
        return pages.page_imported(await self._import.page(context.caller, request.import_token, page, passphrase))

    async def FinishConfigsImport(  # noqa: N802
        self, request: instance_pb2.FinishConfigsImportRequest, context: Context
    ) -> instance_pb2.FinishConfigsImportResponse:
        """End an import in pages."""
        trailer, passphrase = pages.trailer(request), Secret(request.passphrase)
        return pages.finished(await self._import.finish(context.caller, request.import_token, trailer, passphrase))

    async def UndoConfigsImport(  # noqa: N802
        self, request: instance_pb2.UndoConfigsImportRequest, context: Context
    ) -> AsyncGenerator[instance_pb2.UndoConfigsImportResponse, None]:
        """Take half an import back."""
        async with aclosing(self._undo.stream(context.caller, request.import_token)) as steps:
            async for step in steps:
                yield pages.undone(step)

    async def TestHTTPProvider(  # noqa: N802
        self, request: instance_pb2.TestHTTPProviderRequest, context: Context
    ) -> instance_pb2.TestHTTPProviderResponse:
        """Post a sample to a stored provider."""
        recipient, limit = messages.webhook_test(request)
        report = await self._webhook_tests.test(
            context.caller, request.id, recipient=recipient, limit=limit, remaining=context.remaining
        )
        return messages.webhook_report(report, context.language)
