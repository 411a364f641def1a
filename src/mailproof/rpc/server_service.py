"""smtpdiag.v1.ServerService: convert, call the use case, convert; the guards have passed."""

from __future__ import annotations

from mailproof.domain.clock import Clock, utc_now
from mailproof.rpc.context import Context
from mailproof.rpc.server_messages import server_message
from mailproof.usecases.server_info import ServerInfo
from smtpdiag.v1 import server_pb2


class ServerService:
    """smtpdiag.v1.ServerService.

    Args:
        info: What the server is; it is the same as long as it runs.
        clock: Returns the time.
    """

    def __init__(self, info: ServerInfo, clock: Clock = utc_now) -> None:
        self._info = info
        self._clock = clock

    async def GetServerInfo(  # noqa: N802 - RPC names are the contract's
        self, request: server_pb2.GetServerInfoRequest, context: Context
    ) -> server_pb2.GetServerInfoResponse:
        """Return what the server is and what it allows."""
        return server_message(self._info, self._clock())
