"""Entity tags of answers that are no resource with a sequence, and whether the client has the answer already.

The tag of one configuration (`rpc.resource_etag`) is a strong one, which If-Match names. All others are weak ones made
of the text, so that they are the same whether it is compressed or not.
"""

from __future__ import annotations

import hashlib
import re

_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_MOST = 100  # tags of a header that are looked at


def content_tag(body: bytes) -> str:
    """Return the weak tag of a text."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def is_known(tag: str, if_none_match: str) -> bool:
    """Return whether a client says that it has what has this tag (RFC 9110 section 13.1.2: a weak comparison).

    Args:
        tag: The tag of the answer.
        if_none_match: The header of that name; empty where there is none.
    """
    if if_none_match.strip() == "*":
        return True
    opaque = tag.removeprefix("W/")
    return any(found[1] == opaque for found, _ in zip(_TAG.finditer(if_none_match), range(_MOST), strict=False))
