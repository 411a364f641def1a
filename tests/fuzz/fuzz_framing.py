"""Any bytes as the body of a grpc-web call, binary or base64 text, cut into any chunks: an answer that can be read.

An input is one byte that chooses the form and how the body is cut, and the body.
"""

from __future__ import annotations

from typing import Any

import grpc

from mailproof.transport.grpc_web import GrpcWeb
from service_support.asgi import call
from service_support.framing import BINARY, TEXT, frame, read

PATH = "/any.Service/Any"
ALLOWED = {0, 3, 8}  # OK, INVALID_ARGUMENT, RESOURCE_EXHAUSTED


class _Echo(grpc.GenericRpcHandler):
    def service(self, handler_call_details: Any) -> Any:
        async def echo(data: bytes, _: Any) -> bytes:
            return data

        return grpc.unary_unary_rpc_method_handler(echo)


APP = GrpcWeb()
APP.add_generic_rpc_handlers((_Echo(),))


def check(data: bytes) -> None:
    """Send one body; an exception is a finding."""
    if not data:
        return
    as_text, size, body = bool(data[0] & 1), (1, 3, 64, 65536)[data[0] >> 1 & 3], data[1:]
    chunks = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    answer = read(call(APP, "POST", PATH, [TEXT if as_text else BINARY], chunks))
    assert answer.code in ALLOWED
    if answer.code == 0 and not as_text:
        assert frame(answer.messages[0]) in body, "a message that was not sent"
