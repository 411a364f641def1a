"""smtpdiag.v1.AccessService: convert, call the use case, convert; the guards have passed."""

from __future__ import annotations

from mailproof.domain.clock import Clock, utc_now
from mailproof.rpc.access_messages import caller_message
from mailproof.rpc.context import Context
from smtpdiag.v1 import access_pb2


class AccessService:
    """smtpdiag.v1.AccessService. The guards have found the caller, so no use case is needed.

    Args:
        clock: Returns the time.
    """

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock

    async def GetCaller(  # noqa: N802 - RPC names are the contract's
        self, request: access_pb2.GetCallerRequest, context: Context
    ) -> access_pb2.GetCallerResponse:
        """Return who makes the call."""
        return caller_message(context.caller, self._clock())
