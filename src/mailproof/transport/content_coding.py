"""The content codings of request bodies over HTTP (RFC 9110 section 8.4): gzip, or none.

A compressed body may grow a thousandfold, so no more of it is unpacked than its call takes.
"""

from __future__ import annotations

import zlib

from mailproof.domain.errors import MalformedRequest, RequestTooLarge, UnsupportedMediaType
from mailproof.domain.phrase import say

GZIP = "gzip"

_PLAIN = frozenset({"", "identity", "utf-8", "utf8"})
"""No coding. A charset stands there by mistake, often enough that it is passed over."""

_GZIPPED = frozenset({GZIP, "x-gzip"})  # RFC 9110 section 8.4.1.3 wants both taken alike
_WITH_HEADER = 16 + zlib.MAX_WBITS  # zlib's number for the gzip format


def check_coding(coding: str) -> bool:
    """Return whether a body is compressed.

    Args:
        coding: The header content-encoding; empty where there is none.

    Raises:
        UnsupportedMediaType: It is neither gzip nor nothing.
    """
    name = coding.strip().lower()
    if name not in _PLAIN | _GZIPPED:
        raise UnsupportedMediaType(say("the content encoding must be gzip or none, not {name}", name=name[:40]))
    return name in _GZIPPED


def unpack(body: bytes, limit: int) -> bytes:
    """Return what a body of the coding gzip holds.

    Args:
        limit: Bytes that it may hold at most.

    Raises:
        MalformedRequest: It is not one whole gzip member.
        RequestTooLarge: It holds more.
    """
    inflater = zlib.decompressobj(_WITH_HEADER)
    try:
        content = inflater.decompress(body, limit + 1)
    except zlib.error:
        raise MalformedRequest(say("the body is not valid gzip")) from None
    if len(content) > limit:
        raise RequestTooLarge(limit)
    if not inflater.eof or inflater.unused_data:
        raise MalformedRequest(say("the body is not one whole gzip file"))
    return content
