"""Reports as they are kept: packed into few octets, and read again by later and earlier releases. Pure.

A packed report is an octet for its form, then compressed JSON. What has its default is left out. A name that this
release does not know is passed over, and a word that it does not know (a code of a newer release) stays that word.
A sentence is kept as its template and what the template's fields hold, so that it can still be told in any language
(`domain.phrase`). A report whose texts a server has made too large is cut, which its message then says, and keeps
English texts alone.
"""

from __future__ import annotations

import dataclasses
import json
import string
import types
import typing
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from mailproof.domain.phrase import COMPOSITIONS, Composed, Phrase
from mailproof.smtp.report import Report
from mailproof.usecases.kept_dictionary import DICTIONARY_1

MOST_OCTETS = 8 * 1024
"""Octets of a packed report at most. Those of real servers take some hundreds."""

_FORM = 1
_LEVEL = 6
_LARGEST = 4 * 1024 * 1024  # octets of JSON that are read at most
_CUTS = ((4000, 64), (1000, 32), (250, 16), (60, 8))  # characters of a text, and items of a list, one after the other
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_LONGEST = 64 * 1024  # characters of a sentence
_NAMES = {compose: name for name, compose in COMPOSITIONS.items()}

_PLAIN = frozenset({str, int, bool, type(None)})

_Read = Callable[[Any], Any]


class _Said(dict[str, Any]):
    """A sentence as JSON has it: "t" and "v" (template, values), or "c" and "p" (composition, parts).

    Attributes:
        text: Its English text.
    """

    text = ""


def pack(report: Report) -> bytes:
    """Return a report as it is kept, of `MOST_OCTETS` at most."""
    document = _written(report)
    packed = _compressed(document)
    for characters, items in _CUTS:
        if len(packed) <= MOST_OCTETS:
            return packed
        cut = _cut(document, characters, items)
        cut["message"] = _remark(cut["message"], characters, items)
        packed = _compressed(cut)
    if len(packed) <= MOST_OCTETS:
        return packed
    bare = Report(report.outcome, report.stage, report.code, _shortened(report.message, _CUTS[-1][0]))
    return _compressed(_written(bare) | {"message": f"{bare.message} (The rest of this report was too large to keep.)"})


def unpack(packed: bytes) -> Report:
    """Return a report that `pack` made.

    Raises:
        ValueError: It is none, or of a form that this release does not know.
    """
    if not packed or packed[0] != _FORM:
        raise ValueError("the report is of a form that this release does not know")
    reading = zlib.decompressobj(zdict=DICTIONARY_1)
    try:
        document = json.loads(reading.decompress(packed[1:], _LARGEST))
        report: Report = _reader(Report)(document)
    except (zlib.error, ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError) as error:
        raise ValueError("the report is damaged") from error
    return report


def _compressed(document: Mapping[str, Any]) -> bytes:
    writing = zlib.compressobj(_LEVEL, zdict=DICTIONARY_1)
    text = json.dumps(document, separators=(",", ":")).encode()
    return bytes([_FORM]) + writing.compress(text) + writing.flush()


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Return the names of a value's fields with their defaults."""

    def default(each: dataclasses.Field[Any]) -> Any:
        return each.default_factory() if each.default_factory is not dataclasses.MISSING else each.default

    return tuple((each.name, default(each)) for each in dataclasses.fields(kind))


def _written(value: Any) -> Any:
    """Return a value as JSON has it."""
    kind: Any = type(value)
    return value if kind in _PLAIN else _writer(kind)(value)


@cache
def _writer(kind: Any) -> Callable[[Any], Any]:
    """Return what writes the values of a type as JSON has them."""
    if kind is tuple:
        return lambda value: [_written(each) for each in value]
    if kind is float:
        return lambda value: round(value, 6)
    if kind is datetime:
        return lambda value: (value - _EPOCH) // _MICROSECOND
    if issubclass(kind, Phrase | Composed):
        return _said
    if issubclass(kind, str):  # a word of a vocabulary
        return str
    if not hasattr(kind, "__dataclass_fields__"):
        return dict
    fields = _defaults(kind)

    def write(value: Any) -> Any:
        written = {}
        for name, default in fields:
            part = getattr(value, name)
            if part is not default and part != default:
                written[name] = _written(part)
        return written

    return write


