"""Bytes to request messages and messages to JSON, with errors that name the field.

Protobuf's own parser says only "failed to parse"; JSON's skips unknown enum names when it may skip unknown fields.
Both are mended here, once for all transports.
"""

from __future__ import annotations

import json
import re
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from mailproof.errors import FieldViolation, InvalidFields, MalformedRequest, RequestTooLarge

MAX_REQUEST_BYTES = 64 * 1024

_LENGTH_DELIMITED = 2  # wire type of strings and messages
_MAX_DEPTH = 20  # of JSON objects; our messages nest three deep

# json_format's sentences: 'Failed to parse senderName field: expected string …'.
_PARSE_FIELD = re.compile(r"Failed to parse (?P<field>[\w.\[\]]+) field: (?P<problem>.*?)\.?", re.DOTALL)


def parse_protobuf(message_type: type[Message], data: bytes) -> Message:
    """Parse a protobuf message.

    Raises:
        RequestTooLarge: More than MAX_REQUEST_BYTES. InvalidFields: A string is no UTF-8. MalformedRequest: Otherwise.
    """
    if len(data) > MAX_REQUEST_BYTES:
        raise RequestTooLarge(MAX_REQUEST_BYTES)
    message = message_type()
    try:
        message.ParseFromString(data)
    except DecodeError:
        wrong = _not_utf8(message_type.DESCRIPTOR, data)
        if wrong:
            raise InvalidFields([FieldViolation(name, "must be valid UTF-8") for name in wrong]) from None
        raise MalformedRequest(f"the body is not a {message_type.DESCRIPTOR.full_name} message") from None
    return message


def _not_utf8(descriptor: Any, data: bytes, prefix: str = "") -> list[str]:
    """Return the paths of the string fields whose bytes are no UTF-8; empty where the bytes are no message at all."""
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


def parse_json(message_type: type[Message], body: bytes, bindings: dict[str, str]) -> Message:
    """Parse a JSON object into a message; both spellings of a field are read, unknown fields are ignored.

    Args:
        bindings: Fields taken from the path; they win over the body's.

    Raises:
        InvalidFields: A field has a wrong value. MalformedRequest: The body is no JSON object.
    """
    message = message_type()
    if body.strip():
        try:
            document = json.loads(body.decode())
        except UnicodeDecodeError as error:
            raise MalformedRequest(f"the body is not valid UTF-8 (byte {error.start})") from None
        except json.JSONDecodeError as error:
            raise MalformedRequest(
                f"the body is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})"
            ) from None
        except (RecursionError, ValueError):  # nested too deep; a number too long for int()
            raise MalformedRequest("the body is not valid JSON: nested too deep, or a number too long") from None
        if not isinstance(document, dict):
            raise MalformedRequest("the body must be a JSON object")
        known = _known(message_type.DESCRIPTOR, document, "", _MAX_DEPTH)
        try:
            json_format.ParseDict(known, message)
        except json_format.ParseError as error:
            raise _field_error(message_type.DESCRIPTOR, str(error)) from None
        except UnicodeEncodeError:  # "\ud800": JSON may say it, UTF-8 can't
            raise MalformedRequest("the body has an unpaired surrogate in a string") from None
    for name, value in bindings.items():
        setattr(message, name, value)
    return message


def _known(descriptor: Any, document: dict[str, Any], prefix: str, depth: int) -> dict[str, Any]:
    """Return the document without the fields that the message does not have."""
    if depth == 0:
        raise MalformedRequest("the body is nested too deep")
    kept: dict[str, Any] = {}
    for key, value in document.items():
        field = descriptor.fields_by_name.get(key) or descriptor.fields_by_camelcase_name.get(key)
        field = field or next((f for f in descriptor.fields if f.json_name == key), None)
        if field is None:
            continue
        path = f"{prefix}{field.name}"
        if field.json_name in kept:
            raise InvalidFields([FieldViolation(path, "is given twice, in both spellings")])
        if field.enum_type is not None and isinstance(value, str) and value not in field.enum_type.values_by_name:
            names = ", ".join(v.name for v in field.enum_type.values if v.number)
            raise InvalidFields([FieldViolation(path, f"must be one of {names}")])
        part = field.message_type
        ours = part is not None and not part.full_name.startswith("google.protobuf.")
        kept[field.json_name] = (
            _known(part, value, f"{path}.", depth - 1) if ours and isinstance(value, dict) else value
        )
    return kept


def _field_error(descriptor: Any, text: str) -> InvalidFields | MalformedRequest:
    match = _PARSE_FIELD.fullmatch(text)
    if match is None:
        return MalformedRequest("the body does not fit the request message")
    names = []
    for part in match["field"].split("."):
        field = next((f for f in descriptor.fields if part in (f.json_name, f.name)), None)
        names.append(field.name if field else part)
        if field is not None and field.message_type is not None:
            descriptor = field.message_type
    # The parser's own words may quote the value, which may be a password: say what is expected instead.
    return InvalidFields([FieldViolation(".".join(names), "has a value of the wrong JSON type or syntax")])


def to_json(message: Message, *, defaults: bool = False) -> dict[str, Any]:
    """Return a message as a JSON object: lowerCamelCase, int64 as strings, enums by name.

    Args:
        defaults: Whether fields at their default are written too.
    """
    document: dict[str, Any] = json_format.MessageToDict(message, always_print_fields_with_no_presence=defaults)
    return document


def dump(document: dict[str, Any]) -> bytes:
    """Return JSON text as UTF-8 on one line."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
