"""grpc-web by sonora, repaired: everything in which sonora 0.2.3 fails real clients is overridden here and only here.

What stays sonora's: the handler registry, the framing, the trailer block and the metadata encoding. Each repair has its
number in the list that docs/grpc-web.md keeps, and a regression test of that name. CORS is `cors`' business.

The laws: the content type is answered in kind; an error before the first message is trailers-only (HTTP 200 with
grpc-status among the headers, which is what every client can read), a later one is the trailer frame; a request is one
whole frame or an error; a client that hangs up ends its call.
"""

from __future__ import annotations

import base64
import binascii
import logging
import re
import struct
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from typing import Any, NoReturn
from urllib.parse import quote

import grpc
from google.rpc import status_pb2
from sonora import protocol
from sonora.asgi import ServicerContext, grpcASGI

from mailproof.domain.errors import Failure, MalformedRequest, MethodNotAllowed, UnknownRpc, UnsupportedMediaType
from mailproof.domain.phrase import say
from mailproof.rpc.calls import Call, ClientGone
from mailproof.rpc.codec import MAX_REQUEST_BYTES, merge_protobuf
from mailproof.rpc.intake import Intake
from mailproof.rpc.status import StatusError, status_error
from mailproof.transport.asgi import AsgiReceive, AsgiScope, AsgiSend, respond
from mailproof.transport.connection import Inbound, while_connected
from mailproof.transport.handlers import CODES, TakenIn
from mailproof.transport.headers import (
    CONTENT_TYPE,
    GRPC_MESSAGE,
    GRPC_STATUS,
    GRPC_STATUS_DETAILS,
    GRPC_TIMEOUT,
    NO_STORE,
    Headers,
)
from mailproof.transport.methods import allow
from mailproof.transport.paths import check_path
from mailproof.transport.request import Request

log = logging.getLogger("mailproof.grpc_web")

WIRE = "grpc-web"
"""What the log calls this wire."""

BINARY = frozenset({"application/grpc-web", "application/grpc-web+proto"})
TEXT = frozenset({"application/grpc-web-text", "application/grpc-web-text+proto"})

_STATUS, _MESSAGE = GRPC_STATUS.decode(), GRPC_MESSAGE.decode()

# What the gRPC specification leaves as it is in grpc-message; pyease-grpc shows the message without decoding it.
_PLAIN = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")
_STATUS_DETAILS, _TIMEOUT = GRPC_STATUS_DETAILS.decode(), GRPC_TIMEOUT.decode()

_FRAME_HEADER = struct.Struct(">BI")
_COMPRESSED, _TRAILERS = 0x01, 0x80
_FRAMING = 1024  # octets of room for the frame; the guards refuse the message itself
_SEGMENT = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]*")

Target = tuple[str, bytes]
"""The RPC's path, and the fields that a REST path binds, as an encoded message."""

Metadata = Sequence[tuple[str, str | bytes]]


class RpcAborted(Exception):
    """Ends a handler after `abort`; the context has the status."""


