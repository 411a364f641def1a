"""JSON text to its object: strictly that of RFC 8259, bounded, and no number rounded.

Python's parser takes NaN and Infinity, two members of one name, and lone surrogates; none of them gets past here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from mailproof.domain.errors import MalformedRequest
from mailproof.domain.phrase import say
from mailproof.rpc.field_values import JsonNumber
from mailproof.syntax.text import has_surrogates

MAX_NAMES = 1000
"""The number of names that one JSON object may have. Unknown ones may be passed over, but reading many takes long."""

MAX_NAMES_IN_ALL = 40_000
"""The number of names in a whole body, for those of 1 MiB: an import of 1,000 configurations has some 20,000."""

MAX_DEPTH = 100
"""How deep objects and lists may lie in each other, as in protobuf; RFC 8259 section 9 leaves it to the parser."""

_WHITE = b" \t\r\n"  # RFC 8259 section 2


def is_blank(body: bytes) -> bool:
    """Return whether a body says nothing."""
    return not body.strip(_WHITE)


def load_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is; numbers with a fraction or an exponent are `JsonNumber`.

    Raises:
        MalformedRequest: It is none, or has more names than any message.
    """
    if body.count(b'":') > MAX_NAMES_IN_ALL:
        raise MalformedRequest(
            say("the body has more than {max_names_in_all} names", max_names_in_all=MAX_NAMES_IN_ALL)
        )
    try:
        document = _DECODER.decode(body.decode())
    except UnicodeDecodeError as error:
        raise MalformedRequest(say("the body is not valid UTF-8 (byte {start})", start=error.start)) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedRequest(say("the body is not valid JSON: {msg} ({where})", msg=error.msg, where=where)) from None
    except (RecursionError, ValueError):  # ValueError: a number with more digits than int() takes
        raise MalformedRequest(say("the body is not valid JSON: nested too deep, or a number too long")) from None
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _depth(document) > MAX_DEPTH:
        raise MalformedRequest(say("the body is not valid JSON: nested too deep, or a number too long"))
    if not isinstance(document, dict):
        raise MalformedRequest(say("the body must be a JSON object"))
    return document


def _depth(document: object) -> int:
    """Return how many levels of objects and lists there are, up to one more than are allowed."""
    level, depth = [document], 0
    while level and depth <= MAX_DEPTH:
        inner = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        depth += bool(inner)
        level = [value for values in inner for value in values]
    return depth


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        MalformedRequest: It has more names than any message.
        MalformedRequest: A name is given twice, and parsers differ in which one they take (RFC 8259 section 4); or a
            name has a lone surrogate, which no message can hold.
    """
    if len(pairs) > MAX_NAMES:
        raise MalformedRequest(say("the body has more than {max_names} names in one object", max_names=MAX_NAMES))
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = _first_twice(name for name, _ in pairs)
        raise MalformedRequest(say("the body has the name {name} twice in one object", name=json.dumps(twice[:100])))
    if any(has_surrogates(name) for name in found):
        raise MalformedRequest(say("the body has a name that is no Unicode text"))
    return found


def _first_twice(names: Iterable[str]) -> str:
    """Return the first name that has come before, in one pass: an object may have very many."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    raise ValueError("no name comes twice")


def _no_number(name: str) -> NoReturn:
    """Refuse NaN, Infinity and -Infinity (RFC 8259 section 6)."""
    raise MalformedRequest(say("the body is not valid JSON: {name} is no number", name=name))


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=JsonNumber, parse_constant=_no_number)
