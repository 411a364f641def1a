"""The filter of a list as a caller writes it, after AIP-160: `state = active AND (host:example.org OR -user:*)`. Pure.

What AIP-160 has and this has not: functions, arithmetic, and a composite after a comparator. OR binds closer than AND,
as it does there. What is read is bounded in length, depth and terms, so that a filter costs the database little.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from mailproof.domain.filters import (
    AllOf,
    AnyOf,
    Comparator,
    Comparison,
    FieldKind,
    Filter,
    FilterField,
    FilterFields,
    Negation,
    Presence,
    TextMatch,
    TextPart,
)
from mailproof.domain.phrase import Phrase, say
from mailproof.syntax.text import has_controls, has_surrogates

MAX_LENGTH = 2000
MAX_DEPTH = 16
MAX_TERMS = 50

_SPACE = re.compile(r"\s*")
_KEYWORD = re.compile(r"(?:AND|OR|NOT)(?=[\s()\"'-]|$)")
_NAME = re.compile(r"[^\s()\"'=<>!:,]+")
_COMPARATOR = re.compile(r"<=|>=|!=|=|<|>|:")
_VALUE = re.compile(r"[^\s()\"'=<>!,]+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d))?")
_DURATION = re.compile(r"(-?\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d)")
_NUMBER = re.compile(r"-?\d{1,18}")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_ALIKE = {"and": "AND", "or": "OR", "not": "NOT", "&&": "AND", "||": "OR", "!": "NOT"}


class FilterSyntaxError(ValueError):
    """The text is no filter of the list; the message begins with "is wrong at character"."""


class _Value(NamedTuple):
    """The right side of a comparison.

    Attributes:
        at: Where it begins.
        text: The text, without the wildcards at its ends.
        from_start: Whether there is no wildcard before it.
        to_end: Whether there is none after it.
        inner: Whether there is one within.
    """

    at: int
    text: str
    from_start: bool
    to_end: bool
    inner: bool


def parse_filter(text: str, fields: FilterFields) -> Filter | None:
    """Return the filter of a text; None for an empty one, which selects all.

    Args:
        text: What the caller sent.
        fields: The fields of the list.

    Raises:
        FilterSyntaxError: It is not one; the message says at which character, and what may be meant.
    """
    if len(text) > MAX_LENGTH:
        raise _problem(MAX_LENGTH, say("it has more than {most} characters", most=MAX_LENGTH))
    unseen = next((place for place, letter in enumerate(text) if letter not in "\t\n\r" and has_controls(letter)), -1)
    if unseen >= 0 or has_surrogates(text):
        raise _problem(max(unseen, 0), say("it has a control character, which nothing that is stored has"))
    return _Reading(text, fields).whole()


def nearest(name: str, names: FilterFields) -> str:
    """Return the end of a sentence on a name that no field has: the field that resembles it, or all of them."""
    similar = difflib.get_close_matches(name[:60].lower(), list(names), n=1, cutoff=0.6)
    similar = similar or [each for each in names if each.rpartition(".")[2] == name.lower()][:1]
    if similar:
        return say("did you mean {name}?", name=similar[0])
    return say("the fields are {names}", names=", ".join(names))


class _Reading:
    """One pass over a text; each method reads what it is named for, and moves on."""

    def __init__(self, text: str, fields: FilterFields) -> None:
        self._text = text
        self._fields = fields
        self._at = 0
        self._depth = 0
        self._terms = 0

    def whole(self) -> Filter | None:
        self._skip()
        if self._at == len(self._text):
            return None
        found = self._expression()
        if self._at < len(self._text):
            raise self._unexpected()
        return found

    def _expression(self) -> Filter:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _problem(self._at, say("parentheses are nested more than {most} deep", most=MAX_DEPTH))
        operands = [self._factor()]
        while self._at < len(self._text) and self._text[self._at] != ")":
            self._keyword("AND")
            operands.append(self._factor())
        self._depth -= 1
        return operands[0] if len(operands) == 1 else AllOf(tuple(operands))

    def _factor(self) -> Filter:
        operands = [self._term()]
        while self._keyword("OR"):
            operands.append(self._term())
        return operands[0] if len(operands) == 1 else AnyOf(tuple(operands))

    def _term(self) -> Filter:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise _problem(self._at, say("it has more than {most} terms", most=MAX_TERMS))
        if self._keyword("NOT"):
            return Negation(self._simple())
        if self._text.startswith("-", self._at):
            self._at += 1
            return Negation(self._simple())
        return self._simple()

    def _simple(self) -> Filter:
        if not self._text.startswith("(", self._at):
            return self._restriction()
        opened = self._at
        self._move(1)
        found = self._expression()
        if not self._text.startswith(")", self._at):
            raise _problem(opened, say('this "(" is not closed'))
        self._move(1)
        return found

    def _restriction(self) -> Filter:
        start = self._at
        keyword = _KEYWORD.match(self._text, start)
        if start == len(self._text) or self._text[start] == ")" or keyword:
            raise _problem(start, say("a term is missing here"))
        if self._text[start] in "\"'":
            value = self._quoted()
            if _COMPARATOR.match(self._text, self._at):
                raise _problem(start, say("the name of a field stands without quotes"))
            return self._search(value)
        found = _NAME.match(self._text, start)
        if not found:
            raise self._unexpected()
        name = found[0]
        self._move(len(name))
        comparator = _COMPARATOR.match(self._text, self._at)
        if not comparator:
            if self._text.startswith("(", self._at) and self._at == start + len(name):
                raise _problem(start, say("there is no function {name}, as there are no functions", name=name))
            if name in _ALIKE:
                raise _problem(start, say("write {word}, in capitals", word=_ALIKE[name]))
            return self._search(_unquoted(start, name))
        field = self._fields.get(name)
        if field is None:
            near = nearest(name, self._fields)
            raise _problem(start, say('there is no field "{name}"; {nearest}', name=name[:60], nearest=near))
        self._move(len(comparator[0]))
        return _restrict(name, field, comparator[0], comparator.start(), self._value(name))

    def _value(self, name: str) -> _Value:
        if self._at == len(self._text):
            raise _problem(self._at, say("a value for {name} is missing", name=name))
        if self._text[self._at] in "\"'":
            return self._quoted()
        if self._text[self._at] == "(":
            raise _problem(self._at, say("one value is wanted: write {name} = a OR {name} = b", name=name))
        found = _VALUE.match(self._text, self._at)
        if not found:
            raise _problem(self._at, say("a value for {name} is missing", name=name))
        self._move(len(found[0]))
        return _unquoted(found.start(), found[0])

    def _quoted(self) -> _Value:
        """Read a text in quotes, in which a backslash takes the next character as it is."""
        start, quote = self._at, self._text[self._at]
        letters: list[str] = []
        stars: list[int] = []
        at = start + 1
        while at < len(self._text) and self._text[at] != quote:
            if self._text[at] == "*":
                stars.append(len(letters))
            elif self._text[at] == "\\" and at + 1 < len(self._text):
                at += 1
            letters.append(self._text[at])
            at += 1
        if at >= len(self._text):
            raise _problem(start, say("these quotes are not closed"))
        self._move(at + 1 - self._at)
        return _with_wildcards(start, "".join(letters), stars)

    def _search(self, value: _Value) -> Filter:
        searched = [name for name, field in self._fields.items() if field.searched]
        if not searched:
            near = nearest(value.text, self._fields)
            raise _problem(value.at, say("a field is wanted, as in field = value; {nearest}", nearest=near))
        if not value.text:
            raise _problem(value.at, say("there is nothing to look for"))
        if value.inner:
            raise _problem(value.at, say("a wildcard stands at an end only"))
        found = tuple(TextMatch(name, TextPart.ANYWHERE, value.text, folded=True) for name in searched)
        return found[0] if len(found) == 1 else AnyOf(found)

    def _keyword(self, word: str) -> bool:
        found = _KEYWORD.match(self._text, self._at)
        if not found or found[0] != word:
            return False
        self._move(len(word))
        return True

    def _move(self, count: int) -> None:
        self._at += count
        self._skip()

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _unexpected(self) -> FilterSyntaxError:
        return _problem(self._at, say('"{letter}" has no meaning here', letter=self._text[self._at]))


def _restrict(name: str, field: FilterField, comparator: str, at: int, value: _Value) -> Filter:
    """Return the filter of one comparison, once all its parts are read."""
    if not value.text and not (value.from_start and value.to_end):  # a lone wildcard
        if comparator not in (":", "=", "!="):
            raise _problem(value.at, say("{comparator} takes no wildcard", comparator=comparator))
        return Negation(Presence(name)) if comparator == "!=" else Presence(name)
    textual = field.kind in (FieldKind.TEXT, FieldKind.WORD)
    wild = not (value.from_start and value.to_end)
    if value.inner or (wild and (not textual or comparator not in (":", "=", "!="))):
        raise _problem(value.at, say("a wildcard stands at an end of a text only"))
    if wild or (comparator == ":" and field.kind is FieldKind.TEXT and value.text):
        folded = comparator == ":" and field.kind is FieldKind.TEXT
        part = TextPart.ANYWHERE
        if wild and value.from_start:
            part = TextPart.START
        elif wild and value.to_end:
            part = TextPart.END
        text = _word(value.text, field) if field.kind is FieldKind.WORD else value.text
        found = TextMatch(name, part, text, folded)
        # What is missing differs from nothing, as in a comparison.
        known = Comparison(name, Comparator.GREATER_OR_EQUAL, "")
        return AllOf((known, Negation(found))) if comparator == "!=" else found
    compared = Comparator.EQUAL if comparator == ":" else Comparator(comparator)
    ordered = compared not in (Comparator.EQUAL, Comparator.NOT_EQUAL)
    if ordered and field.kind in (FieldKind.WORD, FieldKind.BOOLEAN):
        kind = Phrase(field.kind.value, {})
        raise _problem(
            at,
            say("{name} is {kind}, which {comparator} does not compare", name=name, kind=kind, comparator=comparator),
        )
    try:
        return Comparison(name, compared, _READERS[field.kind](value.text, field))
    except ValueError as error:
        raise _problem(value.at, say("{name} {problem}", name=name, problem=str(error))) from None


def _read_text(text: str, _: FilterField) -> str:
    return text


def _word(text: str, field: FilterField) -> str:
    return text.lower().removeprefix(field.prefix.lower())


def _read_word(text: str, field: FilterField) -> str:
    word = _word(text, field)
    if field.choices and word not in field.choices:
        similar = difflib.get_close_matches(word[:60], field.choices, n=1)
        hint = say("it is one of {words}", words=", ".join(field.choices))
        if similar:
            hint = say("did you mean {name}?", name=similar[0])
        raise ValueError(say('is never "{text}": {hint}', text=text[:60], hint=hint))
    return word


def _read_number(text: str, _: FilterField) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(say("is compared with a whole number, such as 587"))
    return int(text)


def _read_boolean(text: str, _: FilterField) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(say("is true or false"))
    return text.lower() == "true"


def _read_moment(text: str, _: FilterField) -> datetime:
    """Return a time of RFC 3339, or the first moment of a date, UTC."""
    problem = ValueError(say("is compared with a time such as 2026-11-01T08:00:00Z or a date such as 2026-11-01"))
    if not _MOMENT.fullmatch(text):
        raise problem
    # Beyond microseconds there is nothing stored, and Python reads six digits at most.
    shortened = re.sub(r"(\.\d{6})\d+", r"\1", text.upper())
    try:
        moment = datetime.fromisoformat(shortened)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise problem from None


def _read_duration(text: str, _: FilterField) -> timedelta:
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(say("is compared with a duration, such as 1.5s or 250ms"))
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


_READERS: dict[FieldKind, Callable[[str, FilterField], str | int | bool | datetime | timedelta]] = {
    FieldKind.TEXT: _read_text,
    FieldKind.WORD: _read_word,
    FieldKind.NUMBER: _read_number,
    FieldKind.BOOLEAN: _read_boolean,
    FieldKind.MOMENT: _read_moment,
    FieldKind.DURATION: _read_duration,
}


def _unquoted(at: int, text: str) -> _Value:
    return _with_wildcards(at, text, [place for place, letter in enumerate(text) if letter == "*"])


def _with_wildcards(at: int, text: str, stars: list[int]) -> _Value:
    """Return a value of a text in which some of the asterisks are wildcards."""
    from_start = not (stars and stars[0] == 0)
    to_end = not (stars and stars[-1] == len(text) - 1 and (len(stars) > 1 or from_start or len(text) == 1))
    if len(text) == 1 and stars:
        return _Value(at, "", from_start=False, to_end=False, inner=False)
    inner = len(stars) > (not from_start) + (not to_end)
    return _Value(at, text[0 if from_start else 1 : len(text) if to_end else -1], from_start, to_end, inner)


def _problem(at: int, words: str) -> FilterSyntaxError:
    return FilterSyntaxError(say("is wrong at character {place}: {problem}", place=at + 1, problem=words))
