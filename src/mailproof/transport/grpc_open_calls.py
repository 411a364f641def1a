"""The gRPC calls that need no token, health and reflection: how many may be open, and how many wait for their message.

A handler that is given its request makes grpc-core take the whole message in, up to the server's limit, for as long as
it takes. Here a handler asks for the message itself. Of too many calls that wait the one that waits longest ends: an
honest message arrives with its head, so that only half-sent ones are ever many. A call whose client does not take its
answer, and a Watch, have no end of their own; of too many the oldest of the connection with the most ends.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection

MOST_WAITING = 16
"""Calls whose message has not arrived, each of which may hold a message of the largest size."""

PATIENCE = 10.0
"""Seconds until a message must have arrived; of reflection until the next one."""

MOST_OPEN = 1000
"""Calls that may be open at once; each holds some 30 KiB."""


class OpenGuests:
    """The open calls without a token. Lives on one event loop."""

    def __init__(self) -> None:
        self._calls: defaultdict[str, dict[asyncio.Task[Any], None]] = defaultdict(dict)  # by peer, the oldest first
        self._count = 0

    def add(self, peer: str, call: asyncio.Task[Any]) -> None:
        """Count a call until it is done; where there are too many, another one ends."""
        self._calls[peer][call] = None
        self._count += 1
        call.add_done_callback(lambda _: self._forget(peer, call))
        if self._count > MOST_OPEN:
            most = max(self._calls, key=lambda each: len(self._calls[each]))
            oldest = next(iter(self._calls[most]))
            self._forget(most, oldest)
            oldest.cancel()

    def _forget(self, peer: str, call: asyncio.Task[Any]) -> None:
        calls = self._calls.get(peer)
        if calls is None or call not in calls:  # it was ended here
            return
        del calls[call]
        self._count -= 1
        if not calls:
            del self._calls[peer]


class Health:
    """Answers grpc.health.v1.Health. Lives on one event loop.

    grpc's own holds a lock while the client of a Watch takes an answer: one that takes none keeps all others of the
    service waiting, and the server from its graceful end.
    """

    def __init__(self) -> None:
        self._statuses: dict[str, Any] = {"": health_pb2.HealthCheckResponse.SERVING}
        self._changed = asyncio.Event()

    async def check(self, request: Any, context: Any) -> Any:
        """Answer with the status of a service."""
        status = self._statuses.get(request.service)
        if status is None:
            await context.abort(grpc.StatusCode.NOT_FOUND)
        return health_pb2.HealthCheckResponse(status=status)

    async def watch(self, request: Any, context: Any) -> None:
        """Answer with the status of a service now, and each time that it has changed."""
        last = None
        while True:
            changed = self._changed
            status = self._statuses.get(request.service, health_pb2.HealthCheckResponse.SERVICE_UNKNOWN)
            if status != last:
                await context.write(health_pb2.HealthCheckResponse(status=status))
                last = status
            else:
                await changed.wait()

    def serve(self, services: Sequence[str]) -> None:
        """Say of services that they are served."""
        self._set(services, health_pb2.HealthCheckResponse.SERVING)

    def end(self) -> None:
        """Say of all services that they are no longer served."""
        self._set(list(self._statuses), health_pb2.HealthCheckResponse.NOT_SERVING)

    def _set(self, services: Sequence[str], status: Any) -> None:
        self._statuses.update(dict.fromkeys(services, status))
        self._changed.set()
        self._changed = asyncio.Event()


class FirstMessages:
    """Reads the messages of calls without a token. Lives on one event loop."""

    def __init__(self) -> None:
        self._guests = OpenGuests()
        self._waiting: dict[asyncio.Future[Any], None] = {}  # the one that waits longest comes first

    def begin(self, context: Any) -> None:
        """Count the call of the current task, which grpc made for it alone, as open."""
        call = asyncio.current_task()
        assert call is not None  # noqa: S101 - this is called from a handler
        self._guests.add(context.peer(), call)

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


def health_handlers(servicer: Health, messages: FirstMessages) -> grpc.GenericRpcHandler:
    """Return the handlers of grpc.health.v1.Health."""

    async def request_of(context: Any) -> Any:
        messages.begin(context)
        request = await messages.read(context)
        if request is grpc.aio.EOF:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the body must hold one message, not 0")
        return request

    async def check(_: Any, context: Any) -> Any:
        return await servicer.check(await request_of(context), context)

    async def watch(_: Any, context: Any) -> None:
        await servicer.watch(await request_of(context), context)

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
        self._messages.begin(context)
        answers: Any = super().ServerReflectionInfo(self._requests(context), context)
        async for answer in answers:
            yield answer

    async def _requests(self, context: Any) -> AsyncIterator[Any]:
        while (request := await self._messages.read(context)) is not grpc.aio.EOF:
            yield request
