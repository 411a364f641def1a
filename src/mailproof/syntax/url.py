"""Where a request over HTTP goes, and how far it came: URLs taken apart, and phases. Pure.

What is refused here can't confuse what comes later: no user or password (they would be shown), no fragment (it is never
sent), nothing outside of printable ASCII, no host that is none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit

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
    """How far a request came; who gives it up reads it here."""

    phase: Phase = Phase.POLICY


@dataclass(frozen=True, slots=True)
class Url:
    """Where something is posted to.

    Attributes:
        host: A name in ASCII, or an address without brackets.
        target: Path and query, quoted.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def secure(self) -> bool:
        """Whether it is of the scheme https."""
        return self.scheme == "https"


def parse_url(text: str, schemes: Collection[str]) -> Url:
    """Take a URL apart.

    Args:
        schemes: Those that are allowed, of "https" and "http".

    Raises:
        ValueError: It is none; the sentence begins with "must".
    """
    if not is_visible_ascii(text):
        raise ValueError("must be a URL without spaces, in ASCII")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("must be a URL") from None
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"must be a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user or password")
    if parts.fragment:
        raise ValueError("must not have a fragment")  # RFC 6749 section 3.2; of a webhook it would never be sent
    if port == 0:
        raise ValueError("must have a port between 1 and 65535")
    try:
        host = check_host(parts.hostname)
    except ValueError:
        raise ValueError("must have a valid host name") from None
    target = quote(parts.path or "/", safe="/%:;,@!$&'()*+=~") + (f"?{parts.query}" if parts.query else "")
    return Url(parts.scheme, host, port or PORTS[parts.scheme], target)
