from __future__ import annotations

import argparse
from datetime import UTC, datetime

import pytest

from mailproof.cli.token_expiry import DEFAULT, parse

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("12h", "2026-01-02T15:04:05+00:00"),
        ("90d", "2026-04-02T03:04:05+00:00"),
        ("2w", "2026-01-16T03:04:05+00:00"),
        (DEFAULT, "2027-01-02T03:04:05+00:00"),
        ("2026-01-02", "2026-01-03T00:00:00+00:00"),
        ("2027-01-31", "2027-02-01T00:00:00+00:00"),
        ("2027-01-31T12:00", "2027-01-31T12:00:00+00:00"),
        ("2027-01-31T12:00+01:00", "2027-01-31T11:00:00+00:00"),
    ],
)
def test_an_end_is_a_length_a_date_or_a_time(text: str, ends: str) -> None:
    found = parse(text, NOW)
    assert found is not None
    assert found.isoformat() == ends


def test_never_has_no_end() -> None:
    assert parse("never", NOW) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *(
            (text, "must be a length")
            for text in ("", "90", "0d", "-1d", "1.5d", "1y", "9999999w", "soon", "٣d", "x" * 99)
        ),
        *((text, "must be a length") for text in ("2027-02-30", "31.1.2027", "9999-12-31", "10000-01-01")),
        *((text, "must lie in the future") for text in ("2026-01-01", "2026-01-02T03:04:05Z", "0001-01-02")),
    ],
)
def test_anything_else_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=sentence):
        parse(text, NOW)
