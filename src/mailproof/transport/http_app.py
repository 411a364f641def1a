"""The HTTP side as one ASGI application: health, CORS, grpc-web and REST on one port."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from mailproof.domain.errors import Failure, MethodNotAllowed, ServerStopping
from mailproof.rpc.calls import Calls
from mailproof.rpc.codec import MAX_REQUEST_BYTES, dump
from mailproof.rpc.status import StatusError, status_error
from mailproof.transport.asgi import AsgiMessage, AsgiReceive, AsgiScope, AsgiSend, respond
from mailproof.transport.connection import Inbound
from mailproof.transport.cors import Cors
from mailproof.transport.grpc_web import WIRE, GrpcWeb, Target, WebContext, call_of
from mailproof.transport.handlers import RpcHandlers
from mailproof.transport.head_rules import SAFE, check_head
from mailproof.transport.headers import (
    ACCEPT,
    ACCEPT_ENCODING,
    ACCEPT_LANGUAGE,
    CLOSE,
    CONTENT_LANGUAGE,
    CONTENT_TYPE,
    JSON,
    NO_STORE,
    REQUEST_ID,
    RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY,
    VARY,
    Headers,
)
from mailproof.transport.methods import EVERYTHING, allow
from mailproof.transport.public_pages import HEALTH, READINESS, public_pages
from mailproof.transport.request import Request
from mailproof.transport.rest import Rest, status_document
from mailproof.transport.routes import Routes

log = logging.getLogger("mailproof.http")

Application = Callable[[Request, Inbound, AsgiSend], Awaitable[None]]

DELIVERY_MARGIN = 2.0
"""Seconds after a call's deadline in which its client still gets an answer, if only that the deadline has passed."""


_VARIES = b", ".join((ACCEPT, ACCEPT_LANGUAGE, ACCEPT_ENCODING))

_LARGE = 64 * 1024  # bytes of an answer that its connection may keep for a client that does not read


class HttpApp:
    """Dispatches a request to its application.

    Args:
        ready: Raises a `Failure` while the service can't serve; behind `GET /readyz`.
        pages: Further GET paths and what answers them (the sandbox's messages).
        tls: Whether TLS is this listener's own: then browsers are told to come back over TLS alone.

    Attributes:
        pages: What answers a GET of a path that is no call's.
    """

    def __init__(
        self,
        calls: Calls,
        cors: Cors,
        ready: Callable[[], Awaitable[None]],
        pages: dict[str, Application] | None = None,
        tls: bool = False,
    ) -> None:
        self._calls = calls
        self._routes = Routes(calls.methods.values())
        self._handlers = RpcHandlers(calls, call_of, WebContext.read)
        self._grpc_web = GrpcWeb(self._resolve, self._refuse, self._limit)
        self._grpc_web.add_generic_rpc_handlers((self._handlers,))
        self._rest = Rest(calls, self._routes)
        self._cors = cors
        self._always: Headers = [*SAFE, *([STRICT_TRANSPORT_SECURITY] if tls else [])]
        self.pages: dict[str, Application] = {
            **public_pages(),
            **(pages or {}),
            HEALTH: partial(_health, _alive),
            READINESS: partial(_health, ready),
        }

    async def __call__(self, scope: AsgiScope, receive: AsgiReceive, send: AsgiSend) -> None:
        """Serve one ASGI scope."""
        if scope["type"] != "http":
            await self._grpc_web(scope, receive, send)
            return
        request = Request.from_scope(scope)
        preflight = self._cors.preflight(request)
        if preflight is not None:
            await respond(send, 204, [*preflight, *self._always])
            return
        # One id for whatever the request meets: the log, the answer's header, the body of an internal error.
        inbound = Inbound(request, receive)
        added = [(REQUEST_ID, request.request_id.encode()), *self._cors.headers(request), *self._always]
        application = self._application(request)
        if application is self._rest:
            added += [(CONTENT_LANGUAGE, request.language.value.encode()), (VARY, _VARIES)]
        tracked = _Tracked(send, added, inbound, bodiless=request.method == "HEAD")
        methods = self._methods(request.encoded_path) if request.method == "OPTIONS" else ()
        if methods:
            await tracked({"type": "http.response.start", "status": 204, "headers": [allow(methods)]})
            await tracked({"type": "http.response.body", "body": b"", "more_body": False})
            return
        bound = asyncio.timeout(self._calls.remaining(request.deadline) + DELIVERY_MARGIN)
        try:
            check_head(request)
            self._check_page(request)
        except Failure as failure:
            refusal = self._calls.refusal(failure, None, request.call("http"))
            more = [allow(failure.allowed)] if isinstance(failure, MethodNotAllowed) else [CLOSE]
            await respond(tracked, refusal.http_status, [JSON, NO_STORE, *more], _body(refusal))
            return
        try:
            async with bound:
                await application(request, inbound, tracked)
        except asyncio.CancelledError:  # the server ends, and this call's time to drain is over
            if not tracked.started:
                refusal = status_error(ServerStopping(), request_id=request.request_id, language=request.language)
                await respond(tracked, refusal.http_status, [JSON, (RETRY_AFTER, b"2")], _body(refusal))
        except Exception as error:
            if bound.expired():
                log.info("the client did not take its answer", extra={"request_id": request.request_id})
                await inbound.hang_up()
                return
            log.exception("internal error", extra={"request_id": request.request_id})
            if not tracked.started:  # else the broken-off body is all that can be said
                refusal = status_error(error, request_id=request.request_id, language=request.language)
                await respond(tracked, refusal.http_status, [JSON], _body(refusal))

    def _application(self, request: Request) -> Application:
        if request.content_type.startswith("application/grpc-web") or self._handlers.knows(request.encoded_path):
            return self._grpc_web.answer
        return self._page(request.encoded_path) or self._rest

    def _page(self, path: str) -> Application | None:
        return self.pages.get(path) or (self.pages.get(path.removesuffix("/")) if path != "//" else None)

    def _check_page(self, request: Request) -> None:
        if request.method in {"GET", "HEAD"} or self._page(request.encoded_path) is None:
            return
        if self._application(request) != self._grpc_web.answer:  # whose clients read nothing but a status of gRPC
            raise MethodNotAllowed(["GET"])

    def _methods(self, path: str) -> Sequence[str]:
        """Return the verbs of a path; none if nothing is there."""
        if path == "*":  # asks for the server as a whole (RFC 9110 section 9.3.7)
            return EVERYTHING
        if self._page(path) is not None:
            return ["GET"]
        return ["POST"] if self._handlers.knows(path) else self._routes.verbs(path)

    def _resolve(self, verb: str, path: str) -> Target | None:
        """Return the RPC that grpc-web means on a REST path, with the path's fields as an encoded message."""
        try:
            match = self._routes.find(verb, path)
        except Failure:
            return None
        if match is None or not match.route.body:  # a GET has no place for a frame
            return None
        bound = match.method.request_type(**match.bindings)
        return match.method.path, bound.SerializeToString()

    def _limit(self, path: str) -> int:
        method = self._calls.methods.get(path)
        return method.max_request_bytes if method else MAX_REQUEST_BYTES

    def _refuse(self, error: Exception, path: str, request: Request) -> StatusError:
        return self._calls.refusal(error, self._calls.methods.get(path), request.call(WIRE))


