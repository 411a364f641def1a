"""Page tokens (AIP-158): where a list goes on, in a form that its reader can only give back. Pure.

A token is of one instance and one filter, and has a keyed digest, so that it can neither be made up nor moved. What is
added while somebody turns pages changes none of them: a token holds a sequence and no offset.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from mailproof.domain.secret import Vault

_VERSION = b"\x01"
_SEQUENCE_BYTES = 8
_DIGEST_BYTES = 16


def make_token(vault: Vault, instance_id: str, filter_: str, before: int) -> str:
    """Return the token of the page that begins below a sequence."""
    body = _VERSION + before.to_bytes(_SEQUENCE_BYTES, "big")
    return _encode(body + _digests(vault, instance_id, filter_, body)[0])


def read_token(vault: Vault, instance_id: str, filter_: str, token: str) -> int:
    """Return the sequence of a token.

    Raises:
        ValueError: It is none of this instance and filter; the sentence begins with "must".
    """
    data = _decode(token)
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    known = any(hmac.compare_digest(digest, each) for each in _digests(vault, instance_id, filter_, body))
    if not known or body[:1] != _VERSION or len(body) != 1 + _SEQUENCE_BYTES:
        raise ValueError("must be the next_page_token of a call with the same filter")
    return int.from_bytes(body[1:], "big")


def _digests(vault: Vault, instance_id: str, filter_: str, body: bytes) -> tuple[bytes, ...]:
    parts = (instance_id.encode(), filter_.encode(), body)
    data = b"page token\0" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return tuple(digest[:_DIGEST_BYTES] for digest in vault.fingerprints(data))


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decode(token: str) -> bytes:
    """Return a token's octets, none where it is not spelt as `_encode` does."""
    try:
        data = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return b""
    return data if _encode(data) == token else b""
