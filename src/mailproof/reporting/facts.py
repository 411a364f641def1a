"""Names and values in lines, and the words of an answer's times and enums. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from google.protobuf.timestamp_pb2 import Timestamp

NOTHING = "-"
"""What stands for an empty value."""


_LEAST = 6
"""The fewest columns that a value is wrapped to."""


def fact_lines(facts: Iterable[tuple[str, str]], width: int = 0) -> list[str]:
    """Return names and values, a pair a line; a value that is too long goes on below itself.

    Args:
        facts: The names and values.
        width: How many columns there are; 0 for any number.
    """
    from textwrap import wrap

    listed = list(facts)
    indent = max(len(name) for name, _ in listed) + 2
    room = width - indent
    lines = []
    for name, value in listed:
        texts = [shown(value)]
        if columns(texts[0]) > room > _LEAST:
            texts = wrap(texts[0], room, break_on_hyphens=False, break_long_words=False)
        lines += [f"{label:<{indent}}{text}" for label, text in zip([name] + [""] * len(texts), texts, strict=False)]
    return lines


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


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
