"""Answers to what is no HTTP request, or one whose head is not taken in: made whole, since no application is asked.

They have the form of every other error over REST, in English: what a broken head says of languages is not looked at.
"""

from __future__ import annotations

from functools import cache
from http import HTTPStatus

from mailproof.domain.errors import Failure, MalformedRequest, RequestTooLarge
from mailproof.domain.phrase import say
from mailproof.rpc.codec import dump, to_json
from mailproof.rpc.status import status_error

MAX_HEAD_BYTES = 32 * 1024
MAX_TARGET_BYTES = 8 * 1024
"""Bytes of a path with its query (RFC 9112 section 3 asks for 8,000 at least)."""


@cache
def malformed() -> bytes:
    """Return the answer to bytes that are no request of HTTP/1.1."""
    return _answer(HTTPStatus.BAD_REQUEST, MalformedRequest(say("this is no valid HTTP/1.1 request")))


@cache
def without_host() -> bytes:
    """Return the answer to a request without the header host (RFC 9112 section 3.2)."""
    return _answer(HTTPStatus.BAD_REQUEST, MalformedRequest(say("the Host header is missing")))


@cache
def too_slow() -> bytes:
    """Return the answer to a head that does not arrive in time."""
    return _answer(HTTPStatus.REQUEST_TIMEOUT, MalformedRequest(say("the head of the request did not arrive in time")))


@cache
def long_head() -> bytes:
    """Return the answer to a head that is too large (RFC 6585 section 5)."""
    return _answer(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, RequestTooLarge(MAX_HEAD_BYTES))


@cache
def long_target() -> bytes:
    """Return the answer to a path and query that are too long (RFC 9110 section 15.5.15)."""
    return _answer(HTTPStatus.REQUEST_URI_TOO_LONG, RequestTooLarge(MAX_TARGET_BYTES), "URI Too Long")


def _answer(status: HTTPStatus, failure: Failure, phrase: str = "") -> bytes:
    refusal = status_error(failure).status
    details = to_json(refusal).get("details", [])
    body = dump({"code": refusal.code, "message": refusal.message, "details": details}) + b"\n"
    head = (
        f"HTTP/1.1 {status.value} {phrase or status.phrase}\r\n"
        f"content-type: application/json\r\ncache-control: no-store\r\n"
        f"x-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
