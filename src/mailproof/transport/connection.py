"""What comes over a request's connection after its head: the body, bounded in size and time, and the client's end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable

from mailproof.domain.errors import DeadlineExceeded, MalformedRequest, RequestTooLarge
from mailproof.transport.asgi import AsgiReceive
from mailproof.transport.request import Request

BODY_TIMEOUT = 10.0
"""Seconds for the whole request body to arrive."""


class ClientGone(Exception):
    """The client closed its connection; there is nobody to answer."""


async def read_body(request: Request, receive: AsgiReceive, limit: int, *, message_limit: int | None = None) -> bytes:
    """Read the whole body, until the request's deadline; BODY_TIMEOUT bounds it anyway.

    Args:
        limit: Bytes at most, framing and encoding included.
        message_limit: The limit that the caller is told of; None: this one.

    Raises:
        RequestTooLarge: Longer than `limit`.
        MalformedRequest: It did not arrive in time.
        ClientGone: Cut short.
        DeadlineExceeded: The call's own deadline passed first.
    """
    announced = request.content_length
    if announced is not None and announced > limit:
        raise RequestTooLarge(message_limit or limit)
    chunks: list[bytes] = []
    size = 0
    deadline = request.deadline
    budget = BODY_TIMEOUT if deadline is None else min(BODY_TIMEOUT, deadline - time.monotonic())
    try:
        async with asyncio.timeout(budget):
            while True:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise ClientGone
                chunk = event.get("body", b"")
                size += len(chunk)
                if size > limit:
                    raise RequestTooLarge(message_limit or limit)
                chunks.append(chunk)
                if not event.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        if budget < BODY_TIMEOUT:
            raise DeadlineExceeded("the deadline passed before the request had arrived") from None
        raise MalformedRequest(f"the body did not arrive within {BODY_TIMEOUT:.0f} seconds") from None


async def while_connected(work: Awaitable[None], receive: AsgiReceive) -> None:
    """Await `work`, and cancel it at once when the client hangs up: the SMTP connection behind it must not live on.

    Call it after the body was read.

    Raises:
        ClientGone: The client hung up first.
    """
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_until_disconnect(receive))
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


async def _until_disconnect(receive: AsgiReceive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
