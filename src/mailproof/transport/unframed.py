"""Answers of unknown length to clients of HTTP/1.0, which know no chunks: the connection's end is the answer's end."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from mailproof.transport.asgi import AsgiMessage
from mailproof.transport.headers import CONTENT_LENGTH


def end_with_connection(cycle: RequestResponseCycle) -> None:
    """Make a cycle send what has no length without chunks (RFC 9112 section 6.1). It must not keep its connection."""
    plain, unframed = cycle.send, False

    async def send(event: AsgiMessage) -> None:
        nonlocal unframed
        if event["type"] == "http.response.start":
            unframed = all(name != CONTENT_LENGTH for name, _ in event["headers"])
            if unframed:
                cycle.chunked_encoding = False
        elif unframed:  # uvicorn counts what is left of the length: here that is what is sent now
            cycle.expected_content_length = len(event.get("body", b""))
        await plain(event)  # type: ignore[arg-type]  # uvicorn's name for the same

    cycle.send = send  # type: ignore[method-assign,assignment]
