"""Finds the name that resembles another one most, for callers that have mistyped a path.

Whoever sends a path may be anybody, so a look costs little: pairs of neighbouring letters are compared as sets, and
only so much of the path is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

LONGEST = 120
"""Characters of a path that are compared; the longest route has fewer."""

ALIKE = 0.6
"""How much of both names' pairs of letters must be common (the Sørensen-Dice coefficient, 0 to 1)."""


class Nearest:
    """Finds the nearest of some names.

    Args:
        shown: What is answered for each name, by the name as it is compared.
    """

    def __init__(self, shown: Mapping[str, str]) -> None:
        self._names = [(_pairs(name), answer) for name, answer in shown.items()]

    def __call__(self, text: str) -> str:
        """Return what stands for the name that resembles a text most; empty where none is alike."""
        if len(text) > LONGEST:
            return ""
        pairs = _pairs(text)
        likeness, answer = max(
            ((2 * len(pairs & each) / (len(pairs) + len(each)), answer) for each, answer in self._names),
            key=lambda found: found[0],
            default=(0.0, ""),
        )
        return answer if likeness >= ALIKE else ""


def _pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring letters. The ends count as letters, so a text of one letter has pairs too."""
    folded = f" {text.lower()} "
    return frozenset(map("".join, pairwise(folded)))