class WebContext(ServicerContext):  # type: ignore[misc] # sonora ships no types
    """grpc's servicer context over one HTTP request. Replaces sonora's state (repairs 1, 2, 12, 14, 15, 16).

    Args:
        metadata: The request's headers as gRPC metadata.
        read: Takes in the request's message.
        write: Sends a message of a stream.
    """

    def __init__(
        self,
        request: Request,
        metadata: Metadata = (),
        read: Callable[[Intake | None], Awaitable[TakenIn]] | None = None,
        write: Callable[[bytes, WebContext], Awaitable[None]] | None = None,
    ) -> None:
        # sonora's own __init__ raises without a host header, and its `code` attribute hides the method.
        self._code = grpc.StatusCode.OK
        self._details = ""
        self._initial: list[tuple[str, str]] = []
        self._trailing: list[tuple[str, str]] = []
        self._callbacks: list[Callable[[], None]] = []
        self._active = True
        self.request = request
        self._metadata = metadata
        self._read = read
        self._write = write

    async def read(self, intake: Intake | None = None) -> TakenIn:
        """Take in the request's body, which nobody has read before, and return what finds the one message in it.

        Args:
            intake: Counts the bytes that are held; None counts nothing.

        Raises:
            Failure: The body is too large or too slow; what is returned: it is not exactly one message.
            ClientGone: It was cut short.
        """
        assert self._read is not None  # noqa: S101 - contexts of refused calls have no handler
        return await self._read(intake)

    async def write(self, message: bytes) -> None:
        """Send one message of a stream."""
        assert self._write is not None  # noqa: S101 - likewise
        await self._write(message, self)

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._details

    def set_code(self, code: grpc.StatusCode | int) -> None:
        self._code = CODES[code] if isinstance(code, int) else code

    def set_details(self, details: str) -> None:
        self._details = details

    async def abort(
        self, code: grpc.StatusCode, details: str = "", trailing_metadata: Sequence[tuple[str, Any]] = ()
    ) -> NoReturn:
        if code is grpc.StatusCode.OK:
            raise ValueError("abort() needs a code other than OK")
        self._code, self._details = code, details
        if trailing_metadata:
            self.set_trailing_metadata(trailing_metadata)
        raise RpcAborted

    async def abort_with_status(self, status: grpc.Status) -> NoReturn:
        await self.abort(status.code, status.details, status.trailing_metadata or ())

    async def send_initial_metadata(self, initial_metadata: Sequence[tuple[str, Any]]) -> None:
        self._initial = list(protocol.encode_headers(initial_metadata))

    def set_trailing_metadata(self, trailing_metadata: Sequence[tuple[str, Any]]) -> None:
        self._trailing = list(protocol.encode_headers(trailing_metadata))

    def trailing_metadata(self) -> Sequence[tuple[str, str]]:
        return tuple(self._trailing)

    def invocation_metadata(self) -> Metadata:
        return self._metadata

    def time_remaining(self) -> float | None:
        deadline = self.request.deadline
        return None if deadline is None else max(deadline - time.monotonic(), 0.0)

    def peer(self) -> str:
        return self.request.peer

    def peer_identities(self) -> None:
        return None

    def peer_identity_key(self) -> None:
        return None

    def auth_context(self) -> dict[str, Any]:
        return {}

    def is_active(self) -> bool:
        return self._active

    def add_callback(self, callback: Callable[[], None]) -> bool:
        if self._active:
            self._callbacks.append(callback)
        return self._active

    def cancel(self) -> NoReturn:
        self._code, self._details = grpc.StatusCode.CANCELLED, "cancelled by the server"
        raise RpcAborted

    def finish(self) -> None:
        """End the call: callbacks run once."""
        self._active = False
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            try:
                callback()
            except Exception:
                log.exception("a callback raised")

    def refuse(self, status: status_pb2.Status) -> None:
        """Take over a google.rpc.Status."""
        self._code, self._details = CODES[status.code], status.message
        self.set_trailing_metadata(((_STATUS_DETAILS, status.SerializeToString()),))

    def trailers(self) -> list[tuple[str, str]]:
        """Return the status and the trailing metadata."""
        trailers = [(_STATUS, str(self._code.value[0]))]
        if self._details:
            trailers.append((_MESSAGE, quote(self._details, safe=_PLAIN)))
        return trailers + self._trailing

    def initial_headers(self) -> Headers:
        """Return the initial metadata as HTTP headers."""
        return _as_headers(self._initial)

    def trailing_headers(self) -> Headers:
        """Return the status and the trailing metadata as HTTP headers."""
        return _as_headers(self.trailers())


def call_of(context: WebContext) -> Call:
    """Return the call of a handler's context."""
    return context.request.call(WIRE)


def _as_headers(metadata: Iterable[tuple[str, str]]) -> Headers:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in metadata]


