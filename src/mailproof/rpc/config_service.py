"""smtpdiag.v1.ConfigService: convert, call the use case, convert; the guards have passed."""

from __future__ import annotations

from mailproof.rpc.config_messages import overview_page
from mailproof.rpc.context import Context
from mailproof.usecases.overviews import Overviews
from smtpdiag.v1 import config_overview_pb2


class ConfigService:
    """smtpdiag.v1.ConfigService."""

    def __init__(self, overviews: Overviews) -> None:
        self._overviews = overviews

    async def ListConfigOverviews(  # noqa: N802 - RPC names are the contract's
        self, request: config_overview_pb2.ListConfigOverviewsRequest, context: Context
    ) -> config_overview_pb2.ListConfigOverviewsResponse:
        """Return a page of the configurations."""
        listed = await self._overviews.list(
            context.caller,
            page_size=request.page_size,
            token=request.page_token,
            filter_=request.filter,
            order_by=request.order_by,
        )
        return overview_page(listed)