def _said(sentence: Any) -> Any:
    """Return a sentence, or what stands in one, as JSON has it."""
    if isinstance(sentence, Phrase):
        values = {name: _said(sentence.values[name]) for name in dict.fromkeys(_fields(sentence.template))}
        said = _Said(t=sentence.template, v=values)
    elif isinstance(sentence, Composed) and sentence.compose in _NAMES:
        said = _Said(c=_NAMES[sentence.compose], p=[_said(part) for part in sentence.parts])
    else:
        return sentence if type(sentence) is int else f"{sentence}"
    said.text = f"{sentence}"
    return said


@cache
def _reader(hint: Any) -> _Read:
    """Return what reads a value of a type from JSON. It raises TypeError, ValueError or LookupError for another one."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return _optional(_reader(arguments[0]))
    if origin is tuple:
        return _listed(_reader(arguments[0]))
    if origin is not None:  # a mapping of texts
        return lambda value: {_text(name): _text(each) for name, each in value.items()}
    if dataclasses.is_dataclass(hint):
        return _value(hint)
    if issubclass(hint, StrEnum):
        return lambda value: _word(hint, _text(value))
    if issubclass(hint, datetime):
        return lambda value: _EPOCH + timedelta(microseconds=value)
    return _sentence if hint is str else _exactly(hint)


def _optional(read: _Read) -> _Read:
    return lambda value: None if value is None else read(value)


def _listed(read: _Read) -> _Read:
    return lambda value: tuple(read(each) for each in value)


def _value(kind: Any) -> _Read:
    hints = typing.get_type_hints(kind)
    readers = {each.name: _reader(hints[each.name]) for each in dataclasses.fields(kind)}
    return lambda value: kind(**{name: readers[name](part) for name, part in value.items() if name in readers})


def _sentence(value: Any) -> str:
    """Return a text, which may be a sentence as `_said` writes it. What it is made of is checked: it was stored."""
    if not isinstance(value, dict):
        return _text(value)
    if "c" in value:
        parts = [_sentence(part) for part in value["p"]]
        if sum(map(len, parts)) > _LONGEST:
            raise ValueError("a sentence is too long")
        return Composed(COMPOSITIONS[value["c"]], parts)
    template = _text(value["t"])
    values = {name: it if type(it) is int else _sentence(it) for name, it in value["v"].items()}
    if len(template) + sum(len(f"{values[name]}") for name in _fields(template)) > _LONGEST:
        raise ValueError("a sentence is too long")
    return Phrase(template, values)


@lru_cache(maxsize=2048)  # there are some 1,200 templates
def _fields(template: str) -> tuple[str, ...]:
    """Return the names of a template's fields, each as often as it comes.

    Raises:
        ValueError: A field is more than a name: `str.format` would do more than put a text in its place.
    """
    names = []
    for _, name, layout, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if layout or conversion or not name.isidentifier():
            raise ValueError("a template's fields are names alone")
        names.append(name)
    return tuple(names)


def _exactly(kind: type[Any]) -> _Read:
    def read(value: Any) -> Any:
        if kind is float and type(value) is int:
            return float(value)
        if type(value) is not kind:
            raise TypeError(value)
        return value

    return read


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _word(kind: type[StrEnum], word: str) -> StrEnum:
    """Return a member, or for a word of a newer release a value that equals none of this release's members."""
    try:
        return kind(word)
    except ValueError:
        newer = str.__new__(kind, word)
        newer._name_, newer._value_ = word.upper(), word
        return newer


def _cut(value: Any, characters: int, items: int) -> Any:
    """Return JSON with its texts and lists shortened; of a list the first and the last items stay."""
    if isinstance(value, str):
        return _shortened(value, characters)
    if isinstance(value, _Said):
        return _shortened(value.text, characters)
    if isinstance(value, list):
        kept = value if len(value) <= items else [*value[: items // 2], *value[-(items // 2) :]]
        return [_cut(each, characters, items) for each in kept]
    if isinstance(value, dict):
        named = list(value.items())[: max(items, 32)]  # no value has so many fields; a server's extensions may be more
        return {_shortened(name, characters): _cut(each, characters, items) for name, each in named}
    return value


def _shortened(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[:characters]}…"


def _remark(message: str, characters: int, items: int) -> str:
    return (
        f"{message} (This report was too large to keep as a whole: of each text {characters} characters were kept, "
        f"and of each list {items} items.)"
    )
