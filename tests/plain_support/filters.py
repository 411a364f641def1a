"""Filters and orders the plain way: each row is looked at in Python."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cmp_to_key
from typing import Any

from mailproof.domain.filters import (
    AllOf,
    AnyOf,
    Comparator,
    Comparison,
    Filter,
    ListOrder,
    Negation,
    Presence,
    TextMatch,
    TextPart,
    fold_ascii,
)

Row = Mapping[str, Any]

_COMPARED: dict[Comparator, Callable[[Any, Any], bool]] = {
    Comparator.EQUAL: operator.eq,
    Comparator.NOT_EQUAL: operator.ne,
    Comparator.LESS: operator.lt,
    Comparator.LESS_OR_EQUAL: operator.le,
    Comparator.GREATER: operator.gt,
    Comparator.GREATER_OR_EQUAL: operator.ge,
}


def selects(filter_: Filter | None, row: Row) -> bool:
    """Return whether a filter selects a row, whose values are those of the domain."""
    match filter_:
        case None:
            return True
        case AllOf(operands):
            return all(selects(each, row) for each in operands)
        case AnyOf(operands):
            return any(selects(each, row) for each in operands)
        case Negation(operand):
            return not selects(operand, row)
        case Presence(field):
            return row[field] is not None and row[field] != ""
        case TextMatch(field, part, text, folded):
            if row[field] is None:
                return False
            value = fold_ascii(row[field]) if folded else row[field]
            sought = fold_ascii(text) if folded else text
            if part is TextPart.ANYWHERE:
                return sought in value
            return bool(value.startswith(sought) if part is TextPart.START else value.endswith(sought))
        case Comparison(field, comparator, value):
            return row[field] is not None and _COMPARED[comparator](row[field], value)


def ordered(rows: Sequence[Row], order: ListOrder) -> list[Row]:
    """Return rows in an order."""

    def compared(one: Row, other: Row) -> int:
        for key in order:
            a, b = one[key.field], other[key.field]
            if a is None or b is None:
                if (a is None) != (b is None):
                    return 1 if a is None else -1
                continue
            if isinstance(a, str):
                a, b = fold_ascii(a), fold_ascii(b)
            if a != b:
                return (1 if a > b else -1) * (-1 if key.descending else 1)
        return 0

    return sorted(rows, key=cmp_to_key(compared))
