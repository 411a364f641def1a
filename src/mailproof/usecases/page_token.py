"""Page tokens (AIP-158): they say where a list continues, and are opaque to the caller. Pure.

A token is for one instance and one filter, and has a keyed digest, so that it can neither be forged nor used elsewhere.
It holds where the last row stood and no offset, so what is added between two pages changes neither: of events their
sequence, of any other list the values that it is sorted by.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from mailproof.domain.filters import SortValue
from mailproof.domain.phrase import say
from mailproof.domain.secret import Vault

MAX_TOKEN_LENGTH = 8000
"""Characters that a token of `make_list_token` has at most, where a list is sorted by five long texts."""

_VERSION = b"\x01"
_LIST_VERSION = b"\x02"
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


def make_list_token(
    vault: Vault, instance_id: str, list_name: str, asked: Sequence[str], after: Sequence[SortValue]
) -> str:
    """Return the token of the page that continues after a row of any list.

    Args:
        vault: Has the key of the digest.
        instance_id: The instance whose list this is.
        list_name: Which list it is.
        asked: What must be asked again: the filter, the order.
        after: What the last row of the previous page is sorted by.
    """
    body = _LIST_VERSION + json.dumps(list(after), separators=(",", ":")).encode()
    return _encode(body + _digests(vault, instance_id, _list_filter(list_name, asked), body)[0])


def read_list_token(
    vault: Vault, instance_id: str, list_name: str, asked: Sequence[str], token: str
) -> tuple[SortValue, ...]:
    """Return what the last row of the previous page was sorted by.

    Args:
        vault: Has the key of the digest.
        instance_id: The instance whose list this is.
        list_name: Which list it is.
        asked: What the caller asks: the filter, the order.
        token: The token, as the caller has sent it; empty for the first page, before which there is no row.

    Raises:
        ValueError: The token is not for this instance, list, filter and order; the message begins with "must".
    """
    if not token:
        return ()
    data = _decode(token)
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    digests = _digests(vault, instance_id, _list_filter(list_name, asked), body)
    if not any(hmac.compare_digest(digest, each) for each in digests) or body[:1] != _LIST_VERSION:
        raise ValueError(say("must be the next_page_token of a call with the same filter and order_by"))
    return tuple(json.loads(body[1:]))


def _list_filter(list_name: str, asked: Sequence[str]) -> str:
    return json.dumps([list_name, *asked])


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
