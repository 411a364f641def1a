"""One HTTP request's head: read off the ASGI scope once, at the door, and given to whatever answers the request.

No other module looks into a scope. Servers give the names of headers in lower case (the ASGI specification, "HTTP
connection scope"); values that become text are read as Latin-1 (RFC 9110 section 5.5), so any bytes are text.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.model import ClientCertificate
from mailproof.domain.phrase import say
from mailproof.domain.trace_context import TraceContext
from mailproof.languages.language import Language
from mailproof.languages.negotiation import accepted
from mailproof.rpc.call_headers import NO_HEADERS, CallHeaders, concerning
from mailproof.rpc.calls import Call, request_id
from mailproof.syntax.host import join_host_port
from mailproof.transport.asgi import HANG_UP, AsgiReceive, AsgiScope, AsgiSend
from mailproof.transport.client_certificate import client_certificate
from mailproof.transport.headers import (
    ACCEPT,
    ACCEPT_ENCODING,
    ACCEPT_LANGUAGE,
    AUTHORIZATION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    EXPECT,
    GRPC_TIMEOUT,
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    INSTANCE_ID,
    JOINED,
    ORIGIN,
    REQUEST_ID,
    REQUESTED_METHOD,
    TRACEPARENT,
    TRACESTATE,
    TRANSFER_ENCODING,
    values_by_name,
)

_TIMEOUT = re.compile(rb"([0-9]{1,20})([HMSmun])")
_UNITS = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}
_LONGEST = 366 * 86400.0  # seconds; longer ones are as good as none, and must not overflow a clock


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request's head.

    Attributes:
        path: Decoded, as the server gives it.
        encoded_path: As it was sent, percent-encoded: there a slash or colon that is data is not one that divides.
        query: The query string, without its question mark.
        peer: "address:port" of the client; "": the server does not know it.
        headers: All headers as they came.
        values: The value that counts of each header.
        content_type: The media type in lower case without parameters; "": there is none.
        deadline: What the header grpc-timeout means on the `time.monotonic` clock; None: there is none, or it is
            malformed (`check_timeout`).
        request_id: The caller's x-request-id where it is harmless to log, else a new one.
        certificate: The client's certificate, which TLS has verified; None if it showed none.
        hang_up: Ends the connection at once, whatever of an answer is not sent yet; it does nothing where the server
            has no such end.
    """

    # What is asked for at most once a request is a property: each field of a frozen value costs 0.2 µs to set.
    method: str
    path: str
    encoded_path: str
    query: bytes
    peer: str
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)  # they hold the token
    values: Mapping[bytes, bytes] = field(repr=False)
    content_type: str
    deadline: float | None
    request_id: str
    hang_up: Callable[[], None] = field(repr=False, compare=False)
    certificate: ClientCertificate | None = None

    @classmethod
    def from_scope(cls, scope: AsgiScope) -> Self:
        """Read an ASGI scope of type "http"."""
        headers = tuple(scope["headers"])
        values = values_by_name(headers, JOINED, b", ")
        timeout = values.get(GRPC_TIMEOUT)
        return cls(
            scope["method"],
            scope["path"],
            _encoded_path(scope),
            scope.get("query_string", b""),
            _peer(scope.get("client")),
            headers,
            values,
            values.get(CONTENT_TYPE, b"").decode("latin-1").partition(";")[0].strip().lower(),
            None if timeout is None else _deadline(timeout),
            request_id(_text(values.get(REQUEST_ID))),
            (scope.get("extensions") or {}).get(HANG_UP, _nothing),
            _certificate(scope),
        )

    @property
    def content_length(self) -> int | None:
        """How many bytes of body are announced, read from the first 20 digits; None: no number is."""
        value = self.values.get(CONTENT_LENGTH)
        return int(value[:20]) if value is not None and value.isdigit() else None

    @property
    def has_no_body(self) -> bool:
        """Whether the head says that no body follows (RFC 9112 section 6.3)."""
        return self.values.get(CONTENT_LENGTH, b"0").strip(b"0") == b"" and TRANSFER_ENCODING not in self.values

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits to be asked for its body (RFC 9110 section 10.1.1)."""
        return EXPECT in self.values

    @property
    def content_encoding(self) -> str:
        """The header of that name; "": there is none."""
        return self.values.get(CONTENT_ENCODING, b"").decode("latin-1")

    @property
    def accept(self) -> str:
        """The header of that name; "": there is none."""
        return self.values.get(ACCEPT, b"").decode("latin-1")

    @property
    def accept_encoding(self) -> str:
        """The header of that name; "": there is none."""
        return self.values.get(ACCEPT_ENCODING, b"").decode("latin-1")

    @property
    def if_none_match(self) -> str:
        """The header of that name; "": there is none."""
        return self.values.get(IF_NONE_MATCH, b"").decode("latin-1")

    @property
    def origin(self) -> bytes | None:
        """The header of that name."""
        return self.values.get(ORIGIN)

    @property
    def is_preflight(self) -> bool:
        """Whether a browser asks what it may send (the Fetch standard, "CORS-preflight request")."""
        return self.method == "OPTIONS" and REQUESTED_METHOD in self.values

    @property
    def authorization(self) -> str | None:
        """The header of that name."""
        return _text(self.values.get(AUTHORIZATION))

    @property
    def instance_id(self) -> str | None:
        """The header x-instance-id; twice the header is one value that is not valid."""
        return _text(self.values.get(INSTANCE_ID))

    @property
    def idempotency_key(self) -> str | None:
        """The header x-idempotency-key, likewise."""
        return _text(self.values.get(IDEMPOTENCY_KEY))

    @property
    def language(self) -> Language:
        """The language that the header accept-language asks for."""
        return accepted(_text(self.values.get(ACCEPT_LANGUAGE)))

    def check_timeout(self) -> None:
        """Refuse a malformed timeout. That is for what runs an RPC: an unknown path is not found all the same.

        Raises:
            InvalidFields: The `grpc-timeout` is malformed.
        """
        if self.deadline is None and GRPC_TIMEOUT in self.values:
            problem = say('must be digits and a unit, like "1500m" or "30S"')
            raise InvalidFields([FieldViolation(GRPC_TIMEOUT.decode(), problem)])

    def call(self, transport: str) -> Call:
        """Return the call that this request makes.

        Args:
            transport: What the log calls this wire.
        """
        return Call(
            transport=transport,
            authorization=self.authorization,
            peer=self.peer,
            deadline=self.deadline,
            instance_id=self.instance_id,
            idempotency_key=self.idempotency_key,
            request_id=self.request_id,
            certificate=self.certificate,
            headers=self._call_headers(),
            language=self.language,
            trace=self._trace(),
        )

    def _trace(self) -> TraceContext | None:
        parent = self.values.get(TRACEPARENT)
        return None if parent is None else TraceContext.read(_text(parent), _text(self.values.get(TRACESTATE)))

    def _call_headers(self) -> CallHeaders:
        names = concerning(self.values)
        if not names:
            return NO_HEADERS
        return CallHeaders.read({name.decode("latin-1"): _text(self.values[name]) or "" for name in names}, http=True)


def _nothing() -> None:
    """Do nothing, for servers that can't end a connection at once."""


