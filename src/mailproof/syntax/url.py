"""URLs that a request over HTTP is sent to, and the phases of such a request. Pure.

A URL may not hold a user or password (they would be shown), a fragment (it is never sent), anything but visible ASCII,
or a host that is no host.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit

from mailproof.domain.phrase import say
from mailproof.syntax.host import check_host
from mailproof.syntax.text import is_visible_ascii

PORTS = {"https": 443, "http": 80}


class Phase(StrEnum):
    """Where a request is, in order."""

    POLICY = "policy"
    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    REQUEST = "request"
    RESPONSE = "response"


@dataclass(slots=True)
class Trace:
    """How far a request came, for whoever cancels it."""

    phase: Phase = Phase.POLICY


@dataclass(frozen=True, slots=True)
class Url:
    """A URL of http or https, taken apart.

    Attributes:
        scheme: "https" or "http".
        host: A name in ASCII, or an address without brackets.
        port: The one that is named, or the scheme's default.
        target: Path and query, percent-encoded.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def secure(self) -> bool:
        """Whether the scheme is https."""
        return self.scheme == "https"


def parse_url(text: str, schemes: Collection[str]) -> Url:
    """Parse a URL.

    Args:
        text: The URL.
        schemes: Which of "https" and "http" are allowed.

    Raises:
        ValueError: It is no such URL; the message begins with "must".
    """
    if not is_visible_ascii(text):
        raise ValueError(say("must be a URL without spaces, in ASCII"))
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(say("must be a URL")) from None
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(
            say("must be a URL that begins with {names}", names=" or ".join(f"{scheme}://" for scheme in schemes))
        )
    if "@" in parts.netloc:
        raise ValueError(say("must not hold a user or password"))
    if parts.fragment:
        raise ValueError(say("must not have a fragment"))  # RFC 6749 section 3.2; of a webhook it would never be sent
    if port == 0:
        raise ValueError(say("must have a port between 1 and 65535"))
    try:
        host = check_host(parts.hostname)
    except ValueError:
        raise ValueError(say("must have a valid host name")) from None
    target = quote(parts.path or "/", safe="/%:;,@!$&'()*+=~") + (f"?{parts.query}" if parts.query else "")
    return Url(parts.scheme, host, port or PORTS[parts.scheme], target)
