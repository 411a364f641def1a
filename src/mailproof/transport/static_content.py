"""Answers that are the same for everybody and each time: their bytes in both codings, with a tag for each.

They cost nothing but a look-up before anything is known of who asks.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from mailproof.transport.asgi import AsgiSend
from mailproof.transport.connection import Inbound
from mailproof.transport.content_coding import GZIP, takes_gzip
from mailproof.transport.entity_tags import is_known
from mailproof.transport.headers import (
    ACCEPT,
    ACCEPT_ENCODING,
    CACHE_CONTROL,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    ETAG,
    ORIGIN,
    VARY,
    Headers,
)
from mailproof.transport.request import Request

HTML = (CONTENT_TYPE, b"text/html; charset=utf-8")
CSS = (CONTENT_TYPE, b"text/css; charset=utf-8")

REVALIDATE = (CACHE_CONTROL, b"no-cache")
"""Kept, and asked for by its tag, so that no old release is shown."""

_VARY = (VARY, b", ".join((ACCEPT, ACCEPT_ENCODING, ORIGIN)))


@dataclass(frozen=True, slots=True)
class StaticContent:
    """What a request is answered with.

    Attributes:
        headers: Those that all answers with it have, also where the client has it already.
        kind: Its media type, as a header.
        plain: Its bytes.
        packed: Its bytes in the coding gzip.
        tag: A digest of its bytes.
    """

    headers: Headers
    kind: tuple[bytes, bytes]
    plain: bytes
    packed: bytes
    tag: bytes

    @classmethod
    def of(
        cls, kind: tuple[bytes, bytes], headers: Headers, *, plain: bytes = b"", packed: bytes = b""
    ) -> StaticContent:
        """Return the content of bytes that are at hand in one coding."""
        plain = plain or gzip.decompress(packed)
        packed = packed or gzip.compress(plain, mtime=0)
        return cls(headers, kind, plain, packed, hashlib.sha256(plain).hexdigest()[:32].encode())


class StaticPage:
    """One page.

    Args:
        content: Returns what a request is answered with; it is the same each time.
    """

    def __init__(self, content: Callable[[Request], StaticContent]) -> None:
        self._content = content

    async def __call__(self, request: Request, inbound: Inbound, send: AsgiSend) -> None:
        """Answer a GET or HEAD."""
        content = self._content(request)
        packed = takes_gzip(request.accept_encoding)
        body = content.packed if packed else content.plain
        # A tag names the octets (RFC 9110 section 8.8.3), which each coding has its own of.
        tag = b'"%s%s"' % (content.tag, b"-gzip" if packed else b"")
        headers: Headers = [(ETAG, tag), _VARY, *content.headers]
        if is_known(tag.decode("ascii"), request.if_none_match):
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        headers += [content.kind, (CONTENT_LENGTH, str(len(body)).encode())]
        if packed:
            headers.append((CONTENT_ENCODING, GZIP.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        shown = b"" if request.method == "HEAD" else body
        await send({"type": "http.response.body", "body": shown, "more_body": False})
