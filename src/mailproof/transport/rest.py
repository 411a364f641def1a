"""REST JSON over the same calls: routes, bodies, statuses and streams, all from the descriptors.

Errors are `{code, message, details}` with the HTTP status of the code; below /ccadmin/ they are that API's errorModel.
A stream is newline-delimited JSON, or server-sent events where Accept asks for them. Tests and errors are plain text
where that is asked for (`transport.accepted_form`).
"""

from __future__ import annotations

import json
import math
from functools import partial

from google.protobuf.message import Message

from mailproof.domain.errors import Failure, MethodNotAllowed, UnsupportedMediaType
from mailproof.domain.phrase import say
from mailproof.rpc import commerce
from mailproof.rpc.bodies import check_body, parse_json
from mailproof.rpc.calls import OWN_SERVICES, Call, Calls, ClientGone, Decode, Method, Read
from mailproof.rpc.codec import dump, to_json
from mailproof.rpc.intake import Intake
from mailproof.rpc.plain_text import has_text, refusal_text, sentence_text, text_of
from mailproof.rpc.queries import parse_query
from mailproof.rpc.resource_etag import resource_etag
from mailproof.rpc.shown_secrets import may_show_secrets
from mailproof.rpc.status import StatusError
from mailproof.rpc.unknown_names import Names
from mailproof.transport.accepted_form import Form, accepted_form, wants_text
from mailproof.transport.asgi import AsgiSend, respond
from mailproof.transport.connection import Inbound, while_connected
from mailproof.transport.content_coding import (
    GZIP,
    LEAST_PACKED,
    StreamPacker,
    check_coding,
    pack,
    takes_gzip,
    unpack,
)
from mailproof.transport.entity_tags import content_tag, is_known
from mailproof.transport.headers import (
    ACCEPT_ENCODING,
    CACHE_CONTROL,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_TYPE,
    ETAG,
    JSON,
    NO_STORE,
    RETRY_AFTER,
    UNKNOWN_FIELDS,
    WWW_AUTHENTICATE,
    Headers,
)
from mailproof.transport.methods import allow, route_verb
from mailproof.transport.paths import check_path
from mailproof.transport.request import Request
from mailproof.transport.routes import Match, Routes

_JSON = "application/json"
_LOOSE = frozenset({"", "application/x-www-form-urlencoded"})  # none, and what `curl -d` sends
_TEXT = (CONTENT_TYPE, b"text/plain; charset=utf-8")
_STREAMS = {
    Form.LINES: (CONTENT_TYPE, b"application/x-ndjson"),
    Form.EVENTS: (CONTENT_TYPE, b"text/event-stream"),
    Form.TEXT: _TEXT,
}
_SAFE: Headers = [NO_STORE]
_PACKED = (CONTENT_ENCODING, GZIP.encode())
_STREAM: Headers = [
    (CACHE_CONTROL, b"no-store, no-transform"),  # what compresses on the way would hold items back
    (b"x-accel-buffering", b"no"),  # nginx
]

_REFERENCE = frozenset({"/smtpdiag.v1.FindingsService/GetFinding", "/smtpdiag.v1.DiscoveryService/ListProviderPresets"})
"""RPCs whose answers change with a release alone: clients may keep them, and ask whether they are still right."""
_KEPT = (CACHE_CONTROL, b"private, no-cache")

_ENGLISH = frozenset({"smtpdiag.v1.FindingsService"})
"""Services whose answers are texts in English, whatever the caller's language."""


