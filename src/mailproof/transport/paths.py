"""Paths as they were sent: percent-encoded UTF-8 (RFC 3986 section 2.1), so that a value in one is text."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from mailproof.domain.errors import MalformedRequest
from mailproof.domain.phrase import say

_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})|\ufffd")  # U+FFFD: what stands for bytes that are no UTF-8


def check_path(path: str) -> None:
    """Refuse a path whose values could only be guessed at.

    Args:
        path: As it was sent, percent-encoded and without the query.

    Raises:
        MalformedRequest: It is no percent-encoded UTF-8; overlong forms and surrogates are none (RFC 3629 section 3).
    """
    try:
        unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        broken = True
    else:
        broken = _BROKEN.search(path) is not None
    if broken:
        raise MalformedRequest(say("the path is not percent-encoded UTF-8"))
