"""The frames of grpc-web, written anew for tests: what a client sends, and what it makes of an answer."""

from __future__ import annotations

import base64
import re
import struct
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote

from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from service_support.asgi import Answer
from zitadel.v1 import message_pb2

T = TypeVar("T", bound=Message)

BINARY = ("content-type", "application/grpc-web+proto")
TEXT = ("content-type", "application/grpc-web-text")
TRAILERS = 0x80
COMPRESSED = 0x01


def frame(message: bytes | Message, flags: int = 0) -> bytes:
    """Return one frame."""
    data = message.SerializeToString() if isinstance(message, Message) else message
    return struct.pack(">BI", flags, len(data)) + data


def text_frame(message: bytes | Message) -> bytes:
    """Return one frame of the text mode."""
    return base64.b64encode(frame(message))


def decode_text(body: bytes) -> bytes:
    """Decode a text answer: base64 segments, each padded by itself."""
    return b"".join(base64.b64decode(part, validate=True) for part in re.findall(rb"[^=]+={0,2}", body))


@dataclass(frozen=True)
class WebAnswer:
    """An answer as a client reads it; the trailers come from the HTTP headers where there is no trailer frame."""

    messages: list[bytes]
    trailers: dict[str, str]
    trailers_only: bool

    @property
    def code(self) -> int:
        return int(self.trailers["grpc-status"])

    @property
    def message(self) -> str:
        return unquote(self.trailers.get("grpc-message", ""))

    @property
    def status(self) -> status_pb2.Status:
        value = self.trailers["grpc-status-details-bin"]
        return status_pb2.Status.FromString(base64.b64decode(value + "=" * (-len(value) % 4)))

    def detail(self, kind: type[T]) -> T:
        """Return the detail of this type."""
        return detail(self.status, kind)

    @property
    def reason(self) -> str:
        return str(self.detail(error_details_pb2.ErrorInfo).reason)

    @property
    def fields(self) -> list[str]:
        """Return the violated fields."""
        return fields(self.status)


def detail(status: status_pb2.Status, kind: type[T]) -> T:
    """Return the one detail of this type."""
    (packed,) = (item for item in status.details if item.Is(kind.DESCRIPTOR))
    found = kind()
    packed.Unpack(found)
    return found


def fields(status: status_pb2.Status) -> list[str]:
    """Return the fields that a status says are violated."""
    if not any(item.Is(error_details_pb2.BadRequest.DESCRIPTOR) for item in status.details):
        return []
    return [violation.field for violation in detail(status, error_details_pb2.BadRequest).field_violations]


def reference(status: status_pb2.Status) -> message_pb2.ErrorDetail:
    """Return the detail that the reference service's clients read."""
    return detail(status, message_pb2.ErrorDetail)


def read(answer: Answer) -> WebAnswer:
    """Read an answer as a client does: HTTP 200, the content type in kind, messages, then the status once."""
    assert answer.status == 200
    assert answer.complete
    kind = answer.header("content-type")
    assert kind in {"application/grpc-web+proto", "application/grpc-web-text+proto"}
    body = decode_text(answer.body) if "text" in kind else answer.body
    messages: list[bytes] = []
    trailers: dict[str, str] | None = None
    offset = 0
    while offset < len(body):
        assert trailers is None, "something follows the trailers"
        flags, length = struct.unpack_from(">BI", body, offset)
        offset += 5
        data = body[offset : offset + length]
        assert len(data) == length, "a frame is cut short"
        offset += length
        if flags & TRAILERS:
            lines = data.decode("ascii").removesuffix("\r\n").split("\r\n")
            trailers = {name: value for name, _, value in (line.partition(": ") for line in lines)}
        else:
            messages.append(data)
    if trailers is not None:
        assert answer.header("grpc-status") is None, "the status is said twice"
        return WebAnswer(messages, trailers, trailers_only=False)
    assert not messages, "messages without a status"
    return WebAnswer([], dict(answer.headers), trailers_only=True)
