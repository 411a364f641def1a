"""The methods of HTTP that go without saying (RFC 9110 section 9): HEAD wherever there is GET, OPTIONS everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from mailproof.transport.headers import ALLOW

EVERYTHING = ("DELETE", "GET", "POST", "PUT")
"""The methods of all paths together, which `OPTIONS *` asks for."""


def route_verb(method: str) -> str:
    """Return the verb of the route that answers a request: HEAD is a GET whose body the server leaves out."""
    return "GET" if method == "HEAD" else method


def allow(verbs: Iterable[str]) -> tuple[bytes, bytes]:
    """Return the header that lists all methods of a path.

    Args:
        verbs: The verbs of its routes.
    """
    known = {*verbs, "OPTIONS"}
    if "GET" in known:
        known.add("HEAD")
    return ALLOW, ", ".join(sorted(known)).encode()
