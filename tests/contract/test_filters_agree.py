"""A filter and an order select the same rows in SQLite, in PostgreSQL and in plain Python, page by page."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from mailproof.domain.filters import FieldKind, Filter, FilterField, ListOrder, OrderKey
from mailproof.store.conditions import POSTGRES, SQLITE, Column, Dialect, SqlText
from mailproof.store.rows import micros
from mailproof.syntax.filter import parse_filter
from mailproof.syntax.order_by import parse_order_by
from plain_support.filters import Row, ordered, selects

FIELDS = {
    "id": FilterField(FieldKind.TEXT),
    "name": FilterField(FieldKind.TEXT, searched=True),
    "host": FilterField(FieldKind.TEXT, searched=True),
    "note": FilterField(FieldKind.TEXT),
    "outcome": FilterField(FieldKind.WORD, choices=("ok", "fail"), prefix="OUTCOME_"),
    "port": FilterField(FieldKind.NUMBER),
    "tls": FilterField(FieldKind.BOOLEAN),
    "end": FilterField(FieldKind.MOMENT),
    "elapsed": FilterField(FieldKind.DURATION),
}
NULLABLE = {"note", "outcome", "port", "end", "elapsed"}
TEXTS = ("", "a", "A", "Ab%c", "ab_c", "b*", "ä", "Ä", "ß", "x\\y", "it's", '"', "\U0001f600a", "a" * 300, "abc")
HOSTILE = ("';DROP TABLE rows;--", "%", "_", "a%", "\\", "''", "{}", "$1", "?1")
START = datetime(2026, 1, 1, tzinfo=UTC)
RANDOM = random.Random(7)


def rows() -> list[Row]:
    """Return rows with every kind of value, missing ones among them."""

    def maybe(value: Any) -> Any:
        return None if RANDOM.random() < 0.3 else value

    return [
        {
            "id": f"{place:03}",
            "name": RANDOM.choice(TEXTS),
            "host": RANDOM.choice((*TEXTS, *HOSTILE)),
            "note": maybe(RANDOM.choice(TEXTS)),
            "outcome": maybe(RANDOM.choice(("ok", "fail"))),
            "port": maybe(RANDOM.choice((25, 465, 587, -1))),
            "tls": RANDOM.random() < 0.5,
            "end": maybe(START + timedelta(days=RANDOM.randrange(4))),
            "elapsed": maybe(timedelta(milliseconds=RANDOM.choice((0, 250, 1500)))),
        }
        for place in range(120)
    ]


def a_term() -> str:
    """Return a random comparison, or a text that is looked for."""
    field = RANDOM.choice([*FIELDS, ""])
    text = RANDOM.choice((*TEXTS, *HOSTILE))
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("*", "\\*")
    star = RANDOM.choice(("", "", "*"))
    match FIELDS[field].kind if field else None:
        case None:
            return f'"{text or "a"}"'
        case FieldKind.TEXT:
            wild = f'"{star}{text}{RANDOM.choice(("", "*"))}"'
            return f"{field}{RANDOM.choice(('=', '!=', ':'))}{wild}" if RANDOM.random() < 0.8 else f'{field}<="{text}"'
        case FieldKind.WORD:
            return f"{field}{RANDOM.choice(('=', '!=', ':'))}{RANDOM.choice(('ok', 'OUTCOME_FAIL', '*', 'f*'))}"
        case FieldKind.BOOLEAN:
            return f"{field} = {RANDOM.choice(('true', 'FALSE'))}"
        case FieldKind.NUMBER:
            value = RANDOM.choice(("25", "465", "-1", "999999999999999999"))
        case FieldKind.MOMENT:
            value = RANDOM.choice(("2026-01-02", "2026-01-02T01:00:00+01:00", "9999-12-31T23:59:59.999999Z"))
        case _:
            value = RANDOM.choice(("0s", "0.25s", "250ms", "-1s", "1d"))
    return f"{field} {RANDOM.choice(('=', '!=', '<', '<=', '>', '>=', ':'))} {value}"


def a_filter(depth: int = 3) -> str:
    """Return a random filter."""
    if depth == 0 or RANDOM.random() < 0.3:
        return RANDOM.choice(("", "", "NOT ", "-")) + a_term()
    joined = RANDOM.choice((" AND ", " OR ", " ")).join(a_filter(depth - 1) for _ in range(RANDOM.choice((1, 2, 3))))
    return f"{RANDOM.choice(('', 'NOT '))}({joined})"


def an_order() -> str:
    """Return a random order."""
    fields = RANDOM.sample(list(FIELDS), RANDOM.choice((0, 1, 2, 3)))
    return ", ".join(f"{field}{RANDOM.choice(('', ' asc', ' desc'))}" for field in fields)


def columns(collation: str) -> dict[str, Column]:
    """Return where the values are; a text has the collation that the engine needs."""
    found = {}
    for name, field in FIELDS.items():
        textual = field.kind in (FieldKind.TEXT, FieldKind.WORD)
        found[name] = Column(f'("{name}"{collation if textual else ""})', field.kind, name in NULLABLE)
    return found


def stored(value: Any) -> Any:
    """Return a value as a row of a database has it."""
    if isinstance(value, datetime):
        return micros(value)
    if isinstance(value, timedelta):
        return value // timedelta(milliseconds=1)
    return int(value) if isinstance(value, bool) else value


def statement(
    dialect: Dialect, collation: str, filter_: Filter | None, order: ListOrder, after: Sequence[Any]
) -> tuple[str, list[Any]]:
    """Return the statement for a page of 50, and its parameters."""
    text = SqlText(dialect, columns(collation))
    where = f"{text.condition(filter_)} AND {text.after(order, after)}"
    keys = text.keys(order)
    return f'SELECT "id", {keys} FROM rows WHERE {where} ORDER BY {text.order(order)} LIMIT 50', text.parameters


def test_a_filter_means_the_same_everywhere(url: str) -> None:
    table = rows()
    create = (
        'CREATE TABLE rows ("id" text, "name" text, "host" text, "note" text, "outcome" text, "port" bigint, '
        '"tls" bigint, "end" bigint, "elapsed" bigint)'
    )
    values = [tuple(stored(row[name]) for name in FIELDS) for row in table]
    lite = sqlite3.connect(":memory:")
    lite.execute(create)
    lite.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    selected = set()

    async def compare(connection: asyncpg.Connection) -> None:
        await connection.execute(create)
        await connection.copy_records_to_table("rows", records=values)
        for _ in range(250):
            written, asked = a_filter(), an_order()
            filter_ = parse_filter(written, FIELDS)
            order = parse_order_by(asked, FIELDS, default=(OrderKey("name"),), unique="id")
            expected = [row["id"] for row in ordered([row for row in table if selects(filter_, row)], order)]
            selected.add(len(expected))
            of_sqlite: list[str] = []
            of_postgres: list[str] = []
            after: Sequence[Any] = ()
            while True:
                text, parameters = statement(SQLITE, "", filter_, order, after)
                page = lite.execute(text, parameters).fetchall()
                text, parameters = statement(POSTGRES, ' COLLATE "C"', filter_, order, after)
                twin = [tuple(row) for row in await connection.fetch(text, *parameters)]
                assert twin == page, (written, asked)
                of_sqlite += [row[0] for row in page]
                of_postgres += [row[0] for row in twin]
                if len(page) < 50:
                    break
                after = page[-1][1:]
            assert of_sqlite == expected, (written, asked)
            assert of_postgres == expected, (written, asked)

    async def connected() -> None:
        connection = await asyncpg.connect(url)
        try:
            await compare(connection)
        finally:
            await connection.close()

    asyncio.run(connected())
    lite.close()
    assert {0, len(table)} < selected, "the filters select all, nothing, and what is between"
