"""smtpdiag.v1.InstanceService: convert, call the use case, convert; the guards have passed."""

from __future__ import annotations

from mailproof.domain.secret import Secret
from mailproof.rpc import instance_messages as messages
from mailproof.rpc.context import Context
from mailproof.usecases.history import History
from mailproof.usecases.transfers import Transfers
from mailproof.usecases.webhook_tests import WebhookTests
from smtpdiag.v1 import instance_pb2


class InstanceService:
    """smtpdiag.v1.InstanceService."""

    def __init__(self, events: History, transfers: Transfers, webhook_tests: WebhookTests) -> None:
        self._events = events
        self._transfers = transfers
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

    async def TestHTTPProvider(  # noqa: N802
        self, request: instance_pb2.TestHTTPProviderRequest, context: Context
    ) -> instance_pb2.TestHTTPProviderResponse:
        """Post a sample to a stored provider."""
        recipient, limit = messages.webhook_test(request)
        report = await self._webhook_tests.test(
            context.caller, request.id, recipient=recipient, limit=limit, remaining=context.remaining
        )
        return messages.webhook_report(report, context.language)
