"""The columns of kept tests in both databases, and the values that rows are read into. Pure.

A report has a table of its own, so that lists need not read past it. `number` counts the tests of a configuration, so
that those beyond its bound are found without counting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from mailproof.domain.filters import FieldKind
from mailproof.domain.kept_test import NEWEST_TESTS_FIRST, KeptTest, TestQuery
from mailproof.store.conditions import Column, Columns, Dialect, SqlText
from mailproof.store.rows import bounded, micros, moment

_PHASE = re.compile(r"(\S+):([0-9]+)")

TEST = (
    "id, instance_id, config_id, config_sequence, actor_token_id, peer, trigger, depth, outcome, stage, code, "
    "started_at, elapsed_ms, phases, tls_version, certificate_expires_at, overridden, tested, reply_code"
)
"""The columns of the table tests, without `number`."""

REPORT = "test_id, report"
"""The columns of the table test_reports."""

GOOD = "outcome = 'ok' AND overridden = ''"
"""The condition for a good test, written as in the index tests_good."""

OWN = "overridden = ''"
"""The condition that the settings were the stored ones."""

TRIMMED = 200
"""How many tests of a configuration are deleted at once at most, where its bound was made lower."""

_GREATEST_ID = 2**63 - 1


_FIELDS = {
    "id": FieldKind.NUMBER,
    "config_id": FieldKind.TEXT,
    "config_sequence": FieldKind.NUMBER,
    "actor_token_id": FieldKind.TEXT,
    "trigger": FieldKind.WORD,
    "depth": FieldKind.WORD,
    "outcome": FieldKind.WORD,
    "stage": FieldKind.WORD,
    "code": FieldKind.WORD,
    "start_time": FieldKind.MOMENT,
    "elapsed_ms": FieldKind.NUMBER,
    "tls_version": FieldKind.TEXT,
    "certificate_expire_time": FieldKind.MOMENT,
    "reply_code": FieldKind.NUMBER,
    "overridden": FieldKind.TEXT,
}
_NAMES = {"start_time": "started_at", "certificate_expire_time": "certificate_expires_at"}


def filter_columns(text: str = "{}") -> Columns:
    """Return the fields of a filter or an order, as the API names them.

    Args:
        text: How the engine writes a column of texts.
    """

    def column(field: str, kind: FieldKind) -> Column:
        form = text if kind in (FieldKind.TEXT, FieldKind.WORD) else "{}"
        return Column(form.format(_NAMES.get(field, field)), kind, nullable=field == "certificate_expire_time")

    return {field: column(field, kind) for field, kind in _FIELDS.items()}


def listing(dialect: Dialect, columns: Columns, instance_id: str, query: TestQuery) -> tuple[str, list[Any]]:
    """Return the statement for the tests of an instance that a query wants, and its parameters."""
    sql = SqlText(dialect, columns)
    order = query.order or NEWEST_TESTS_FIRST
    own = f"instance_id = {sql.parameter(instance_id)}"
    source, conditions = "tests", [own]
    if query.config_id:
        # A configuration has few tests. Without this SQLite reads those of all, by the index that has the order.
        named = f"SELECT {TEST} FROM tests WHERE {own} AND config_id = {sql.parameter(query.config_id)}"  # noqa: S608
        source, conditions = f"({named} ORDER BY number DESC LIMIT {sql.parameter(bounded(None))}) AS own", []
    conditions += [sql.condition(query.condition), sql.after(order, query.after)]
    limit = sql.parameter(bounded(query.limit))
    where = " AND ".join(conditions)
    statement = f"SELECT {TEST} FROM {source} WHERE {where} ORDER BY {sql.order(order)} LIMIT {limit}"  # noqa: S608
    return statement, sql.parameters


def key_of(test_id: str) -> int | None:
    """Return the number that an id is stored as; None for a text that is no id."""
    if not (test_id.isascii() and test_id.isdecimal()) or len(test_id) > 19 or test_id != str(int(test_id)):
        return None
    return int(test_id) if int(test_id) <= _GREATEST_ID else None


def of_test(test: KeptTest) -> tuple[Any, ...]:
    """Return a test's row, in the order of `TEST`.

    Raises:
        ValueError: Its id is none.
    """
    key = key_of(test.id)
    if key is None:
        raise ValueError("a test's id is a decimal number")
    expires = test.certificate_expires_at
    return (
        key,
        test.instance_id,
        test.config_id,
        test.config_sequence,
        test.actor_token_id,
        test.peer,
        str(test.trigger),
        str(test.depth),
        str(test.outcome),
        str(test.stage),
        str(test.code),
        micros(test.started_at),
        test.elapsed_ms,
        " ".join(f"{stage}:{milliseconds}" for stage, milliseconds in test.phases),
        test.tls_version,
        None if expires is None else micros(expires),
        " ".join(test.overridden),
        json.dumps(dict(test.tested), separators=(",", ":")),  # ASCII, so that any text can be stored
        test.reply_code,
    )


def to_test(row: Sequence[Any], report: bytes | None = b"") -> KeptTest:
    """Return the test of a row, with a report."""
    (key, instance_id, config_id, config_sequence, actor_token_id, peer, trigger, depth, outcome, stage, code) = row[
        :11
    ]
    started_at, elapsed_ms, phases, tls_version, expires_at, overridden, tested, reply_code = row[11:]
    return KeptTest(
        str(key),
        instance_id,
        config_id,
        config_sequence,
        actor_token_id,
        peer,
        trigger,
        depth,
        outcome,
        stage,
        code,
        moment(started_at),
        elapsed_ms,
        tuple((stage, int(milliseconds)) for stage, milliseconds in _PHASE.findall(phases)),
        tls_version,
        None if expires_at is None else moment(expires_at),
        bytes(report or b""),
        tuple(overridden.split()),
        tuple(json.loads(tested).items()),
        reply_code,
    )
