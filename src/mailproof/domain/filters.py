"""What a list's caller asks for: a filter (AIP-160) and an order (AIP-132), as values.

`syntax.filter` and `syntax.order_by` read them from texts by a table of fields, `store.conditions` makes SQL of them.
The laws are the same in every engine: a comparison with a value that is missing is false, also with `!=`, and its
negation is true; letters are A to Z where case does not count; missing values come last in every order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from string import ascii_lowercase, ascii_uppercase

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)

SortValue = str | int | None
"""What a row is sorted by, in its stored form."""


def fold_ascii(text: str) -> str:
    """Return a text with A to Z in lower case, as both engines do it."""
    return text.translate(_LOWER)


class FieldKind(Enum):
    """What the values of a field are."""

    TEXT = "a text"
    WORD = "a word of a vocabulary"  # in lower case
    NUMBER = "a whole number"
    BOOLEAN = "true or false"
    MOMENT = "a time"
    DURATION = "a duration"


@dataclass(frozen=True, slots=True)
class FilterField:
    """A field that a list can be filtered or ordered by.

    Attributes:
        kind: What its values are.
        choices: All words that a field of the kind WORD can have; empty where they are not told here.
        prefix: What a word may begin with besides, as the names of the proto enum do: "OUTCOME_".
        searched: Whether a text that names no field is looked for in this one; of the kind TEXT alone.
        ordered: Whether the list can be ordered by it.
    """

    kind: FieldKind
    choices: tuple[str, ...] = ()
    prefix: str = ""
    searched: bool = False
    ordered: bool = True


FilterFields = Mapping[str, FilterField]
"""The fields of a list by their names, as the caller writes them: "last_test.code"."""


class Comparator(StrEnum):
    """How a value is compared."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field compared with a value. Texts are compared by code points, with regard to case."""

    field: str
    comparator: Comparator
    value: str | int | bool | datetime | timedelta


class TextPart(Enum):
    """Where in a text another one is looked for."""

    START = "start"
    END = "end"
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A text or word that holds another text.

    Attributes:
        field: The field.
        part: Where it is looked for.
        text: What is looked for; not empty.
        folded: Whether the case of A to Z does not count.
    """

    field: str
    part: TextPart
    text: str
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a field has a value that is no empty text."""

    field: str


@dataclass(frozen=True, slots=True)
class Negation:
    """What a filter does not select."""

    operand: Filter


@dataclass(frozen=True, slots=True)
class AllOf:
    """What every one of some filters selects; there are two at least."""

    operands: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """What one of some filters selects; there are two at least."""

    operands: tuple[Filter, ...]


Filter = Comparison | TextMatch | Presence | Negation | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class OrderKey:
    """A field that a list is ordered by. Texts are ordered without regard to the case of A to Z."""

    field: str
    descending: bool = False


ListOrder = tuple[OrderKey, ...]
"""By what a list is ordered, the first key first. The last one is of a field that no two rows share."""


def fields_of(filter_: Filter | None) -> Iterator[str]:
    """Yield the field of each term of a filter."""
    match filter_:
        case None:
            return
        case AllOf(operands) | AnyOf(operands):
            for operand in operands:
                yield from fields_of(operand)
        case Negation(operand):
            yield from fields_of(operand)
        case _:
            yield filter_.field
