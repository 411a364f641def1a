"""The types of ASGI, and sending a whole answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mailproof.transport.headers import CONTENT_LENGTH, Headers

HANG_UP = "mailproof.hang_up"
"""The extension of a scope by which our server ends a connection at once."""

AsgiScope = MutableMapping[str, Any]
AsgiMessage = MutableMapping[str, Any]
AsgiReceive = Callable[[], Awaitable[AsgiMessage]]
AsgiSend = Callable[[AsgiMessage], Awaitable[None]]


async def respond(send: AsgiSend, status: int, headers: Headers, body: bytes = b"") -> None:
    """Send a whole answer."""
    headers = [*headers, (CONTENT_LENGTH, str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
