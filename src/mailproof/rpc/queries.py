"""Queries to request messages, as google.api.http defines them for routes without a body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from google.protobuf.message import Message

from mailproof.domain.errors import MAX_VIOLATIONS, FieldViolation, MalformedRequest
from mailproof.domain.phrase import say
from mailproof.rpc.documents import ReadValue, bound_message, fields_by_spelling, make_message
from mailproof.rpc.field_values import WrongValue, is_message, read_text
from mailproof.rpc.unknown_names import Names

MAX_PARAMETERS = 100
"""The number of parameters that a query may have; no message has so many fields."""

_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def parse_query(
    message_type: type[Message], query: bytes, bindings: dict[str, str], names: Names | None = None
) -> Message:
    """Parse a query's parameters into a message.

    Both spellings of a field are read, "outer.inner" names a field of a message in a field, and a repeated field may be
    given many times.

    Args:
        message_type: The type of the message.
        query: The query, without the question mark.
        bindings: The fields that the path binds; they replace the query's.
        names: Says what becomes of unknown parameters, as of the names of a body; None passes over them.

    Raises:
        InvalidFields: Fields have wrong values; all of them are named.
        FieldUnknown: Unknown parameters refuse the call, by `names`.
        MalformedRequest: The bytes are no query, or it has too many parameters.
    """
    if not query:
        return bound_message(message_type(), bindings)
    names = names or Names()
    names.bound = bindings.keys()
    document: dict[str, Any] = {}
    problems: list[FieldViolation] = []
    for name, value in parameters(query):
        problems += _place(message_type.DESCRIPTOR, document, name, value, "")
    if problems:
        names.check(problems[:MAX_VIOLATIONS])
    return make_message(message_type, document, bindings, names)


def parameters(query: bytes) -> list[tuple[str, str]]:
    """Return the names and values of a query.

    Raises:
        MalformedRequest: The bytes are no query, or it has too many parameters.
    """
    if _BROKEN.search(query):  # RFC 3986 section 2.1
        raise MalformedRequest(say("the query is not percent-encoded UTF-8"))
    try:
        return parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except UnicodeDecodeError:
        raise MalformedRequest(say("the query is not percent-encoded UTF-8")) from None
    except ValueError:
        raise MalformedRequest(
            say("the query has more than {max_parameters} parameters", max_parameters=MAX_PARAMETERS)
        ) from None


def _place(descriptor: Any, document: dict[str, Any], name: str, text: str, prefix: str) -> Iterator[FieldViolation]:
    """Add a parameter to `document` at its field's place; yield what is wrong with it."""
    spelling, _, rest = name.partition(".")
    field = fields_by_spelling(descriptor).get(spelling)
    if field is None:
        document.setdefault(name, None)  # an unknown name, which is noted with those of a body
        return
    path = f"{prefix}{field.name}"
    if is_message(field):
        if field.is_repeated or not rest:
            yield FieldViolation(path, say("can't be given in a query"))
        else:
            yield from _place(field.message_type, document.setdefault(field.name, {}), rest, text, f"{path}.")
        return
    if rest:
        yield FieldViolation(path, say("has no parts"))
        return
    try:
        value = ReadValue(read_text(field, text))
    except WrongValue as wrong:
        yield FieldViolation(path, wrong.problem)
        return
    if field.is_repeated:
        document.setdefault(field.name, []).append(value)
    elif field.name in document:
        yield FieldViolation(path, say("is given twice"))
    else:
        document[field.name] = value
