"""Asks what is published about one mail domain, and keeps what was found.

Each question is one coroutine that ends with a clue; some answers lead to further questions. Laws: the questions and
documents of one search are bounded in number, whatever the answers say; only shipped data and the domain's own records
decide whom else to ask. What is trusted how much is decided elsewhere (`discovery.candidates`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

from mailproof.discovery import exchange
from mailproof.discovery.autoconfig import AutoconfigError, OutgoingServer, parse
from mailproof.discovery.mail_filters import filter_of_mx
from mailproof.discovery.named_providers import includes, provider_of_mx, providers_of_records
from mailproof.discovery.presets import preset_of_alias, preset_of_mx
from mailproof.discovery.progress import Source
from mailproof.discovery.published import (
    SERVICES,
    Alias,
    CertificateName,
    Published,
    SiteSettings,
    SrvRecord,
)
from mailproof.discovery.records import MailExchanges, Records
from mailproof.discovery.sites import is_below, site_of
from mailproof.discovery.web import FetchFailed, LedElsewhere, Web, WebDocument
from mailproof.net.resolver import LookupFailed
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.host import join_host_port
from mailproof.syntax.mailbox import Mailbox
from mailproof.syntax.url import PORTS, parse_url

FETCH_LIMIT = 8.0  # seconds for one document, redirects included
MAX_LOOKUPS = 32  # DNS questions of one search
MAX_DOCUMENTS = 16  # documents of one search, without redirects
MAX_SITES = 4  # other domains that are asked
MAX_OWN_INCLUDES = 2  # SPF records of the domain's own names that its SPF record includes
MAX_SHOWN = 300  # characters of a record in a clue

# Mozilla's provider database is not asked over the network: that would tell a third party which domain is set up.
# Host and target of each URL, the preferred one first:
AUTOCONFIG_URLS = (
    ("autoconfig.{domain}", "/mail/config-v1.1.xml?emailaddress={address}"),
    ("{domain}", "/.well-known/autoconfig/mail/config-v1.1.xml"),
)
_PLAIN_HTTP_URL = ("autoconfig.{domain}", "/mail/config-v1.1.xml")

# DKIM selectors that providers have their customers make an alias of their own: Microsoft, Fastmail, Proton, IONOS.
_SELECTORS = ("selector1", "fm1", "protonmail", "s1-ionos")

Order = tuple[int, int]
"""How trustworthy what a question may find is: less is more. The rank of the source, and the place within it."""


class Asker(Protocol):
    """What an inquiry needs of the search that it belongs to."""

    def begin(self, work: Coroutine[Any, Any, None], order: Order, question: str) -> None:
        """Ask a question beside the others."""
        ...

    def clue(
        self, source: Source, question: str, answer: str, code: Code = Code.OK, *, found: bool | None = None
    ) -> None:
        """Tell the answer to a question.

        Args:
            source: The source that it is about.
            question: The question.
            answer: The answer, or why there is none.
            code: OK where there is an answer.
            found: Whether the answer says anything; None: wherever there is one.
        """
        ...


@dataclass(slots=True)
class _Site:
    """What another domain has answered so far; see `SiteSettings`."""

    relation: str
    source: Source
    srv: tuple[SrvRecord, ...] = ()
    documents: dict[int, tuple[OutgoingServer, ...]] = field(default_factory=dict)  # by place: the first counts


class Inquiry:
    """Asks about the domain of one address.

    Args:
        mailbox: The address.
        records: Looks up DNS records.
        web: Fetches documents.
        asker: The search.
    """

    def __init__(self, mailbox: Mailbox, records: Records, web: Web, asker: Asker) -> None:
        self._mailbox = mailbox
        self._domain = mailbox.ascii_domain.lower()
        self._records = records
        self._web = web
        self._asker = asker
        self._srv: tuple[SrvRecord, ...] = ()
        self._mx = MailExchanges()
        self._autoconfig: dict[int, tuple[OutgoingServer, ...]] = {}  # by place in AUTOCONFIG_URLS: the first counts
        self._plain_http: tuple[OutgoingServer, ...] = ()
        self._exchange: dict[int, tuple[OutgoingServer, ...]] = {}  # by place in the order of asking: the first counts
        self._aliases: list[Alias] = []
        self._spf: tuple[str, ...] = ()
        self._spf_above: tuple[str, ...] = ()
        self._sites: dict[str, _Site] = {}
        self._names: dict[str, tuple[str, ...]] = {}  # of addresses
        self._certificates: dict[tuple[str, int], CertificateName] = {}
        self._mail_aliases: list[Alias] = []
        self._lookups = MAX_LOOKUPS
        self._documents = MAX_DOCUMENTS
        # What must be known before DKIM selectors are asked for:
        self._unanswered = {"MX", "SPF", f"autodiscover.{self._domain}", f"autoconfig.{self._domain}"}
        self._posted: set[str] = set()

    def published(self, *, guess: bool) -> Published:
        """Return what was found so far.

        Args:
            guess: Whether guesses may be made.
        """
        return Published(
            self._srv,
            _first(self._autoconfig),
            self._mx.hosts,
            guess,
            plain_http=self._plain_http,
            exchange=_first(self._exchange),
            null_mx=self._mx.null,
            exists=self._mx.exists,
            aliases=tuple(self._aliases),
            spf=self._spf,
            sites=tuple(
                SiteSettings(name, site.relation, site.source, site.srv, _first(site.documents))
                for name, site in self._sites.items()
            ),
            certificates=tuple(self._certificates.values()),
            mail_aliases=tuple(self._mail_aliases),
            spf_above=self._spf_above,
        )

    def order_of(self, source: Source) -> Order:
        """Return how trustworthy the candidates of a source are that were found so far."""
        place = {Source.AUTOCONFIG: self._autoconfig, Source.EXCHANGE: self._exchange}.get(source)
        return source.rank, min(place) if place else 0

    def begin(self) -> None:
        """Ask everything that can be asked at once."""
        domain = self._domain
        for service in SERVICES:
            self._ask(self._ask_srv(service, domain), (Source.SRV.rank, 0), f"SRV {service}._tcp.{domain}")
        self._ask(self._ask_mx(), (Source.MX.rank, 0), f"MX {domain}")
        for name in ("autodiscover", "autoconfig"):
            self._ask(self._ask_alias(f"{name}.{domain}"), (Source.RECORDS.rank, 0), f"CNAME {name}.{domain}")
        self._ask(self._ask_spf(), (Source.RECORDS.rank, 1), f"SPF {domain}")
        self._ask(self._ask_autodiscover(), (Source.EXCHANGE.rank, 2), f"SRV _autodiscover._tcp.{domain}")
        self._begin_documents(domain, Source.AUTOCONFIG, 0, self._autoconfig)
        for place, host in enumerate(exchange.HOSTS):
            self._begin_post(host.format(domain=domain), place)
        host, target = _PLAIN_HTTP_URL
        self._fetch(
            self._ask_plain_http(host.format(domain=domain), target),
            (Source.PLAIN_HTTP.rank, 0),
            f"http://{host.format(domain=domain)}{target}",
        )
        if site_of(domain) != domain:
            self._begin_site(site_of(domain), Source.AUTOCONFIG, f"in which {domain} lies")

    def begin_guesses(self) -> None:
        """Ask what the guessed names are aliases of."""
        for name in (f"smtp.{self._domain}", f"mail.{self._domain}"):
            self._ask(self._ask_mail_alias(name), (Source.GUESS.rank, 0), f"CNAME {name}")

    def add_certificate(self, seen: CertificateName) -> None:
        """Add a name that a certificate has shown, or what was learned of it since."""
        self._certificates[seen.name, seen.port] = seen

    async def names_of(self, address: str) -> tuple[str, ...]:
        """Return the names of an IP address; none where they can't be looked up."""
        if address in self._names or not self._may_look_up():
            return self._names.get(address, ())
        self._names[address] = ()
        try:
            names = self._names[address] = await self._records.names_of(address)
        except (LookupFailed, ValueError):
            return ()
        self._asker.clue(Source.CERTIFICATE, f"PTR {address}", _listed(names), found=bool(names))
        return names

    # --- the DNS --------------------------------------------------------------------------------------------------

    def _ask(self, work: Coroutine[Any, Any, None], order: Order, question: str) -> None:
        """Begin a question to the name servers."""
        if self._may_look_up():
            self._asker.begin(work, order, question)
        else:
            work.close()

    def _may_look_up(self) -> bool:
        self._lookups -= 1
        return self._lookups >= 0

    async def _ask_srv(self, service: str, domain: str) -> None:
        question = f"SRV {service}._tcp.{domain}"
        site = self._sites.get(domain)
        source = Source.SRV if site is None or site.source is Source.AUTOCONFIG else site.source
        try:
            found = await self._records.srv(service, domain)
        except LookupFailed as error:
            self._asker.clue(source, question, "no answer", error.code)
            return
        if site is None:
            self._srv += found
        else:
            site.srv += found
        shown = (join_host_port(record.target, record.port) if record.offered else "not offered" for record in found)
        self._asker.clue(source, question, _listed(shown), found=bool(found))

    async def _ask_mx(self) -> None:
        question = f"MX {self._domain}"
        try:
            self._mx = await self._records.mx(self._domain)
        except LookupFailed as error:
            self._asker.clue(Source.MX, question, "no answer", error.code)
            return  # without it nobody knows of a filter
        self._unanswered.discard("MX")
        if self._mx.null:
            self._asker.clue(Source.MX, question, "the domain receives no mail (null MX, RFC 7505)")
            return
        answer = _listed(self._mx.hosts)
        host = self._mx.hosts[0] if self._mx.hosts else ""
        mail_filter, preset = filter_of_mx(host), preset_of_mx(host)
        if mail_filter is not None:
            kind = "which forwards mail" if mail_filter.forwards else "a filter in front of the mailboxes"
            answer += f" ({mail_filter.name}, {kind})"
        elif preset is not None:
            answer += f" ({preset.name})"
        answer = answer if self._mx.exists else "there is no such domain"
        self._asker.clue(Source.MX, question, answer, found=bool(host) or not self._mx.exists)
        self._look_behind_filter()
        foreign = host and not is_below(host, site_of(self._domain))
        known = mail_filter is not None or provider_of_mx(self.published(guess=False), self._mailbox) is not None
        if foreign and not known:
            relation = f"whose host {host} receives the mail for {self._domain}"
            self._begin_site(site_of(host), Source.MX, relation)
            above = host.partition(".")[2]
            if is_below(above, site_of(host)):
                self._begin_site(above, Source.MX, relation)

    async def _ask_alias(self, name: str) -> None:
        """Ask what a name for mail programs is an alias of, and ask there: its certificate may be for that name."""
        before = len(self._aliases)
        await self._add_aliases(name, Source.RECORDS, self._aliases)
        for alias in self._aliases[before:]:
            if (
                alias.name == name
                and not is_below(alias.target, self._domain)
                and preset_of_alias(alias.target) is None
            ):
                self._begin_alias(name, alias.target)
        self._unanswered.discard(name)
        self._look_behind_filter()

    def _begin_alias(self, name: str, target: str) -> None:
        place = 3 + len(self._sites)
        if name.startswith("autodiscover."):
            self._begin_post(target, place, Source.RECORDS)
        elif target not in self._sites and len(self._sites) < MAX_SITES:
            site = self._sites[target] = _Site(f"which {name} is an alias of", Source.RECORDS)
            path = AUTOCONFIG_URLS[0][1]
            work = self._ask_document(target, self._filled(path), target, Source.RECORDS, 0, site.documents)
            self._fetch(work, (Source.RECORDS.rank, 3), f"https://{target}{path.partition('?')[0]}")

    async def _ask_mail_alias(self, name: str) -> None:
        await self._add_aliases(name, Source.GUESS, self._mail_aliases)

    async def _ask_alias_above(self, name: str) -> None:
        await self._add_aliases(name, Source.RECORDS, self._aliases)

    async def _ask_selector(self, selector: str) -> None:
        await self._add_aliases(f"{selector}._domainkey.{self._domain}", Source.RECORDS, self._aliases, most=1)

    async def _add_aliases(self, name: str, source: Source, found: list[Alias], most: int = 2) -> None:
        if most > 1:
            self._lookups -= most - 1
        try:
            targets = await self._records.aliases(name, most)
        except LookupFailed as error:
            self._asker.clue(source, f"CNAME {name}", "no answer", error.code)
            return
        found += (Alias(name, target) for target in targets)
        preset = next((preset for target in targets if (preset := preset_of_alias(target)) is not None), None)
        shown = _listed(targets) + (f" ({preset.name})" if preset else "")
        self._asker.clue(source, f"CNAME {name}", shown, found=bool(targets))

    async def _ask_spf(self) -> None:
        self._spf = await self._included(self._domain)
        self._unanswered.discard("SPF")
        self._look_behind_filter()

    async def _ask_spf_above(self) -> None:
        self._spf_above = await self._included(site_of(self._domain))

    async def _included(self, domain: str) -> tuple[str, ...]:
        """Return what a domain's SPF record includes, and what records of its own site include that it includes."""
        found = await self._included_by(domain)
        own = [name for name in found if name != domain and is_below(name, site_of(domain))]
        for name in own[:MAX_OWN_INCLUDES]:
            if self._may_look_up():
                found += await self._included_by(name)
        return tuple(dict.fromkeys(found))

    async def _included_by(self, name: str) -> tuple[str, ...]:
        question = f"SPF {name}"
        try:
            record = await self._records.spf(name)
        except LookupFailed as error:
            self._asker.clue(Source.RECORDS, question, "no answer", error.code)
            return ()
        found = includes(record)
        shown = f"includes {_listed(found)}" if found else "includes nobody" if record else "none"
        self._asker.clue(Source.RECORDS, question, shown, found=bool(record))
        return found

    async def _ask_autodiscover(self) -> None:
        question = f"SRV _autodiscover._tcp.{self._domain}"
        try:
            found = [one for one in await self._records.srv("_autodiscover", self._domain) if one.offered]
        except LookupFailed as error:
            self._asker.clue(Source.EXCHANGE, question, "no answer", error.code)
            return
        shown = _listed(join_host_port(one.target, one.port) for one in found)
        self._asker.clue(Source.EXCHANGE, question, shown, found=bool(found))
        if not found:
            return
        self._aliases.append(Alias(f"_autodiscover._tcp.{self._domain}", found[0].target))
        if found[0].port == 443 and preset_of_alias(found[0].target) is None:
            self._begin_post(found[0].target, 2)

    def _look_behind_filter(self) -> None:
        """Ask for DKIM selectors, and what the domain above says, where all other records lead to a filter alone."""
        if self._unanswered or not self._mx.hosts or filter_of_mx(self._mx.hosts[0]) is None:
            return
        if any(True for _ in providers_of_records(self.published(guess=False), self._mailbox)):
            return
        above = site_of(self._domain)
        if above != self._domain:
            name = f"autodiscover.{above}"
            self._ask(self._ask_alias_above(name), (Source.RECORDS.rank, 2), f"CNAME {name}")
            self._ask(self._ask_spf_above(), (Source.RECORDS.rank, 3), f"SPF {above}")
        for selector in _SELECTORS:
            question = f"CNAME {selector}._domainkey.{self._domain}"
            self._ask(self._ask_selector(selector), (Source.RECORDS.rank, 2), question)

    # --- the web --------------------------------------------------------------------------------------------------

    def _begin_site(self, name: str, source: Source, relation: str) -> None:
        """Ask another domain: the one of the MX host, or the one that the mail domain lies in."""
        if name in self._sites or len(self._sites) == MAX_SITES:
            return
        site = self._sites[name] = _Site(relation, source)
        for service in SERVICES:
            order = (Source.SRV if source is Source.AUTOCONFIG else source).rank, 1
            self._ask(self._ask_srv(service, name), order, f"SRV {service}._tcp.{name}")
        self._begin_documents(name, source, 2, site.documents)

    def _begin_documents(
        self, domain: str, source: Source, offset: int, found: dict[int, tuple[OutgoingServer, ...]]
    ) -> None:
        for place, (host, target) in enumerate(AUTOCONFIG_URLS):
            at = host.format(domain=domain)
            work = self._ask_document(at, self._filled(target), domain, source, place, found)
            self._fetch(work, (source.rank, offset + place), f"https://{at}{target.partition('?')[0]}")

    def _filled(self, target: str) -> str:
        return target.format(address=quote(str(self._mailbox), safe=""))

    def _begin_post(self, host: str, place: int, source: Source = Source.EXCHANGE) -> None:
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
        found: dict[int, tuple[OutgoingServer, ...]],
    ) -> None:
        def use(document: WebDocument) -> tuple[OutgoingServer, ...]:
            found[place] = parse(document.body, self._mailbox)
            return found[place]

        question = f"https://{host}{target.partition('?')[0]}"
        await self._read(self._web.get(host, target, site=site), source, question, use)

    async def _ask_plain_http(self, host: str, target: str) -> None:
        def use(document: WebDocument) -> tuple[OutgoingServer, ...]:
            self._plain_http = parse(document.body, self._mailbox)
            return self._plain_http

        work = self._web.get(host, target, site=self._domain, encrypted=False)
        await self._read(work, Source.PLAIN_HTTP, f"http://{host}{target}", use)

    async def _ask_exchange(self, host: str, target: str, place: int, source: Source) -> None:
        def use(document: WebDocument) -> tuple[OutgoingServer, ...]:
            answer = exchange.parse(document.body, self._mailbox)
            if answer.servers and source is Source.EXCHANGE:
                self._exchange[place] = answer.servers
            elif answer.servers and len(self._sites) < MAX_SITES:
                relation = f"which autodiscover.{self._domain} is an alias of"
                self._sites.setdefault(host, _Site(relation, source)).documents[0] = answer.servers
            for led_to in (answer.redirect_address.rpartition("@")[2], _host_of(answer.redirect_url)):
                if led_to:
                    self._aliases.append(Alias(f"the Autodiscover of {self._domain}", led_to))
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
            shown = _listed(join_host_port(server.host, server.port) for server in found)
            answer = shown if document.url == question else f"{shown} (at {document.url})"
        except TimeoutError:
            code, answer = Code.TIMEOUT, f"no answer in {FETCH_LIMIT:g} s"
        except LedElsewhere as error:
            code, answer = error.code, str(error)
            if error.host:
                self._aliases.append(Alias(question, error.host))
        except FetchFailed as error:
            code, answer = error.code, str(error)
        except AutoconfigError as error:
            code, answer = Code.PROTOCOL_ERROR, f"the document {error}"
        self._asker.clue(source, question, answer, code, found=code is Code.OK and bool(found))


def _first(found: dict[int, tuple[OutgoingServer, ...]]) -> tuple[OutgoingServer, ...]:
    return found[min(found)] if found else ()


def _host_of(url: str) -> str:
    try:
        return parse_url(url, PORTS).host
    except ValueError:
        return ""


def _listed(names: Any) -> str:
    text = ", ".join(names) or "none"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]} …"
