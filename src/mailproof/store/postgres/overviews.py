"""Overviews in PostgreSQL: what the store's method does on a connection."""

from __future__ import annotations

from dataclasses import replace

from mailproof.domain.overview import OverviewPage, OverviewQuery
from mailproof.store.conditions import POSTGRES
from mailproof.store.overviews import OverviewDialect, overview_columns, page_statement, to_page
from mailproof.store.postgres.log import sought, storable
from mailproof.store.postgres.pool import Connection

# Settings are JSON, which can spell what a text can't hold: NUL, and half a character.
_NO_TEXT = r"\\u0000|\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2}"
_READABLE = (
    (
        r"(CASE WHEN strpos(p.settings, '\u0000') > 0 OR strpos(p.settings, '\ud') > 0 "
        rf"THEN regexp_replace(p.settings, '{_NO_TEXT}', '\\ufffd', 'g') ELSE p.settings END)::json"
    )
    .replace("{", "{{")
    .replace("}", "}}")
)

_COLUMNS = overview_columns(
    f"({_READABLE} ->> '{{}}')",
    f"(CASE {_READABLE} ->> '{{}}' WHEN 'true' THEN 1 WHEN 'false' THEN 0 END)",
    ' COLLATE "C"',
)
_DIALECT = OverviewDialect(POSTGRES, _COLUMNS, "strpos", "json_agg(json_build_array({}))::text")


async def find_page(connection: Connection, instance_id: str, query: OverviewQuery) -> OverviewPage:
    """Return a page of overviews."""
    after = tuple(storable(key) if isinstance(key, str) else key for key in query.after)
    statement, parameters = page_statement(_DIALECT, sought(instance_id), replace(query, after=after))
    return to_page([tuple(row) for row in await connection.fetch(statement, *parameters)])
