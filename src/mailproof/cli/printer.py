"""How `diagnose` and `discover` print: lines for people as the work goes on, or one JSON document at its end.

Imports nothing heavy at the top: `--help` passes here. What is printed has been sanitised before it comes here.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING, Any, TypeVar

from mailproof.cli.terminal import can_replace, has_colour, width
from mailproof.cli.waiting import end_waiting

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

T = TypeVar("T")

_ROOM = 24  # columns that a text needs beside its label
_INDENT = 8  # columns before a text that stands below its label


class Printer:
    """Prints lines to standard output, in colour on a terminal only (https://no-color.org).

    Args:
        quiet: Whether nothing is printed, since a JSON document follows.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self.columns = width()
        self._colour = has_colour()
        self._can_replace = can_replace() and not quiet
        self._shown = 0  # characters of the running line

    def running(self, text: str, colour: str = "") -> bool:
        """Show what is going on, on a line that the next output replaces.

        Returns:
            Whether it is shown, which only a terminal can do.
        """
        if not self._can_replace:
            return False
        end_waiting()
        self.clear()
        text = text[: max(0, self.columns - 1)]  # a line that is wrapped could not be replaced
        sys.stdout.write(self.paint(text, colour))
        sys.stdout.flush()
        self._shown = len(text)
        return True

    def clear(self) -> None:
        """Remove what is shown as going on."""
        if self._shown:
            sys.stdout.write(f"\r{' ' * self._shown}\r")  # by spaces, as any terminal can
            sys.stdout.flush()
            self._shown = 0

    def line(self, text: str, colour: str = "") -> None:
        """Print one line at once."""
        if not self._quiet:
            end_waiting()
            self.clear()
            print(self.paint(text, colour), flush=True)

    def paragraph(self, label: str, text: str, colour: str = "") -> None:
        """Print a text behind a label, indented, and on a terminal wrapped at its width.

        Args:
            label: What the text begins with, "" for nothing.
            text: The text.
            colour: The label's colour.
        """
        if self._quiet:
            return
        whole = f"  {label} {text}" if label else f"  {text}"
        lines = [whole]
        if self.columns:
            lines = textwrap.wrap(
                whole, self.columns, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
            )
        if label:
            lines[0] = lines[0].replace(label, self.paint(label, colour), 1)
        for line in lines:
            self.line(line)

    def entry(self, mark: str, colour: str, label: str, text: str) -> None:
        """Print a line with a mark, a label and a text, which on a terminal is wrapped below itself.

        Args:
            mark: What the line begins with.
            colour: The mark's colour.
            label: What stands behind the mark.
            text: The text, "" for none.
        """
        head = f"  {mark}  {label}  "
        indent, texts = len(head), [text]
        if self.columns and indent + len(text) > self.columns:
            if self.columns - indent < _ROOM:  # below the label there is more
                head, indent = f"{head.rstrip()}\n{' ' * _INDENT}", _INDENT
            texts = textwrap.wrap(text, self.columns - indent, break_long_words=False, break_on_hyphens=False)
        whole = f"\n{' ' * indent}".join(texts)
        self.line(f"{head.replace(mark, self.paint(mark, colour), 1)}{whole}".rstrip())

    def paint(self, text: str, colour: str) -> str:
        """Return a text in a colour, or as it is where there are none."""
        return f"\x1b[{colour}m{text}\x1b[0m" if colour and self._colour and text else text


def print_json(document: Any) -> None:
    """Print one JSON document."""
    import json

    end_waiting()
    print(json.dumps(document, indent=2))


async def show_until(result: type[T], progress: AsyncGenerator[Any, None], show: Callable[[Any], None]) -> T:
    """Show the progress of some work as it comes.

    Args:
        result: The type of what comes last.
        progress: What the work yields.
        show: Prints one thing that is not the result.

    Returns:
        The result.
    """
    from contextlib import aclosing

    async with aclosing(progress):
        async for each in progress:
            if isinstance(each, result):
                return each
            show(each)
    raise AssertionError("the work ended without a result")