def with_certificate(application: Any, pem: str) -> Any:
    """Return an ASGI application that sees a client's verified certificate (the TLS extension of ASGI).

    Args:
        application: The application.
        pem: The certificate, PEM.
    """
    extensions = {"tls": {"client_cert_chain": (pem,)}}

    async def answer(scope: AsgiScope, receive: AsgiReceive, send: AsgiSend) -> None:
        await application({**scope, "extensions": extensions}, receive, send)

    return answer


def _certificate(scope: AsgiScope) -> ClientCertificate | None:
    """Return the client's certificate of the TLS extension of ASGI, which the server has verified."""
    extensions = scope.get("extensions")
    chain = extensions.get("tls", {}).get("client_cert_chain") if extensions else None
    return client_certificate(chain[0].encode()) if chain else None


def _encoded_path(scope: AsgiScope) -> str:
    """Return the path as it was sent. A server need not keep that ("raw_path"): then it is made anew."""
    raw: bytes | None = scope.get("raw_path")
    return quote(scope["path"], safe="/:") if raw is None else raw.partition(b"?")[0].decode(errors="replace")


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")


def _peer(client: tuple[str, int] | None) -> str:
    if not client:
        return ""
    host, port = client[0], client[1]
    return join_host_port(host, port)


def _deadline(timeout: bytes) -> float | None:
    """Return a `grpc-timeout` on the clock. More than the specification's 8 digits exist in the wild and are read."""
    match = _TIMEOUT.fullmatch(timeout.strip())
    return None if match is None else time.monotonic() + min(int(match[1]) * _UNITS[match[2]], _LONGEST)
