"""A row of the tables of other programs' words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.smtp.vocabulary import Code


@dataclass(frozen=True, slots=True)
class ForeignWords:
    """Words of other programs.

    Attributes:
        pattern: A regular expression for them.
        codes: What may be behind them, the likeliest first.
        reason: Why, in one line.
        source: The programs that say so, and where in them, or where it was seen.
    """

    pattern: str
    codes: tuple[Code, ...]
    reason: str
    source: str
