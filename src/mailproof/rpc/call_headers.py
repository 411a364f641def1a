"""The headers, or gRPC metadata, that decide how a call is carried out, and what is wrong with them.

All of them are optional, so that nothing is missing where one is misspelt. A header whose name is next to one of theirs
is therefore refused: nobody wants a call on another instance, or without its precondition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import AnyStr

from mailproof.domain.errors import FieldViolation
from mailproof.domain.etags import parse_etag, parse_sequence
from mailproof.domain.ledger import Expected
from mailproof.domain.phrase import say
from mailproof.rpc.near_names import fold
from mailproof.syntax.edits import distance
from mailproof.syntax.text import is_visible_ascii

INSTANCE_ID = "x-instance-id"
IDEMPOTENCY_KEY = "x-idempotency-key"
STANDARD_IDEMPOTENCY_KEY = "idempotency-key"
EXPECTED_SEQUENCE = "x-expected-sequence"
IF_MATCH = "if-match"
STRICT = "x-strict"
UNKNOWN_FIELDS = "x-unknown-fields"

MAX_IDEMPOTENCY_KEY = 200  # characters

_SLIPS = {INSTANCE_ID: 1, IDEMPOTENCY_KEY: 2, STANDARD_IDEMPOTENCY_KEY: 2, EXPECTED_SEQUENCE: 2, STRICT: 1}
"""The headers whose misspelling is refused, and by how many slips. x-instance, by two, is anybody's."""

_STARTS = ("x-", "x_", "idem", "expected")  # of the names that are looked at: what a proxy adds must not be refused
MAX_COMPARED = 30
"""Names of a request that are compared with ours; behind some proxies there are twenty that begin with x-."""

_LONGEST = 40  # characters of a header's name that is looked at
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')  # a string (RFC 9651 section 3.3.3)
_ESCAPED = re.compile(r'\\(["\\])')
_ANY = "*"


_OURS = frozenset({STANDARD_IDEMPOTENCY_KEY, EXPECTED_SEQUENCE, IF_MATCH, STRICT})


def concerning(names: Iterable[AnyStr]) -> list[AnyStr]:
    """Return those of a request's headers that `CallHeaders.read` has something to say of.

    Anybody may send any number of names, and to compare one takes up to 0.1 ms, so only `MAX_COMPARED` are.

    Args:
        names: The names, in lower case.
    """
    found = []
    compared = 0
    for name in names:
        if len(name) > _LONGEST:
            continue
        kind = _kind(name)
        if kind is _Kind.ALIKE:
            compared += 1
            if compared > MAX_COMPARED or not _meant_header(_text(name)):
                continue
        if kind is not _Kind.OTHER:
            found.append(name)
    return found


class _Kind(Enum):
    OURS = "one that is read here"
    ALIKE = "one that begins as ours do"
    OTHER = "anybody's, or read elsewhere"


@lru_cache(maxsize=512)  # clients and proxies send the same names with each call: without it this takes 5 µs a call
def _kind(name: str | bytes) -> _Kind:
    text = _text(name)
    if text in _OURS:
        return _Kind.OURS
    return _Kind.ALIKE if text.startswith(_STARTS) and text not in _SLIPS else _Kind.OTHER


def _text(name: str | bytes) -> str:
    return name if isinstance(name, str) else name.decode("latin-1")


@dataclass(frozen=True, slots=True)
class CallHeaders:
    """The headers that few calls have, as they came; None: there is no such header.

    Attributes:
        strict: x-strict: whether names that are unknown refuse the call on every API.
        standard_key: idempotency-key.
        expected_sequence: x-expected-sequence.
        if_match: if-match.
        misspelt: A header whose name is next to one of ours, and that one.
    """

    strict: str | None = None
    standard_key: str | None = None
    expected_sequence: str | None = None
    if_match: str | None = None
    misspelt: tuple[str, str] | None = None

    @classmethod
    def read(cls, values: Mapping[str, str], *, http: bool) -> CallHeaders:
        """Return the headers of a request.

        Args:
            values: By name in lower case, the value that counts; at least of the names that `concerning` returns.
            http: Whether the request is one of HTTP by its own rules, which alone has preconditions by entity tags.
        """
        found = concerning(values)
        if not found:
            return NO_HEADERS
        return cls(
            values.get(STRICT),
            values.get(STANDARD_IDEMPOTENCY_KEY),
            values.get(EXPECTED_SEQUENCE),
            values.get(IF_MATCH) if http else None,
            misspelt_header(found),
        )


