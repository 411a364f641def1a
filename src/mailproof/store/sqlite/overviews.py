"""Overviews in SQLite: what the store's method does on a connection."""

from __future__ import annotations

import sqlite3

from mailproof.domain.overview import OverviewPage, OverviewQuery
from mailproof.store.conditions import SQLITE
from mailproof.store.overviews import OverviewDialect, overview_columns, page_statement, to_page

_MEMBER = "json_extract(p.settings, '$.{}')"
_DIALECT = OverviewDialect(SQLITE, overview_columns(_MEMBER, _MEMBER), "instr", "json_group_array(json_array({}))")


def find_page(connection: sqlite3.Connection, instance_id: str, query: OverviewQuery) -> OverviewPage:
    """Return a page of overviews."""
    statement, parameters = page_statement(_DIALECT, instance_id, query)
    # Settings are JSON, which can spell half a character that UTF-8 can't.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        return to_page(connection.execute(statement, parameters))
    finally:
        connection.text_factory = str
