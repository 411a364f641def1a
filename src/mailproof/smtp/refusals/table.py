"""All rules in the order in which they are asked, and the vocabulary that they use. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from mailproof.smtp.refusals import (
    rules_account,
    rules_client,
    rules_content,
    rules_login,
    rules_login_way,
    rules_providers,
    rules_readings,
    rules_recipient,
    rules_sender,
    rules_transport,
)
from mailproof.smtp.refusals.lexicon import Found, Lexicon, Place
from mailproof.smtp.refusals.notions_circles import CIRCLES
from mailproof.smtp.refusals.notions_grounds import GROUNDS
from mailproof.smtp.refusals.notions_matters import MATTERS
from mailproof.smtp.refusals.notions_predicates import PREDICATES
from mailproof.smtp.refusals.notions_states import STATES
from mailproof.smtp.refusals.notions_subjects import SUBJECTS
from mailproof.smtp.refusals.notions_tries import TRIES
from mailproof.smtp.refusals.notions_ways import WAYS
from mailproof.smtp.refusals.rule import RefusalRule

_GROUP = re.compile(r'(!?)((?:"[^"]+"|[A-Z_]+)(?:\|(?:"[^"]+"|[A-Z_]+))*)(?:\s|$)')
_ITEM = re.compile(r'"([^"]+)"|([A-Z_]+)')


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. A group is the notions of which one must stand in the clause.

    Attributes:
        groups: The notions' numbers.
        masks: The same as bits.
        without: Notions, as bits, that must not stand in the clause.
    """

    groups: tuple[tuple[int, ...], ...]
    masks: tuple[int, ...]
    without: int

    def find(self, found: Found, span: int) -> Place | None:
        """Return where the pattern's notions stand near each other; None where they don't.

        Args:
            span: How many characters they may take.
        """
        if self.without & found.mask:
            return None
        for mask in self.masks:
            if not mask & found.mask:
                return None
        return self._nearest(found, span)

    def _nearest(self, found: Found, span: int) -> Place | None:
        groups = [[place for number in group for place in found.places.get(number, ())] for group in self.groups]
        for start, end in groups[0]:
            first, last = start, end
            for places in groups[1:]:
                nearest = min(places, key=lambda place: max(place[1], last) - min(place[0], first))
                first, last = min(first, nearest[0]), max(last, nearest[1])
            if last - first <= span:
                return first, last
        return None


def _lexicon() -> Lexicon:
    lexicon = Lexicon()
    for table in (SUBJECTS, MATTERS, PREDICATES, STATES, WAYS, TRIES, GROUNDS, CIRCLES):
        for name, languages in table.items():
            lexicon.add(name, [term.strip() for terms in languages.values() for term in terms.split(",")])
    lexicon.deny(("SUSPENDED", "BANNED", "BLOCKED"))
    return lexicon


def compile_pattern(text: str, lexicon: Lexicon) -> Pattern:
    """Return the pattern that `text` describes (see `rule`).

    Raises:
        ValueError: It is no pattern.
        KeyError: It names a notion that the vocabulary has not.
    """
    groups: list[tuple[int, ...]] = []
    without = 0
    text = text.strip()
    at = 0
    while at < len(text):
        part = _GROUP.match(text, at)
        if part is None:
            raise ValueError(f"not a pattern from its place {at}: {text}")
        at = part.end()
        while at < len(text) and text[at] == " ":
            at += 1
        numbers = tuple(
            lexicon.add(words, [words]) if words else lexicon.number(name) for words, name in _ITEM.findall(part[2])
        )
        if part[1]:
            without |= _mask(numbers)
        else:
            groups.append(numbers)
    return Pattern(tuple(groups), tuple(_mask(numbers) for numbers in groups), without)


def _mask(numbers: tuple[int, ...]) -> int:
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


RULES: tuple[RefusalRule, ...] = tuple(
    sorted(
        rules_readings.RULES
        + rules_providers.RULES
        + rules_login.RULES
        + rules_login_way.RULES
        + rules_recipient.RULES
        + rules_account.RULES
        + rules_client.RULES
        + rules_sender.RULES
        + rules_transport.RULES
        + rules_content.RULES,
        key=lambda rule: rule.strength,
    )
)


@dataclass(frozen=True, slots=True)
class Table:
    """The rules with their patterns compiled, and the vocabulary that finds their notions."""

    lexicon: Lexicon
    rows: tuple[tuple[RefusalRule, tuple[Pattern, ...]], ...]


@cache
def compiled() -> Table:
    """Return the table. It is built at the first refusal: a test that passes needs none."""
    lexicon = _lexicon()
    rows = tuple((rule, tuple(compile_pattern(pattern, lexicon) for pattern in rule.patterns)) for rule in RULES)
    return Table(lexicon, rows)
