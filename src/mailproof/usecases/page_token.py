"""Page tokens (AIP-158): they say where a list continues, and are opaque to the caller. Pure.

A token is for one instance and one filter, and has a keyed digest, so that it can neither be forged nor used elsewhere.
It holds a sequence and no offset, so events that are added between two pages change neither.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from mailproof.domain.phrase import say
from mailproof.domain.secret import Vault

_VERSION = b"\x01"
_SEQUENCE_BYTES = 8
_DIGEST_BYTES = 16


def make_token(vault: Vault, instance_id: str, filter_: str, before: int) -> str:
    """Return the token of the page that continues below a sequence.

    Args:
        vault: Has the key of the digest.
        instance_id: The instance whose list this is.
        filter_: The filter of the list.
        before: The sequence of the last event of the previous page.
    """
    body = _VERSION + before.to_bytes(_SEQUENCE_BYTES, "big")
    return _encode(body + _digests(vault, instance_id, filter_, body)[0])


def read_token(vault: Vault, instance_id: str, filter_: str, token: str) -> int:
    """Return the sequence of a token.

    Args:
        vault: Has the key of the digest.
        instance_id: The instance whose list this is.
        filter_: The filter of the list.
        token: The token, as the caller has sent it.

    Raises:
        ValueError: The token is not for this instance and filter; the message begins with "must".
    """
    data = _decode(token)
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    known = any(hmac.compare_digest(digest, each) for each in _digests(vault, instance_id, filter_, body))
    if not known or body[:1] != _VERSION or len(body) != 1 + _SEQUENCE_BYTES:
        raise ValueError(say("must be the next_page_token of a call with the same filter"))
    return int.from_bytes(body[1:], "big")


def _digests(vault: Vault, instance_id: str, filter_: str, body: bytes) -> tuple[bytes, ...]:
    parts = (instance_id.encode(), filter_.encode(), body)
    data = b"page token\0" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return tuple(digest[:_DIGEST_BYTES] for digest in vault.fingerprints(data))


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decode(token: str) -> bytes:
    """Return a token's octets; b"" where it is not in the form that `_encode` gives."""
    try:
        data = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return b""
    return data if _encode(data) == token else b""
