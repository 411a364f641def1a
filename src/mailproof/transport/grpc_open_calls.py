"""The gRPC calls that need no token, health and reflection: how many of them may wait for their message.

A handler that is given its request makes grpc-core take the whole message in, up to the server's limit, for as long as
it takes. Here a handler asks for the message itself. Of too many calls that wait the one that waits longest ends: an
honest message arrives with its head, so that only half-sent ones are ever many.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection

MOST_WAITING = 16
"""Calls whose message has not arrived, each of which may hold a message of the largest size."""

PATIENCE = 10.0
"""Seconds until a message must have arrived; of reflection until the next one."""


class FirstMessages:
    """Reads the messages of calls without a token. Lives on one event loop."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[Any], None] = {}  # the one that waits longest comes first

    async def read(self, context: Any) -> Any:
        """Return the next message of a context; `grpc.aio.EOF` after the last one."""
        if len(self._waiting) >= MOST_WAITING:
            longest = next(iter(self._waiting))
            del self._waiting[longest]
            longest.cancel()
        reading = asyncio.ensure_future(context.read())
        self._waiting[reading] = None
        try:
            done, _ = await asyncio.wait({reading}, timeout=PATIENCE)
        finally:
            self._waiting.pop(reading, None)
            reading.cancel()
        if not done or reading.cancelled():
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "the message did not arrive in time")
        return reading.result()


def health_handlers(servicer: health.aio.HealthServicer, messages: FirstMessages) -> grpc.GenericRpcHandler:
    """Return the handlers of grpc.health.v1.Health."""

    async def request_of(context: Any) -> Any:
        request = await messages.read(context)
        if request is grpc.aio.EOF:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the body must hold one message, not 0")
        return request

    async def check(_: Any, context: Any) -> Any:
        return await servicer.Check(await request_of(context), context)

    async def watch(_: Any, context: Any) -> None:
        await servicer.Watch(await request_of(context), context)

    parse, dump = health_pb2.HealthCheckRequest.FromString, health_pb2.HealthCheckResponse.SerializeToString
    return grpc.method_handlers_generic_handler(
        health.SERVICE_NAME,
        {
            "Check": grpc.stream_unary_rpc_method_handler(check, parse, dump),
            "Watch": grpc.stream_stream_rpc_method_handler(watch, parse, dump),
        },
    )


class BoundedReflection(reflection.aio.ReflectionServicer):
    """Reflection whose messages are read as those of health."""

    def __init__(self, services: Sequence[str], messages: FirstMessages) -> None:
        super().__init__(services)
        self._messages = messages

    async def ServerReflectionInfo(  # type: ignore[override] # noqa: N802 - the RPC; the stubs take it for a coroutine
        self, _: Any, context: Any
    ) -> AsyncIterator[Any]:
        """See grpc.reflection.v1alpha."""
        answers: Any = super().ServerReflectionInfo(self._requests(context), context)
        async for answer in answers:
            yield answer

    async def _requests(self, context: Any) -> AsyncIterator[Any]:
        while (request := await self._messages.read(context)) is not grpc.aio.EOF:
            yield request
