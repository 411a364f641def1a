"""What each kind of field takes as JSON: the one table of values, for bodies, queries and what else comes as text.

It is the JSON mapping of protobuf (protobuf.dev/programming-guides/json), read strictly: what the mapping does not name
is refused, and what is taken keeps its value to the last digit. Protobuf's own parser reads by Python's `int` and
`float`, so it takes 1_0 and digits of any script, rounds whole numbers beyond 2^53, and cuts enums to 32 bits.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from mailproof.domain.phrase import say
from mailproof.syntax.text import has_surrogates

NOT_UTF8 = say("must be valid UTF-8")

MAX_DURATION = 315_576_000_000
"""Seconds of the longest duration, forward and back: 10,000 years (google/protobuf/duration.proto)."""

RANGES: Mapping[int, tuple[int, int]] = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
    FieldDescriptor.CPPTYPE_ENUM: (-(2**31), 2**31 - 1),
}
"""The least and the greatest value of each type; an enum that is not known by name is any 32-bit number."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)  # RFC 8259 section 6
_DURATION = re.compile(r"(-?)(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,9}))?s", re.ASCII)
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - offsets are added by hand, since they may lead out of its years
_LEAST_TIME, _GREATEST_TIME = -62_135_596_800, 253_402_300_799  # seconds of 0001-01-01 and of the end of 9999, UTC
_MOST_DIGITS = 20  # before the point: no type holds more
_STANDARD, _URL_SAFE = re.compile(r"[A-Za-z0-9+/]*={0,2}"), re.compile(r"[A-Za-z0-9_-]*={0,2}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class JsonNumber:
    """A number of a JSON text that has a fraction or an exponent, as it was written: a float would round it."""

    text: str


class WrongValue(Exception):
    """A value that a field does not take.

    Attributes:
        problem: What is wrong, as a phrase ("must be …"); it never repeats the value, which may be a secret.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def read_value(field: FieldDescriptor, value: Any) -> Any:
    """Return the value of a field that is no message of ours, or of one item of a repeated field.

    Args:
        field: The field.
        value: What JSON has for it; never null, which is no value.

    Raises:
        WrongValue: It is none of this kind.
    """
    part = field.message_type
    return _KINDS[field.type if part is None else part.full_name](field, value)


def read_text(field: FieldDescriptor, text: str) -> Any:
    """Return the value of such a field from a text that has no quotes: a parameter of a query.

    Raises:
        WrongValue: It is none of this kind.
    """
    value: Any = text
    if field.type == FieldDescriptor.TYPE_BOOL:
        value = {"true": True, "false": False}.get(text)
    elif field.enum_type is not None and _NUMBER.fullmatch(text):
        value = JsonNumber(text)
    return read_value(field, value)


def is_message(field: FieldDescriptor) -> bool:
    """Return whether a field is a message whose fields are read one by one; protobuf's have forms of their own."""
    part = field.message_type
    return part is not None and not part.full_name.startswith("google.protobuf.")


def whole_number(text: str) -> int | None:
    """Return the integer that a JSON number says, also as 1.0 or 1e3; None if it says none, or one beyond 64 bits."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    if not set(match[1] + (match[2] or "")) - set("0."):  # zero, whatever the exponent
        return 0
    try:
        number = Decimal(text)  # exact, whatever the context
    except ArithmeticError:  # an exponent of twenty digits
        return None
    if number.adjusted() >= _MOST_DIGITS or number != number.to_integral_value():
        return None
    return int(number)


def _string(field: FieldDescriptor, value: Any) -> str:
    if not isinstance(value, str):
        raise WrongValue(say("must be a string"))
    if has_surrogates(value):  # "\ud800": JSON can say it
        raise WrongValue(NOT_UTF8)
    return value


def _bool(field: FieldDescriptor, value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongValue(say("must be true or false"))
    return value


def _integer(field: FieldDescriptor, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str | JsonNumber):
        raise WrongValue(say("must be a number"))
    whole = _whole(value)
    least, greatest = RANGES[field.cpp_type]
    if whole is None or not least <= whole <= greatest:
        raise WrongValue(say("must be a whole number from {least} to {greatest}", least=least, greatest=greatest))
    return whole


def _enum(field: FieldDescriptor, value: Any) -> int:
    enum = field.enum_type
    assert enum is not None  # noqa: S101 - of this kind are enums alone
    if isinstance(value, str):
        number = _names(enum).get(value)
    else:  # any 32-bit number, since enums are open; the declared rules know which are defined
        least, greatest = RANGES[field.cpp_type]
        number = None if isinstance(value, bool) else _whole(value)
        number = number if number is not None and least <= number <= greatest else None
    if number is None:
        names = ", ".join(each.name for each in enum.values if each.number)
        raise WrongValue(say("must be one of {names}", names=names))
    return number


def _whole(value: Any) -> int | None:
    if isinstance(value, int):
        return value
    text = value.text if isinstance(value, JsonNumber) else value
    return whole_number(text) if isinstance(text, str) else None


@cache
def _names(enum: EnumDescriptor) -> Mapping[str, int]:
    """Return the numbers by name. The descriptor's own table fails for a text with a lone surrogate."""
    return {value.name: value.number for value in enum.values}


def _bytes(field: FieldDescriptor, value: Any) -> bytes:
    """Return what base64 holds, of either alphabet, padded or not (RFC 4648 sections 4 and 5).

    Padding is there whole or not at all, and the bits that no byte needs are zero (section 3.5): one text, one value.
    """
    if isinstance(value, str) and (_STANDARD.fullmatch(value) or _URL_SAFE.fullmatch(value)):
        bare = value.rstrip("=")
        if len(bare) == len(value) or len(value) % 4 == 0:
            standard = bare.replace("-", "+").replace("_", "/")
            try:
                octets = base64.b64decode(standard + "=" * (-len(bare) % 4))
            except binascii.Error:  # one character too many
                octets = b""
            if base64.b64encode(octets).decode().rstrip("=") == standard:
                return octets
    raise WrongValue(say("must be base64"))


def _duration(field: FieldDescriptor, value: Any) -> Duration:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        bare = value.text if isinstance(value, JsonNumber) else str(value)
        if _DURATION.fullmatch(f"{bare}s"):
            raise WrongValue(say('must be seconds with an s behind them: write "{bare}s"', bare=bare))
        raise WrongValue(say('must be seconds with an s behind them: such as "5s" or "1.5s"'))
    sign = -1 if match[1] else 1
    seconds, nanos = int(match[2]), _nanos(match[3])
    if (seconds, nanos) > (MAX_DURATION, 0):
        raise WrongValue(say("must be at most {seconds} seconds", seconds=MAX_DURATION))
    return Duration(seconds=sign * seconds, nanos=sign * nanos)


def _timestamp(field: FieldDescriptor, value: Any) -> Timestamp:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise WrongValue(say('must be a time with its offset (RFC 3339), such as "2026-01-31T09:30:00Z"'))
    try:
        since = datetime.fromisoformat(f"{match[1]}T{match[2]}") - _EPOCH
    except ValueError:  # February 30, 24:00, a leap second, which protobuf has none of, the year 0
        since = None
    if since is not None:
        offset = (int(match[5]) * 60 + int(match[6])) * 60 if match[4] else 0
        seconds = since.days * 86_400 + since.seconds - (offset if match[4] == "+" else -offset)
        if _LEAST_TIME <= seconds <= _GREATEST_TIME:
            return Timestamp(seconds=seconds, nanos=_nanos(match[3]))
    raise WrongValue(say("must be a time that exists, in the years 1 to 9999"))


def _nanos(digits: str | None) -> int:
    return int(digits.ljust(9, "0")) if digits else 0


_KINDS: Mapping[int | str, Callable[[FieldDescriptor, Any], Any]] = {
    FieldDescriptor.TYPE_STRING: _string,
    FieldDescriptor.TYPE_BOOL: _bool,
    FieldDescriptor.TYPE_INT32: _integer,
    FieldDescriptor.TYPE_INT64: _integer,
    FieldDescriptor.TYPE_UINT32: _integer,
    FieldDescriptor.TYPE_UINT64: _integer,
    FieldDescriptor.TYPE_ENUM: _enum,
    FieldDescriptor.TYPE_BYTES: _bytes,
    "google.protobuf.Duration": _duration,
    "google.protobuf.Timestamp": _timestamp,
}
"""How each kind is read. A test finds every kind that a request of ours has and that is not here."""
