"""JSON schemas of messages and enums, as `mailproof.rpc.codec` reads and writes them.

A message that is sent and answered has two schemas, since other fields are mandatory in each direction: the one for
requests has ".Request" behind its name. Law: types, rules and comments come from the descriptors, and the syntaxes of
texts and numbers from the codec.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import combinations
from typing import Any

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from tools.openapi.comments import comment_of

from mailproof.rpc import json_forms
from mailproof.rpc.calls import Method
from mailproof.rpc.unknown_names import NamePolicy
from smtpdiag.v1 import options_pb2

Schema = dict[str, Any]

_CONTROL = r"\u0000-\u001f\u007f-\u009f"  # Unicode's category Cc, as `syntax.text` has it
NO_CONTROLS = rf"^[^{_CONTROL}]*$"
NOT_BLANK = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"

_PORT = "^([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$"

_ANY_CHARACTERS = (options_pb2.FORMAT_ANY, options_pb2.FORMAT_CERTIFICATES)

_FORMATS: dict[int, Schema] = {
    options_pb2.FORMAT_UNSPECIFIED: {},
    options_pb2.FORMAT_HOST_PORT: {"format": "host-port"},
    options_pb2.FORMAT_HOST: {"format": "host"},
    options_pb2.FORMAT_MAILBOX: {"format": "idn-email"},
    options_pb2.FORMAT_ANY: {},
    options_pb2.FORMAT_PORT: {"pattern": _PORT},
    options_pb2.FORMAT_AUTH_METHOD: {"enum": ["", "SSL", "TLS"]},
    options_pb2.FORMAT_CERTIFICATES: {"contentMediaType": "application/x-pem-file"},
    options_pb2.FORMAT_WEBHOOK: {"format": "uri"},
    options_pb2.FORMAT_TOKEN_ENDPOINT: {"format": "uri"},
    options_pb2.FORMAT_SCOPE: {"pattern": r"^[!#-\[\]-~]+$"},  # RFC 6749 section 3.3
}
"""What a declared syntax is in JSON Schema. A format says more in its name than tools check."""

_SPECIAL: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": json_forms.DURATION},
    "google.protobuf.BoolValue": {"type": "boolean"},
    "google.protobuf.StringValue": {"type": "string"},
    "google.protobuf.Empty": {"type": "object"},
    "google.protobuf.Struct": {"type": "object"},
}
"""Messages with a JSON form of their own (the JSON mapping of protobuf)."""

_INTEGER_NAMES = {
    FieldDescriptor.CPPTYPE_INT32: "int32",
    FieldDescriptor.CPPTYPE_INT64: "int64",
    FieldDescriptor.CPPTYPE_UINT32: "uint32",
    FieldDescriptor.CPPTYPE_UINT64: "uint64",
}


class Side(Enum):
    """Which way a message goes."""

    REQUEST = ".Request"
    ANSWER = ""


class Schemas:
    """Makes the schemas that are referred to.

    Args:
        comments: The comments by full name.
        methods: Every RPC of the document.
    """

    def __init__(self, comments: Mapping[str, str], methods: Iterable[Method]) -> None:
        self._comments = comments
        self._made: dict[str, Schema] = {}
        self._sent: set[str] = set()
        self._strict: set[str] = set()  # requests whose unknown names are refused
        self._answered: set[str] = set()
        self._complete: set[str] = set()  # answers that have every field
        self._incomplete: set[str] = set()
        for method in methods:
            request, answer = method.request_type.DESCRIPTOR, method.response_type.DESCRIPTOR
            reached = _reached(request)
            self._sent |= reached
            if method.names is NamePolicy.REFUSE:
                self._strict |= reached
            reached = _reached(answer)
            self._answered |= reached
            (self._complete if method.writes_defaults else self._incomplete).update(reached)

    def made(self) -> dict[str, Schema]:
        """Return the schemas by name."""
        return dict(sorted(self._made.items()))

    def add(self, name: str, schema: Schema) -> Schema:
        """Add a schema that no descriptor has, and return the reference to it."""
        self._made[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}

    def message(self, described: Any, side: Side, without: Iterable[str] = ()) -> Schema:
        """Return the reference to a message's schema.

        Args:
            without: The fields that a path binds, which no body has.
        """
        full = described.full_name
        both = full in self._sent and full in self._answered
        name = full + (side.value if both else "")
        if name not in self._made:
            self._made[name] = {}  # a message may hold itself
            self._made[name] = self._message(described, side, frozenset(without))
        return {"$ref": f"#/components/schemas/{name}"}

    def field(self, field: FieldDescriptor, side: Side) -> Schema:
        """Return the schema of a field's value, with what its comment says."""
        schema = self.value(field, side)
        schema["description"] = comment_of(self._comments, field.full_name)
        behaviours = _behaviours(field)
        if field_behavior_pb2.INPUT_ONLY in behaviours:
            schema["writeOnly"] = True
        if field_behavior_pb2.OUTPUT_ONLY in behaviours:
            schema["readOnly"] = True
        return schema

    def value(self, field: FieldDescriptor, side: Side) -> Schema:
        """Return the schema of a field's value, without its comment."""
        part = field.message_type
        if part is not None and part.GetOptions().map_entry:
            return {"type": "object", "additionalProperties": self._single(part.fields_by_name["value"], side)}
        single = self._single(field, side)
        if not field.is_repeated:
            return single
        most = _rules(field).max_items
        return {"type": "array", "items": single, **({"maxItems": most} if most and side is Side.REQUEST else {})}

    def _single(self, field: FieldDescriptor, side: Side) -> Schema:
        part = field.message_type
        if part is not None:
            special = _SPECIAL.get(part.full_name)
            if special is None and part.full_name.startswith("google.protobuf."):
                raise TypeError(f"{field.full_name}: {part.full_name} has no schema yet")
            return dict(special) if special is not None else self.message(part, side)
        if field.enum_type is not None:
            return self.enum(field.enum_type)
        sent = side is Side.REQUEST
        rules = _rules(field) if sent else options_pb2.FieldRules()
        mandatory = sent and is_mandatory(field) and not field.is_repeated
        if field.type == FieldDescriptor.TYPE_STRING:
            return _text(field, rules, mandatory) if sent else {"type": "string"}
        if field.type == FieldDescriptor.TYPE_BYTES:
            return _octets(rules, side)
        if field.type == FieldDescriptor.TYPE_BOOL:
            return {"type": "boolean"}
        if field.cpp_type in _INTEGER_NAMES:
            return _integer(field, rules, mandatory)
        return {"type": "number", "format": "double"}

    def enum(self, described: EnumDescriptor) -> Schema:
        """Return the reference to an enum's schema."""
        name = described.full_name
        if name not in self._made:
            about = [comment_of(self._comments, name)]
            about += [f"- `{it.name}`: {comment_of(self._comments, f'{name}.{it.name}')}" for it in described.values]
            self._made[name] = {
                "type": "string",
                "enum": [it.name for it in described.values],
                "description": f"{about[0]}\n\n" + "\n".join(" ".join(line.split()) for line in about[1:]),
            }
        return {"$ref": f"#/components/schemas/{name}"}

    def _message(self, described: Descriptor, side: Side, without: frozenset[str]) -> Schema:
        fields = [field for field in described.fields if field.name not in without]
        about = [comment_of(self._comments, described.full_name)]
        choices = []
        for oneof in described.oneofs:
            members = [member.json_name for member in oneof.fields]
            if len(members) > 1:
                listed = ", ".join(f"`{name}`" for name in members)
                about.append(f"At most one of {listed} is set: {comment_of(self._comments, oneof.full_name)}")
                choices += [{"required": list(pair)} for pair in combinations(members, 2)]
        schema: Schema = {"type": "object", "description": "\n\n".join(about)}
        if fields:
            schema["properties"] = {field.json_name: self.field(field, side) for field in fields}
        required = [field.json_name for field in fields if self._is_there(described, field, side)]
        if required:
            schema["required"] = required
        if choices:
            schema["not"] = {"anyOf": choices} if len(choices) > 1 else choices[0]
        if side is Side.REQUEST and described.full_name in self._strict:
            schema["additionalProperties"] = False
        return schema

    def _is_there(self, described: Descriptor, field: FieldDescriptor, side: Side) -> bool:
        """Return whether a message always has a field."""
        if side is Side.REQUEST:
            return is_mandatory(field)
        always = described.full_name in self._complete and described.full_name not in self._incomplete
        return always and not field.has_presence


