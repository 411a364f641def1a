"""The fields of the line that is logged when a call ends. Who writes the line is an argument of `Calls`."""

from __future__ import annotations

import logging
from typing import Protocol

from mailproof.domain.trace_context import TraceContext

_calls = logging.getLogger("mailproof.calls")


class LogCall(Protocol):
    """Logs that a call has ended."""

    def __call__(
        self,
        path: str,
        transport: str,
        peer: str,
        request_id: str,
        outcome: str,
        seconds: float,
        trace: TraceContext | None = None,
    ) -> None:
        """Log the end of a call.

        Args:
            path: The RPC's path; "" if no RPC has the name that was called.
            transport: The name of the transport.
            peer: The address that the call came from, "" if it is unknown.
            request_id: The id under which the call was answered.
            outcome: "OK", "CANCELLED" or the reason of the failure.
            seconds: How long the call took.
            trace: The trace that it belongs to.
        """
        ...


def log_call(
    path: str,
    transport: str,
    peer: str,
    request_id: str,
    outcome: str,
    seconds: float,
    trace: TraceContext | None = None,
) -> None:
    """Log the end of a call as a record, for the handlers of the logging module; see `LogCall`."""
    _calls.info(
        "call",
        extra={
            "method": path,
            "transport": transport,
            "peer": peer,
            "request_id": request_id,
            "trace_id": trace.trace_id if trace else "",
            "span_id": trace.span_id if trace else "",
            "outcome": outcome,
            "ms": round(seconds * 1000, 1),
        },
    )
