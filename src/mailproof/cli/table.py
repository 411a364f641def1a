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
_READABLE = 12  # columns of a cell that was cut, while there are columns that can be left out


def print_table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    whole: Collection[str] = (),
    optional: Sequence[str] = (),
    readable: int = _READABLE,
) -> None:
    """Print rows in columns below their names.

    On a terminal, columns that matter least are left out, which is told, and long cells are cut to its width, but for
    those of the first column, which name the row; where that leaves too little of them, each row is printed as names
    and values. What is piped is whole.

    Args:
        head: The columns' names.
        rows: The cells of each row.
        whole: The names of columns besides the first whose cells are never cut: half an id is of no use.
        optional: The names of columns that may be left out, the least important first.
        readable: To how many columns a cell is cut before a column is left out.
    """
    from mailproof.reporting.facts import columns, shown

    cells = [tuple(head), *(tuple(shown(cell) for cell in row) for row in rows)]
    widths = [max(map(columns, column)) for column in zip(*cells, strict=True)]
    available = terminal.width()
    left_out: Sequence[str] = ()
    if available:
        fitted = None
        for narrowest, count in [*((readable, count) for count in range(len(optional) + 1)), (_NARROWEST, -1)]:
            left_out = optional if count < 0 else optional[:count]
            places = [place for place, name in enumerate(head) if name not in left_out]
            cut = [at for at, place in enumerate(places) if place and head[place] not in whole]
            fitted = _fitted([widths[place] for place in places], cut, available, narrowest)
            if fitted is not None:
                widths, cells = fitted, [tuple(row[place] for place in places) for row in cells]
                break
        if fitted is None:
            for row in cells[1:]:
                print_facts(zip(head, row, strict=True))
                print()
            return
    end_waiting()
    for row in cells:
        print(_GAP.join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if left_out and len(cells) > 1:
        names = ", ".join(name for name in head if name in left_out)
        print_line(f"(not shown, since the terminal is narrow: {names})", aside=True)


def _fitted(widths: Sequence[int], cut: Sequence[int], available: int, narrowest: int) -> list[int] | None:
    """Return columns' widths that fit a line, the widest of those that may be cut first; None if that is too narrow."""
    found = list(widths)
    over = sum(found) + len(_GAP) * (len(found) - 1) - available
    while over > 0:
        widest = max(cut, key=found.__getitem__, default=0)
        if not widest or found[widest] <= narrowest:
            return None
        found[widest] -= 1
        over -= 1
    return found


def _padded(cell: str, width: int) -> str:
    """Return a cell in exactly a width."""
    from mailproof.reporting.facts import columns

    if columns(cell) > width:
        while columns(cell) > width - 1:
            cell = cell[:-1]
        cell += "…"
    return cell + " " * (width - columns(cell))


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values, a pair a line."""
    from mailproof.reporting.facts import fact_lines

    end_waiting()
    for line in fact_lines(facts, terminal.width()):
        print(line)


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
