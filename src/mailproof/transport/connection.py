"""What comes over a request's connection after its head: the body, bounded in size and time, and the client's end.

The body is read when the guards ask for it, which is after the caller is known. What an answer leaves unread of it is
thrown away for a moment, so that the answer arrives, and then the connection ends.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable

from mailproof.domain.errors import DeadlineExceeded, MalformedRequest, RequestTooLarge
from mailproof.domain.phrase import say
from mailproof.rpc.calls import ClientGone
from mailproof.rpc.intake import BODY_TIMEOUT, Intake
from mailproof.transport.asgi import AsgiMessage, AsgiReceive
from mailproof.transport.request import Request

LINGER = 1.0
"""Seconds in which the rest of a refused body is thrown away: a connection that is closed with unread bytes is reset,
and the answer may be lost on the way (RFC 9112 section 9.6)."""

PROMPT = 0.02
"""Seconds in which the body of a refused request may still come, so that its connection is kept: many clients send head
and body one after the other."""

_AT_HAND = 64 * 1024  # bytes of a refused body that are thrown away to keep its connection


class Inbound:
    """What comes over the connection of one request after its head.

    Attributes:
        complete: Whether the whole body was read.
    """

    def __init__(self, request: Request, receive: AsgiReceive) -> None:
        self._request = request
        self._receive = receive
        self._watched = asyncio.Event()
        self.complete = False

    async def read(self, limit: int, intake: Intake | None = None, *, message_limit: int | None = None) -> bytes:
        """Read the whole body, until the request's deadline; BODY_TIMEOUT bounds it anyway.

        Args:
            limit: Bytes at most, framing and encoding included.
            intake: Counts the bytes that are held; None counts nothing.
            message_limit: The limit that the caller is told of; None: this one.

        Raises:
            RequestTooLarge: Longer than `limit`.
            MalformedRequest: It did not arrive in time.
            ClientGone: Cut short.
            DeadlineExceeded: The call's own deadline passed first.
            TooManyBytes: The bodies under way hold as much as they may.
        """
        announced = self._request.content_length
        if announced is not None and announced > limit:
            raise RequestTooLarge(message_limit or limit)
        chunks: list[bytes] = []
        size = 0
        deadline = self._request.deadline
        budget = BODY_TIMEOUT if deadline is None else min(BODY_TIMEOUT, deadline - time.monotonic())
        try:
            async with asyncio.timeout(budget):
                while not self.complete:
                    chunk = (await self._next()).get("body", b"")
                    size += len(chunk)
                    if size > limit:
                        raise RequestTooLarge(message_limit or limit)
                    if intake is not None and chunk:
                        intake.take(len(chunk))
                    chunks.append(chunk)
        except TimeoutError:
            if budget < BODY_TIMEOUT:
                raise DeadlineExceeded(say("the deadline passed before the request had arrived")) from None
            raise MalformedRequest(
                say("the body did not arrive within {body_timeout} seconds", body_timeout=f"{BODY_TIMEOUT:.0f}")
            ) from None
        self._watched.set()
        return b"".join(chunks)

    async def _next(self) -> AsgiMessage:
        event = await self._receive()
        if event["type"] == "http.disconnect":
            raise ClientGone
        self.complete = not event.get("more_body", False)
        return event

    async def is_at_hand(self) -> bool:
        """Return whether the whole body has arrived, or comes right behind its head, and throw it away."""
        if self._request.has_no_body:
            return True
        if self._request.expects_continue:  # to look for it would ask for it
            return False
        size = 0
        try:
            async with asyncio.timeout(PROMPT):
                while not self.complete and size <= _AT_HAND:
                    size += len((await self._next()).get("body", b""))
        except (TimeoutError, ClientGone):
            pass
        return self.complete

    async def linger(self) -> None:
        """Throw away what still comes of the body, for a moment."""
        try:
            async with asyncio.timeout(LINGER):
                while not self.complete:
                    await self._next()
        except (TimeoutError, ClientGone):
            pass

    async def until_disconnect(self) -> None:
        """Wait until the client hangs up; while the body is read, its reader is who notices."""
        await self._watched.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def hang_up(self) -> None:
        """End the connection at once, with what the client has not taken of its answer."""
        self._request.hang_up()
        try:
            async with asyncio.timeout(LINGER):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:  # a server without such an end
            pass


async def while_connected(work: Awaitable[None], inbound: Inbound) -> None:
    """Await `work`, and cancel it at once when the client hangs up: the SMTP connection behind it must not live on.

    Args:
        work: It reads the body itself.

    Raises:
        ClientGone: The client hung up first.
    """
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(inbound.until_disconnect())
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
