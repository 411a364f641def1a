"""The line that is logged when a call ends: who writes it is given to `calls`, what it holds is decided here."""

from __future__ import annotations

import logging
from typing import Protocol

_calls = logging.getLogger("mailproof.calls")


class LogCall(Protocol):
    """Logs that a call has ended."""

    def __call__(self, path: str, transport: str, peer: str, request_id: str, outcome: str, seconds: float) -> None:
        """Log it.

        Args:
            path: Of the RPC; empty: there is none of the name that was called.
            outcome: "OK", "CANCELLED" or the reason of the failure.
        """
        ...


def log_call(path: str, transport: str, peer: str, request_id: str, outcome: str, seconds: float) -> None:
    """Log the end of a call as a record, for whatever handlers there are."""
    _calls.info(
        "call",
        extra={
            "method": path,
            "transport": transport,
            "peer": peer,
            "request_id": request_id,
            "outcome": outcome,
            "ms": round(seconds * 1000, 1),
        },
    )
