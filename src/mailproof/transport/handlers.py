"""gRPC method handlers over the table of calls, for any server that speaks grpc's handler interface.

grpc.aio and sonora are both given these. Messages stay bytes until the caller is known: the guards decode them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, NoReturn

import grpc

from mailproof.domain.errors import UnknownRpc
from mailproof.rpc.calls import Call, Calls, Decode, Method
from mailproof.rpc.codec import parse_protobuf
from mailproof.rpc.status import StatusError
from mailproof.transport.headers import GRPC_STATUS_DETAILS, REQUEST_ID

_STATUS_DETAILS, _REQUEST_ID = GRPC_STATUS_DETAILS.decode(), REQUEST_ID.decode()

CODES = {code.value[0]: code for code in grpc.StatusCode}
"""grpc's enum by number."""


class RpcHandlers(grpc.GenericRpcHandler):
    """Finds the handler of a method; an unknown one is refused in the same way as any other call.

    Args:
        call_of: Gives the call of a handler's context, which is the server's.
    """

    def __init__(self, calls: Calls, call_of: Callable[[Any], Call]) -> None:
        self._handlers = {path: _handler(calls, method, call_of) for path, method in calls.methods.items()}
        self._unknown = _unknown(calls, call_of)

    def service(self, handler_call_details: Any) -> grpc.RpcMethodHandler[bytes, bytes]:
        """Return the handler; there is always one, so this must be the last of a server's handlers."""
        return self._handlers.get(handler_call_details.method, self._unknown)

    def knows(self, path: str) -> bool:
        """Return whether there is a method of this path."""
        return path in self._handlers


def _handler(calls: Calls, method: Method, call_of: Callable[[Any], Call]) -> grpc.RpcMethodHandler[bytes, bytes]:
    def decode(data: bytes) -> Decode:
        return lambda: parse_protobuf(method.request_type, data, method.max_request_bytes)

    async def unary(data: bytes, context: Any) -> bytes:
        call = call_of(context)
        context.set_trailing_metadata(((_REQUEST_ID, call.request_id),))
        try:
            response = await calls.unary(method, call, decode(data))
        except StatusError as refusal:
            await _abort(context, refusal, call)
        return response.SerializeToString()

    async def stream(data: bytes, context: Any) -> AsyncIterator[bytes]:
        call = call_of(context)
        context.set_trailing_metadata(((_REQUEST_ID, call.request_id),))
        try:
            messages = calls.stream(method, call, decode(data))
            async with aclosing(messages):
                async for message in messages:
                    yield message.SerializeToString()
        except StatusError as refusal:
            await _abort(context, refusal, call)

    make: Callable[..., grpc.RpcMethodHandler[bytes, bytes]] = (
        grpc.unary_stream_rpc_method_handler if method.streaming else grpc.unary_unary_rpc_method_handler
    )
    return make(stream if method.streaming else unary)


def _unknown(calls: Calls, call_of: Callable[[Any], Call]) -> grpc.RpcMethodHandler[bytes, bytes]:
    async def refuse(_: bytes, context: Any) -> bytes:
        call = call_of(context)
        await _abort(context, calls.refusal(UnknownRpc("no such RPC"), None, call), call)

    return grpc.unary_unary_rpc_method_handler(refuse)


async def _abort(context: Any, refusal: StatusError, call: Call) -> NoReturn:
    metadata = ((_STATUS_DETAILS, refusal.status.SerializeToString()), (_REQUEST_ID, call.request_id))
    await context.abort(CODES[refusal.status.code], refusal.status.message, metadata)
    raise AssertionError("abort always raises")
