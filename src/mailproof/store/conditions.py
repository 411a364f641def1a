"""SQL for the filters and orders of `domain.filters`, with the same meaning in both engines. Pure.

A caller's text never becomes SQL: a field is looked up in a table of expressions, and each value is a parameter. LIKE
is not used, so nothing needs to be escaped, and case is the same everywhere: SQLite folds A to Z, and so does
PostgreSQL where an expression has the collation "C", as every text here must have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailproof.domain.filters import (
    AllOf,
    AnyOf,
    Comparison,
    FieldKind,
    Filter,
    ListOrder,
    Negation,
    OrderKey,
    Presence,
    SortValue,
    TextMatch,
    TextPart,
    fold_ascii,
)
from mailproof.store.rows import micros


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field's values are.

    Attributes:
        expression: The SQL that gives them: texts, or integers. Times are microseconds since 1970, durations
            milliseconds, booleans 0 or 1. PostgreSQL's texts have the collation "C".
        kind: What the values are.
        nullable: Whether a value may be missing.
    """

    expression: str
    kind: FieldKind
    nullable: bool = False

    @property
    def textual(self) -> bool:
        """Whether the values are texts."""
        return self.kind in (FieldKind.TEXT, FieldKind.WORD)

    @property
    def sorting(self) -> str:
        """The SQL that the values are sorted by."""
        return f"lower({self.expression})" if self.kind is FieldKind.TEXT else self.expression


Columns = Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine writes what the two write differently.

    Attributes:
        text: A parameter that is a text, its number left out.
        number: One that is an integer.
        start: The first characters of a text: the text and how many are left out.
        end: The last ones.
        find: The function that returns where a text holds another one, 0 for nowhere.
    """

    text: str
    number: str
    start: str
    end: str
    find: str


SQLITE = Dialect("?{}", "?{}", "substr({}, 1, {})", "substr({}, -{})", "instr")
POSTGRES = Dialect("${}::text", "${}::bigint", "left({}, {})", "right({}, {})", "strpos")


class SqlText:
    """Conditions of one statement, and its parameters.

    Args:
        dialect: The engine's.
        columns: The fields that conditions may name.
        parameters: Those that the statement has already, in their order.
    """

    def __init__(self, dialect: Dialect, columns: Columns, parameters: Sequence[SortValue | bytes] = ()) -> None:
        self.parameters: list[SortValue | bytes] = list(parameters)
        self._dialect = dialect
        self._columns = columns

    def parameter(self, value: str | int) -> str:
        """Return how the statement names a further parameter."""
        self.parameters.append(value)
        form = self._dialect.text if isinstance(value, str) else self._dialect.number
        return form.format(len(self.parameters))

    def condition(self, filter_: Filter | None) -> str:
        """Return the SQL of a filter, which is true or false and never NULL.

        Args:
            filter_: The filter; None selects all.

        Raises:
            KeyError: It names a field that is not in the table.
        """
        match filter_:
            case None:
                return "1 = 1"
            case AllOf(operands):
                return "(" + " AND ".join(map(self.condition, operands)) + ")"
            case AnyOf(operands):
                return "(" + " OR ".join(map(self.condition, operands)) + ")"
            case Negation(operand):
                return f"NOT ({self.condition(operand)})"
            case Presence(field):
                column = self._columns[field]
                filled = f"{column.expression} <> ''" if column.textual else "1 = 1"
                return _known(column, filled)
            case TextMatch():
                return self._match(filter_)
            case Comparison(field, comparator, value):
                column = self._columns[field]
                operator = "<>" if comparator.value == "!=" else comparator.value
                return _known(column, f"{column.expression} {operator} {self.parameter(_stored(value))}")

    def order(self, order: ListOrder) -> str:
        """Return what follows ORDER BY. Missing values come last, whatever the direction."""
        parts = []
        for key in order:
            column = self._columns[key.field]
            if column.nullable:
                parts.append(f"({column.expression} IS NULL)")
            parts.append(f"{column.sorting} {'DESC' if key.descending else 'ASC'}")
        return ", ".join(parts)

    def keys(self, order: ListOrder) -> str:
        """Return the SQL of the values that a list is sorted by, to be selected: `after` takes them."""
        return ", ".join(self._columns[key.field].sorting for key in order)

    def after(self, order: ListOrder, values: Sequence[SortValue]) -> str:
        """Return the condition that a row comes after another one.

        Args:
            order: The order of the list.
            values: Those of `keys` that the other row has; empty selects all.
        """
        if not values:
            return "1 = 1"
        columns = [self._columns[key.field] for key in order]
        if len({key.descending for key in order}) == 1 and not any(column.nullable for column in columns):
            # A row value, which both engines answer by an index.
            left = ", ".join(column.sorting for column in columns)
            right = ", ".join(self.parameter(value) for value in values if value is not None)
            return f"({left}) {'<' if order[0].descending else '>'} ({right})"
        ways = []
        same: list[str] = []
        for place, (key, column, value) in enumerate(zip(order, columns, values, strict=True), 1):
            further = self._further(key, column, value)
            if further:
                ways.append(" AND ".join([*same, further]))
            if value is None:
                same.append(f"{column.expression} IS NULL")
            elif place < len(order):
                same.append(_known(column, f"{column.sorting} = {self.parameter(value)}"))
        return "(" + " OR ".join(f"({way})" for way in ways) + ")"

    def _further(self, key: OrderKey, column: Column, value: SortValue) -> str:
        """Return the condition that a value comes after another one; "" where none does."""
        if value is None:
            return ""
        beyond = f"{column.sorting} {'<' if key.descending else '>'} {self.parameter(value)}"
        return f"({beyond} OR {column.expression} IS NULL)" if column.nullable else beyond

    def _match(self, match: TextMatch) -> str:
        column = self._columns[match.field]
        text = fold_ascii(match.text) if match.folded else match.text
        where = f"lower({column.expression})" if match.folded else column.expression
        sought = self.parameter(text)
        if match.part is TextPart.ANYWHERE:
            return _known(column, f"{self._dialect.find}({where}, {sought}) > 0")
        piece = self._dialect.start if match.part is TextPart.START else self._dialect.end
        return _known(column, f"{piece.format(where, len(text))} = {sought}")


def _known(column: Column, condition: str) -> str:
    """Return a condition that is false where the value is missing."""
    return f"({column.expression} IS NOT NULL AND {condition})" if column.nullable else condition


def _stored(value: str | int | bool | datetime | timedelta) -> str | int:
    """Return a value as the columns have it."""
    if isinstance(value, datetime):
        return micros(value)
    if isinstance(value, timedelta):
        return round(value / timedelta(milliseconds=1))
    return int(value) if isinstance(value, bool) else value
