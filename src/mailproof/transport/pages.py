"""Pages that are no RPCs: a GET that answers a JSON document to callers with a permission."""

from __future__ import annotations

from collections.abc import Callable

from mailproof.domain.model import Permission
from mailproof.rpc.calls import Call, Calls, request_id
from mailproof.rpc.codec import dump
from mailproof.rpc.status import StatusError
from mailproof.transport.asgi import AsgiReceive, AsgiScope, AsgiSend, header, peer, respond, text

_JSON = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


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

    async def __call__(self, scope: AsgiScope, receive: AsgiReceive, send: AsgiSend) -> None:
        """Answer one GET."""
        call = Call(
            transport="page",
            authorization=text(header(scope, b"authorization")),
            peer=peer(scope),
            request_id=request_id(text(header(scope, b"x-request-id"))),
        )
        try:
            await self._calls.admit(call, self._permission)
        except StatusError as refusal:
            body = {"code": refusal.status.code, "message": refusal.status.message, "details": []}
            await respond(send, refusal.http_status, _JSON, dump(body))
            return
        await respond(send, 200, _JSON, dump(self._document()) + b"\n")
