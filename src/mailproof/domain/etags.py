"""The entity tag of a resource that has a sequence (RFC 9110 section 8.8.3, AIP-154): `"12"`, with its quotes.

What has changed has another sequence, so the tag is a strong one. An `etag` field of a message and the HTTP header hold
the same text.
"""

from __future__ import annotations

import re

MAX_SEQUENCE = 2**64 - 1

_NUMBER = re.compile(r"0|[1-9][0-9]{0,19}", re.ASCII)


def etag(sequence: int) -> str:
    """Return the tag of a resource with this sequence."""
    return f'"{sequence}"'


def parse_sequence(text: str) -> int | None:
    """Return a sequence that is written in digits; None if the text is none."""
    if not _NUMBER.fullmatch(text):
        return None
    sequence = int(text)
    return sequence if sequence <= MAX_SEQUENCE else None


def parse_etag(text: str) -> int | None:
    """Return the sequence of a tag that `etag` made; None if the text is no such tag, as a weak one is not."""
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return parse_sequence(text[1:-1]) if quoted else None