class GrpcWeb(grpcASGI):  # type: ignore[misc] # sonora ships no types
    """The grpc-web application. Handlers take and give bytes: their (de)serializers are not called.

    Deadlines are the guards' business (`rpc.calls`); here they only bound the wait for the request.

    Args:
        resolve: Gives the RPC for an HTTP verb and a REST path, so that grpc-web is answered on those paths too.
        refuse: Logs an error and says what the caller of an RPC's path is told of it.
        limit: Gives the octets that a request of an RPC's path may have.
    """

    def __init__(
        self,
        resolve: Callable[[str, str], Target | None] = lambda _verb, _path: None,
        refuse: Callable[[Exception, str, Request], StatusError] = lambda error, _path, _request: status_error(error),
        limit: Callable[[str], int] = lambda _path: MAX_REQUEST_BYTES,
    ) -> None:
        super().__init__(application=None, enable_cors=False)
        self._resolve = resolve
        self._refuse = refuse
        self._limit = limit

    async def __call__(self, scope: AsgiScope, receive: AsgiReceive, send: AsgiSend) -> None:
        """Serve one ASGI scope; lifespan and websocket scopes too (repair 22)."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
            return
        request = Request.from_scope(scope)
        await self.answer(request, Inbound(request, receive), send)

    async def answer(self, request: Request, inbound: Inbound, send: AsgiSend) -> None:
        """Answer one HTTP request."""
        target = self._resolve(request.method, request.encoded_path)
        if target is None and request.method != "POST":  # repair 23
            await self._reject(request, send, MethodNotAllowed(["POST"]), 405, [allow(["POST"])])
        elif request.content_type not in BINARY | TEXT:  # repair 20
            wanted = say("the content type must be application/grpc-web+proto or application/grpc-web-text+proto")
            await self._reject(request, send, UnsupportedMediaType(wanted), 415, [])
        else:
            path, bound = target or (request.encoded_path, b"")
            response = _Response(request, send)
            try:
                await self._call(path, bound, request, inbound, response)
            except ClientGone:  # repairs 10, 11: a body cut short runs nothing; nobody is there to answer
                log.debug("the client hung up")
            except Exception as error:  # noqa: BLE001 - repair 17; `refuse` logs it
                await response.refuse(self._refuse(error, path, request).status)

    async def _call(self, path: str, bound: bytes, request: Request, inbound: Inbound, response: _Response) -> None:
        async def read(intake: Intake | None) -> TakenIn:  # when a handler asks for it
            limit = self._limit(path)
            size = (limit + _FRAMING) * 4 // 3 + 4 if response.as_text else limit + _FRAMING
            body = await inbound.read(size, intake, message_limit=limit)  # repair 13
            # Of a large body this takes 0.6 s, so it is the guards' to say when and on which thread.
            return lambda: merge_protobuf(_message(_decode_text(body) if response.as_text else body), bound)

        context = WebContext(request, _metadata(request), read, response.message)
        check_path(request.encoded_path)
        request.check_timeout()
        handler = self._get_rpc_handler(path)
        if handler is None:  # repair 19; our own registry always has one, which refuses
            raise UnknownRpc
        try:
            await while_connected(self._run(handler, context, response), inbound)
        finally:
            context.finish()

    async def _run(self, handler: Any, context: WebContext, response: _Response) -> None:
        try:
            # Handlers of ours ask for their message, any others are given it.
            request = context if handler.request_streaming else (await context.read())()
            if handler.request_streaming and handler.response_streaming:
                await handler.stream_stream(request, context)
            elif handler.request_streaming:
                response.hold(await handler.stream_unary(request, context))
            elif handler.response_streaming:
                messages: AsyncGenerator[bytes, None] = handler.unary_stream(request, context)
                async with aclosing(messages):
                    async for part in messages:
                        await response.message(part, context)
            else:
                response.hold(await handler.unary_unary(request, context))
        except RpcAborted:
            pass
        await response.end(context)

    async def _reject(self, request: Request, send: AsgiSend, failure: Failure, http: int, headers: Headers) -> None:
        """Refuse a request that is no grpc-web call: with a bare HTTP status that has the grpc-status beside it."""
        context = _refused(request, self._refuse(failure, request.path, request).status)
        await respond(send, http, [*headers, *context.trailing_headers()])


def _refused(request: Request, status: status_pb2.Status) -> WebContext:
    """Return the context of a call that ends with this status before it began."""
    context = WebContext(request)
    context.refuse(status)
    return context


class _Response:
    """Writes one answer: headers before the first message, and the status where the client can read it."""

    def __init__(self, request: Request, send: AsgiSend) -> None:
        self.as_text = request.content_type in TEXT
        self._request = request
        self._send = send
        self._started = False
        self._held: bytes | None = None
        # Exactly one of the two, without a charset: protobuf-ts compares (repair 6).
        kind = b"application/grpc-web-text+proto" if self.as_text else b"application/grpc-web+proto"
        self._headers: Headers = [(CONTENT_TYPE, kind), NO_STORE]

    def hold(self, message: bytes) -> None:
        """Keep a unary answer until its status is known."""
        self._held = protocol.wrap_message(False, False, message)

    async def message(self, message: bytes, context: WebContext) -> None:
        """Send one message of a stream."""
        await self._start(context.initial_headers())
        await self._write(protocol.wrap_message(False, False, message), more=True)

    async def end(self, context: WebContext) -> None:
        """Send the status: trailers-only before the first message of a failed call, else the trailer frame."""
        failed = context.code() is not grpc.StatusCode.OK
        if failed and not self._started:  # a held answer is dropped
            headers = [*self._headers, *context.initial_headers(), *context.trailing_headers()]
            await respond(self._send, 200, headers)
            return
        frame = protocol.wrap_message(True, False, protocol.pack_trailers(context.trailers()))  # repair 3
        body = (self._held or b"") + frame
        if self._started:  # repair 8: no second response
            await self._write(body, more=False)
            return
        if self.as_text:
            body = base64.b64encode(body)
        await respond(self._send, 200, [*self._headers, *context.initial_headers()], body)

    async def refuse(self, status: status_pb2.Status) -> None:
        """End with an error that no handler made."""
        await self.end(_refused(self._request, status))

    async def _start(self, headers: Headers) -> None:
        if not self._started:
            self._started = True
            start = {"type": "http.response.start", "status": 200, "headers": [*self._headers, *headers]}
            await self._send(start)

    async def _write(self, data: bytes, *, more: bool) -> None:
        body = base64.b64encode(data) if self.as_text else data
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


def _metadata(request: Request) -> Metadata:
    """Return the request headers as metadata; `-bin` values padded or not (repair 16)."""
    found: list[tuple[str, str | bytes]] = []
    for raw_name, value in request.headers:
        name = raw_name.decode("latin-1").lower()
        if name.endswith("-bin"):
            try:  # a list of values may come in one header (RFC 9110 section 5.3); fetch joins them so
                found += [(name, _unpadded(part)) for part in value.split(b",")]
            except (binascii.Error, ValueError):
                raise MalformedRequest(say("the header {name} is not valid base64", name=name[:100])) from None
        elif name != _TIMEOUT:
            found.append((name, value.decode("latin-1")))
    return tuple(found)


def _unpadded(value: bytes) -> bytes:
    """Decode base64 whose padding is there whole or not at all.

    Raises:
        ValueError: It is none.
    """
    text = value.strip()
    bare = text.rstrip(b"=")
    if len(bare) != len(text) and len(text) % 4:
        raise ValueError("half a padding")
    return base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)


def _decode_text(body: bytes) -> bytes:
    """Decode a grpc-web-text body: base64 segments, each maybe padded, in chunks of any size (repair 7)."""
    compact = b"".join(body.split())
    segments = _SEGMENT.findall(compact)
    if not _BASE64.fullmatch(body) or sum(map(len, segments)) != len(compact):  # or there is padding of nothing
        raise MalformedRequest(say("the body is not valid base64"))
    try:
        return b"".join(_unpadded(segment) for segment in segments)
    except (binascii.Error, ValueError):
        raise MalformedRequest(say("the body is not valid base64")) from None


def _message(body: bytes) -> bytes:
    """Return the one message of a request body.

    Raises:
        MalformedRequest: The body is not exactly one uncompressed message frame (repairs 9, 10, 21).
    """
    messages = []
    offset = 0
    while offset < len(body):
        if len(body) - offset < _FRAME_HEADER.size:
            raise MalformedRequest(say("the body ends within a frame's header"))
        flags, length = _FRAME_HEADER.unpack_from(body, offset)
        offset += _FRAME_HEADER.size
        if len(body) - offset < length:
            raise MalformedRequest(say("the body ends within a frame"))
        if flags & _COMPRESSED:
            raise MalformedRequest(say("compressed messages are not supported"))
        if flags & ~_TRAILERS:
            raise MalformedRequest(say("a frame has unknown flags"))
        if not flags & _TRAILERS:
            messages.append(body[offset : offset + length])
        offset += length
    if len(messages) != 1:
        raise MalformedRequest(say("the body must hold one message, not {count}", count=len(messages)))
    return messages[0]


async def _lifespan(receive: AsgiReceive, send: AsgiSend) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
