"""The trace that a call belongs to (W3C Trace Context): read once, logged with the call, and passed on. Pure.

The service records no spans, so it passes on the caller's span as it came: a span of its own, which no collector ever
gets, would cut the trace in two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Self

TRACEPARENT = "traceparent"
TRACESTATE = "tracestate"

_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[ -~]*)?", re.ASCII)
_STATE = re.compile(r"[ -~]{1,512}", re.ASCII)
_NO_VERSION = "ff"


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Where a call stands in a trace.

    Attributes:
        trace_id: The trace, 32 hexadecimal digits.
        span_id: The caller's span, 16 of them.
        flags: Two hexadecimal digits, of which the last bit says that the caller records the trace.
        state: What vendors add; empty where there is nothing.
    """

    trace_id: str
    span_id: str
    flags: str
    state: str = ""

    @classmethod
    def read(cls, parent: str | None, state: str | None) -> Self | None:
        """Return the trace of the two headers; None where the first is missing or malformed, as its standard has it.

        Args:
            parent: The header traceparent.
            state: The header tracestate, of which several are one list.
        """
        found = _PARENT.fullmatch(parent) if parent else None
        if found is None:
            return None
        version, trace_id, span_id, flags, more = found.groups()
        if version == _NO_VERSION or (version == "00" and more) or not trace_id.strip("0") or not span_id.strip("0"):
            return None
        return cls(trace_id, span_id, flags, state if state and _STATE.fullmatch(state) else "")

    def headers(self) -> Mapping[str, str]:
        """Return the headers of a request that belongs to the trace."""
        parent = {TRACEPARENT: f"00-{self.trace_id}-{self.span_id}-{self.flags}"}
        return {**parent, TRACESTATE: self.state} if self.state else parent


_current: ContextVar[TraceContext | None] = ContextVar("trace", default=None)


def follow(trace: TraceContext | None) -> None:
    """Name the trace of what this task does from here on, and the tasks that it starts; None for no trace."""
    _current.set(trace)


def trace_headers() -> Mapping[str, str]:
    """Return the headers by which a request belongs to the trace of this task; none outside of a trace."""
    trace = _current.get()
    return {} if trace is None else trace.headers()
