"""What the console makes of a search is a filter that looks for each word as it is written, whatever is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailproof.domain.filters import AllOf, AnyOf, Filter, TextMatch, TextPart
from mailproof.domain.overview import OVERVIEW_FIELDS
from mailproof.syntax.filter import parse_filter

TABLE = Path(__file__).resolve().parents[3] / "console" / "tests" / "list_filters.json"
"""The same table as that of the console's own test."""

SEARCHED = [name for name, field in OVERVIEW_FIELDS.items() if field.searched]


def looked_for(words: list[str]) -> Filter | None:
    """Return the filter that looks for some words, each in any of the fields that are searched."""
    terms = [AnyOf(tuple(TextMatch(name, TextPart.ANYWHERE, word, folded=True) for name in SEARCHED)) for word in words]
    return AllOf(tuple(terms)) if len(terms) > 1 else terms[0] if terms else None


@pytest.mark.parametrize("row", json.loads(TABLE.read_text()), ids=lambda row: row["typed"])
def test_each_word_is_looked_for_as_it_is_written(row: dict[str, Any]) -> None:
    assert parse_filter(row["filter"], OVERVIEW_FIELDS) == looked_for(row["words"])
