"""Asks web servers for settings documents, and keeps what they name.

Each question is one coroutine that ends with a clue. Law: the documents of one search are bounded in number, whatever
the answers say. Which hosts are asked is decided in `discovery.inquiry`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from mailproof.discovery import exchange
from mailproof.discovery.asking import MAX_SITES, Asker, listed
from mailproof.discovery.autoconfig import AutoconfigError, OutgoingServer, parse
from mailproof.discovery.collected import ByPlace, Collected, CollectedSite, Order
from mailproof.discovery.progress import Source
from mailproof.discovery.published import Alias
from mailproof.discovery.sites import is_below
from mailproof.discovery.web import FetchFailed, LedElsewhere, Web, WebDocument
from mailproof.domain.phrase import say
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.host import join_host_port
from mailproof.syntax.mailbox import Mailbox
from mailproof.syntax.url import PORTS, parse_url

FETCH_LIMIT = 8.0  # seconds for one document, redirects included
MAX_DOCUMENTS = 16  # documents of one search, without redirects

# Mozilla's provider database is not asked over the network: that would tell a third party which domain is set up.
# Host and target of each URL, the preferred one first:
AUTOCONFIG_URLS = (
    ("autoconfig.{domain}", "/mail/config-v1.1.xml?emailaddress={address}"),
    ("{domain}", "/.well-known/autoconfig/mail/config-v1.1.xml"),
)
_PLAIN_HTTP_URL = ("autoconfig.{domain}", "/mail/config-v1.1.xml")


class Documents:
    """Asks for the documents of one search.

    Args:
        mailbox: The address.
        web: Fetches documents.
        asker: The search.
        found: Where the answers are put.
    """

    def __init__(self, mailbox: Mailbox, web: Web, asker: Asker, found: Collected) -> None:
        self._mailbox = mailbox
        self._domain = mailbox.ascii_domain.lower()
        self._web = web
        self._asker = asker
        self._found = found
        self._documents = MAX_DOCUMENTS
        self._posted: set[str] = set()

    def begin_documents(self, domain: str, source: Source, offset: int, found: ByPlace) -> None:
        """Ask a domain's settings files.

        Args:
            domain: The domain.
            source: What its servers are a source of.
            offset: The place of the first file among the questions of the source.
            found: Where the servers are put.
        """
        for place, (host, target) in enumerate(AUTOCONFIG_URLS):
            at = host.format(domain=domain)
            work = self._ask_document(at, self._filled(target), domain, source, place, found)
            self._fetch(work, (source.rank, offset + place), f"https://{at}{target.partition('?')[0]}")

    def begin_alias(self, target: str, relation: str) -> None:
        """Ask the settings file of a host that a name of the domain is an alias of."""
        if target in self._found.sites or len(self._found.sites) >= MAX_SITES:
            return
        site = self._found.sites[target] = CollectedSite(relation, Source.RECORDS)
        path = AUTOCONFIG_URLS[0][1]
        work = self._ask_document(target, self._filled(path), target, Source.RECORDS, 0, site.documents)
        self._fetch(work, (Source.RECORDS.rank, 3), f"https://{target}{path.partition('?')[0]}")

    def begin_plain_http(self) -> None:
        """Ask the domain's settings file over HTTP without TLS."""
        host, target = _PLAIN_HTTP_URL
        host = host.format(domain=self._domain)
        self._fetch(self._ask_plain_http(host, target), (Source.PLAIN_HTTP.rank, 0), f"http://{host}{target}")

    def _filled(self, target: str) -> str:
        return target.format(address=quote(str(self._mailbox), safe=""))

    def begin_post(self, host: str, place: int, source: Source = Source.EXCHANGE) -> None:
        """Ask a host for the answer of Exchange's Autodiscover; each host once."""
        if host not in self._posted:
            self._posted.add(host)
            work = self._ask_exchange(host, exchange.TARGET, place, source)
            self._fetch(work, (source.rank, place), f"https://{host}{exchange.TARGET}")

    def _fetch(self, work: Coroutine[Any, Any, None], order: Order, question: str) -> None:
        """Begin a question to a web server."""
        self._documents -= 1
        if self._documents >= 0:
            self._asker.begin(work, order, question)
        else:
            work.close()

    async def _ask_document(
        self,
        host: str,
        target: str,
        site: str,
        source: Source,
        place: int,
        found: ByPlace,
    ) -> None:
        def use(document: WebDocument) -> tuple[OutgoingServer, ...]:
            found[place] = parse(document.body, self._mailbox)
            return found[place]

        question = f"https://{host}{target.partition('?')[0]}"
        await self._read(self._web.get(host, target, site=site), source, question, use)

    async def _ask_plain_http(self, host: str, target: str) -> None:
        def use(document: WebDocument) -> tuple[OutgoingServer, ...]:
            self._found.plain_http = parse(document.body, self._mailbox)
            return self._found.plain_http

        work = self._web.get(host, target, site=self._domain, encrypted=False)
        await self._read(work, Source.PLAIN_HTTP, f"http://{host}{target}", use)

    async def _ask_exchange(self, host: str, target: str, place: int, source: Source) -> None:
        def use(document: WebDocument) -> tuple[OutgoingServer, ...]:
            answer = exchange.parse(document.body, self._mailbox)
            if answer.servers and source is Source.EXCHANGE:
                self._found.exchange[place] = answer.servers
            elif answer.servers and len(self._found.sites) < MAX_SITES:
                relation = say("which {name} is an alias of", name=f"autodiscover.{self._domain}")
                self._found.sites.setdefault(host, CollectedSite(relation, source)).documents[0] = answer.servers
            for led_to in (answer.redirect_address.rpartition("@")[2], _host_of(answer.redirect_url)):
                if led_to:
                    self._found.aliases.append(Alias(say("the Autodiscover of {domain}", domain=self._domain), led_to))
            return answer.servers

        site = self._domain if is_below(host, self._domain) else host
        work = self._web.post(host, target, exchange.request(self._mailbox), site=site)
        await self._read(work, source, f"https://{host}{target}", use)

    async def _read(
        self,
        work: Coroutine[Any, Any, WebDocument],
        source: Source,
        question: str,
        use: Callable[[WebDocument], tuple[OutgoingServer, ...]],
    ) -> None:
        """Fetch a document, note its servers, and tell what came of it."""
        code, answer = Code.OK, ""
        found: tuple[OutgoingServer, ...] = ()
        try:
            async with asyncio.timeout(FETCH_LIMIT):
                document = await work
            found = use(document)
            shown = listed(join_host_port(server.host, server.port) for server in found)
            answer = shown if document.url == question else f"{shown} (at {document.url})"
        except TimeoutError:
            code, answer = Code.TIMEOUT, f"no answer in {FETCH_LIMIT:g} s"
        except LedElsewhere as error:
            code, answer = error.code, str(error)
            if error.host:
                self._found.aliases.append(Alias(question, error.host))
        except FetchFailed as error:
            code, answer = error.code, str(error)
        except AutoconfigError as error:
            code, answer = Code.PROTOCOL_ERROR, f"the document {error}"
        self._asker.clue(source, question, answer, code, found=code is Code.OK and bool(found))


def _host_of(url: str) -> str:
    try:
        return parse_url(url, PORTS).host
    except ValueError:
        return ""