def is_mandatory(field: FieldDescriptor) -> bool:
    """Return whether a request without this field is refused."""
    rules = _rules(field)
    behaviours = _behaviours(field)
    return bool(
        (rules.min_len and not field.is_repeated)
        or rules.explicit
        or (field_behavior_pb2.REQUIRED in behaviours and field_behavior_pb2.OUTPUT_ONLY not in behaviours)
    )


def _reached(described: Any) -> set[str]:
    """Return the messages that one holds, itself among them."""
    found: set[str] = set()
    left: list[Any] = [described]
    while left:
        message = left.pop()
        if message.full_name not in found:
            found.add(message.full_name)
            left += [field.message_type for field in message.fields if field.message_type is not None]
    return found


def _rules(field: FieldDescriptor) -> options_pb2.FieldRules:
    rules: options_pb2.FieldRules = field.GetOptions().Extensions[options_pb2.rules]
    return rules


def _behaviours(field: FieldDescriptor) -> list[int]:
    return list(field.GetOptions().Extensions[field_behavior_pb2.field_behavior])


def _text(field: FieldDescriptor, rules: options_pb2.FieldRules, mandatory: bool) -> Schema:
    least = rules.min_len or (1 if mandatory and not rules.explicit else 0)
    schema: Schema = {"type": "string"}
    if field_behavior_pb2.INPUT_ONLY in _behaviours(field) and rules.format == options_pb2.FORMAT_ANY:
        schema["format"] = "password"
    schema |= _FORMATS[rules.format]
    if least:
        schema["minLength"] = least
    if rules.format in _ANY_CHARACTERS:
        schema |= {"pattern": r"\S"} if least else {}
    elif "enum" not in schema:
        schema.setdefault("pattern", NOT_BLANK if least else NO_CONTROLS)
    if rules.max_len:
        schema["maxLength"] = rules.max_len
    return schema


def _octets(rules: options_pb2.FieldRules, side: Side) -> Schema:
    schema: Schema = {"type": "string", "contentEncoding": "base64"}
    if side is Side.REQUEST:
        schema["pattern"] = json_forms.BASE64
    if rules.min_len:
        schema["minLength"] = math.ceil(rules.min_len * 4 / 3)  # without the padding
    if rules.max_len:
        schema["maxLength"] = math.ceil(rules.max_len / 3) * 4
    return schema


def _integer(field: FieldDescriptor, rules: options_pb2.FieldRules, mandatory: bool) -> Schema:
    name = _INTEGER_NAMES[field.cpp_type]
    least, greatest = json_forms.RANGES[field.cpp_type]
    if name.endswith("64"):  # beyond what a double holds, so JSON has them as strings
        pattern = json_forms.INTEGER if least else json_forms.INTEGER.replace("-?", "")
        return {"type": "string", "format": name, "pattern": pattern}
    schema: Schema = {"type": "integer", "format": name}
    schema["minimum"] = 1 if mandatory and not least else least
    schema["maximum"] = rules.max or greatest
    return schema
