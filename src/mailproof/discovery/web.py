"""Fetches a document from a web server that is not trusted, with the laws of `net.http`, and follows its redirects.

Law: each redirect is judged by `discovery.redirects`, and each host by the guard before it is dialled. The caller
bounds the time: cancelling closes the socket at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailproof.discovery.redirects import FOLLOWED, RedirectRefused, next_url, shown
from mailproof.net.guard import EgressGuard
from mailproof.net.http import HttpClient, Redirected, RequestFailed
from mailproof.net.resolver import Resolver
from mailproof.net.trust import TrustStore
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.url import PORTS, Url

MAX_HOPS = 5  # requests for one document: http to https, the name with www, and a path or two

FetchFailed = RequestFailed
"""There is no document. The text is a phrase without any octet of the server's response but a host name."""

_ACCEPT = {"Accept": "application/xml, text/xml"}
_POSTED = {**_ACCEPT, "Content-Type": "text/xml; charset=utf-8"}
_ASKS_FOR_LOGIN = frozenset({401, 403, 407})
_SEE_OTHER = 303  # RFC 9110 section 15.4.4: the next request is a GET, so a POST is not repeated


class LedElsewhere(FetchFailed):
    """The server redirects to another site, which was not asked.

    Attributes:
        host: That site's host: a name in ASCII and lower case, or empty where it is no name of the internet.
    """

    def __init__(self, phrase: str, host: str, status: int) -> None:
        super().__init__(Code.OK, phrase, status=status)
        self.host = host


@dataclass(frozen=True, slots=True)
class WebDocument:
    """What a web server answered with status 200.

    Attributes:
        body: Its octets, at most `net.http.MAX_BODY`.
        url: The URL that it came from, after all redirects and without a query.
    """

    body: bytes
    url: str


class Web:
    """Fetches documents. Usable from several event loops.

    Args:
        guard: Judges destinations; it must allow the ports of HTTPS and, where that is used, of HTTP.
        trust: TLS contexts.
        resolver: Looks the hosts up.
    """

    def __init__(self, guard: EgressGuard, trust: TrustStore, resolver: Resolver) -> None:
        self._client = HttpClient(guard, trust, resolver)

    async def get(self, host: str, target: str, *, site: str = "", encrypted: bool = True) -> WebDocument:
        """Return the document at https://`host` `target`, or where that redirects to within a site.

        Args:
            host: A name in ASCII.
            target: Path and query, quoted.
            site: The domain that redirects may not leave; empty for `host`.
            encrypted: False for http://. Then `target` may have no query: it could tell a mail address to anybody.

        Raises:
            LedElsewhere: It redirects to another site.
            FetchFailed: There is no response with status 200 within the bounds.
            ValueError: A query would be sent without encryption.
        """
        if not encrypted and "?" in target:
            raise ValueError("a query is not sent without encryption")
        return await self._fetch("GET", host, target, _ACCEPT, b"", site=site, scheme="https" if encrypted else "http")

    async def post(self, host: str, target: str, body: bytes, *, site: str = "") -> WebDocument:
        """Return what https://`host` `target` answers to an XML document. A redirect within the site is sent it again.

        Args:
            host: A name in ASCII.
            target: Path and query, quoted.
            body: The XML document, in UTF-8.
            site: The domain that redirects may not leave; empty for `host`.

        Raises:
            LedElsewhere: It redirects to another site.
            FetchFailed: There is no response with status 200 within the bounds.
        """
        return await self._fetch("POST", host, target, _POSTED, body, site=site, scheme="https")

    async def _fetch(
        self, method: str, host: str, target: str, headers: Mapping[str, str], body: bytes, *, site: str, scheme: str
    ) -> WebDocument:
        url = Url(scheme, host.lower(), PORTS[scheme], target)
        site = (site or host).lower()
        asked: list[Url] = []
        while True:
            asked.append(url)
            try:
                answer = await self._client.ask(method, url, headers, body=body)
            except Redirected as redirect:
                url = _following(url, redirect, site, method)
            except FetchFailed as error:
                raise _failure_at(asked, error.code, str(error), error.status) from None
            else:
                if answer.status != 200:
                    what = "asks for a login" if answer.status in _ASKS_FOR_LOGIN else "has no settings there"
                    raise _failure_at(asked, Code.OK, f"{what} (status {answer.status})", answer.status)
                return WebDocument(answer.body, shown(url))
            if url in asked:
                raise FetchFailed(Code.PROTOCOL_ERROR, "redirects in a circle")
            if len(asked) == MAX_HOPS:
                raise FetchFailed(Code.PROTOCOL_ERROR, f"redirects more than {MAX_HOPS - 1} times")


def _following(url: Url, redirect: Redirected, site: str, method: str) -> Url:
    """Return where a redirect leads.

    Raises:
        LedElsewhere: To another site.
        FetchFailed: It is not followed for another reason.
    """
    if redirect.status not in FOLLOWED or (method == "POST" and redirect.status == _SEE_OTHER):
        raise FetchFailed(Code.OK, f"has no settings there (status {redirect.status})", status=redirect.status)
    try:
        return next_url(url, redirect.location, site)
    except RedirectRefused as refused:
        if refused.host:
            raise LedElsewhere(str(refused), refused.host, redirect.status) from None
        raise FetchFailed(Code.OK, str(refused), status=redirect.status) from None


def _failure_at(asked: list[Url], code: Code, phrase: str, status: int) -> FetchFailed:
    """Return a failure that says at which hop it happened."""
    if len(asked) > 1:
        phrase = f"redirects to {asked[-1].host}, which {phrase}"
    return FetchFailed(code, phrase, status=status)
