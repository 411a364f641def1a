"""Every way to break a declared rule, and the values that just keep it, made from the descriptors.

So a new field, message or service is tested without anybody thinking of it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

import ccadmin
import smtpdiag
import zitadel
from smtp_support import pki
from smtpdiag.v1 import options_pb2


def _modules() -> Iterator[ModuleType]:
    for package in (zitadel, ccadmin, smtpdiag):
        for folder in package.__path__:
            for path in sorted(Path(folder).rglob("*_pb2.py")):
                parts = path.relative_to(folder).with_suffix("").parts
                yield importlib.import_module(".".join((package.__name__, *parts)))


FILES: tuple[FileDescriptor, ...] = tuple({module.__name__: module.DESCRIPTOR for module in _modules()}.values())
SERVICES: tuple[ServiceDescriptor, ...] = tuple(service for file in FILES for service in file.services_by_name.values())
METHODS: dict[str, MethodDescriptor] = {method.name: method for service in SERVICES for method in service.methods}

Trail = tuple[FieldDescriptor, ...]
"""Fields from a request down to one of its parts."""

FORMATS = {number: name for name, number in options_pb2.Format.items()}


def rules_of(field: FieldDescriptor) -> options_pb2.FieldRules:
    """Return what is declared of a field."""
    rules: options_pb2.FieldRules = field.GetOptions().Extensions[options_pb2.rules]
    return rules


def sample(field: FieldDescriptor, length: int = 0) -> Any:
    """Return a good value of a string or bytes field, as near to a length as its syntax comes; 0: any."""
    if field.type == FieldDescriptor.TYPE_BYTES:
        return b"b" * (length or max(rules_of(field).min_len, 1))
    match FORMATS[rules_of(field).format]:
        case "FORMAT_HOST_PORT":
            return f"{_name(length - 4)}:587" if 0 < length <= 257 else "x" * max(length - 4, 1) + ":587"
        case "FORMAT_HOST":
            return _name(min(length, 253))
        case "FORMAT_MAILBOX":
            return "l" * max(1, min(64, length - 12)) + "@" + _name(length - 65)
        case "FORMAT_PORT":
            return "65535"
        case "FORMAT_AUTH_METHOD":
            return "SSL"
        case "FORMAT_CERTIFICATES":
            return pki.authority().pem
        case "FORMAT_WEBHOOK" | "FORMAT_TOKEN_ENDPOINT":
            return "https://id.example.com/".ljust(length, "a")
        case _:
            return "x" * max(length, rules_of(field).min_len, 1)


def _name(length: int) -> str:
    """Return a host name of this length, of 11 characters at least."""
    if length <= 11:
        return "example.com"
    return "".join("." if place % 50 == 49 and place < length - 1 else "a" for place in range(length))


WRONG_SYNTAX = {
    "FORMAT_HOST_PORT": "no-port",
    "FORMAT_HOST": "a b",
    "FORMAT_MAILBOX": "nobody",
    "FORMAT_PORT": "65536",
    "FORMAT_AUTH_METHOD": "ssl",
    "FORMAT_CERTIFICATES": "no certificate",
    "FORMAT_WEBHOOK": "ftp://mail.example.com/",
    "FORMAT_TOKEN_ENDPOINT": "http://id.example.com/",
    "FORMAT_SCOPE": 'a"b',
}
ANY_CHARACTER = {"FORMAT_ANY", "FORMAT_CERTIFICATES"}


@dataclass(frozen=True)
class Case:
    """A request in which one value breaks, or just keeps, one rule.

    Attributes:
        path: The value's proto path, with an index where it is repeated.
        reference: The reference service's error id, "" where the rule has none.
        empty: Whether the value is empty, so that it can't be a path's part.
    """

    rpc: str
    path: str
    what: str
    request: Message
    reference: str = ""
    empty: bool = False

    def __str__(self) -> str:
        return f"{self.rpc}.{self.path} {self.what}"


def violations_of(method: MethodDescriptor) -> Iterator[Case]:
    """Yield a request for each way to break each rule of a call's request."""
    for path, field in trails(method.input_type):
        for what, value in _wrong(field):
            rules = rules_of(field)
            where = f"{path_of(path)}[0]" if field.is_repeated else path_of(path)
            request = _request(method.input_type, path, [value] if field.is_repeated else value)
            yield Case(method.name, where, what, request, rules.reference, empty=value == "")
        most = rules_of(field).max_items
        if most:
            request = _request(method.input_type, path, [_good(field)] * (most + 1))
            yield Case(method.name, path_of(path), "too many", request, rules_of(field).reference)