class Rest:
    """The REST application."""

    def __init__(self, calls: Calls, routes: Routes) -> None:
        self._calls = calls
        self._routes = routes

    async def __call__(self, request: Request, inbound: Inbound, send: AsgiSend) -> None:
        """Answer one HTTP request."""
        exchange = _Exchange(request, send)
        call = request.call("rest")
        match: Match | None = None
        try:
            check_path(request.encoded_path)
            match = self._routes.match(route_verb(request.method), request.encoded_path)
            exchange.method = match.method
            exchange.is_get = match.route.verb == "GET"
            exchange.packs = takes_gzip(request.accept_encoding) and not may_show_secrets(
                match.method.response_type.DESCRIPTOR
            )
            request.check_timeout()
            read = partial(_read, match, request, inbound, exchange)
            answer = self._stream if match.method.streaming else self._unary
            await while_connected(answer(exchange, match.method, call, read), inbound)
        except ClientGone:
            return
        except StatusError as refusal:
            await exchange.refuse(refusal)
        except Failure as failure:
            await exchange.refuse(self._calls.refusal(failure, match.method if match else None, call))

    async def _unary(self, exchange: _Exchange, method: Method, call: Call, read: Read) -> None:
        response = await self._calls.unary(method, call, read)
        if accepted_form(exchange.accept, stream=False, text=has_text(method.response_type)) is Form.TEXT:
            await exchange.answer_text(200, text_of(response, call.language))
            return
        headers: Headers = [(CONTENT_LANGUAGE, b"en")] if method.service in _ENGLISH else []
        if method.path in _REFERENCE:
            headers.append(_KEPT)
        document = to_json(response, defaults=method.writes_defaults)
        await exchange.answer(200, document, headers, resource_etag(response))

    async def _stream(self, exchange: _Exchange, method: Method, call: Call, read: Read) -> None:
        await self._calls.stream(method, call, read, exchange.message)
        await exchange.end()


async def _read(match: Match, request: Request, inbound: Inbound, exchange: _Exchange, intake: Intake) -> Decode:
    """Take in a request's body, and return what makes the message of it and of path and query."""
    method, bindings = match.method, match.bindings
    body = await inbound.read(method.max_request_bytes, intake)
    kind = request.content_type
    if match.route.body and (body or kind) and kind != _JSON and not _is_json_all_the_same(method, request):
        raise UnsupportedMediaType(
            say("the content type must be application/json, not {kind}", kind=kind[:80])
            if kind
            else say("the content type must be application/json, and there is none")
        )
    packed = bool(body) and check_coding(request.content_encoding)

    def decode(names: Names) -> Message:
        exchange.names = names
        if not match.route.body:
            return parse_query(method.request_type, request.query, bindings, names)
        content = unpack(body, method.max_request_bytes) if packed else body
        if method.writes:
            check_body(method.request_type, content, bindings)
        return parse_json(method.request_type, content, bindings, names, query=request.query)

    return decode


def _is_json_all_the_same(method: Method, request: Request) -> bool:
    """Return whether a body is read as JSON although its type does not say so, as the compatible APIs' servers read it.

    A browser sends such a request for any site, with what it attaches by itself: a client certificate. The header
    authorization it asks our permission for (the Fetch standard, "CORS-safelisted request-header"), so a request that
    has one is no other site's.
    """
    return (
        request.content_type in _LOOSE
        and request.authorization is not None
        and not method.service.startswith(OWN_SERVICES)
    )


