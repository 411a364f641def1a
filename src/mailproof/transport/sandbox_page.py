"""`GET /sandbox/messages`: what the sandbox's SMTP server has received, newest first. Only with `serve --sandbox`."""

from __future__ import annotations

from typing import Protocol

from mailproof.access import Access, authorize
from mailproof.errors import Failure
from mailproof.model import Permission
from mailproof.rpc.codec import dump
from mailproof.rpc.status import status_error
from mailproof.sandbox import SandboxMessage
from mailproof.transport.asgi import Receive, Scope, Send, header, peer, respond, text

_JSON = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class Messages(Protocol):
    """Where the messages are."""

    def messages(self) -> tuple[SandboxMessage, ...]:
        """Return them, oldest first."""
        ...


class SandboxPage:
    """The page; it needs a token with iam.read like every other call."""

    def __init__(self, sandbox: Messages, access: Access) -> None:
        self._sandbox = sandbox
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one GET."""
        try:
            caller = await self._access.authenticate(text(header(scope, b"authorization")), peer(scope))
            authorize(caller, Permission.READ)
        except Failure as failure:
            refusal = status_error(failure)
            body = {"code": refusal.status.code, "message": refusal.status.message, "details": []}
            await respond(send, refusal.http_status, _JSON, dump(body))
            return
        found = [
            {
                "receivedAt": message.received_at.isoformat(),
                "sender": message.sender,
                "recipients": list(message.recipients),
                "subject": message.subject,
                "size": message.size,
                "text": message.text,
            }
            for message in reversed(self._sandbox.messages())
        ]
        await respond(send, 200, _JSON, dump({"messages": found}) + b"\n")
