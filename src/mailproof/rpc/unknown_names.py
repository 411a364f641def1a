"""Names that a JSON request has and its message does not: which of them refuse the call, and how the others are told.

Our own calls refuse every one. The APIs that we are compatible with pass over them, so there the header
x-unknown-fields names them, and they are refused only where the caller or the operator asks for it, and where a call
that writes has surely misspelt a field that it leaves out: nobody wants it stored without TLS or without its password.
Protobuf has numbers instead of names; those that are unknown belong to a newer client and are passed over, as protobuf
means it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from google.protobuf.descriptor import Descriptor

from mailproof.domain.errors import FieldUnknown, FieldViolation, InvalidFields
from mailproof.domain.phrase import say
from mailproof.rpc.near_names import fold, near_field

MAX_NAMED = 10
"""Names that an answer tells of; how many more there are is told as a number."""

MAX_HEADER_BYTES = 1000

_MAX_SHOWN = 40  # characters of a name that is repeated
_NAME = re.compile(r"[@$_]{0,2}[A-Za-z][A-Za-z_.-]*[0-9]{0,2}", re.ASCII)
_MAX_COMPARED = 20  # names of a request that are compared with each field; a request that was meant has fewer


class NamePolicy(Enum):
    """Which unknown names refuse a call."""

    LENIENT = "none"
    REFUSE_SLIPS = "those that are surely a misspelt field which the request leaves out"
    REFUSE = "all"


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that the request has and its message does not.

    Attributes:
        name: Where it is: "query.limt"; what looks like no name is not repeated.
        meant: The field that is meant by it; "" if nothing resembles it.
    """

    name: str
    meant: str


class Names:
    """The names of one request. Made before it is read, and filled by `rpc.codec`.

    Args:
        policy: Which unknown names refuse the call.

    Attributes:
        found: The first `MAX_NAMED` unknown names.
        count: How many there are.
        root: The request's message.
        document: Its JSON object; None: the request is no JSON.
        bound: The fields that the path binds, so that no other name can mean them.
    """

    # A request without unknown names, as almost all are, makes no list.
    __slots__ = ("_problems", "bound", "count", "document", "found", "policy", "root")

    def __init__(self, policy: NamePolicy = NamePolicy.LENIENT) -> None:
        self.policy = policy
        self.found: tuple[UnknownName, ...] = ()
        self.count = 0
        self.root: Any = None
        self.document: Mapping[str, Any] | None = None
        self.bound: Collection[str] = ()
        self._problems: tuple[tuple[FieldViolation, UnknownName], ...] = ()

    def said(self) -> frozenset[str]:
        """Return the fields of the request's message that the request has a value for."""
        return frozenset() if self.document is None else said_in(self.root, self.document)

    def note(self, descriptor: Descriptor, name: str, value: object, prefix: str, given: Collection[str]) -> None:
        """Note an unknown name.

        Args:
            descriptor: The message that the name is in.
            name: The name, which may be any text.
            value: What it has for a value.
            prefix: The path of that message, with a dot at its end; empty for the request's.
            given: The fields that this message has a value for.
        """
        self.count += 1
        thorough = self.count <= _MAX_COMPARED
        near = near_field(self.root or descriptor, descriptor, name, given, thorough=thorough)
        meant = "" if near is None else f"{prefix}{near.path}" if near.name else near.path
        unknown = UnknownName(f"{prefix}{_shown(name)}", meant)
        if len(self.found) < MAX_NAMED:
            self.found += (unknown,)
        slip = (
            self.policy is NamePolicy.REFUSE_SLIPS
            and near is not None
            and near.sure
            and _may_be_value_of(descriptor.fields_by_name.get(near.name), value)
        )
        if (slip or self.policy is NamePolicy.REFUSE) and len(self._problems) < MAX_NAMED:
            self._problems += ((FieldViolation(unknown.name, _no_field(meant)), unknown),)

    def hint(self, field: str) -> str:
        """Return the end of a sentence on a missing field: the unknown name that may mean it, if it is passed over.

        Args:
            field: The field's name.
        """
        refused = {unknown for _, unknown in self._problems}
        passed = (it for it in self.found if it not in refused)
        meaning = (it.name for it in passed if fold(it.meant) == fold(field))
        return next((say("; did you mean it by {name}?", name=name) for name in meaning), "")

    def note_unread(self, name: str, *, is_field: bool, given: bool) -> None:
        """Note a parameter of a query that the call does not read, since it has a body.

        Args:
            name: The parameter's name.
            is_field: Whether the request's message has a field of this name.
            given: Whether the body has a value for that field.
        """
        self.count += 1
        unknown = UnknownName(f"?{_shown(name)}", "")
        if len(self.found) < MAX_NAMED:
            self.found += (unknown,)
        slip = is_field and not given and self.policy is NamePolicy.REFUSE_SLIPS
        if (slip or self.policy is NamePolicy.REFUSE) and len(self._problems) < MAX_NAMED:
            problem = FieldViolation(unknown.name, say("is in the query, which this call does not read"))
            self._problems += ((problem, unknown),)

    def check(self, others: list[FieldViolation]) -> None:
        """Refuse the call where its names, or other fields, are wrong.

        Args:
            others: What else is wrong.

        Raises:
            FieldUnknown: Unknown names refuse the call.
            InvalidFields: None does, and something else is wrong.
        """
        if self._problems:
            first = self._problems[0][1]
            raise FieldUnknown([problem for problem, _ in self._problems] + others, first.name, first.meant)
        if others:
            raise InvalidFields(others)

    def header(self) -> bytes:
        """Return the unknown names as the header x-unknown-fields: a list of strings (RFC 9651 section 3.1).

        What is meant is a parameter. Where not all are listed, the last member is the number of the others.
        """
        members: list[str] = []
        size = 0
        for unknown in self.found:
            meant = f';did-you-mean="{unknown.meant}"' if unknown.meant else ""
            member = f'"{unknown.name}"{meant}'
            size += len(member) + 2
            if size > MAX_HEADER_BYTES:
                break
            members.append(member)
        if self.count > len(members):
            members.append(str(self.count - len(members)))
        return ", ".join(members).encode("ascii")

    def logged(self) -> str:
        """Return the unknown names for the operator's log: those that resemble a field, and so are no secret."""
        near = [f"{it.name} ({it.meant})" for it in self.found if it.meant]
        others = self.count - len(near)
        return ", ".join([*near, *([f"{others} that resemble no field"] if others else [])])


def _may_be_value_of(field: Any, value: object) -> bool:
    """Return whether a value could be one of a field: a text named "note" is no misspelt message named "none".

    A null is none: under the field's own name it would be passed over too (the JSON mapping of protobuf).
    """
    if value is None:
        return False
    if field is None or field.message_type is None or field.message_type.full_name.startswith("google.protobuf."):
        return True
    return isinstance(value, dict)


def said_in(descriptor: Any, document: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the fields that a JSON object has a value for; null is none."""
    get = document.get
    return frozenset(it.name for it in descriptor.fields if get(it.name) is not None or get(it.json_name) is not None)


def _no_field(meant: str) -> str:
    if meant:
        return say("is no field of this request; did you mean {meant}?", meant=meant)
    return say("is no field of this request")


def _shown(name: str) -> str:
    """Return a name as it may be repeated: only what looks like a name, since a secret may stand in its place.

    A password that a person or a program makes up has digits or other signs; and what is left is safe in any header.
    """
    return name if len(name) <= _MAX_SHOWN and _NAME.fullmatch(name) else f"(a name of {len(name)} characters)"
