"""Reads the report in a service's answer, so that it is printed as `mailproof diagnose` prints its own.

The message and `smtp.report` have the same fields, but for the one that is a keyword of Python. A word of a newer
service, of which the message has but a number, is shown as such.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from mailproof.smtp.report import Alternative, Heartbeat, Report, Step, StepStarted

T = TypeVar("T")

_RENAMED = {"current": "from"}
_WORD_BEGINS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class NewerWord(str):
    """A word of a vocabulary that this release does not know."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """The word, as an enum's member has it."""
        return str(self)


def report_of(message: Message) -> Report:
    """Return the report of a message."""
    from mailproof.smtp.report import Report

    return value_of(Report, message)


def value_of(kind: type[T], message: Message) -> T:
    """Return the value of a message, of the type that has the same fields."""
    value: T = _value(kind, message)
    return value


def progress_of(message: Any) -> StepStarted | Step | Alternative | Heartbeat | None:
    """Return what a message of Diagnose's stream tells of the test under way; None for the report and newer things."""
    from mailproof.smtp.report import Alternative, Heartbeat, Step, StepStarted

    kinds = {"started": StepStarted, "step": Step, "alternative": Alternative, "heartbeat": Heartbeat}
    event = message.WhichOneof("event")
    found: StepStarted | Step | Alternative | Heartbeat | None = None
    if event in kinds:
        found = _value(kinds[event], getattr(message, event))
    return found


def _value(kind: Any, message: Any) -> Any:
    hints = typing.get_type_hints(kind)
    known = message.DESCRIPTOR.fields_by_name
    values = {}
    for field in dataclasses.fields(kind):
        name = _RENAMED.get(field.name, field.name)
        if name in known:
            values[field.name] = _field(hints[field.name], message, known[name])
    return kind(**values)


def _field(hint: Any, message: Any, field: Any) -> Any:
    """Return a field's value as a type has it."""
    value = getattr(message, field.name)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return _plain(arguments[0], value, field) if message.HasField(field.name) else None
    if origin is tuple:
        return tuple(_plain(arguments[0], each, field) for each in value)
    if origin is Mapping:
        return dict(value)
    return _plain(hint, value, field)


def _plain(hint: Any, value: Any, field: Any) -> Any:
    if dataclasses.is_dataclass(hint):
        return _value(hint, value)
    if issubclass(hint, Enum):
        return _word(hint, value, field.enum_type)
    if hint is datetime:
        return value.ToDatetime(UTC)
    return value.ToTimedelta().total_seconds() if hint is float else value


def _word(kind: Any, number: int, enum: Any) -> Any:
    known = enum.values_by_number.get(number)
    prefix = f"{_WORD_BEGINS.sub('_', enum.name).upper()}_"
    word = known.name.removeprefix(prefix) if known and number else ""
    return kind[word] if word in kind.__members__ else NewerWord(word.lower() or f"unknown({number})")
