"""What lines of text are put on: a terminal (`mailproof.cli.printer`), or the body of an answer. Pure."""

from __future__ import annotations

from typing import Protocol

MAX_SHOWN = 160
"""Characters of what was sent or received, in one line; JSON has all."""

GREEN, RED, YELLOW, DIM, BOLD = "32", "31", "33", "2", "1"
"""Parameters of the escape sequence that sets a colour (ECMA-48 section 8.3.117)."""

GOOD, BAD, NEITHER = "ok  ", "FAIL", "-   "
"""What a line about a step or a candidate begins with."""


class Sheet(Protocol):
    """Something that lines are put on."""

    @property
    def columns(self) -> int:
        """Return how many columns it has; 0 for any number."""
        ...

    def line(self, text: str, colour: str = "") -> None:
        """Put one line on it."""
        ...

    def paragraph(self, label: str, text: str, colour: str = "") -> None:
        """Put a text behind a label on it, indented.

        Args:
            label: What the text begins with, "" for nothing.
            text: The text.
            colour: The label's colour.
        """
        ...

    def entry(self, mark: str, colour: str, label: str, text: str) -> None:
        """Put a line with a mark, a label and a text on it; a text that is too long goes on below itself.

        Args:
            mark: What the line begins with.
            colour: The mark's colour.
            label: What stands behind the mark.
            text: The text, "" for none.
        """
        ...

    def paint(self, text: str, colour: str) -> str:
        """Return a text in a colour, or as it is where there are none."""
        ...


class PlainSheet:
    """Lines without colours and of any length, for what is no terminal. Nothing on it can drive one."""

    columns = 0

    def __init__(self) -> None:
        self._lines: list[str] = []

    def line(self, text: str, colour: str = "") -> None:
        """See `Sheet`."""
        from mailproof.syntax.text import replace_invisible

        self._lines.append(replace_invisible(text))

    def paragraph(self, label: str, text: str, colour: str = "") -> None:
        """See `Sheet`."""
        self.line(f"  {label} {text}" if label else f"  {text}", colour)

    def entry(self, mark: str, colour: str, label: str, text: str) -> None:
        """See `Sheet`."""
        self.line(f"  {mark}  {label}  {text}".rstrip(), colour)

    def paint(self, text: str, colour: str) -> str:
        """See `Sheet`."""
        return text

    def take(self) -> str:
        """Return the lines since the last time, each with its end."""
        lines, self._lines = self._lines, []
        return "".join(f"{line}\n" for line in lines)


def shortened(text: str) -> str:
    """Return a text as far as it is shown in one line."""
    from mailproof.smtp.sanitize import shorten

    return shorten(text, MAX_SHOWN)
