"""The entity tag of an answer that is one resource, for the HTTP header etag."""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from mailproof.domain.etags import etag
from zitadel.v1 import object_pb2

_DETAILS = object_pb2.ObjectDetails.DESCRIPTOR


def resource_etag(answer: Message) -> str:
    """Return the tag of the resource that an answer consists of; empty if it is anything else.

    It is the answer's `etag` (AIP-154), or made of the sequence in the `details` of the one record that it holds.
    """
    path = _path(answer.DESCRIPTOR)
    value: Any = answer
    for name in path:
        value = getattr(value, name)
    if not path or isinstance(value, str):
        return value if path else ""
    return etag(value) if value else ""


@cache
def _path(descriptor: Descriptor) -> tuple[str, ...]:
    """Return where an answer has its tag, or the sequence that is one; empty if nowhere."""
    own = descriptor.fields_by_name.get("etag")
    if own is not None and own.type == FieldDescriptor.TYPE_STRING:
        return ("etag",)
    if len(descriptor.fields) != 1:
        return ()
    (record,) = descriptor.fields
    if record.is_repeated or record.message_type is None:
        return ()
    details = record.message_type.fields_by_name.get("details")
    return (record.name, "details", "sequence") if details is not None and details.message_type is _DETAILS else ()
