"""What a JSON Web Token says before its signature is worth a check (RFC 7515, RFC 7519, RFC 8725). Pure.

Nothing here is proved: this is the cheap part, which refuses what could never pass. Laws: a name that occurs twice is
refused (RFC 7515 section 4, RFC 7519 section 4), no key and no address that a token brings along is looked at, and no
word of a token is repeated in a sentence.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailproof.domain.caller_errors import BearerTokenRefused
from mailproof.domain.phrase import say

MAX_TOKEN = 8192
"""Characters; those of large issuers have one or two thousand."""

_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_TYPES = frozenset({"jwt", "at+jwt"})  # RFC 9068 section 2.1; others, such as logout+jwt, are no access tokens
_LATEST = 1 << 37  # seconds since 1970, in the year 6325; later ones are as good as none, and overflow a date


@dataclass(frozen=True, slots=True)
class Unproved:
    """What a token says of itself.

    Attributes:
        algorithm: How it says that it is signed.
        key_id: Which key it says that it is signed with; None: it says not which.
        claims: What it claims.
    """

    algorithm: str
    key_id: str | None
    claims: Mapping[str, Any]


def has_its_form(token: str) -> bool:
    """Return whether a text has the form of a signed JSON Web Token, which no token of our own has."""
    return _FORM.fullmatch(token) is not None


def read(token: str) -> Unproved:
    """Read a token.

    Raises:
        BearerTokenRefused: It is too large, malformed, or asks for what is not understood here.
    """
    if len(token) > MAX_TOKEN:
        raise BearerTokenRefused("too_large", say("it has more than {max_token} characters", max_token=MAX_TOKEN))
    if not has_its_form(token):
        raise BearerTokenRefused("malformed", say("it is no signed JSON Web Token"))
    head, body, _ = token.split(".")
    header, claims = _object(head), _object(body)
    _check_header(header)
    for name in ("exp", "nbf", "iat"):
        if name in claims and not _is_time(claims[name]):
            raise BearerTokenRefused("claim_wrong", say("its claim {name} is no time", name=name))
    return Unproved(header["alg"], header.get("kid"), claims)


def _check_header(header: Mapping[str, Any]) -> None:
    for name in ("crit", "b64"):  # RFC 7515 section 4.1.11: what must be understood, and isn't
        if name in header:
            raise BearerTokenRefused(
                "header_refused", say("its header has {name}, which is not understood here", name=name)
            )
    if not isinstance(header.get("alg"), str):
        raise BearerTokenRefused("header_refused", say("its header names no algorithm"))
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in _TYPES:
        raise BearerTokenRefused("header_refused", say("its header's typ is neither JWT nor at+jwt"))
    key_id = header.get("kid")
    if "kid" in header and not (isinstance(key_id, str) and key_id):
        raise BearerTokenRefused("header_refused", say("its header's kid is no text"))


def _object(part: str) -> dict[str, Any]:
    try:
        data = urlsafe_b64decode(part + "=" * (-len(part) % 4))
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse)
    except (binascii.Error, ValueError, RecursionError):
        raise BearerTokenRefused("malformed", say("it is not made of JSON objects, each name once")) from None
    if not isinstance(found, dict):
        raise BearerTokenRefused("malformed", say("it is not made of JSON objects, each name once"))
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LATEST