def boundaries_of(method: MethodDescriptor) -> Iterator[Case]:
    """Yield a request for each value that just keeps a rule of a call's request."""
    for path, field in trails(method.input_type):
        for what, value in _just_right(field):
            request = _request(method.input_type, path, [value] if field.is_repeated else value)
            yield Case(method.name, path_of(path), what, request)
        most = rules_of(field).max_items
        if most:
            yield Case(method.name, path_of(path), "most", _request(method.input_type, path, [_good(field)] * most))


def path_of(path: Trail) -> str:
    """Return the proto path of a trail, with the index of the first item where a part is repeated."""
    parts = [f"{field.name}[0]" if field.is_repeated and field is not path[-1] else field.name for field in path]
    return ".".join(parts)


def trails(descriptor: Descriptor, above: Trail = ()) -> Iterator[tuple[Trail, FieldDescriptor]]:
    """Yield each field below a message with its trail, those of our messages in it too."""
    for field in descriptor.fields:
        path = (*above, field)
        part = field.message_type
        yield path, field
        if part is None or part.full_name.startswith("google.") or part.GetOptions().map_entry:
            continue
        if part not in [each.message_type for each in above]:
            yield from trails(part, path)


def _wrong(field: FieldDescriptor) -> Iterator[tuple[str, Any]]:
    rules = rules_of(field)
    if field.type == FieldDescriptor.TYPE_STRING:
        if rules.min_len:
            yield "empty", ""
            yield "blank", " \u00a0 "
        if rules.max_len:
            yield "too long by one", sample(field, rules.max_len + 1).ljust(rules.max_len + 1, "x")
        if FORMATS[rules.format] not in ANY_CHARACTER:
            good = sample(field)
            yield "LF", f"{good}\n"
            yield "NUL", f"{good[:1]}\0{good[1:]}"
            yield "C1", f"\x85{good}"
        if FORMATS[rules.format] in WRONG_SYNTAX:
            yield "bad syntax", WRONG_SYNTAX[FORMATS[rules.format]]
    elif field.type == FieldDescriptor.TYPE_BYTES:
        if rules.max_len:
            yield "too long by one", b"x" * (rules.max_len + 1)
    elif field.enum_type is not None:
        yield "no such value", max(field.enum_type.values_by_number) + 1
    elif rules.max:
        yield "too big by one", rules.max + 1


def _just_right(field: FieldDescriptor) -> Iterator[tuple[str, Any]]:
    rules = rules_of(field)
    if field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES):
        if not rules.min_len and field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated:
            yield "empty", ""
        if rules.max_len:
            yield "as long as may be", sample(field, rules.max_len)
        free = field.type == FieldDescriptor.TYPE_STRING and rules.format in (0, options_pb2.FORMAT_ANY)
        if free and rules.max_len:
            yield "as long as may be, beyond ASCII", "\U0001f4e7" * rules.max_len
    elif field.enum_type is not None:
        yield "the last value", max(field.enum_type.values_by_number)
    elif rules.max:
        yield "as big as may be", rules.max


def _good(field: FieldDescriptor) -> Any:
    if field.message_type is not None:
        return _base(field.message_type)
    return sample(field)


def _base(descriptor: Descriptor) -> Message:
    """Return a message in which no rule is broken."""
    message: Message = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if rules_of(field).min_len and not field.is_repeated and field.containing_oneof is None:
            setattr(message, field.name, sample(field))
    return message


def _request(descriptor: Descriptor, path: Trail, value: Any) -> Message:
    """Return a good request but for the value at a path."""
    message = _base(descriptor)
    inner: Any = message
    for field in path[:-1]:
        assert field.message_type is not None
        good = _base(field.message_type)
        if field.is_repeated:
            inner = getattr(inner, field.name).add()
        else:
            inner = getattr(inner, field.name)
            inner.SetInParent()
        inner.MergeFrom(good)
    last = path[-1]
    if last.is_repeated:
        inner.ClearField(last.name)
        getattr(inner, last.name).extend(value)
    else:
        setattr(inner, last.name, value)
    return message
