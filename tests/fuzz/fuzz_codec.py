"""Any bytes for the parsers of requests, protobuf and JSON: a message comes out, or one of our refusals.

An input is one byte that chooses the message and its encoding, and the body.
"""

from __future__ import annotations

from contextlib import suppress

from google.protobuf.message import Message

from ccadmin.v1 import email_pb2
from mailproof.domain.errors import Failure
from mailproof.rpc.bodies import parse_json
from mailproof.rpc.codec import dump, merge_protobuf, parse_protobuf, to_json
from mailproof.rpc.unknown_names import MAX_HEADER_BYTES, NamePolicy, Names
from mailproof.rpc.validation import violations
from smtpdiag.v1 import diagnosis_pb2, discovery_pb2
from zitadel.admin.v1 import admin_pb2

MESSAGES: tuple[type[Message], ...] = (
    diagnosis_pb2.DiagnoseRequest,
    admin_pb2.AddSMTPConfigRequest,
    admin_pb2.ListSMTPConfigsRequest,
    admin_pb2.TestSMTPConfigRequest,
    email_pb2.TestSmtpConnectionRequest,
    discovery_pb2.DiscoverSettingsRequest,
)


def check(data: bytes) -> None:
    """Parse one input; an exception is a finding."""
    if not data:
        return
    kind, body = MESSAGES[(data[0] >> 1) % len(MESSAGES)], data[1:]
    message = read(kind, body, json=bool(data[0] & 1))
    if isinstance(message, Failure):
        assert message.message.isprintable()
        assert len(message.message) < 4000
        return
    for problem, _ in violations(message):
        assert problem.field
        assert problem.description
    again = parse_json(kind, dump(to_json(message)), {})
    # Unknown fields and the sign of a zero are lost on the way through JSON, values are not.
    assert to_json(again) == to_json(message)


def read(kind: type[Message], body: bytes, *, json: bool) -> Message | Failure:
    """Return what a body says, or why it is refused."""
    try:
        return read_json(kind, body) if json else parse_protobuf(kind, merge_protobuf(body, b""))
    except Failure as failure:
        return failure


def read_json(kind: type[Message], body: bytes) -> Message:
    """Return what a JSON body says. What is said of its names is harmless, whichever of them are refused."""
    for policy in NamePolicy:
        names = Names(policy)
        with suppress(Failure):  # whose sentence `check` looks at
            parse_json(kind, body, {}, names)
        if names.count:
            header = names.header()
            assert header.isascii()
            assert header.decode().isprintable()
            assert len(header) <= MAX_HEADER_BYTES + 10
    # An odd body is read as the API that we are compatible with reads it, an even one as our own.
    return parse_json(kind, body, {}, Names(NamePolicy.LENIENT if len(body) % 2 else NamePolicy.REFUSE))
