"""Parses bytes to request messages and writes messages as JSON, with errors that name the field.

Protobuf's own parser says only "failed to parse"; its JSON parser ignores unknown enum names if it ignores unknown
fields, and accepts a string as an empty message. This module adds the missing checks, once for all transports.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from mailproof.domain.errors import MAX_VIOLATIONS, FieldViolation, InvalidFields, MalformedRequest, RequestTooLarge
from mailproof.domain.phrase import say
from mailproof.rpc.unknown_names import NamePolicy, Names, said_in
from mailproof.syntax.text import has_surrogates
from smtpdiag.v1 import options_pb2

MAX_REQUEST_BYTES = 64 * 1024
"""The size of the largest request, unless the RPC declares a larger one (smtpdiag.v1.max_request_bytes)."""

MAX_PARAMETERS = 100
"""The number of parameters that a query may have; no message has so many fields."""

MAX_NAMES = 1000
"""The number of names that one JSON object may have. Unknown ones may be passed over, but reading many takes long."""

MAX_NAMES_IN_ALL = 40_000
"""The number of names in a whole body, for those of 1 MiB: an import of 1,000 configurations has some 20,000."""

_LENGTH_DELIMITED = 2  # wire type of strings and messages

NOT_UTF8 = say("must be valid UTF-8")

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_INTEGER = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_DURATION = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?s", re.ASCII)
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
"""The least and the greatest value of each type."""

# json_format puts its sentences one inside the other: 'Failed to parse query field: Failed to parse limit field: …'.
_PARSE_FIELD = re.compile(r"(?:\A|(?<=field: ))Failed to parse (\w+) field: ")


def parse_protobuf(message_type: type[Message], data: bytes, limit: int = MAX_REQUEST_BYTES) -> Message:
    """Parse a protobuf message.

    Args:
        message_type: The type of the message.
        data: The encoded message.
        limit: Bytes at most.

    Raises:
        RequestTooLarge: `data` is longer than `limit`.
        InvalidFields: A string is not valid UTF-8.
        MalformedRequest: `data` is no such message for another reason.
    """
    if len(data) > limit:
        raise RequestTooLarge(limit)
    message = message_type()
    try:
        message.ParseFromString(data)
    except DecodeError:
        wrong = _not_utf8(message_type.DESCRIPTOR, data)
        if wrong:
            names = islice(dict.fromkeys(wrong), MAX_VIOLATIONS)  # a field may come many times
            raise InvalidFields([FieldViolation(name, NOT_UTF8) for name in names]) from None
        raise MalformedRequest(
            say("the body is not a {full_name} message", full_name=message_type.DESCRIPTOR.full_name)
        ) from None
    return message


def merge_protobuf(data: bytes, bound: bytes) -> bytes:
    """Return an encoded message with the fields that a path binds; they replace the message's own.

    Args:
        data: The encoded message.
        bound: The fields of the path, encoded.

    Raises:
        MalformedRequest: `data` is no message. It is checked by itself because `bound` could complete a broken one.
    """
    if bound:
        try:
            Empty().ParseFromString(data)
        except DecodeError:
            raise MalformedRequest(say("the body is not a protobuf message")) from None
    return data + bound


def _not_utf8(descriptor: Any, data: bytes, prefix: str = "") -> list[str]:
    """Return the paths of the string fields that are not valid UTF-8; none if the bytes are no message at all."""
    raw = Empty()
    try:
        raw.ParseFromString(data)  # every field is unknown to Empty, so nothing is decoded
    except DecodeError:
        return []
    wrong = []
    unknown = UnknownFieldSet(raw)
    for item in (unknown[index] for index in range(len(unknown))):
        field = descriptor.fields_by_number.get(item.field_number)
        if field is None or item.wire_type != _LENGTH_DELIMITED:
            continue
        if field.message_type is not None:
            wrong += _not_utf8(field.message_type, item.data, f"{prefix}{field.name}.")
        elif field.type == FieldDescriptor.TYPE_STRING:
            try:
                item.data.decode()
            except UnicodeDecodeError:
                wrong.append(f"{prefix}{field.name}")
    return wrong


def parse_json(
    message_type: type[Message],
    body: bytes,
    bindings: dict[str, str],
    names: Names | None = None,
    *,
    query: bytes = b"",
) -> Message:
    """Parse a JSON object into a message; both spellings of a field are read.

    Args:
        message_type: The type of the message.
        body: The JSON text; an empty one is an empty object.
        bindings: The fields that the path binds; they replace the body's.
        names: Says what becomes of unknown names, and takes them; None passes over them.
        query: The request's query, whose parameters are unknown names, since a call with a body does not read it.

    Raises:
        InvalidFields: Fields have wrong values; all of them are named.
        FieldUnknown: Names that the message does not have refuse the call, by `names`.
        MalformedRequest: The body is no JSON object.
    """
    document = _load(body) if body.strip() else {}
    names = names or Names()
    names.bound = bindings.keys()
    if query:
        _note_unread(message_type.DESCRIPTOR, query, document, names)
    return _message(message_type, document, bindings, names)


def check_body(message_type: type[Message], body: bytes, bindings: dict[str, str]) -> None:
    """Refuse a call that writes and came without its body: it was lost on the way, or forgotten.

    Nobody means the default of every field by that. A message whose fields the path binds all needs no body.

    Raises:
        InvalidFields: There is no body; what a call must have is named.
        MalformedRequest: There is none, and no field of the message is mandatory.
    """
    free = [field for field in message_type.DESCRIPTOR.fields if field.name not in bindings]
    if body.strip() or not free:
        return
    rules = {field.name: field.GetOptions().Extensions[options_pb2.rules] for field in free}
    missing = [name for name, rule in rules.items() if rule.min_len or rule.explicit]
    if not missing:
        raise MalformedRequest(say("the request has no body: send a JSON object, {{}} if nothing is to be said"))
    reference = next((rules[name].reference for name in missing if rules[name].reference), "")
    violations = [FieldViolation(name, say("is missing, since the request has no body")) for name in missing]
    raise InvalidFields(violations, reference=reference)


def parse_query(
    message_type: type[Message], query: bytes, bindings: dict[str, str], names: Names | None = None
) -> Message:
    """Parse a query's parameters into a message, as google.api.http defines it for routes without a body.

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
        return _bound(message_type(), bindings)
    names = names or Names()
    names.bound = bindings.keys()
    document: dict[str, Any] = {}
    problems: list[FieldViolation] = []
    for name, value in _parameters(query):
        problems += _place(message_type.DESCRIPTOR, document, name, value, "")
    if problems:
        names.check(problems[:MAX_VIOLATIONS])
    return _message(message_type, document, bindings, names)


