"""Prints answers of a service for people: tables, and lists of names and values."""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from google.protobuf.message import Message
    from google.protobuf.timestamp_pb2 import Timestamp

NOTHING = "-"
"""What stands for an empty cell."""


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows in columns below their names."""
    cells = [tuple(head), *(tuple(shown(cell) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values, a pair a line."""
    listed = list(facts)
    width = max(len(name) for name, _ in listed)
    for name, value in listed:
        print(f"{name.ljust(width)}  {shown(value)}")


def print_message(message: Message) -> None:
    """Print a message as JSON, as REST answers it."""
    from mailproof.cli.printer import print_json

    print_json(as_json(message))


def as_json(message: Message) -> dict[str, Any]:
    """Return a message as a JSON document, as REST answers it: with every field that is not a message."""
    from google.protobuf.json_format import MessageToDict

    found: dict[str, Any] = MessageToDict(message, always_print_fields_with_no_presence=True)
    return found


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


def shown(value: str) -> str:
    """Return a text as a terminal is shown it: what somebody stored may hold what drives one. Nothing becomes "-"."""
    from mailproof.syntax.text import has_invisible

    if not value:
        return NOTHING
    return ascii(value) if has_invisible(value) else value