class _Tracked:
    """A `send` that adds headers, where the answer has none of that name, and remembers that it has begun.

    An answer that leaves something of the request's body unread ends the connection.
    """

    def __init__(self, send: AsgiSend, headers: Headers, inbound: Inbound, *, bodiless: bool) -> None:
        self._send = send
        self._headers = headers
        self._inbound = inbound
        self._bodiless = bodiless
        self._closes = False
        self.started = False

    async def __call__(self, event: AsgiMessage) -> None:
        if event["type"] == "http.response.start":
            self.started = True
            if not self._inbound.complete and not await self._inbound.is_at_hand():
                self._closes = True
                self._headers.append(CLOSE)
            own = event.get("headers", [])
            names = {name for name, _ in own}
            event = {**event, "headers": [*own, *(item for item in self._headers if item[0] not in names)]}
            await self._send(event)
            return
        if self._bodiless:  # whatever it would be, the headers have its length (RFC 9110 section 9.3.2)
            event = {**event, "body": b""}
        if not event.get("more_body", False) and (self._closes or len(event.get("body", b"")) > _LARGE):
            await self._send({**event, "more_body": True})
            if self._closes:
                await self._inbound.linger()
            # The server takes this last event only when most of what came before it has left.
            event = {"type": event["type"], "body": b"", "more_body": False}
        await self._send(event)


def _body(refusal: StatusError) -> bytes:
    return dump(status_document(refusal)) + b"\n"


async def _alive() -> None:
    """A process that answers is alive."""


async def _health(check: Callable[[], Awaitable[None]], request: Request, inbound: Inbound, send: AsgiSend) -> None:
    status, text = 200, b"ok\n"
    try:
        await check()
    except Failure as failure:
        status, text = 503, f"{failure.message}\n".encode()
    headers: Headers = [(CONTENT_TYPE, b"text/plain; charset=utf-8"), NO_STORE]
    await respond(send, status, headers, text)