def _parameters(query: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except UnicodeDecodeError:
        raise MalformedRequest(say("the query is not percent-encoded UTF-8")) from None
    except ValueError:
        raise MalformedRequest(
            say("the query has more than {max_parameters} parameters", max_parameters=MAX_PARAMETERS)
        ) from None


def _note_unread(descriptor: Any, query: bytes, document: dict[str, Any], names: Names) -> None:
    """Note the parameters of a query beside a body. One that is broken is passed over where unknown names are."""
    try:
        pairs = _parameters(query)
    except MalformedRequest:
        if names.policy is NamePolicy.REFUSE:
            raise
        return
    fields = _fields(descriptor)
    for name, _ in pairs:
        field = fields.get(name.partition(".")[0])
        given = field is not None and (
            field.name in names.bound or any(document.get(it) is not None for it in (field.name, field.json_name))
        )
        names.note_unread(name, is_field=field is not None, given=given)


def _place(descriptor: Any, document: dict[str, Any], name: str, text: str, prefix: str) -> Iterator[FieldViolation]:
    """Add a parameter to `document` as a JSON body would have it; yield what is wrong with it."""
    spelling, _, rest = name.partition(".")
    field = _fields(descriptor).get(spelling)
    if field is None:
        document.setdefault(name, None)  # an unknown name, which is noted with those of a body
        return
    path = f"{prefix}{field.name}"
    part = field.message_type
    if part is not None and not part.full_name.startswith("google.protobuf."):
        if field.is_repeated or not rest:
            yield FieldViolation(path, say("can't be given in a query"))
        else:
            yield from _place(part, document.setdefault(field.name, {}), rest, text, f"{path}.")
        return
    if rest:
        yield FieldViolation(path, say("has no parts"))
        return
    value, problem = _parameter(field, text)
    if problem:
        yield FieldViolation(path, problem)
    elif field.is_repeated:
        document.setdefault(field.name, []).append(value)
    elif field.name in document:
        yield FieldViolation(path, say("is given twice"))
    else:
        document[field.name] = value


def _parameter(field: FieldDescriptor, text: str) -> tuple[Any, str]:
    """Return a parameter's value as JSON has it, and what is wrong with it ("" if nothing is)."""
    if field.type == FieldDescriptor.TYPE_BOOL:
        return text == "true", "" if text in ("true", "false") else say("must be true or false")
    if field.enum_type is not None:
        return int(text) if _INTEGER.fullmatch(text) else text, ""
    if field.cpp_type in _INTEGERS:
        return text, "" if _INTEGER.fullmatch(text) else say("must be a whole number")
    return text, ""


def _message(message_type: type[Message], document: dict[str, Any], bindings: dict[str, str], names: Names) -> Message:
    message = message_type()
    descriptor = message_type.DESCRIPTOR
    names.root, names.document = descriptor, document
    problems = list(islice(_problems(descriptor, document, "", names), MAX_VIOLATIONS))
    explicit = _explicit(descriptor)
    if explicit:
        said = names.said()
        problems += [
            FieldViolation(name, say('must be sent; "" removes what is stored{hint}', hint=names.hint(name)))
            for name in explicit
            if name not in said and name not in bindings
        ]
    if problems or names.count:
        names.check(problems[:MAX_VIOLATIONS])
    try:
        json_format.ParseDict(document, message, ignore_unknown_fields=True)
    except json_format.ParseError as error:
        raise _field_error(descriptor, str(error)) from None
    return _bound(message, bindings)


def _bound(message: Message, bindings: dict[str, str]) -> Message:
    """Return a message with the fields that the path binds."""
    for name, value in bindings.items():
        setattr(message, name, value)
    return message


def _load(body: bytes) -> dict[str, Any]:
    if body.count(b'":') > MAX_NAMES_IN_ALL:
        raise MalformedRequest(
            say("the body has more than {max_names_in_all} names", max_names_in_all=MAX_NAMES_IN_ALL)
        )
    try:
        document = json.loads(body.decode(), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise MalformedRequest(say("the body is not valid UTF-8 (byte {start})", start=error.start)) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedRequest(say("the body is not valid JSON: {msg} ({where})", msg=error.msg, where=where)) from None
    except (RecursionError, ValueError):  # ValueError: a number with more digits than int() takes
        raise MalformedRequest(say("the body is not valid JSON: nested too deep, or a number too long")) from None
    if not isinstance(document, dict):
        raise MalformedRequest(say("the body must be a JSON object"))
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        MalformedRequest: It has more names than any message.
        MalformedRequest: A name is given twice, and parsers differ in which one they take (RFC 8259 section 4); or a
            name has a lone surrogate, which protobuf's JSON parser can't handle.
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


def _problems(descriptor: Any, document: dict[str, Any], prefix: str, names: Names) -> Iterator[FieldViolation]:
    """Yield what json_format accepts or reports without a field's name: spellings, enums, types, two of a oneof.

    Names that the message does not have are noted.
    """
    given: set[str] = set()
    chosen: dict[str, str] = {}  # of each oneof
    unknown: list[str] = []
    fields = _fields(descriptor)
    for key, value in document.items():
        field = fields.get(key)
        if field is None:
            unknown.append(key)
            continue
        path = f"{prefix}{field.name}"
        if field.name in given:
            yield FieldViolation(path, say("is given twice, in both spellings"))
        given.add(field.name)
        if value is None:  # as if it were absent
            continue
        if field.containing_oneof is not None:
            first = chosen.setdefault(field.containing_oneof.name, field.name)
            if first != field.name:
                yield FieldViolation(path, say("must not be given together with {first}", first=first))
        if not field.is_repeated:
            yield from _value_problems(field, value, path, names)
        elif isinstance(value, list):
            most = field.GetOptions().Extensions[options_pb2.rules].max_items
            if most and len(value) > most:  # before a message is made of each
                yield FieldViolation(path, say("must have at most {most} items", most=most))
                continue
            for index, item in enumerate(value):
                yield from _value_problems(field, item, f"{path}[{index}]", names)
        else:
            yield FieldViolation(path, say("must be a list"))
    if unknown:
        said = said_in(descriptor, document)
        if not prefix:
            said = said.union(names.bound)
        for name in unknown:
            names.note(descriptor, name, document[name], prefix, said)


@cache
def _explicit(descriptor: Descriptor) -> tuple[str, ...]:
    """Return the names of the fields that a JSON request must have."""
    return tuple(it.name for it in descriptor.fields if it.GetOptions().Extensions[options_pb2.rules].explicit)


@cache
def _fields(descriptor: Descriptor) -> dict[str, FieldDescriptor]:
    """Return the fields by both spellings."""
    return {spelling: field for field in descriptor.fields for spelling in (field.name, field.json_name)}


@cache
def _names(enum: EnumDescriptor) -> frozenset[str]:
    """Return the names of an enum's values. The descriptor's own table fails for a text with a lone surrogate."""
    return frozenset(enum.values_by_name)


def _value_problems(field: FieldDescriptor, value: Any, path: str, names: Names) -> Iterator[FieldViolation]:
    part, enum = field.message_type, field.enum_type
    if part is not None:
        if part.full_name.startswith("google.protobuf."):  # json_format knows their special JSON forms
            yield from _special_problems(part.full_name, value, path)
            return
        if isinstance(value, dict):
            yield from _problems(part, value, f"{path}.", names)
        else:
            yield FieldViolation(path, say("must be an object"))
    elif enum is not None:
        number = isinstance(value, int) and not isinstance(value, bool)  # the declared rules know the numbers
        if not number and not (isinstance(value, str) and value in _names(enum)):
            yield FieldViolation(
                path, say("must be one of {names}", names=", ".join(v.name for v in enum.values if v.number))
            )
    elif field.type == FieldDescriptor.TYPE_STRING:
        if not isinstance(value, str):
            yield FieldViolation(path, say("must be a string"))
        elif has_surrogates(value):  # "\ud800": JSON can say it
            yield FieldViolation(path, NOT_UTF8)
    elif field.type == FieldDescriptor.TYPE_BYTES:
        if not (isinstance(value, str) and _BASE64.fullmatch(value)):  # the parser skips other characters
            yield FieldViolation(path, say("must be base64"))
    elif field.type == FieldDescriptor.TYPE_BOOL:
        if not isinstance(value, bool):
            yield FieldViolation(path, say("must be true or false"))
    elif isinstance(value, bool) or not isinstance(value, int | float | str):
        yield FieldViolation(path, say("must be a number"))
    elif field.cpp_type in _INTEGERS:
        least, greatest = _INTEGERS[field.cpp_type]
        whole = _integer(value)
        if whole is None or not least <= whole <= greatest:
            yield FieldViolation(
                path, say("must be a whole number from {least} to {greatest}", least=least, greatest=greatest)
            )


def _special_problems(type_name: str, value: Any, path: str) -> Iterator[FieldViolation]:
    """Yield what is wrong with the text of a duration or a time (the JSON mapping of protobuf)."""
    if type_name == "google.protobuf.Duration":
        if isinstance(value, str) and _DURATION.fullmatch(value):
            return
        bare = value if isinstance(value, str) else json.dumps(value)
        if _DURATION.fullmatch(f"{bare}s"):
            yield FieldViolation(path, say('must be seconds with an s behind them: write "{bare}s"', bare=bare))
        else:
            yield FieldViolation(path, say('must be seconds with an s behind them: such as "5s" or "1.5s"'))
    elif type_name == "google.protobuf.Timestamp" and not (isinstance(value, str) and _TIME.fullmatch(value)):
        yield FieldViolation(path, say('must be a time with its offset (RFC 3339), such as "2026-01-31T09:30:00Z"'))


def _integer(value: float | str) -> int | None:
    """Return a JSON number, or a string that holds one, as an integer; None if it is no whole number."""
    if isinstance(value, str):
        return int(value) if _INTEGER.fullmatch(value) else None
    return int(value) if isinstance(value, int) or value.is_integer() else None


def _field_error(descriptor: Any, text: str) -> InvalidFields | MalformedRequest:
    names: list[str] = []
    for spelling in _PARSE_FIELD.findall(text):
        field = _fields(descriptor).get(spelling)
        if field is None:
            break
        names.append(field.name)
        if field.message_type is None:
            break
        descriptor = field.message_type
    if not names:
        return MalformedRequest(say("the body does not fit the request message"))
    # The parser's own words may quote the value, which may be a password: say only that it is wrong.
    return InvalidFields([FieldViolation(".".join(names), say("has a value of the wrong type, syntax or range"))])


def to_json(message: Message, *, defaults: bool = False) -> dict[str, Any]:
    """Return a message as a JSON object: lowerCamelCase, int64 as strings, enums by name.

    Args:
        message: The message.
        defaults: Whether fields that have their default value are written too.
    """
    document: dict[str, Any] = json_format.MessageToDict(message, always_print_fields_with_no_presence=defaults)
    return document


def dump(document: dict[str, Any]) -> bytes:
    """Return JSON text as UTF-8 on one line."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
