"""Finds the notions of a vocabulary in a reply's words. A word costs a few look-ups, however many terms. Pure."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mailproof.smtp.refusals.fillers import FILLERS
from mailproof.smtp.refusals.words import MAX_HITS, Word, split_term

Place = tuple[int, int]
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
NEGATIONS = frozenset({"not", "never", "nicht", "pas", "no", "non", "nao", "не"})
MAX_SKIPPED = 2  # words that say nothing, between two words of a term


@dataclass(slots=True)
class Found:
    """The notions in one clause.

    Attributes:
        mask: A bit for each notion that was found.
        places: Where each stands in the text.
    """

    mask: int = 0
    places: dict[int, list[Place]] = field(default_factory=dict)

    def add(self, other: Found) -> None:
        """Add the notions of another clause."""
        self.mask |= other.mask
        for notion, places in other.places.items():
            self.places.setdefault(notion, []).extend(places)


@dataclass(frozen=True, slots=True)
class _Term:
    notion: int
    rest: tuple[tuple[str, bool], ...]  # the words after the first, and whether a word may have any ending


class Lexicon:
    """Terms of notions. A notion is a bit: its number is its place."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._whole: dict[str, list[_Term]] = {}
        self._stems: dict[str, list[_Term]] = {}
        self._lengths: list[int] = []  # of the stems, ascending
        self._ends: dict[str, list[_Term]] = {}
        self._end_lengths: list[int] = []  # of the ends, ascending
        self._deniable = 0

    def number(self, name: str) -> int:
        """Return the number of a notion.

        Raises:
            KeyError: There is none of this name.
        """
        return self._numbers[name]

    def deny(self, names: Iterable[str]) -> None:
        """Let a notion not be found where the word before it denies it."""
        for name in names:
            self._deniable |= 1 << self._numbers[name]

    def add(self, name: str, terms: Iterable[str]) -> int:
        """Add terms to a notion and return its number.

        Args:
            terms: Words in order, between which words that say nothing may stand; a star at a word's end: any
                ending, at a term's beginning: any beginning of its first word.
        """
        number = self._numbers.setdefault(name, len(self._numbers))
        for term in terms:
            for spelling in {term, term.translate(_UMLAUTS)}:
                self._add_term(number, spelling)
        return number

    def _add_term(self, number: int, term: str) -> None:
        (first, stem), *rest = split_term(term)
        if term.startswith("*"):
            if len(first) not in self._end_lengths:
                bisect.insort(self._end_lengths, len(first))
            self._ends.setdefault(first, []).append(_Term(number, tuple(rest)))
            return
        if stem and len(first) not in self._lengths:
            bisect.insort(self._lengths, len(first))
        table = self._stems if stem else self._whole
        table.setdefault(first, []).append(_Term(number, tuple(rest)))

    def find(self, tokens: Sequence[Word]) -> Found:
        """Return the notions in a clause."""
        found = Found()
        for index, token in enumerate(tokens):
            word = token.word
            for term in self._whole.get(word, ()):
                self._match(found, term, tokens, index)
            for length in self._lengths:
                if length > len(word):
                    break
                for term in self._stems.get(word[:length], ()):
                    self._match(found, term, tokens, index)
            for length in self._end_lengths:
                if length > len(word):
                    break
                for term in self._ends.get(word[-length:], ()):
                    self._match(found, term, tokens, index)
        return found

    def _match(self, found: Found, term: _Term, tokens: Sequence[Word], index: int) -> None:
        last = index
        for word, stem in term.rest:
            last += 1
            skipped = 0
            while last < len(tokens):
                token = tokens[last].word
                if token == word or (stem and token.startswith(word)):
                    break
                if token not in FILLERS or skipped == MAX_SKIPPED:
                    return
                last += 1
                skipped += 1
            else:
                return
        if self._deniable >> term.notion & 1 and index and tokens[index - 1].word in NEGATIONS:
            return  # "is not blocked"
        places = found.places.setdefault(term.notion, [])
        if len(places) < MAX_HITS:
            places.append((tokens[index].start, tokens[last].end))
            found.mask |= 1 << term.notion
