"""Fetches a document over HTTPS from a web server that is not trusted, with the laws of `net.http`.

The caller bounds the time: cancelling closes the socket at once.
"""

from __future__ import annotations

from mailproof.net.guard import EgressGuard
from mailproof.net.http import HttpClient, RequestFailed
from mailproof.net.resolver import Resolver
from mailproof.net.trust import TrustStore
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.url import PORTS, Url

FetchFailed = RequestFailed
"""There is no document. The text is a phrase without any octet of the server's response."""


class Web:
    """Fetches documents. Usable from several event loops.

    Args:
        guard: Judges destinations; it must allow the port of HTTPS.
        trust: TLS contexts.
        resolver: Looks the hosts up.
    """

    def __init__(self, guard: EgressGuard, trust: TrustStore, resolver: Resolver) -> None:
        self._https = HttpClient(guard, trust, resolver)

    async def get(self, host: str, target: str) -> bytes:
        """Return the body of https://`host` `target`.

        Args:
            host: A name in ASCII.
            target: Path and query, quoted.

        Raises:
            FetchFailed: There is no response with status 200 within the bounds.
        """
        answer = await self._https.ask(
            "GET", Url("https", host, PORTS["https"], target), {"Accept": "application/xml, text/xml"}
        )
        if answer.status != 200:
            raise FetchFailed(Code.OK, f"has no settings there (status {answer.status})")
        return answer.body
