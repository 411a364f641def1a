"""gRPC method handlers over the table of calls, for any server that speaks grpc's handler interface.

grpc.aio and sonora are both given these. Messages stay bytes until the caller is known: the guards decode them.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import unquote

import grpc

from mailproof.domain.errors import UnknownRpc
from mailproof.rpc.calls import IDEMPOTENCY_KEY, INSTANCE_ID, Call, Calls, Decode, Method, request_id
from mailproof.rpc.codec import parse_protobuf
from mailproof.rpc.status import StatusError

STATUS_DETAILS = "grpc-status-details-bin"
REQUEST_ID = "x-request-id"

_ONCE = frozenset({INSTANCE_ID, IDEMPOTENCY_KEY})
_READ = _ONCE | {"authorization", REQUEST_ID}

CODES = {code.value[0]: code for code in grpc.StatusCode}
"""grpc's enum by number."""


class RpcHandlers(grpc.GenericRpcHandler):
    """Finds the handler of a method; an unknown one is refused in the same way as any other call.

    Args:
        transport: What the log calls this wire.
    """

    def __init__(self, calls: Calls, transport: str) -> None:
        self._handlers = {path: _handler(calls, method, transport) for path, method in calls.methods.items()}
        self._unknown = _unknown(calls, transport)

    def service(self, handler_call_details: Any) -> grpc.RpcMethodHandler[bytes, bytes]:
        """Return the handler; there is always one, so this must be the last of a server's handlers."""
        return self._handlers.get(handler_call_details.method, self._unknown)

    def knows(self, path: str) -> bool:
        """Return whether there is a method of this path."""
        return path in self._handlers


def _handler(calls: Calls, method: Method, transport: str) -> grpc.RpcMethodHandler[bytes, bytes]:
    def decode(data: bytes) -> Decode:
        return lambda: parse_protobuf(method.request_type, data, method.max_request_bytes)

    async def unary(data: bytes, context: Any) -> bytes:
        call = _call(context, transport)
        context.set_trailing_metadata(((REQUEST_ID, call.request_id),))
        try:
            response = await calls.unary(method, call, decode(data))
        except StatusError as refusal:
            await _abort(context, refusal, call)
        return response.SerializeToString()

    async def stream(data: bytes, context: Any) -> AsyncIterator[bytes]:
        call = _call(context, transport)
        context.set_trailing_metadata(((REQUEST_ID, call.request_id),))
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


def _unknown(calls: Calls, transport: str) -> grpc.RpcMethodHandler[bytes, bytes]:
    async def refuse(_: bytes, context: Any) -> bytes:
        call = _call(context, transport)
        await _abort(context, calls.refusal(UnknownRpc("no such RPC"), None, call), call)

    return grpc.unary_unary_rpc_method_handler(refuse)


async def _abort(context: Any, refusal: StatusError, call: Call) -> NoReturn:
    metadata = ((STATUS_DETAILS, refusal.status.SerializeToString()), (REQUEST_ID, call.request_id))
    await context.abort(CODES[refusal.status.code], refusal.status.message, metadata)
    raise AssertionError("abort always raises")


def _call(context: Any, transport: str) -> Call:
    metadata: dict[str, str] = {}
    for key, value in context.invocation_metadata() or ():
        if key not in _READ or not isinstance(value, str):
            continue
        if key not in metadata:
            metadata[key] = value
        elif key in _ONCE:
            metadata[key] += f", {value}"  # which is not valid, as over REST; of the others the first one counts
    remaining = context.time_remaining()
    return Call(
        transport=transport,
        authorization=metadata.get("authorization"),
        peer=_address(context.peer()),
        deadline=None if remaining is None else time.monotonic() + remaining,
        instance_id=metadata.get(INSTANCE_ID),
        idempotency_key=metadata.get(IDEMPOTENCY_KEY),
        request_id=request_id(metadata.get(REQUEST_ID)),
    )


@lru_cache(maxsize=1024)
def _address(peer: str) -> str:
    """Return "address:port" of grpc's "ipv4:address:port" or "ipv6:%5Baddress%5D:port"."""
    return unquote(peer.partition(":")[2]) if peer.startswith(("ipv4:", "ipv6:")) else peer
