"""The native gRPC server (grpc.aio), with health and reflection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import grpc
from grpc_health.v1 import health
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from mailproof.domain.errors import AddressUnusable, StartupError
from mailproof.domain.model import ClientCertificate
from mailproof.domain.trace_context import TRACEPARENT, TRACESTATE, TraceContext
from mailproof.languages.negotiation import accepted
from mailproof.rpc.call_headers import IDEMPOTENCY_KEY, INSTANCE_ID, CallHeaders
from mailproof.rpc.calls import Call, Calls, request_id
from mailproof.syntax.host import join_host_port
from mailproof.transport.client_certificate import client_certificate
from mailproof.transport.connections import ConnectionLimits
from mailproof.transport.grpc_open_calls import BoundedReflection, FirstMessages, Health, health_handlers
from mailproof.transport.grpc_sockets import SocketWatch, slack, why_unusable
from mailproof.transport.handlers import MAX_MESSAGE_BYTES, RpcHandlers, read_message
from mailproof.transport.headers import ACCEPT_LANGUAGE, AUTHORIZATION, JOINED, REQUEST_ID, values_by_name
from mailproof.transport.server_tls import HANDSHAKE_TIMEOUT, Material, ServerTls
from mailproof.transport.unix_sockets import PEER, UnixAddress

MAX_STREAMS = 100
"""Calls that one connection may have under way."""

_MAX_METADATA = 32 * 1024
_MAX_AGE = 3_600_000
_LONGEST_CALL = 130_000


def _options(limits: ConnectionLimits) -> list[tuple[str, int]]:
    """Return what grpc-core is to bound; times are in milliseconds."""
    return [
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.so_reuseport", 0),  # a second server on the same port is an error, not a lottery
        ("grpc.max_concurrent_streams", MAX_STREAMS),
        ("grpc.max_metadata_size", _MAX_METADATA),
        ("grpc.absolute_max_metadata_size", _MAX_METADATA),
        # Without these two a window grows until it holds a whole message that nobody reads: 2 MiB a half-sent call.
        ("grpc.http2.bdp_probe", 0),
        ("grpc.http2.lookahead_bytes", 64 * 1024),
        # A connection that says nothing, one without a call, one that is old, one whose other end is gone.
        ("grpc.server_handshake_timeout_ms", round(HANDSHAKE_TIMEOUT * 1000)),
        ("grpc.max_connection_idle_ms", round(limits.idle * 1000)),
        ("grpc.max_connection_age_ms", _MAX_AGE),
        ("grpc.max_connection_age_grace_ms", _LONGEST_CALL),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        # Clients may ask every 10 seconds whether the connection lives, also between calls; more often is a flood.
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ("grpc.http2.max_ping_strikes", 2),
        ("grpc.max_allowed_incoming_connections", limits.total + slack(limits.total)),
    ]


_JOINED = frozenset(name.decode() for name in JOINED)
_TICK = 0.001  # seconds to which grpc-core rounds a timeout up, so that one of 1n has as long as one of 1m
_ACCEPT_LANGUAGE = ACCEPT_LANGUAGE.decode()
_AUTHORIZATION, _REQUEST_ID = AUTHORIZATION.decode(), REQUEST_ID.decode()


class GrpcServer:
    """Serves the table of calls on one address. Lives on one event loop.

    Args:
        calls: The table.
        limits: What its connections may hold.
        tls: The certificate that is served; None for a listener in the clear.
    """

    def __init__(self, calls: Calls, limits: ConnectionLimits | None = None, tls: ServerTls | None = None) -> None:
        self._calls = calls
        self._tls = tls
        self._limits = limits or ConnectionLimits(total=2_000)
        self._watch: SocketWatch | None = None
        self._health = Health()
        self._server: grpc.aio.Server | None = None
        self._unix: UnixAddress | None = None
        self._identity: tuple[int, int, int] | None = None

    async def start(self, host: str | UnixAddress, port: int = 0) -> int:
        """Listen, and return the port (of port 0: the one that was picked; of a Unix socket: 0).

        Raises:
            AddressUnusable: Nothing can listen there.
        """
        server = grpc.aio.server(options=_options(self._limits))
        messages = FirstMessages()
        server.add_generic_rpc_handlers((health_handlers(self._health, messages),))
        services = sorted({method.service for method in self._calls.methods.values()})
        named = [*services, health.SERVICE_NAME, reflection.SERVICE_NAME]
        add = reflection_pb2_grpc.add_ServerReflectionServicer_to_server
        add(BoundedReflection(named, messages), server)  # type: ignore[no-untyped-call] # the stubs leave it out
        server.add_generic_rpc_handlers((RpcHandlers(self._calls, _call_of, read_message),))
        bound = self._bind(server, host) if isinstance(host, UnixAddress) else self._bind_port(server, host, port)
        await server.start()
        self._health.serve(services)
        self._server = server
        if self._unix is None:  # who may connect to a Unix socket is for the permissions of its file
            self._watch = SocketWatch(bound, self._limits)
            self._watch.start()
        return bound

    def _bind_port(self, server: grpc.aio.Server, host: str, port: int) -> int:
        address = join_host_port(host, port)
        try:
            if self._tls is None:
                return server.add_insecure_port(address)
            return server.add_secure_port(address, _credentials(self._tls))
        except RuntimeError:
            raise AddressUnusable(address, "gRPC", why_unusable(host, port)) from None

    def _bind(self, server: grpc.aio.Server, address: UnixAddress) -> int:
        try:
            # grpc-core removes whatever socket is there, so that somebody must have looked before whether it is used.
            with address.making():
                server.add_insecure_port(str(address))
        except RuntimeError:
            raise StartupError(f"can't listen on {address} for gRPC: does its directory exist?") from None
        self._unix, self._identity = address, address.identity()
        return 0

    def note_caller(self, peer: str) -> None:
        """Note that a known caller is at the other end of a connection: it goes last. Any thread may call it.

        Args:
            peer: "address:port" of the client.
        """
        if self._watch is not None:
            self._watch.note_caller(peer)

    async def stop(self, grace: float) -> None:
        """Say so to health checks, take no new calls, give the running ones `grace` seconds, then end them."""
        if self._server is not None:
            self._health.end()
            stopping = asyncio.ensure_future(self._server.stop(grace))
            if self._watch is not None:
                await asyncio.to_thread(self._watch.stop)
            await stopping
            if self._unix is not None:
                self._unix.remove(self._identity)


def _call_of(context: Any) -> Call:
    """Return the call of a handler's context, which is grpc.aio's."""
    # Values are text, but for names that end in -bin (the gRPC specification, "Custom-Metadata"), which are not read.
    values = values_by_name(context.invocation_metadata() or (), _JOINED, ", ")
    value = values.get
    remaining = context.time_remaining()
    return Call(
        transport="grpc",
        authorization=value(_AUTHORIZATION),
        peer=_address(context.peer()),
        deadline=None if remaining is None else time.monotonic() + (remaining if remaining > _TICK else 0.0),
        instance_id=value(INSTANCE_ID),
        idempotency_key=value(IDEMPOTENCY_KEY),
        request_id=request_id(value(_REQUEST_ID)),
        certificate=_certificate(context.auth_context()),
        headers=CallHeaders.read(values, http=False),
        language=accepted(value(_ACCEPT_LANGUAGE)),
        trace=TraceContext.read(value(TRACEPARENT), value(TRACESTATE)),
    )


def _credentials(tls: ServerTls) -> grpc.ServerCredentials:
    """Return credentials that ask before each handshake whether there is a new certificate.

    grpc's Python has no optional client certificates: with an authority for them, every client must show one.
    """
    served = tls.current

    def renewed() -> grpc.ServerCertificateConfiguration | None:
        nonlocal served
        current = tls.current
        if current is served:
            return None
        served = current
        return _configuration(current)

    return grpc.dynamic_ssl_server_credentials(
        _configuration(served),
        renewed,  # type: ignore[arg-type] # None is "no change", which types-grpcio does not know
        require_client_authentication=tls.asks_for_client_certificates,
    )


def _configuration(material: Material) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([(material.key, material.certificate)], material.client_ca)


def _certificate(facts: Mapping[str, Sequence[bytes]]) -> ClientCertificate | None:
    """Return the client's certificate of a connection's authentication context."""
    found = facts.get("x509_pem_cert")
    return client_certificate(found[0]) if found else None


@lru_cache(maxsize=1024)
def _address(peer: str) -> str:
    """Return "address:port" of grpc's "ipv4:address:port" or "ipv6:%5Baddress%5D:port"; of a Unix socket, "unix"."""
    if peer.startswith("unix:"):
        return PEER
    return unquote(peer.partition(":")[2]) if peer.startswith(("ipv4:", "ipv6:")) else peer
