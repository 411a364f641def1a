"""The names of headers, each spelled once, and which value counts where one name comes several times."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import AnyStr

from mailproof.domain import trace_context
from mailproof.rpc import call_headers

Headers = list[tuple[bytes, bytes]]

ACCEPT = b"accept"
ACCEPT_ENCODING = b"accept-encoding"
ACCEPT_LANGUAGE = b"accept-language"
ALLOW = b"allow"
ALLOW_ORIGIN = b"access-control-allow-origin"
AUTHORIZATION = b"authorization"
CACHE_CONTROL = b"cache-control"
CONNECTION = b"connection"
CONTENT_ENCODING = b"content-encoding"
CONTENT_LANGUAGE = b"content-language"
CONTENT_LENGTH = b"content-length"
CONTENT_SECURITY_POLICY = b"content-security-policy"
CONTENT_TYPE = b"content-type"
ETAG = b"etag"
EXPECT = b"expect"
EXPECTED_SEQUENCE = call_headers.EXPECTED_SEQUENCE.encode()
GRPC_MESSAGE = b"grpc-message"
GRPC_STATUS = b"grpc-status"
GRPC_STATUS_DETAILS = b"grpc-status-details-bin"
GRPC_TIMEOUT = b"grpc-timeout"
HOST = b"host"
IDEMPOTENCY_KEY = call_headers.IDEMPOTENCY_KEY.encode()
IF_MATCH = call_headers.IF_MATCH.encode()
IF_NONE_MATCH = b"if-none-match"
INSTANCE_ID = call_headers.INSTANCE_ID.encode()
ORIGIN = b"origin"
REQUEST_ID = b"x-request-id"
REQUESTED_METHOD = b"access-control-request-method"
RETRY_AFTER = b"retry-after"
STANDARD_IDEMPOTENCY_KEY = call_headers.STANDARD_IDEMPOTENCY_KEY.encode()
STRICT = call_headers.STRICT.encode()
TRACEPARENT = trace_context.TRACEPARENT.encode()
TRACESTATE = trace_context.TRACESTATE.encode()
TRANSFER_ENCODING = b"transfer-encoding"
UNKNOWN_FIELDS = call_headers.UNKNOWN_FIELDS.encode()
VARY = b"vary"
WWW_AUTHENTICATE = b"www-authenticate"

JSON = (CONTENT_TYPE, b"application/json")
NO_STORE = (CACHE_CONTROL, b"no-store")
STRICT_TRANSPORT_SECURITY = (b"strict-transport-security", b"max-age=31536000")
"""RFC 6797. Without includeSubDomains: what other services of this name do is not ours to say."""
CLOSE = (CONNECTION, b"close")

JOINED = frozenset(
    {
        ACCEPT,
        ACCEPT_ENCODING,
        ACCEPT_LANGUAGE,
        EXPECT,
        IF_NONE_MATCH,
        AUTHORIZATION,
        INSTANCE_ID,
        IDEMPOTENCY_KEY,
        STANDARD_IDEMPOTENCY_KEY,
        EXPECTED_SEQUENCE,
        IF_MATCH,
        STRICT,
        TRACEPARENT,
        TRACESTATE,
    }
)
"""What is a list, in one header or several, and what a caller may send once at most: two joined are not valid."""


def values_by_name(
    pairs: Iterable[tuple[AnyStr, AnyStr]], joined: Container[AnyStr], comma: AnyStr
) -> dict[AnyStr, AnyStr]:
    """Return the value that counts of each name, of HTTP headers as of gRPC metadata.

    It is the first one; of the names in `joined` it is all of them as one list (RFC 9110 section 5.3).
    """
    values: dict[AnyStr, AnyStr] = {}
    for name, value in pairs:
        if name not in values:
            values[name] = value
        elif name in joined:
            values[name] += comma + value
    return values
