"""JSON bodies to request messages, by the JSON mapping of protobuf (`rpc.field_values` has the values of each kind)."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from mailproof.domain.errors import FieldViolation, InvalidFields, MalformedRequest
from mailproof.domain.phrase import say
from mailproof.rpc.documents import fields_by_spelling, make_message
from mailproof.rpc.json_text import is_blank, load_object
from mailproof.rpc.queries import parameters
from mailproof.rpc.unknown_names import NamePolicy, Names
from smtpdiag.v1 import options_pb2


def parse_json(
    message_type: type[Message],
    body: bytes,
    bindings: dict[str, str],
    names: Names | None = None,
    *,
    query: bytes = b"",
) -> Message:
    """Parse a JSON object into a message; both spellings of a field are read.

    Args:
        message_type: The type of the message.
        body: The JSON text; an empty one is an empty object.
        bindings: The fields that the path binds; they replace the body's.
        names: Says what becomes of unknown names, and takes them; None passes over them.
        query: The request's query, whose parameters are unknown names, since a call with a body does not read it.

    Raises:
        InvalidFields: Fields have wrong values; all of them are named.
        FieldUnknown: Names that the message does not have refuse the call, by `names`.
        MalformedRequest: The body is no JSON object.
    """
    document = {} if is_blank(body) else load_object(body)
    names = names or Names()
    names.bound = bindings.keys()
    if query:
        _note_unread(message_type.DESCRIPTOR, query, document, names)
    return make_message(message_type, document, bindings, names)


def check_body(message_type: type[Message], body: bytes, bindings: dict[str, str]) -> None:
    """Refuse a call that writes and came without its body: it was lost on the way, or forgotten.

    Nobody means the default of every field by that. A message whose fields the path binds all needs no body.

    Raises:
        InvalidFields: There is no body; what a call must have is named.
        MalformedRequest: There is none, and no field of the message is mandatory.
    """
    free = [field for field in message_type.DESCRIPTOR.fields if field.name not in bindings]
    if not is_blank(body) or not free:
        return
    rules = {field.name: field.GetOptions().Extensions[options_pb2.rules] for field in free}
    missing = [name for name, rule in rules.items() if rule.min_len or rule.explicit]
    if not missing:
        raise MalformedRequest(say("the request has no body: send a JSON object, {{}} if nothing is to be said"))
    reference = next((rules[name].reference for name in missing if rules[name].reference), "")
    violations = [FieldViolation(name, say("is missing, since the request has no body")) for name in missing]
    raise InvalidFields(violations, reference=reference)


def _note_unread(descriptor: Any, query: bytes, document: dict[str, Any], names: Names) -> None:
    """Note the parameters of a query beside a body. One that is broken is passed over where unknown names are."""
    try:
        pairs = parameters(query)
    except MalformedRequest:
        if names.policy is NamePolicy.REFUSE:
            raise
        return
    fields = fields_by_spelling(descriptor)
    for name, _ in pairs:
        field = fields.get(name.partition(".")[0])
        given = field is not None and (
            field.name in names.bound or any(document.get(it) is not None for it in (field.name, field.json_name))
        )
        names.note_unread(name, is_field=field is not None, given=given)
