"""A request that came as names and values becomes its message, with all that is wrong with it, by the fields' names.

Bodies and queries are both read to such a document first, so that one reading of fields serves them both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from mailproof.domain.errors import MAX_VIOLATIONS, FieldViolation
from mailproof.domain.phrase import say
from mailproof.rpc.field_values import WrongValue, is_message, read_value
from mailproof.rpc.unknown_names import Names, said_in
from smtpdiag.v1 import options_pb2


class ReadValue:
    """A value of a document that was read already, as those of a query are.

    Attributes:
        value: What the field takes.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def make_message(
    message_type: type[Message], document: dict[str, Any], bindings: Mapping[str, str], names: Names
) -> Message:
    """Return the message that a document says.

    Args:
        message_type: The type of the message.
        document: The values by name, in either spelling.
        bindings: The fields that the path binds; they replace the document's.
        names: Takes the unknown names, and says which of them refuse the call.

    Raises:
        InvalidFields: Fields have wrong values; all of them are named.
        FieldUnknown: Unknown names refuse the call.
    """
    message = message_type()
    descriptor = message_type.DESCRIPTOR
    names.root, names.document = descriptor, document
    problems = list(islice(_fill(message, document, "", names), MAX_VIOLATIONS))
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
    return bound_message(message, bindings)


def bound_message(message: Message, bindings: Mapping[str, str]) -> Message:
    """Return a message with the fields that the path binds."""
    for name, value in bindings.items():
        setattr(message, name, value)
    return message


@cache
def fields_by_spelling(descriptor: Descriptor) -> Mapping[str, FieldDescriptor]:
    """Return a message's fields by both spellings."""
    return {spelling: field for field in descriptor.fields for spelling in (field.name, field.json_name)}


@cache
def _explicit(descriptor: Descriptor) -> tuple[str, ...]:
    """Return the names of the fields that a request must say."""
    return tuple(it.name for it in descriptor.fields if it.GetOptions().Extensions[options_pb2.rules].explicit)


def _fill(message: Any, document: Mapping[str, Any], prefix: str, names: Names) -> Iterator[FieldViolation]:
    """Set a message's fields, and yield what is wrong. Names that it does not have are noted."""
    descriptor = message.DESCRIPTOR
    given: set[str] = set()
    chosen: dict[str, str] = {}  # of each oneof
    unknown: list[str] = []
    fields = fields_by_spelling(descriptor)
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
        if field.is_repeated:
            yield from _fill_list(message, field, value, path, names)
        elif is_message(field):
            part = getattr(message, field.name)
            part.SetInParent()
            yield from _fill_part(part, value, path, names)
        else:
            yield from _set(message, field, value, path)
    if unknown:
        said = said_in(descriptor, document)
        if not prefix:
            said = said.union(names.bound)
        for name in unknown:
            names.note(descriptor, name, document[name], prefix, said)


def _fill_list(message: Any, field: FieldDescriptor, value: Any, path: str, names: Names) -> Iterator[FieldViolation]:
    if not isinstance(value, list):
        yield FieldViolation(path, say("must be a list"))
        return
    most = field.GetOptions().Extensions[options_pb2.rules].max_items
    if most and len(value) > most:  # before a message is made of each
        yield FieldViolation(path, say("must have at most {most} items", most=most))
        return
    items = getattr(message, field.name)
    for index, item in enumerate(value):
        if is_message(field):
            yield from _fill_part(items.add(), item, f"{path}[{index}]", names)
            continue
        try:
            items.append(_value(field, item))
        except WrongValue as wrong:
            yield FieldViolation(f"{path}[{index}]", wrong.problem)


def _fill_part(part: Any, value: Any, path: str, names: Names) -> Iterator[FieldViolation]:
    if isinstance(value, dict):
        yield from _fill(part, value, f"{path}.", names)
    else:
        yield FieldViolation(path, say("must be an object"))


def _set(message: Any, field: FieldDescriptor, value: Any, path: str) -> Iterator[FieldViolation]:
    try:
        found = _value(field, value)
    except WrongValue as wrong:
        yield FieldViolation(path, wrong.problem)
        return
    if field.message_type is None:
        setattr(message, field.name, found)
    else:
        getattr(message, field.name).CopyFrom(found)


def _value(field: FieldDescriptor, value: Any) -> Any:
    return value.value if isinstance(value, ReadValue) else read_value(field, value)