NO_HEADERS = CallHeaders()


def misspelt_header(names: Iterable[str]) -> tuple[str, str] | None:
    """Return the first name that is next to one of these headers', and that header; None if there is none.

    Args:
        names: The names of a request's headers, in lower case.
    """
    for name in names:
        if name.startswith(_STARTS):
            meant = _meant_header(name)
            if meant:
                return name, meant
    return None


@lru_cache(maxsize=512)
def _meant_header(name: str) -> str:
    if name in _SLIPS:
        return ""
    folded = fold(name)
    near = [(distance(folded, fold(own), most), own) for own, most in _SLIPS.items()]
    away, meant = min(near)
    return meant if away <= _SLIPS[meant] else ""


def read_switch(text: str | None, name: str) -> tuple[bool, list[FieldViolation]]:
    """Return whether a header says true, and what is wrong with it."""
    if text in (None, "false"):
        return False, []
    return True, [] if text == "true" else [FieldViolation(name, say("must be true or false, once"))]


def read_idempotency_key(own: str | None, standard: str | None) -> tuple[str | None, list[FieldViolation]]:
    """Return the key under which a call may be repeated, and what is wrong with the headers that have it.

    Args:
        own: The header x-idempotency-key.
        standard: The header idempotency-key (draft-ietf-httpapi-idempotency-key-header), whose key may be quoted as
            that draft has it.
    """
    problems = []
    if own is not None and not _is_key(own):
        problems.append(FieldViolation(IDEMPOTENCY_KEY, _KEY_MUST))
    bare = standard
    if standard is not None and standard.startswith('"'):
        quoted = _QUOTED.fullmatch(standard)
        bare = _ESCAPED.sub(r"\1", quoted[1]) if quoted else ""
    if bare is not None and not _is_key(bare):
        problems.append(FieldViolation(STANDARD_IDEMPOTENCY_KEY, _KEY_MUST))
    elif own is not None and bare is not None and own != bare:
        problems.append(
            FieldViolation(
                STANDARD_IDEMPOTENCY_KEY, say("must be the key of {header} if both are sent", header=IDEMPOTENCY_KEY)
            )
        )
    return (bare if own is None else own), problems


_KEY_MUST = say("must be 1 to {most} visible ASCII characters, once", most=MAX_IDEMPOTENCY_KEY)


def _is_key(text: str) -> bool:
    return 1 <= len(text) <= MAX_IDEMPOTENCY_KEY and is_visible_ascii(text)


def read_expected(
    sequence: str | None, if_match: str | None, *, takes: bool
) -> tuple[Expected | None, list[FieldViolation]]:
    """Return the sequence that a call was based on (None: it names none), and what is wrong with the headers.

    Args:
        sequence: The header x-expected-sequence.
        if_match: The header if-match (RFC 9110 section 13.1.1).
        takes: Whether the call can have a precondition. Otherwise an expected sequence is refused, and if-match, which
            clients of HTTP may send by themselves, is not looked at.
    """
    if sequence is None and (if_match is None or not takes):
        return None, []
    if not takes:
        return None, [
            FieldViolation(EXPECTED_SEQUENCE, say("is only for calls that change or remove one configuration"))
        ]
    problems: list[FieldViolation] = []
    expected = matched = None
    if sequence is not None:
        expected = parse_sequence(sequence)
        if expected is None:
            problems.append(FieldViolation(EXPECTED_SEQUENCE, say("must be a whole number without a sign, once")))
    if if_match is not None and if_match != _ANY:
        matched = parse_etag(if_match)
        if matched is None:
            problems.append(FieldViolation(IF_MATCH, say('must be one strong entity tag, like "12", or *')))
    if not problems and expected is not None and matched is not None and expected != matched:
        problems.append(
            FieldViolation(
                IF_MATCH, say("must name the sequence of {header} if both are sent", header=EXPECTED_SEQUENCE)
            )
        )
    if expected is not None:
        return Expected(expected), problems
    return None if matched is None else Expected(matched, by_tag=True), problems
