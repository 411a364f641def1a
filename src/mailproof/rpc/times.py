"""The time that a request gives its test or search."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration

from mailproof.domain.errors import FieldViolation


def seconds_of(timeout: Duration) -> tuple[float, list[FieldViolation]]:
    """Return the seconds of a request's field `timeout`, and what is wrong with it."""
    seconds = timeout.seconds + timeout.nanos / 1e9
    return seconds, [] if seconds > 0 else [FieldViolation("timeout", "must be longer than zero")]
