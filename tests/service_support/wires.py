"""One client for every wire: the same request and answer messages over gRPC, grpc-web and both bases of REST."""

from __future__ import annotations

import http.client
import json
import re
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.api import annotations_pb2
from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2

from clock_support.waiting import HANG
from service_support.asgi import Answer
from service_support.framing import detail, fields, frame, read, reference
from service_support.rules import METHODS
from service_support.service import RunningService
from zitadel.v1 import message_pb2

WIRES = ("grpc", "grpc-web", "rest", "bare")
"""The last one is REST by the second path that a call has: without /admin/v1, or with a custom verb."""

Headers = Sequence[tuple[str, str]]


class Refused(Exception):
    """A call ended with a status."""

    def __init__(self, status: status_pb2.Status, http_status: int | None) -> None:
        super().__init__(str(status))
        self.status = status
        self.http = http_status
        self.code = status.code
        self.message = status.message
        self.info = detail(status, error_details_pb2.ErrorInfo)
        self.reason = self.info.reason
        self.fields = fields(status)

    @property
    def reference(self) -> message_pb2.ErrorDetail:
        """The detail that the reference service's clients read."""
        return reference(self.status)


def path_of(method: MethodDescriptor) -> str:
    """Return the path of gRPC."""
    return f"/{method.containing_service.full_name}/{method.name}"


def request_of(rpc: str, **values: Any) -> Any:
    """Return a request message."""
    return GetMessageClass(METHODS[rpc].input_type)(**values)


def rest_of(method: MethodDescriptor, wire: str, request: Message) -> tuple[str, str, bytes | None]:
    """Return verb, path and body of a request, as a REST client makes them."""
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    if wire == "bare" and rule.additional_bindings:
        rule = rule.additional_bindings[0]
    verb = rule.WhichOneof("pattern")
    path: str = getattr(rule, verb)
    document = json_format.MessageToDict(request)
    for name in re.findall(r"\{(\w+)\}", path):
        path = path.replace(f"{{{name}}}", urllib.parse.quote(getattr(request, name), safe=""))
        document.pop(name, None)
    if verb == "put":  # an update that removes something says so: an empty field, where protobuf has none
        removing = {"user", "password"} & set(method.input_type.fields_by_name)
        document = {**dict.fromkeys(removing, ""), **document}
    if rule.body:
        return verb.upper(), path, json.dumps(document).encode()
    return verb.upper(), f"{path}?{urllib.parse.urlencode(document)}" if document else path, None


@dataclass
class Wires:
    """Calls a running service, and keeps the bytes that it answers.

    Attributes:
        answers: Of every call, its messages and refusals.
    """

    service: RunningService
    channel: grpc.Channel
    answers: list[bytes] = field(default_factory=list)

    def call(self, wire: str, rpc: str, request: Message, headers: Headers = ()) -> Any:
        """Return the answer, of a stream the list of its messages.

        Raises:
            Refused: The status is not OK.
        """
        method = METHODS[rpc]
        send = {"grpc": self._grpc, "grpc-web": self._web}.get(wire)
        try:
            packed = send(method, request, headers) if send else self._rest(method, wire, request, headers)
        except Refused as refusal:
            self.answers.append(refusal.status.SerializeToString())
            raise
        self.answers += [message.SerializeToString() for message in packed]
        return packed if method.server_streaming else packed[0]

    def http(
        self, verb: str, path: str, body: bytes | None, headers: Headers, *, content_type: str = "application/json"
    ) -> Answer:
        """Send one HTTP request."""
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.service.http_url).netloc, timeout=HANG)
        try:
            connection.putrequest(verb, path)
            if body is not None:
                connection.putheader("content-type", content_type)
                connection.putheader("content-length", str(len(body)))
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            received = [(name.lower(), value) for name, value in response.getheaders()]
            answer = Answer(response.status, received, [response.read()], complete=True)
        finally:
            connection.close()
        self.answers.append(answer.body)
        return answer

    def _grpc(self, method: MethodDescriptor, request: Message, headers: Headers) -> list[Message]:
        # A unary answer is a stream of one message.
        call: Any = self.channel.unary_stream(path_of(method))
        try:
            answered = list(call(request.SerializeToString(), metadata=headers, timeout=HANG))
        except grpc.RpcError as caught:
            error: Any = caught
            status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
            assert (status.code, status.message) == (error.code().value[0], error.details())
            raise Refused(status, None) from None
        return [_parsed(method, data) for data in answered]

    def _web(self, method: MethodDescriptor, request: Message, headers: Headers) -> list[Message]:
        kind = "application/grpc-web+proto"
        answer = read(self.http("POST", path_of(method), frame(request), headers, content_type=kind))
        if answer.code:
            assert (answer.status.code, answer.status.message) == (answer.code, answer.message)
            raise Refused(answer.status, None)
        return [_parsed(method, data) for data in answer.messages]

    def _rest(self, method: MethodDescriptor, wire: str, request: Message, headers: Headers) -> list[Message]:
        verb, path, body = rest_of(method, wire, request)
        answer = self.http(verb, path, body, headers)
        lines = [json.loads(line) for line in answer.body.splitlines()]
        if answer.status != 200:
            assert set(lines[0]) == {"code", "message", "details"}, lines
            raise Refused(json_format.ParseDict(lines[0], status_pb2.Status()), answer.status)
        kind = GetMessageClass(method.output_type)
        return [json_format.ParseDict(line, kind()) for line in lines]


def _parsed(method: MethodDescriptor, data: bytes) -> Message:
    message: Message = GetMessageClass(method.output_type).FromString(data)
    return message


@contextmanager
def open_wires(service: RunningService) -> Iterator[Wires]:
    """Connect to a service."""
    with grpc.insecure_channel(service.grpc_address) as channel:
        yield Wires(service, channel)


@dataclass(frozen=True)
class Client:
    """A caller of one instance over one wire."""

    wires: Wires
    wire: str
    token: str
    instance: str = ""

    def headers(self, *more: tuple[str, str]) -> list[tuple[str, str]]:
        """Return what each of its calls sends."""
        named = [("x-instance-id", self.instance)] if self.instance else []
        return [("authorization", f"Bearer {self.token}"), *named, *more]

    def __call__(self, rpc: str, /, *more: tuple[str, str], **values: Any) -> Any:
        """Make a call; `more` are headers, `values` the request's fields."""
        return self.wires.call(self.wire, rpc, request_of(rpc, **values), self.headers(*more))

    def refused(self, rpc: str, /, *more: tuple[str, str], **values: Any) -> Refused:
        """Make a call that must be refused."""
        try:
            answer = self(rpc, *more, **values)
        except Refused as refusal:
            return refusal
        raise AssertionError(f"{rpc} was not refused: {answer}")
