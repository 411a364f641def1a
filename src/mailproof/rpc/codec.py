"""Protobuf bytes to request messages, with errors that name the field; messages to JSON.

Protobuf's own parser says only "failed to parse", and cuts a number to the bits of its field.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from mailproof.domain.errors import MAX_VIOLATIONS, FieldViolation, InvalidFields, MalformedRequest, RequestTooLarge
from mailproof.domain.phrase import say
from mailproof.rpc.field_values import NOT_UTF8, RANGES

MAX_REQUEST_BYTES = 64 * 1024
"""The size of the largest request, unless the RPC declares a larger one (smtpdiag.v1.max_request_bytes)."""

_VARINT, _LENGTH_DELIMITED = 0, 2  # wire types of numbers, and of strings and messages

_NARROW = (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_UINT32, FieldDescriptor.CPPTYPE_ENUM)


def parse_protobuf(message_type: type[Message], data: bytes, limit: int = MAX_REQUEST_BYTES) -> Message:
    """Parse a protobuf message.

    Args:
        message_type: The type of the message.
        data: The encoded message.
        limit: Bytes at most.

    Raises:
        RequestTooLarge: `data` is longer than `limit`.
        InvalidFields: A string is not valid UTF-8, or a number is beyond the range of its field.
        MalformedRequest: `data` is no such message for another reason.
    """
    if len(data) > limit:
        raise RequestTooLarge(limit)
    message = message_type()
    try:
        message.ParseFromString(data)
    except DecodeError:
        _refuse(_wrong_fields(message_type.DESCRIPTOR, data))
        raise MalformedRequest(
            say("the body is not a {full_name} message", full_name=message_type.DESCRIPTOR.full_name)
        ) from None
    if _has_narrow(message_type.DESCRIPTOR):
        _refuse(_wrong_fields(message_type.DESCRIPTOR, data))
    return message


def _refuse(wrong: list[FieldViolation]) -> None:
    """Refuse what is wrong, if anything is; a field may come many times."""
    if wrong:
        raise InvalidFields(list(islice(dict.fromkeys(wrong), MAX_VIOLATIONS)))


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


def _wrong_fields(descriptor: Any, data: bytes, prefix: str = "") -> list[FieldViolation]:
    """Return what is wrong with the values of a message; nothing if the bytes are no message at all."""
    raw = Empty()
    try:
        raw.ParseFromString(data)  # every field is unknown to Empty, so nothing is decoded
    except DecodeError:
        return []
    wrong: list[FieldViolation] = []
    unknown = UnknownFieldSet(raw)
    for item in (unknown[index] for index in range(len(unknown))):
        field = descriptor.fields_by_number.get(item.field_number)
        if field is None:
            continue
        path = f"{prefix}{field.name}"
        if item.wire_type == _VARINT:
            if field.cpp_type in _NARROW and not _fits(item.data, field):
                least, greatest = RANGES[field.cpp_type]
                must = say("must be a whole number from {least} to {greatest}", least=least, greatest=greatest)
                wrong.append(FieldViolation(path, must))
        elif item.wire_type != _LENGTH_DELIMITED:
            continue
        elif field.message_type is not None:
            wrong += _wrong_fields(field.message_type, item.data, f"{path}.")
        elif field.type == FieldDescriptor.TYPE_STRING:
            try:
                item.data.decode()
            except UnicodeDecodeError:
                wrong.append(FieldViolation(path, NOT_UTF8))
    return wrong


def _fits(varint: int, field: FieldDescriptor) -> bool:
    """Return whether a number on the wire is one that its field of 32 bits holds; negative ones come as 64 bits."""
    least, greatest = RANGES[field.cpp_type]
    return varint <= greatest or varint >= 2**64 + least


@cache
def _has_narrow(descriptor: Descriptor) -> bool:
    """Return whether a message, or one in it, has numbers of 32 bits.

    A number on the wire may have 64. Protobuf cuts it (the encoding's "cast as in C++"), which would make 2^32 + 5 an
    enum's 5: no encoder writes that, and nobody who writes it means 5.
    """
    return any(
        field.cpp_type in _NARROW or (field.message_type is not None and _has_narrow(field.message_type))
        for field in descriptor.fields
    )


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
