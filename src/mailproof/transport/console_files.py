"""The web console as the service sends it: its page at `/` for browsers, and what that page loads below `/assets/`.

The files are built from console/ (tools/console.py) and installed beside this module, packed as they are sent, so that
the service needs no Node. They are the same for everybody and hold nothing of a setting: whoever can connect may read
them, and calls need a token as ever. They are read once, and nothing but their paths is served: no name of a request
becomes a name of a file.
"""

from __future__ import annotations

import importlib.resources
from functools import cache

from mailproof.transport.accepted_form import wants_page
from mailproof.transport.headers import CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, Headers
from mailproof.transport.public_pages import ADDRESSES, ROOT, listed
from mailproof.transport.static_content import CSS, HTML, REVALIDATE, StaticContent, StaticPage

ABOUT = "The web console, for browsers."

_KINDS = {
    "js": (CONTENT_TYPE, b"text/javascript; charset=utf-8"),
    "css": CSS,
    "svg": (CONTENT_TYPE, b"image/svg+xml"),
    "png": (CONTENT_TYPE, b"image/png"),
    "ico": (CONTENT_TYPE, b"image/x-icon"),
    "txt": (CONTENT_TYPE, b"text/plain; charset=utf-8"),
}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""What the page may load, and from where: its own files and calls alone. No text ever becomes markup or code."""

_UNUSED = (
    *("accelerometer", "autoplay", "camera", "clipboard-read", "compute-pressure", "display-capture"),
    *("encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get"),
    *("idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials", "payment"),
    *("picture-in-picture", "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial"),
    *("storage-access", "sync-xhr", "usb", "window-management", "xr-spatial-tracking"),
)
"""What browsers could do for a page and this one never asks for; it does write to the clipboard, when told to."""

_PAGE: Headers = [
    REVALIDATE,
    (CONTENT_SECURITY_POLICY, POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", ", ".join(f"{feature}=()" for feature in _UNUSED).encode()),
]

_FOREVER: Headers = [(CACHE_CONTROL, b"max-age=31536000, immutable")]
"""For a file whose name has the digest of its content: under this name there is never another one."""


def console_pages() -> dict[str, StaticPage]:
    """Return the console's pages by path; of `/` also what programs get there."""
    page, assets = _files()
    addresses = listed({ROOT: ABOUT, **ADDRESSES})
    return {
        ROOT: StaticPage(lambda request: page if wants_page(request.accept) else addresses),
        **{path: _asset(content) for path, content in assets.items()},
    }


def _asset(content: StaticContent) -> StaticPage:
    return StaticPage(lambda _: content)


@cache
def _files() -> tuple[StaticContent, dict[str, StaticContent]]:
    """Return the page, and the assets by path."""
    folder = importlib.resources.files("mailproof.transport") / "console"
    assets = {}
    for file in (folder / "assets").iterdir():
        name = file.name.removesuffix(".gz")
        kind = _KINDS[name.rpartition(".")[2]]
        assets[f"/assets/{name}"] = StaticContent.of(kind, _FOREVER, packed=file.read_bytes())
    return StaticContent.of(HTML, _PAGE, packed=(folder / "index.html.gz").read_bytes()), assets
