"""Pages that are no RPCs: a GET that answers a JSON document to callers with a permission."""

from __future__ import annotations

from collections.abc import Callable

from mailproof.domain.model import Permission
from mailproof.rpc.calls import Call, Calls
from mailproof.rpc.codec import dump
from mailproof.rpc.status import StatusError
from mailproof.transport.asgi import AsgiSend, respond
from mailproof.transport.connection import Inbound
from mailproof.transport.headers import JSON, NO_STORE, Headers
from mailproof.transport.request import Request

_HEADERS: Headers = [JSON, NO_STORE]


class JsonPage:
    """One page, behind the guards that every call has.

    Args:
        permission: What a caller needs.
        document: Makes the document at each request.
    """

    def __init__(self, calls: Calls, permission: Permission, document: Callable[[], dict[str, object]]) -> None:
        self._calls = calls
        self._permission = permission
        self._document = document

    async def __call__(self, request: Request, inbound: Inbound, send: AsgiSend) -> None:
        """Answer one GET."""
        # A page belongs to no instance, and answers at once.
        call = Call(
            "page", request.authorization, request.peer, request_id=request.request_id, language=request.language
        )
        try:
            await self._calls.check(call, self._permission)
        except StatusError as refusal:
            body = {"code": refusal.status.code, "message": refusal.status.message, "details": []}
            await respond(send, refusal.http_status, _HEADERS, dump(body))
            return
        await respond(send, 200, _HEADERS, dump(self._document()) + b"\n")
