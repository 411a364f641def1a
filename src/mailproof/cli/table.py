"""Prints answers of a service for people: tables, and lists of names and values."""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mailproof.cli import terminal
from mailproof.cli.waiting import end_waiting

if TYPE_CHECKING:
    from google.protobuf.message import Message

_GAP = "  "
_NARROWEST = 6  # columns of a cell that was cut


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]], whole: Collection[str] = ()) -> None:
    """Print rows in columns below their names.

    On a terminal long cells are cut to its width, but for those of the first column, which name the row; where that
    leaves too little of them, each row is printed as names and values. What is piped is whole.

    Args:
        head: The columns' names.
        rows: The cells of each row.
        whole: The names of columns besides the first whose cells are never cut: half an id is of no use.
    """
    from mailproof.reporting.facts import shown

    cells = [tuple(head), *(tuple(shown(cell) for cell in row) for row in rows)]
    widths = [max(map(columns, column)) for column in zip(*cells, strict=True)]
    available = terminal.width()
    if available:
        cut = [place for place, name in enumerate(head) if place and name not in whole]
        fitted = _fitted(widths, cut, available)
        if fitted is None:
            for row in cells[1:]:
                print_facts(zip(head, row, strict=True))
                print()
            return
        widths = fitted
    end_waiting()
    for row in cells:
        print("  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _fitted(widths: Sequence[int], cut: Sequence[int], available: int) -> list[int] | None:
    """Return columns' widths that fit a line, the widest of those that may be cut first; None if that is too narrow."""
    found = list(widths)
    over = sum(found) + len(_GAP) * (len(found) - 1) - available
    while over > 0:
        widest = max(cut, key=found.__getitem__, default=0)
        if not widest or found[widest] <= _NARROWEST:
            return None
        found[widest] -= 1
        over -= 1
    return found


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(cell: str, width: int) -> str:
    """Return a cell in exactly a width."""
    if columns(cell) > width:
        while columns(cell) > width - 1:
            cell = cell[:-1]
        cell += "…"
    return cell + " " * (width - columns(cell))


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values, a pair a line."""
    from mailproof.reporting.facts import shown

    listed = list(facts)
    label = max(len(name) for name, _ in listed)
    available = terminal.width()
    end_waiting()
    for name, value in listed:
        text = shown(value)
        room = available - label - len(_GAP)
        if columns(text) > room > _NARROWEST:
            from textwrap import wrap

            lines = wrap(text, room, break_on_hyphens=False, break_long_words=False)
            text = f"\n{' ' * (label + len(_GAP))}".join(lines)
        print(f"{name.ljust(label)}{_GAP}{text}")


def print_line(text: str, *, aside: bool = False) -> None:
    """Print a line of an answer.

    Args:
        text: The line.
        aside: Whether it goes to standard error, since it is not what was asked for.
    """
    end_waiting()
    print(text, file=sys.stderr if aside else sys.stdout, flush=True)


def print_message(message: Message) -> None:
    """Print a message as JSON, as REST answers it."""
    from mailproof.cli.printer import print_json

    print_json(as_json(message))


def as_json(message: Message) -> dict[str, Any]:
    """Return a message as a JSON document, as REST answers it: with every field that is not a message."""
    from google.protobuf.json_format import MessageToDict

    found: dict[str, Any] = MessageToDict(message, always_print_fields_with_no_presence=True)
    return found
