"""SASLprep (RFC 4013): gives user names and passwords that look the same one form. Pure."""

from __future__ import annotations

import stringprep
from unicodedata import ucd_3_2_0

from mailproof.domain.phrase import say
from mailproof.syntax.text import has_invisible

_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def saslprep(text: str) -> str:
    """Return the prepared form. Unassigned code points are allowed, as in a query (RFC 3454 section 7).

    Raises:
        ValueError: SASLprep forbids the text.
    """
    if text.isascii() and not has_invisible(text):  # nearly always
        return text
    mapped = "".join(
        " " if stringprep.in_table_c12(c) else c for c in text if not stringprep.in_table_b1(c)
    )  # RFC 4013 section 2.1
    normal = ucd_3_2_0.normalize("NFKC", mapped)
    if any(table(c) for c in normal for table in _PROHIBITED):
        raise ValueError(say("holds a character that SASLprep forbids"))
    if any(stringprep.in_table_d1(c) for c in normal):  # RFC 3454 section 6
        ends = normal[0] + normal[-1]
        if any(stringprep.in_table_d2(c) for c in normal) or not all(stringprep.in_table_d1(c) for c in ends):
            raise ValueError(say("mixes directions of writing as SASLprep forbids"))
    return normal


def prepared(text: str) -> str:
    """Return the prepared form, or the text itself where SASLprep forbids it.

    RFC 5802 section 5.1 would abort the exchange; servers that accepted such a password when it was set compare it
    unprepared (PostgreSQL's client and server do the same).
    """
    try:
        return saslprep(text)
    except ValueError:
        return text