class _Exchange:
    """One request's answer, in the form that its client reads.

    Attributes:
        method: The RPC, once it is known.
        names: The names of the request, once they are read.
        is_get: Whether the answer is a representation of a resource, which has a tag.
        packs: Whether the answer may be compressed, and the client takes that.
        accept: What the client says that it accepts.
    """

    def __init__(self, request: Request, send: AsgiSend) -> None:
        self.method: Method | None = None
        self.names: Names | None = None
        self.is_get = self.packs = False
        self._packer: StreamPacker | None = None
        self._request = request
        self._send = send
        self.accept = request.accept
        self._form = Form.LINES
        self._started = False

    async def answer(
        self, status: int, document: dict[str, object], headers: Headers | None = None, tag: str = ""
    ) -> None:
        """Send a whole answer as JSON.

        Args:
            headers: More headers; a cache-control among them is in the place of the usual one.
            tag: The strong tag of the one resource that it is; empty for any other answer.
        """
        await self._answer(status, JSON, dump(document) + b"\n", headers, tag)

    async def answer_text(self, status: int, text: str, headers: Headers | None = None) -> None:
        """Send a whole answer as plain text."""
        await self._answer(status, _TEXT, text.encode(), headers)

    async def _answer(
        self, status: int, kind: tuple[bytes, bytes], body: bytes, headers: Headers | None, tag: str = ""
    ) -> None:
        more = [*self._unknown(), *(headers or [])]
        if all(name != CACHE_CONTROL for name, _ in more):
            more += _SAFE
        if self.is_get and status == 200:
            shown = tag or content_tag(body)
            more.append((ETAG, shown.encode("ascii")))
            if is_known(shown, self._request.if_none_match):  # RFC 9110 section 15.4.5: no body, and no length of one
                await self._send({"type": "http.response.start", "status": 304, "headers": more})
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
                return
        # A strong tag is of one sequence of bytes (RFC 9110 section 8.8.3.3).
        if self.packs and not (self.is_get and tag) and len(body) >= LEAST_PACKED:
            body = pack(body)
            more.append(_PACKED)
        await respond(self._send, status, [kind, *more], body)

    async def refuse(self, refusal: StatusError) -> None:
        """Send an error: as the answer, or as the last item of a stream that has begun."""
        if self._started and self._form is Form.TEXT:
            await self._part(f"\n{refusal_text(refusal)}".encode(), last=True)
            return
        if self._started:
            await self._item("error", status_document(refusal), last=True)
            return
        headers: Headers = []
        failure = refusal.failure
        if refusal.http_status == 401:
            headers.append((WWW_AUTHENTICATE, b'Bearer realm="mailproof"'))
        if isinstance(failure, MethodNotAllowed):
            headers.append(allow(failure.allowed))
        if isinstance(failure, UnsupportedMediaType):  # RFC 9110 section 12.5.3
            headers.append((ACCEPT_ENCODING, GZIP.encode()))
        if failure is not None and failure.retry_after is not None:
            headers.append((RETRY_AFTER, str(max(1, math.ceil(failure.retry_after))).encode()))
        if wants_text(self.accept):
            await self.answer_text(refusal.http_status, self._error_text(refusal), headers)
        else:
            await self.answer(refusal.http_status, self._error_body(refusal), headers)

    def _error_text(self, refusal: StatusError) -> str:
        if self._request.path.startswith(commerce.PATH_PREFIX):  # whose sentence has the names that its clients know
            return sentence_text(str(self._error_body(refusal)["message"]))
        return refusal_text(refusal)

    def _error_body(self, refusal: StatusError) -> dict[str, object]:
        if not self._request.path.startswith(commerce.PATH_PREFIX):
            return status_document(refusal)
        fields = self.method.request_type.DESCRIPTOR.fields if self.method else ()
        return commerce.error_model(refusal, {field.name: field.json_name for field in fields})

    async def message(self, message: Message) -> None:
        """Send one message of a stream. Nothing is sent before the first one, so a refusal still has its status."""
        await self._start()
        if self._form is Form.TEXT:
            text = text_of(message, self._request.language)
            if text:
                await self._part(text.encode())
            return
        document = to_json(message, defaults=True)
        await self._item(next(iter(document)), document)

    async def end(self) -> None:
        """End a stream."""
        await self._start()
        await self._part(b"", last=True)

    async def _start(self) -> None:
        if not self._started:
            self._started = True
            text = self.method is not None and has_text(self.method.response_type)
            self._form = accepted_form(self.accept, stream=True, text=text)
            headers = [_STREAMS[self._form], *_STREAM, *self._unknown()]
            if self.packs:
                self._packer = StreamPacker()
                headers.append(_PACKED)
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})

    def _unknown(self) -> Headers:
        """Return what tells of the names that the request has and its message does not."""
        return [(UNKNOWN_FIELDS, self.names.header())] if self.names is not None and self.names.count else []

    async def _item(self, name: str, document: dict[str, object], *, last: bool = False) -> None:
        if self._form is Form.EVENTS:
            inner = document.get(name, document)
            body = f"event: {name}\ndata: {json.dumps(inner, separators=(',', ':'))}\n\n".encode()
        else:
            body = dump({"error": document} if last else document) + b"\n"
        await self._part(body, last=last)

    async def _part(self, body: bytes, *, last: bool = False) -> None:
        if self._packer:
            body = self._packer.item(body, last=last)
        await self._send({"type": "http.response.body", "body": body, "more_body": not last})


def status_document(refusal: StatusError) -> dict[str, object]:
    """Return an error as REST has it."""
    document = to_json(refusal.status)
    return {
        "code": refusal.status.code,
        "message": refusal.status.message,
        "details": document.get("details", []),
    }
