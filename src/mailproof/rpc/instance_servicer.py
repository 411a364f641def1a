"""smtpdiag.v1.InstanceService: convert, call the use case, convert; the guards have passed, as in `servicers`."""

from __future__ import annotations

from mailproof.access import authorize
from mailproof.events import Events
from mailproof.model import Permission
from mailproof.rpc import convert_instance
from mailproof.rpc.servicers import Context
from mailproof.secret import Secret
from mailproof.transfers import Transfers
from mailproof.webhooks import Webhooks
from smtpdiag.v1 import instance_pb2


class InstanceService:
    """smtpdiag.v1.InstanceService."""

    def __init__(self, events: Events, transfers: Transfers, webhooks: Webhooks) -> None:
        self._events = events
        self._transfers = transfers
        self._webhooks = webhooks

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
        return convert_instance.event_page(page)

    async def ExportConfigs(  # noqa: N802
        self, request: instance_pb2.ExportConfigsRequest, context: Context
    ) -> instance_pb2.ExportConfigsResponse:
        """Return all providers; their secrets only to who may write."""
        if request.passphrase:
            authorize(context.caller, Permission.WRITE)
        document = await self._transfers.export(context.caller, Secret(request.passphrase))
        return instance_pb2.ExportConfigsResponse(document=convert_instance.exported(document))

    async def ImportConfigs(  # noqa: N802
        self, request: instance_pb2.ImportConfigsRequest, context: Context
    ) -> instance_pb2.ImportConfigsResponse:
        """Add all providers of a document."""
        imported = await self._transfers.import_(
            context.caller,
            convert_instance.document(request),
            Secret(request.passphrase),
            skip_secrets=request.skip_secrets,
            key=context.idempotency_key,
        )
        return convert_instance.imported(imported)

    async def TestHTTPProvider(  # noqa: N802
        self, request: instance_pb2.TestHTTPProviderRequest, context: Context
    ) -> instance_pb2.TestHTTPProviderResponse:
        """Post a sample to a stored provider."""
        recipient, limit = convert_instance.webhook_test(request)
        report = await self._webhooks.test(
            context.caller, request.id, recipient=recipient, limit=limit, remaining=context.remaining
        )
        return convert_instance.webhook_report(report)
