"""Pages for everybody: the OpenAPI document, the page that shows it, and what `/` says of the addresses that exist.

They need no token, since they are the same wherever this release runs, and name neither the version nor a setting. The
document and its page are generated (tools/openapi) and installed beside this module. No page here has a script or asks
another origin for something: its policy forbids both. Where the web console is on, browsers get it at `/` instead
(`console_files`).
"""

from __future__ import annotations

import html
import importlib.resources
from collections.abc import Iterator, Mapping
from functools import cache

from mailproof.rpc.codec import dump
from mailproof.transport.accepted_form import wants_page
from mailproof.transport.headers import CONTENT_SECURITY_POLICY, JSON
from mailproof.transport.static_content import CSS, HTML, REVALIDATE, StaticContent, StaticPage

_POLICY = (
    CONTENT_SECURITY_POLICY,
    b"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)

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


def public_pages() -> dict[str, StaticPage]:
    """Return the pages by path."""
    return {
        DOCUMENT: StaticPage(lambda _: _installed(JSON, "openapi.json")),
        PAGE: StaticPage(lambda _: _installed(HTML, "docs.html")),
        STYLE: StaticPage(lambda _: _installed(CSS, "docs.css")),
        ROOT: StaticPage(lambda request: _root(as_page=wants_page(request.accept))),
    }


@cache
def _installed(kind: tuple[bytes, bytes], name: str) -> StaticContent:
    folder = importlib.resources.files("mailproof.transport") / "reference"
    return _content(kind, (folder / name).read_bytes())


def _content(kind: tuple[bytes, bytes], body: bytes) -> StaticContent:
    return StaticContent.of(kind, [REVALIDATE, _POLICY], plain=body)


@cache
def _root(*, as_page: bool) -> StaticContent:
    """Return what `/` answers: a page for browsers, and JSON for everybody else."""
    if not as_page:
        return listed(ADDRESSES)
    return _content(HTML, "".join(f"{line}\n" for line in _root_page()).encode())


def listed(addresses: Mapping[str, str]) -> StaticContent:
    """Return addresses and what each is about, as JSON."""
    named = [{"path": path, "about": about} for path, about in addresses.items()]
    return _content(JSON, dump({"name": "mailproof", "addresses": named}) + b"\n")


def _root_page() -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<title>mailproof</title>\n<link rel="stylesheet" href="{STYLE}">\n</head>\n<body class="root">\n<main>'
    yield "<h1>mailproof</h1>\n<p>Stores SMTP settings and proves that they work. The service runs here.</p>\n<dl>"
    for path, about in ADDRESSES.items():
        yield f'<dt><a href="{path}">{path}</a></dt><dd>{html.escape(about)}</dd>'
    yield "</dl>\n</main>\n</body>\n</html>"
