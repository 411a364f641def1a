"""The header accept-language, also from strangers."""

from __future__ import annotations

import pytest

from mailproof.languages.language import Language
from mailproof.languages.negotiation import MAX_HEADER, MAX_RANGES, accepted, of_locale

EN, DE = Language.ENGLISH, Language.GERMAN


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, EN),
        ("", EN),
        ("en", EN),
        ("de", DE),
        ("DE", DE),
        ("de-AT", DE),
        ("de-AT, en;q=0.5", DE),
        ("de-Latn-DE-1996", DE),
        ("en-GB,de;q=0.9", EN),
        ("en;q=0.5, de;q=0.9", DE),
        ("de;q=0.5, en;q=0.5", DE),  # of equal weight the first one
        ("en;q=0.5, de;q=0.5", EN),
        ("fr", EN),  # none that we have: RFC 9110 section 12.5.4 lets the header be disregarded
        ("fr, de;q=0.1", DE),
        ("fr, *;q=0.5", EN),
        ("*", EN),
        ("*, de;q=0.5", EN),
        ("de, *;q=0.5", DE),
        ("en;q=0, *", DE),
        ("de;q=0", EN),
        ("de;q=0.000, en;q=0", EN),
        ("de-CH;q=0, de", DE),
        ("de-CH;q=0.2, de-AT;q=0.9, en;q=0.5", DE),
        ("de ; q=1.000", DE),
        (" de\t,en;q=0.1", DE),
    ],
)
def test_the_language_of_a_header(header: str | None, language: Language) -> None:
    assert accepted(header) is language


@pytest.mark.parametrize(
    "header",
    [
        "de;q=2",
        "de;q=-1",
        "de;q=0.1234",
        "de;q=nan",
        "de;q=1e9",
        "de;x=1",
        "de_AT",
        "deutsch-und-sehr-lang",
        "dé",
        "d\u0435",  # a Cyrillic letter
        "\u0130de",
        "de\x00",
        "de\r\nset-cookie: a=b",
        "-de",
        "de-",
        "de--AT",
        "**",
        "*-de",
        ";q=1",
        ",,,,",
        "'; DROP TABLE--",
    ],
)
def test_a_malformed_range_is_passed_over(header: str) -> None:
    assert accepted(header) is EN
    assert accepted(f"{header}, de;q=0.7") is DE


def test_a_header_that_is_too_long_is_not_read() -> None:
    assert accepted("de".ljust(MAX_HEADER)) is DE
    assert accepted("de".ljust(MAX_HEADER + 1)) is EN
    assert accepted("," * (MAX_RANGES - 1) + "de") is DE
    assert accepted("," * MAX_RANGES + "de") is EN
    assert accepted("a-" * 100_000) is EN


@pytest.mark.parametrize(
    ("name", "language"),
    [
        *((name, DE) for name in ("de", "de_AT.UTF-8", "de-CH", "de@euro", "DE")),
        *((name, EN) for name in ("", "C", "C.UTF-8", "en_GB.UTF-8", "fr_FR", "deutsch", "x" * 10_000)),
    ],
)
def test_the_language_of_a_locale(name: str, language: Language) -> None:
    assert of_locale(name) is language
