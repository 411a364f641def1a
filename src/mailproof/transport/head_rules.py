"""What the head of an HTTP request must keep to, whatever it asks for, and what browsers are told with every answer.

Law: a proxy, a log and this service must not understand one request in two ways, so what decides comes once. Paths have
one spelling by `transport.routes`.
"""

from __future__ import annotations

from mailproof.domain.errors import ExpectationUnknown, MalformedRequest
from mailproof.domain.phrase import say
from mailproof.transport.headers import (
    AUTHORIZATION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY,
    CONTENT_TYPE,
    EXPECT,
    HOST,
    ORIGIN,
    TRANSFER_ENCODING,
    Headers,
)
from mailproof.transport.request import Request

SINGLE = frozenset({AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN, TRANSFER_ENCODING})
"""Headers that a request has once at most: each decides who calls, or what the body is.

x-instance-id, x-idempotency-key, grpc-timeout and their like are fields of an RPC: twice they are one value that is not
valid.
"""

SAFE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (CONTENT_SECURITY_POLICY, b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
]
"""What every answer carries: none is a page, whatever a browser takes it for."""


def check_head(request: Request) -> None:
    """Refuse a request in which something that decides comes twice (RFC 9110 section 5.3, RFC 9112 section 3.2).

    Raises:
        MalformedRequest: A header of `SINGLE` comes twice, the header host names no single host, or another
            transfer encoding than chunked is named.
        ExpectationUnknown: The client expects something else than to be asked for its body.
    """
    names = [name for name, _ in request.headers if name in SINGLE]
    if len(names) != len(set(names)):
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedRequest(say("the header {name} must come once", name=twice.decode()))
    host = request.values.get(HOST, b"")
    if any(sign in host for sign in b", /@\\?#"):
        raise MalformedRequest(say("the Host header must name one host"))
    coding = request.values.get(TRANSFER_ENCODING)
    if coding is not None and coding.strip().lower() != b"chunked":  # RFC 9112 section 6.1
        raise MalformedRequest(say("the transfer encoding must be chunked"))
    expected = request.values.get(EXPECT)
    if expected is not None and expected.strip().lower() != b"100-continue":  # RFC 9110 section 10.1.1
        raise ExpectationUnknown(say("the header expect must be 100-continue"))
