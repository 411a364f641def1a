"""Cross-origin rules of the HTTP side, the same for grpc-web and REST: off unless an origin is configured.

`*` never covers `authorization` for a browser, so origins are named and echoed. A preflight carries no token and is
answered before any authentication.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailproof.transport.asgi import AsgiScope, Headers, header

ALLOWED_METHODS = b"GET, POST, PUT, DELETE"
ALLOWED_HEADERS = (
    b"authorization, content-type, accept, grpc-timeout, x-grpc-web, x-user-agent, x-request-id, x-instance-id, "
    b"x-idempotency-key, x-zitadel-orgid"  # the last one is sent by that API's clients; it changes nothing here
)
EXPOSED_HEADERS = b"grpc-status, grpc-message, grpc-status-details-bin, x-request-id, retry-after, www-authenticate"
MAX_AGE = b"7200"  # seconds; what Chromium caps it at


class Cors:
    """Knows which origins may call from a browser."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def headers(self, scope: AsgiScope) -> Headers:
        """Return what every answer to this request carries, errors too."""
        if not self._origins:
            return []
        origin = header(scope, b"origin")
        if origin is None or origin not in self._origins:
            return [(b"vary", b"origin")]
        return [
            (b"vary", b"origin"),
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", EXPOSED_HEADERS),
        ]

    def preflight(self, scope: AsgiScope) -> Headers | None:
        """Return the headers of the answer to a preflight, or None where the request is none."""
        if scope["method"] != "OPTIONS" or header(scope, b"access-control-request-method") is None:
            return None
        headers = self.headers(scope)
        if any(name == b"access-control-allow-origin" for name, _ in headers):
            headers += [
                (b"access-control-allow-methods", ALLOWED_METHODS),
                (b"access-control-allow-headers", ALLOWED_HEADERS),
                (b"access-control-max-age", MAX_AGE),
            ]
        return headers
