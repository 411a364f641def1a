"""What the HTTP transports share of ASGI: headers, a bounded body, the client that hangs up, deadlines."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

from mailproof.domain.errors import DeadlineExceeded, FieldViolation, InvalidFields, MalformedRequest, RequestTooLarge

AsgiScope = MutableMapping[str, Any]
AsgiMessage = MutableMapping[str, Any]
AsgiReceive = Callable[[], Awaitable[AsgiMessage]]
AsgiSend = Callable[[AsgiMessage], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

BODY_TIMEOUT = 10.0
"""Seconds for the whole request body to arrive."""

_TIMEOUT = re.compile(rb"([0-9]{1,20})([HMSmun])")
_UNITS = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}
_LONGEST = 366 * 86400.0  # seconds; longer ones are as good as none, and must not overflow a clock


class ClientGone(Exception):
    """The client closed its connection; there is nobody to answer."""


def header(scope: AsgiScope, name: bytes) -> bytes | None:
    """Return the first header of this lower-case name."""
    return next((value for key, value in scope["headers"] if key == name), None)


def joined(scope: AsgiScope, name: bytes) -> bytes | None:
    """Return all headers of this lower-case name as one value (RFC 9110 section 5.3), None where there is none.

    For what must come once: two values joined are one that is not valid.
    """
    values = [value for key, value in scope["headers"] if key == name]
    return b", ".join(values) if values else None


def text(value: bytes | None) -> str | None:
    """Return a header's value as text; bytes outside ASCII are kept as Latin-1 (RFC 9110 section 5.5)."""
    return None if value is None else value.decode("latin-1")


def media_type(scope: AsgiScope) -> str:
    """Return the content type in lower case without parameters, "" for none."""
    return (text(header(scope, b"content-type")) or "").partition(";")[0].strip().lower()


def peer(scope: AsgiScope) -> str:
    """Return "address:port" of the client."""
    client = scope.get("client")
    if not client:
        return ""
    host, port = client[0], client[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def encoded_path(scope: AsgiScope) -> str:
    """Return the path as it was sent, percent-encoded. A server need not keep that: then it is made anew."""
    raw: bytes | None = scope.get("raw_path")
    return quote(scope["path"], safe="/:") if raw is None else raw.partition(b"?")[0].decode(errors="replace")


def parse_timeout(value: bytes) -> float:
    """Return the seconds of a `grpc-timeout`. More than the specification's 8 digits exist in the wild and are read.

    Raises:
        InvalidFields: It is no timeout.
    """
    match = _TIMEOUT.fullmatch(value.strip())
    if match is None:
        raise InvalidFields([FieldViolation("grpc-timeout", 'must be digits and a unit, like "1500m" or "30S"')])
    return min(int(match[1]) * _UNITS[match[2]], _LONGEST)


def deadline(scope: AsgiScope) -> float | None:
    """Return the deadline that the request's `grpc-timeout` sets, on the `time.monotonic` clock."""
    value = header(scope, b"grpc-timeout")
    return None if value is None else time.monotonic() + parse_timeout(value)


async def read_body(
    scope: AsgiScope, receive: AsgiReceive, limit: int, until: float | None = None, *, told: int | None = None
) -> bytes:
    """Read the whole body.

    Args:
        limit: Bytes at most, framing and encoding included.
        told: The limit that the caller is told of; None: this one.
        until: The call's deadline on the `time.monotonic` clock; BODY_TIMEOUT bounds it anyway.

    Raises:
        RequestTooLarge: Longer than `limit`. MalformedRequest: It did not arrive in time. ClientGone: Cut short.
        DeadlineExceeded: The call's own deadline passed first.
    """
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdigit() and int(declared[:20]) > limit:
        raise RequestTooLarge(told or limit)
    chunks: list[bytes] = []
    size = 0
    budget = BODY_TIMEOUT if until is None else min(BODY_TIMEOUT, until - time.monotonic())
    try:
        async with asyncio.timeout(budget):
            while True:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise ClientGone
                chunk = event.get("body", b"")
                size += len(chunk)
                if size > limit:
                    raise RequestTooLarge(told or limit)
                chunks.append(chunk)
                if not event.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        if budget < BODY_TIMEOUT:
            raise DeadlineExceeded("the deadline passed before the request had arrived") from None
        raise MalformedRequest(f"the body did not arrive within {BODY_TIMEOUT:.0f} seconds") from None


async def until_disconnect(receive: AsgiReceive) -> None:
    """Return when the client has hung up. Call it after the body was read."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def while_connected(work: Awaitable[None], receive: AsgiReceive) -> None:
    """Await `work`, and cancel it at once when the client hangs up: the SMTP connection behind it must not live on."""
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(until_disconnect(receive))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone = not task.done()
        watch.cancel()
        task.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)
    if gone:
        raise ClientGone
    task.result()


async def respond(send: AsgiSend, status: int, headers: Headers, body: bytes = b"") -> None:
    """Send a whole answer."""
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
