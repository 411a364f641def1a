"""The HTTP side as one ASGI application: health, CORS, grpc-web and REST on one port."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from mailproof.errors import Failure
from mailproof.rpc.calls import Calls, request_id
from mailproof.rpc.codec import dump
from mailproof.rpc.status import status_error
from mailproof.transport.asgi import Event, Headers, Receive, Scope, Send, header, media_type, respond, text
from mailproof.transport.cors import Cors
from mailproof.transport.grpc_web import GrpcWeb, Target
from mailproof.transport.handlers import RpcHandlers
from mailproof.transport.rest import Rest
from mailproof.transport.routes import Routes

log = logging.getLogger("mailproof.http")

Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class HttpApp:
    """Dispatches a request to its application.

    Args:
        ready: Raises a `Failure` while the service can't serve; behind `GET /readyz`.
        pages: Further GET paths and their applications (the sandbox's messages).
    """

    def __init__(
        self,
        calls: Calls,
        cors: Cors,
        ready: Callable[[], Awaitable[None]],
        pages: dict[str, Application] | None = None,
    ) -> None:
        self._routes = Routes(calls.methods.values())
        self._handlers = RpcHandlers(calls, "grpc-web")
        self._grpc_web = GrpcWeb(self._resolve)
        self._grpc_web.add_generic_rpc_handlers((self._handlers,))
        self._rest = Rest(calls, self._routes)
        self._cors = cors
        self._ready = ready
        self._pages = pages or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["type"] != "http":
            await self._grpc_web(scope, receive, send)
            return
        preflight = self._cors.preflight(scope)
        if preflight is not None:
            await respond(send, 204, preflight)
            return
        tracked = _Tracked(send, self._cors.headers(scope))
        try:
            await self._application(scope)(scope, receive, tracked)
        except Exception as error:
            wanted = request_id(text(header(scope, b"x-request-id")))
            log.exception("internal error", extra={"request_id": wanted})
            if not tracked.started:  # else the broken-off body is all that can be said
                refusal = status_error(error, request_id=wanted)
                body = {"code": refusal.status.code, "message": refusal.status.message, "details": []}
                await respond(tracked, refusal.http_status, [(b"content-type", b"application/json")], dump(body))

    def _application(self, scope: Scope) -> Application:
        path = scope["path"]
        if media_type(scope).startswith("application/grpc-web") or self._handlers.knows(path):
            return self._grpc_web
        if scope["method"] in {"GET", "HEAD"}:
            if path == "/healthz":
                return partial(_health, _alive)
            if path == "/readyz":
                return partial(_health, self._ready)
            if path in self._pages:
                return self._pages[path]
        return self._rest

    def _resolve(self, verb: str, path: str) -> Target | None:
        """Return the RPC that grpc-web means on a REST path, with the path's fields as bytes of the message."""
        try:
            match = self._routes.match(verb, path)
        except Failure:
            return None
        bound = match.method.request_type(**match.bindings)
        return match.method.path, bound.SerializeToString()


class _Tracked:
    """A `send` that adds headers to the answer and remembers that it has begun."""

    def __init__(self, send: Send, headers: Headers) -> None:
        self._send = send
        self._headers = headers
        self.started = False

    async def __call__(self, event: Event) -> None:
        if event["type"] == "http.response.start":
            self.started = True
            event = {**event, "headers": [*event.get("headers", []), *self._headers]}
        await self._send(event)


async def _alive() -> None:
    """A process that answers is alive."""


async def _health(check: Callable[[], Awaitable[None]], scope: Scope, receive: Receive, send: Send) -> None:
    status, text_ = 200, b"ok\n"
    try:
        await check()
    except Failure as failure:
        status, text_ = 503, f"{failure.message}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await respond(send, status, headers, b"" if scope["method"] == "HEAD" else text_)
