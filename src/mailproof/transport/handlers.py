"""gRPC method handlers over the table of calls, for any server that speaks grpc's handler interface.

grpc.aio and `grpc_web` are both given these. A handler is never given its request: it asks its context for the message
once the caller is known, so a server holds no body of a call that is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NoReturn

import grpc
from google.protobuf.message import Message

from mailproof.domain.errors import MalformedRequest, UnknownRpc
from mailproof.domain.phrase import say
from mailproof.rpc.calls import Call, Calls, Decode, Method, Read
from mailproof.rpc.codec import parse_protobuf
from mailproof.rpc.intake import BODY_TIMEOUT, Intake
from mailproof.rpc.status import StatusError
from mailproof.transport.headers import CONTENT_LANGUAGE, GRPC_STATUS_DETAILS, REQUEST_ID
from mailproof.transport.nearest import Nearest

_STATUS_DETAILS, _REQUEST_ID = GRPC_STATUS_DETAILS.decode(), REQUEST_ID.decode()
_CONTENT_LANGUAGE = CONTENT_LANGUAGE.decode()

MAX_MESSAGE_BYTES = 2 * 1024 * 1024
"""Bytes of a message that grpc.aio takes in: above the limit of the guards, so that they refuse with typed details.

This one only bounds memory."""

_PROMPT = 0.25  # seconds after which a message that has not arrived counts as one that holds all it may

CODES = {code.value[0]: code for code in grpc.StatusCode}
"""grpc's enum by number."""


TakenIn = Callable[[], bytes]
"""Returns the one message of a body that was taken in; raises as `rpc.calls.Decode` does."""

ReadMessage = Callable[[Any, Intake], Awaitable[TakenIn]]
"""Takes in the body of a handler's context; raises as `rpc.calls.Read` does."""


class RpcHandlers(grpc.GenericRpcHandler):
    """Finds the handler of a method; an unknown one is refused in the same way as any other call.

    Args:
        call_of: Gives the call of a handler's context, which is the server's.
        read: Takes in the message of a handler's context.
    """

    def __init__(self, calls: Calls, call_of: Callable[[Any], Call], read: ReadMessage) -> None:
        self._handlers = {path: _handler(calls, method, call_of, read) for path, method in calls.methods.items()}
        self._nearest = Nearest({path: path.removeprefix("/") for path in calls.methods})
        self._refusing = partial(_unknown, calls, call_of)

    def service(self, handler_call_details: Any) -> grpc.RpcMethodHandler[bytes, bytes]:
        """Return the handler; there is always one, so this must be the last of a server's handlers."""
        path = handler_call_details.method
        return self._handlers.get(path) or self._refusing(self._nearest(path))

    def knows(self, path: str) -> bool:
        """Return whether there is a method of this path."""
        return path in self._handlers


def _handler(
    calls: Calls, method: Method, call_of: Callable[[Any], Call], read_message: ReadMessage
) -> grpc.RpcMethodHandler[bytes, bytes]:
    def reader(context: Any) -> Read:
        async def read(intake: Intake) -> Decode:
            message = await read_message(context, intake)
            return lambda _: parse_protobuf(method.request_type, message(), method.max_request_bytes)

        return read

    async def unary(_: Any, context: Any) -> bytes:
        call = call_of(context)
        context.set_trailing_metadata(_trailing(call))
        try:
            response = await calls.unary(method, call, reader(context))
        except StatusError as refusal:
            await _abort(context, refusal, call)
        return response.SerializeToString()

    async def stream(_: Any, context: Any) -> None:
        call = call_of(context)
        context.set_trailing_metadata(_trailing(call))

        begun = False

        async def deliver(message: Message) -> None:
            nonlocal begun
            try:
                if not begun:
                    begun = True
                    # By itself: grpc.aio can't send a status after a first message that its client does not take.
                    await context.send_initial_metadata(())
                await context.write(message.SerializeToString())
            except grpc.aio.InternalError:  # the client has gone
                raise asyncio.CancelledError from None

        try:
            await calls.stream(method, call, reader(context), deliver)
        except StatusError as refusal:
            await _abort(context, refusal, call)

    make: Callable[..., grpc.RpcMethodHandler[bytes, bytes]] = (
        grpc.stream_stream_rpc_method_handler if method.streaming else grpc.stream_unary_rpc_method_handler
    )
    return make(stream if method.streaming else unary)


async def read_message(context: Any, intake: Intake) -> TakenIn:
    """Take in the one message of a request to grpc.aio; what comes after it is not read.

    Raises:
        MalformedRequest: There is none.
    """
    slow = asyncio.get_running_loop().call_later(_PROMPT, intake.hold, MAX_MESSAGE_BYTES, BODY_TIMEOUT - _PROMPT)
    try:
        data = await context.read()
    finally:
        slow.cancel()
    if not isinstance(data, bytes):  # grpc's EOF
        raise MalformedRequest(say("the body must hold one message, not 0"))
    return lambda: data


def _unknown(calls: Calls, call_of: Callable[[Any], Call], nearest: str) -> grpc.RpcMethodHandler[bytes, bytes]:
    async def refuse(_: Any, context: Any) -> bytes:
        call = call_of(context)
        await _abort(context, calls.refusal(UnknownRpc(nearest), None, call), call)

    return grpc.stream_unary_rpc_method_handler(refuse)


def _trailing(call: Call) -> tuple[tuple[str, str], ...]:
    """Return what every answer ends with: the call's id, and the language of its sentences."""
    return ((_REQUEST_ID, call.request_id), (_CONTENT_LANGUAGE, call.language.value))


async def _abort(context: Any, refusal: StatusError, call: Call) -> NoReturn:
    metadata = ((_STATUS_DETAILS, refusal.status.SerializeToString()), *_trailing(call))
    try:
        await context.abort(CODES[refusal.status.code], refusal.status.message, metadata)
    except grpc.aio.InternalError:  # the client has gone
        raise asyncio.CancelledError from None
    raise AssertionError("abort always raises")
