"""Prints answers of a service for people: tables, and lists of names and values."""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mailproof.reporting.facts import fact_lines, shown

if TYPE_CHECKING:
    from google.protobuf.message import Message


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows in columns below their names."""
    cells = [tuple(head), *(tuple(shown(cell) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values, a pair a line."""
    for line in fact_lines(facts):
        print(line)


def print_message(message: Message) -> None:
    """Print a message as JSON, as REST answers it."""
    from mailproof.cli.printer import print_json

    print_json(as_json(message))


def as_json(message: Message) -> dict[str, Any]:
    """Return a message as a JSON document, as REST answers it: with every field that is not a message."""
    from google.protobuf.json_format import MessageToDict

    found: dict[str, Any] = MessageToDict(message, always_print_fields_with_no_presence=True)
    return found
