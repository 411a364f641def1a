"""Names and values in lines, and the words of an answer's times and enums. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from google.protobuf.timestamp_pb2 import Timestamp

NOTHING = "-"
"""What stands for an empty value."""


def fact_lines(facts: Iterable[tuple[str, str]]) -> list[str]:
    """Return names and values, a pair a line."""
    listed = list(facts)
    width = max(len(name) for name, _ in listed)
    return [f"{name.ljust(width)}  {shown(value)}" for name, value in listed]


def shown(value: str) -> str:
    """Return a value as it is shown. What somebody stored may hold what drives a terminal."""
    from mailproof.syntax.text import has_invisible

    if not value:
        return NOTHING
    return ascii(value) if has_invisible(value) else value


def moment(stamp: Timestamp) -> str:
    """Return a time in UTC, to the second."""
    from datetime import UTC

    when: datetime = stamp.ToDatetime(UTC)
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def word(enum: Any, number: int, prefix: str) -> str:
    """Return the word of an enum's number as people write it: "not_needed" for SECRET_STATE_NOT_NEEDED.

    Args:
        enum: The enum's wrapper.
        number: The value; one of a newer release is shown as a number.
        prefix: What its names begin with.
    """
    try:
        name: str = enum.Name(number)
    except ValueError:
        return str(number)
    return name.removeprefix(prefix).lower()
