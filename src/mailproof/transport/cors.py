"""Cross-origin rules of the HTTP side, the same for grpc-web and REST: off unless an origin is configured.

`*` never covers `authorization` for a browser, so origins are named and echoed. A preflight carries no token and is
answered before any authentication.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailproof.transport.headers import (
    ACCEPT,
    ALLOW_ORIGIN,
    AUTHORIZATION,
    CONTENT_ENCODING,
    CONTENT_TYPE,
    ETAG,
    EXPECTED_SEQUENCE,
    GRPC_MESSAGE,
    GRPC_STATUS,
    GRPC_STATUS_DETAILS,
    GRPC_TIMEOUT,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    INSTANCE_ID,
    ORIGIN,
    REQUEST_ID,
    RETRY_AFTER,
    STANDARD_IDEMPOTENCY_KEY,
    STRICT,
    TRACEPARENT,
    TRACESTATE,
    UNKNOWN_FIELDS,
    VARY,
    WWW_AUTHENTICATE,
    Headers,
)
from mailproof.transport.request import Request

ALLOWED_METHODS = b"GET, POST, PUT, DELETE"
ALLOWED_HEADERS = b", ".join(
    (
        AUTHORIZATION,
        CONTENT_TYPE,
        CONTENT_ENCODING,
        ACCEPT,
        GRPC_TIMEOUT,
        b"x-grpc-web",
        b"x-user-agent",
        REQUEST_ID,
        INSTANCE_ID,
        IDEMPOTENCY_KEY,
        STANDARD_IDEMPOTENCY_KEY,
        EXPECTED_SEQUENCE,
        IF_MATCH,
        IF_NONE_MATCH,
        STRICT,
        TRACEPARENT,
        TRACESTATE,
        b"x-zitadel-orgid",  # sent by that API's clients; it changes nothing here
    )
)
EXPOSED_HEADERS = b", ".join(
    (
        GRPC_STATUS,
        GRPC_MESSAGE,
        GRPC_STATUS_DETAILS,
        REQUEST_ID,
        RETRY_AFTER,
        WWW_AUTHENTICATE,
        UNKNOWN_FIELDS,
        ETAG,
    )
)
MAX_AGE = b"7200"  # seconds; what Chromium caps it at


class Cors:
    """Knows which origins may call from a browser."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def headers(self, request: Request) -> Headers:
        """Return what every answer to this request carries, errors too."""
        if not self._origins:
            return []
        if request.origin is None or request.origin not in self._origins:
            return [(VARY, ORIGIN)]
        return [
            (VARY, ORIGIN),
            (ALLOW_ORIGIN, request.origin),
            (b"access-control-expose-headers", EXPOSED_HEADERS),
        ]

    def preflight(self, request: Request) -> Headers | None:
        """Return the headers of the answer to a preflight, or None where the request is none."""
        if not request.is_preflight:
            return None
        headers = self.headers(request)
        if any(name == ALLOW_ORIGIN for name, _ in headers):
            headers += [
                (b"access-control-allow-methods", ALLOWED_METHODS),
                (b"access-control-allow-headers", ALLOWED_HEADERS),
                (b"access-control-max-age", MAX_AGE),
            ]
        return headers
