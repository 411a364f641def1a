"""The statement for a page of overviews in both engines, and what its rows are read into. Pure.

One statement reads one snapshot. The inner one finds the page by what it is filtered and ordered by, and nothing else
is looked up for rows that are not on it. Tests that had other settings than the stored ones do not count.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailproof.domain.filters import FieldKind, SortValue
from mailproof.domain.ledger import EventType
from mailproof.domain.overview import OVERVIEW_FIELDS, OverviewPage, OverviewQuery, OverviewRow, TestBrief
from mailproof.store.conditions import Column, Dialect, SqlText
from mailproof.store.kept_rows import OWN
from mailproof.store.rows import PROVIDER, bounded, columns, has_sealed, moment, to_provider

_TESTS = f"FROM tests AS t WHERE t.instance_id = p.instance_id AND t.config_id = p.id AND t.{OWN}"
_NEWEST = "ORDER BY t.number DESC LIMIT 1"
_WITH_TLS = f"(SELECT t.tls_version {_TESTS} AND t.tls_version <> '' {_NEWEST})"
_WITH_CERTIFICATE = f"(SELECT t.certificate_expires_at {_TESTS} AND t.certificate_expires_at IS NOT NULL {_NEWEST})"

_OF_TESTS = {
    "last_test.id": "id",
    "last_test.outcome": "outcome",
    "last_test.stage": "stage",
    "last_test.code": "code",
    "last_test.start_time": "started_at",
    "last_test.elapsed_ms": "elapsed_ms",
}
_MEMBERS = ("host", "user", "sender_address", "sender_name", "endpoint")
"""Members of stored settings that one kind of provider has, or both have."""


_BRIEF = "number, id, outcome, stage, code, started_at, elapsed_ms, depth"


@dataclass(frozen=True, slots=True)
class OverviewDialect:
    """How an engine writes the statement's parts.

    Attributes:
        conditions: The parts of conditions.
        columns: What `overview_columns` returned.
        find: The function that finds a text in another.
        lists: The SQL that makes one JSON text, a list of lists, of rows of some columns.
    """

    conditions: Dialect
    columns: Mapping[str, Column]
    find: str
    lists: str


def overview_columns(member: str, truth: str, collation: str = "") -> Mapping[str, Column]:
    """Return where the values of each field are.

    Args:
        member: The SQL of a text in the stored settings, but for the member's name.
        truth: The SQL of a truth value there, as 0 or 1, likewise.
        collation: What is put behind a text, so that it is compared by its code points.
    """
    found = {
        "id": f"p.id{collation}",
        "state": f"(CASE p.state WHEN 1 THEN 'active' ELSE 'inactive' END){collation}",
        "kind": f"{member.format('kind')}{collation}",
        "description": f"coalesce({member.format('description')}, ''){collation}",
        "tls": truth.format("tls"),
        "create_time": "p.created_at",
        "update_time": "p.changed_at",
        "tls_version": f"{_WITH_TLS}{collation}",
        "certificate_expire_time": _WITH_CERTIFICATE,
    }
    found |= {name: f"{member.format(name)}{collation}" for name in _MEMBERS}
    for name, column in _OF_TESTS.items():
        textual = OVERVIEW_FIELDS[name].kind is FieldKind.WORD
        found[name] = f"(SELECT t.{column} {_TESTS} {_NEWEST}){collation if textual else ''}"
    always = {"id", "state", "kind", "description", "create_time", "update_time"}
    return {
        name: Column(found[name], field.kind, nullable=name not in always) for name, field in OVERVIEW_FIELDS.items()
    }


def page_statement(
    dialect: OverviewDialect, instance_id: str, query: OverviewQuery
) -> tuple[str, list[SortValue | bytes]]:
    """Return the statement for a page, and its parameters.

    Args:
        dialect: The engine's.
        instance_id: Whose providers.
        query: Which of them.
    """
    known = dialect.columns
    text = SqlText(dialect.conditions, known)
    instance = text.parameter(instance_id)
    condition, after = text.condition(query.condition), text.after(query.order, query.after)
    keys = [f"{known[key.field].sorting} AS k{place}" for place, key in enumerate(query.order)]
    limit = text.parameter(bounded(query.limit))
    page = (
        f"SELECT p.id AS page_id, {', '.join(keys)} FROM providers AS p WHERE p.instance_id = {instance} "  # noqa: S608
        f"AND {condition} AND {after} ORDER BY {text.order(query.order)} LIMIT {limit}"
    )
    order = ", ".join(
        f"(page.k{place} IS NULL), page.k{place} {'DESC' if key.descending else 'ASC'}"
        for place, key in enumerate(query.order)
    )
    # A snapshot has the time of the event that added the provider, and the secret may be a later one's.
    secret = (
        f"SELECT CASE WHEN e.type <> '{EventType.SNAPSHOT}' THEN e.created_at END FROM events AS e "  # noqa: S608
        "WHERE e.instance_id = p.instance_id AND e.provider_id = p.id "
        f"AND {has_sealed(dialect.find, 'e.payload')} ORDER BY e.sequence DESC LIMIT 1"
    )
    tests = (  # as one text for each provider, in one statement for all: rows of their own take five times as long
        f"SELECT {dialect.lists.format(columns('x', _BRIEF))} FROM (SELECT {columns('t', _BRIEF)} {_TESTS} "  # noqa: S608
        f"ORDER BY t.number DESC LIMIT {text.parameter(bounded(query.tests))}) AS x"
    )
    # The instance's row is there also where the page is empty, and has the count.
    statement = (
        f"SELECT i.provider_count, {columns('p')}, ({tests}), ({secret}), {_WITH_TLS}, {_WITH_CERTIFICATE}, "  # noqa: S608
        f"{', '.join(f'page.k{place}' for place in range(len(query.order)))} FROM instances AS i "
        f"LEFT JOIN ({page}) AS page ON 1 = 1 LEFT JOIN providers AS p ON p.id = page.page_id "
        f"WHERE i.id = {instance} ORDER BY {order}"
    )
    return statement, text.parameters


_WIDTH = len(PROVIDER.split(", "))


def to_page(found: Iterable[Sequence[Any]]) -> OverviewPage:
    """Return the page of the statement's rows."""
    count, listed = 0, []
    for row in found:
        count, provider = row[0], row[1 : _WIDTH + 1]
        if provider[0] is None:  # nothing is on the page
            continue
        tests, secret_at, tls_version, expires_at, *keys = row[_WIDTH + 1 :]
        listed.append(
            OverviewRow(
                to_provider(provider),
                _briefs(tests),
                None if secret_at is None or provider[-1] is None else moment(secret_at),
                tls_version or "",
                None if expires_at is None else moment(expires_at),
                tuple(keys),
            )
        )
    return OverviewPage(tuple(listed), count)


def _briefs(tests: str | None) -> tuple[TestBrief, ...]:
    """Return the tests of a text; an aggregate promises no order."""
    found = sorted(json.loads(tests or "[]"), reverse=True)
    return tuple(
        TestBrief(str(test_id), outcome, stage, code, moment(started_at), elapsed_ms, depth)
        for _, test_id, outcome, stage, code, started_at, elapsed_ms, depth in found
    )
