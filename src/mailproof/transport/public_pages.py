"""Pages for everybody: the OpenAPI document, the page that shows it, and what `/` says of the addresses that exist.

They need no token, since they are the same wherever this release runs, and name neither the version nor a setting. The
document and its page are generated (tools/openapi) and installed beside this module. No page has a script or asks
another origin for something: its policy forbids both.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import importlib.resources
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from mailproof.rpc.codec import dump
from mailproof.transport.accepted_form import wants_page
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
    CONTENT_SECURITY_POLICY,
    CONTENT_TYPE,
    ETAG,
    JSON,
    ORIGIN,
    VARY,
    Headers,
)
from mailproof.transport.request import Request

HTML = (CONTENT_TYPE, b"text/html; charset=utf-8")
_CSS = (CONTENT_TYPE, b"text/css; charset=utf-8")

_POLICY = (
    CONTENT_SECURITY_POLICY,
    b"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
_REVALIDATE = (CACHE_CONTROL, b"no-cache")  # kept, and asked for by its tag, so that no old release is shown
_VARY = (VARY, b", ".join((ACCEPT, ACCEPT_ENCODING, ORIGIN)))

DOCUMENT = "/openapi.json"
PAGE = "/docs"
STYLE = "/docs.css"
HEALTH = "/healthz"
READINESS = "/readyz"
ROOT = "/"

ADDRESSES = {
    PAGE: "This API as a page to read: every call with its fields, errors and a command to copy.",
    DOCUMENT: "The same as an OpenAPI 3.1 document, for programs.",
    HEALTH: "Whether the process lives.",
    READINESS: "Whether the service can serve calls now.",
}
"""What `/` names, beside the calls themselves."""


@dataclass(frozen=True, slots=True)
class _Content:
    """What a page answers, in both codings."""

    kind: tuple[bytes, bytes]
    plain: bytes
    packed: bytes
    tag: bytes

    @classmethod
    def of(cls, kind: tuple[bytes, bytes], body: bytes) -> _Content:
        packed = gzip.compress(body, mtime=0)
        return cls(kind, body, packed, hashlib.sha256(body).hexdigest()[:32].encode())


class PublicPage:
    """One page.

    Args:
        content: Returns what a request is answered with; it is the same each time.
    """

    def __init__(self, content: Callable[[Request], _Content]) -> None:
        self._content = content

    async def __call__(self, request: Request, inbound: Inbound, send: AsgiSend) -> None:
        """Answer a GET or HEAD."""
        content = self._content(request)
        packed = takes_gzip(request.accept_encoding)
        body = content.packed if packed else content.plain
        # A tag names the octets (RFC 9110 section 8.8.3), which each coding has its own of.
        tag = b'"%s%s"' % (content.tag, b"-gzip" if packed else b"")
        headers: Headers = [(ETAG, tag), _REVALIDATE, _VARY, _POLICY]
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


def public_pages() -> dict[str, PublicPage]:
    """Return the pages by path."""
    return {
        DOCUMENT: PublicPage(lambda _: _installed(JSON, "openapi.json")),
        PAGE: PublicPage(lambda _: _installed(HTML, "docs.html")),
        STYLE: PublicPage(lambda _: _installed(_CSS, "docs.css")),
        ROOT: PublicPage(lambda request: _root(as_page=wants_page(request.accept))),
    }


@cache
def _installed(kind: tuple[bytes, bytes], name: str) -> _Content:
    folder = importlib.resources.files("mailproof.transport") / "reference"
    return _Content.of(kind, (folder / name).read_bytes())


@cache
def _root(*, as_page: bool) -> _Content:
    """Return what `/` answers: a page for browsers, and JSON for everybody else."""
    if not as_page:
        addresses = [{"path": path, "about": about} for path, about in ADDRESSES.items()]
        return _Content.of(JSON, dump({"name": "mailproof", "addresses": addresses}) + b"\n")
    return _Content.of(HTML, "".join(f"{line}\n" for line in _root_page()).encode())


def _root_page() -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<title>mailproof</title>\n<link rel="stylesheet" href="{STYLE}">\n</head>\n<body class="root">\n<main>'
    yield "<h1>mailproof</h1>\n<p>Stores SMTP settings and proves that they work. The service runs here.</p>\n<dl>"
    for path, about in ADDRESSES.items():
        yield f'<dt><a href="{path}">{path}</a></dt><dd>{html.escape(about)}</dd>'
    yield "</dl>\n</main>\n</body>\n</html>"
