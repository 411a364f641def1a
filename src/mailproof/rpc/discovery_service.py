"""smtpdiag.v1.DiscoveryService: convert, call the use case, convert; the guards have passed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from mailproof.discovery.translation import event_in
from mailproof.rpc.context import Context
from mailproof.rpc.discovery_messages import discovery_event, discovery_request
from mailproof.rpc.preset_messages import preset_page
from mailproof.usecases.known_providers import KnownProviders
from mailproof.usecases.searches import Searches
from smtpdiag.v1 import discovery_pb2


class DiscoveryService:
    """smtpdiag.v1.DiscoveryService."""

    def __init__(self, searches: Searches, known: KnownProviders) -> None:
        self._searches = searches
        self._known = known

    async def DiscoverSettings(  # noqa: N802 - RPC names are the contract's
        self, request: discovery_pb2.DiscoverSettingsRequest, context: Context
    ) -> AsyncGenerator[discovery_pb2.DiscoverSettingsResponse, None]:
        """Stream the events of a search."""
        address, limit = discovery_request(request)
        found = self._searches.discover(context.caller, address, limit, remaining=context.remaining)
        async with aclosing(found) as events:
            async for event in events:
                yield discovery_event(event_in(event, context.language))

    async def ListProviderPresets(  # noqa: N802
        self, request: discovery_pb2.ListProviderPresetsRequest, context: Context
    ) -> discovery_pb2.ListProviderPresetsResponse:
        """Return a page of the known providers."""
        page = self._known.list(context.caller, page_size=request.page_size, token=request.page_token)
        return preset_page(page, context.language)
