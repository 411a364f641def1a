"""The native gRPC server (grpc.aio), with health and reflection."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from mailproof.domain.errors import StartupError
from mailproof.rpc.calls import IDEMPOTENCY_KEY, INSTANCE_ID, Call, Calls, request_id
from mailproof.syntax.host import join_host_port
from mailproof.transport.handlers import MAX_MESSAGE_BYTES, RpcHandlers, read_message
from mailproof.transport.headers import AUTHORIZATION, ONCE, REQUEST_ID, values_by_name

_ONCE = frozenset(name.decode() for name in ONCE)
_AUTHORIZATION, _REQUEST_ID = AUTHORIZATION.decode(), REQUEST_ID.decode()


class GrpcServer:
    """Serves the table of calls on one address. Lives on one event loop."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._health = health.aio.HealthServicer()
        self._server: grpc.aio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port (of port 0: the one that was picked).

        Raises:
            StartupError: The address can't be used.
        """
        server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", 0),  # a second server on the same port is an error, not a lottery
                ("grpc.max_concurrent_streams", 1000),
            ]
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        services = sorted({method.service for method in self._calls.methods.values()})
        reflection.enable_server_reflection([*services, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
        server.add_generic_rpc_handlers((RpcHandlers(self._calls, _call_of, read_message),))
        address = join_host_port(host, port)
        try:
            bound = server.add_insecure_port(address)
        except RuntimeError:
            raise StartupError(f"can't listen on {address} for gRPC: is the port in use?") from None
        await server.start()
        for name in ("", *services):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        self._server = server
        return bound

    async def stop(self, grace: float) -> None:
        """Say so to health checks, take no new calls, give the running ones `grace` seconds, then end them."""
        if self._server is not None:
            await self._health.enter_graceful_shutdown()
            await self._server.stop(grace)


def _call_of(context: Any) -> Call:
    """Return the call of a handler's context, which is grpc.aio's."""
    # Values are text, but for names that end in -bin (the gRPC specification, "Custom-Metadata"), which are not read.
    value = values_by_name(context.invocation_metadata() or (), _ONCE, ", ").get
    remaining = context.time_remaining()
    return Call(
        transport="grpc",
        authorization=value(_AUTHORIZATION),
        peer=_address(context.peer()),
        deadline=None if remaining is None else time.monotonic() + remaining,
        instance_id=value(INSTANCE_ID),
        idempotency_key=value(IDEMPOTENCY_KEY),
        request_id=request_id(value(_REQUEST_ID)),
    )


@lru_cache(maxsize=1024)
def _address(peer: str) -> str:
    """Return "address:port" of grpc's "ipv4:address:port" or "ipv6:%5Baddress%5D:port"."""
    return unquote(peer.partition(":")[2]) if peer.startswith(("ipv4:", "ipv6:")) else peer
