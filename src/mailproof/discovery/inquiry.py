"""Asks what is published about one mail domain: its records here, and its documents by `discovery.documents`.

Each question is one coroutine that ends with a clue; some answers lead to further questions. Laws: the questions of
one search are bounded in number, whatever the answers say; only shipped data and the domain's own records
decide whom else to ask. What is trusted how much is decided elsewhere (`discovery.candidates`).
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from mailproof.discovery import exchange
from mailproof.discovery.asking import MAX_SITES, Asker, listed
from mailproof.discovery.collected import Collected, CollectedSite, Order
from mailproof.discovery.documents import Documents
from mailproof.discovery.mail_filters import filter_of_mx
from mailproof.discovery.named_providers import includes, provider_of_mx, providers_of_records
from mailproof.discovery.presets import preset_of_alias, preset_of_mx
from mailproof.discovery.progress import Source
from mailproof.discovery.published import SERVICES, Alias, CertificateName, Published
from mailproof.discovery.records import Records
from mailproof.discovery.sites import is_below, site_of
from mailproof.discovery.web import Web
from mailproof.domain.phrase import say
from mailproof.net.resolver import LookupFailed
from mailproof.syntax.host import join_host_port
from mailproof.syntax.mailbox import Mailbox

MAX_LOOKUPS = 32  # DNS questions of one search
MAX_OWN_INCLUDES = 2  # SPF records of the domain's own names that its SPF record includes

# DKIM selectors that providers have their customers make an alias of their own: Microsoft, Fastmail, Proton, IONOS.
_SELECTORS = ("selector1", "fm1", "protonmail", "s1-ionos")


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
        self._asker = asker
        self._found = Collected()
        self._documents = Documents(mailbox, web, asker, self._found)
        self._names: dict[str, tuple[str, ...]] = {}  # of addresses
        self._lookups = MAX_LOOKUPS
        # What must be known before DKIM selectors are asked for:
        self._unanswered = {"MX", "SPF", f"autodiscover.{self._domain}", f"autoconfig.{self._domain}"}

    def published(self, *, guess: bool) -> Published:
        """Return what was found so far. See `Collected.published`."""
        return self._found.published(guess=guess)

    def order_of(self, source: Source) -> Order:
        """Return how trustworthy the candidates of a source are that were found so far."""
        return self._found.order_of(source)

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
        self._documents.begin_documents(domain, Source.AUTOCONFIG, 0, self._found.autoconfig)
        for place, host in enumerate(exchange.HOSTS):
            self._documents.begin_post(host.format(domain=domain), place)
        self._documents.begin_plain_http()
        if site_of(domain) != domain:
            self._begin_site(site_of(domain), Source.AUTOCONFIG, say("in which {domain} lies", domain=domain))

    def begin_guesses(self) -> None:
        """Ask what the guessed names are aliases of."""
        for name in (f"smtp.{self._domain}", f"mail.{self._domain}"):
            self._ask(self._ask_mail_alias(name), (Source.GUESS.rank, 0), f"CNAME {name}")

    def add_certificate(self, seen: CertificateName) -> None:
        """Add a name that a certificate has shown, or what was learned of it since."""
        self._found.certificates[seen.name, seen.port] = seen

    async def names_of(self, address: str) -> tuple[str, ...]:
        """Return the names of an IP address; none where they can't be looked up."""
        if address in self._names or not self._may_look_up():
            return self._names.get(address, ())
        self._names[address] = ()
        try:
            names = self._names[address] = await self._records.names_of(address)
        except (LookupFailed, ValueError):
            return ()
        self._asker.clue(Source.CERTIFICATE, f"PTR {address}", listed(names), found=bool(names))
        return names

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
        site = self._found.sites.get(domain)
        source = Source.SRV if site is None or site.source is Source.AUTOCONFIG else site.source
        try:
            found = await self._records.srv(service, domain)
        except LookupFailed as error:
            self._asker.clue(source, question, "no answer", error.code)
            return
        if site is None:
            self._found.srv += found
        else:
            site.srv += found
        shown = (join_host_port(record.target, record.port) if record.offered else "not offered" for record in found)
        self._asker.clue(source, question, listed(shown), found=bool(found))

    async def _ask_mx(self) -> None:
        question = f"MX {self._domain}"
        try:
            self._found.mx = await self._records.mx(self._domain)
        except LookupFailed as error:
            self._asker.clue(Source.MX, question, "no answer", error.code)
            return  # without it nobody knows of a filter
        self._unanswered.discard("MX")
        if self._found.mx.null:
            self._asker.clue(Source.MX, question, "the domain receives no mail (null MX, RFC 7505)")
            return
        answer = listed(self._found.mx.hosts)
        host = self._found.mx.hosts[0] if self._found.mx.hosts else ""
        mail_filter, preset = filter_of_mx(host), preset_of_mx(host)
        if mail_filter is not None:
            kind = "which forwards mail" if mail_filter.forwards else "a filter in front of the mailboxes"
            answer += f" ({mail_filter.name}, {kind})"
        elif preset is not None:
            answer += f" ({preset.name})"
        answer = answer if self._found.mx.exists else "there is no such domain"
        self._asker.clue(Source.MX, question, answer, found=bool(host) or not self._found.mx.exists)
        self._look_behind_filter()
        foreign = host and not is_below(host, site_of(self._domain))
        known = mail_filter is not None or provider_of_mx(self._found.published(guess=False), self._mailbox) is not None
        if foreign and not known:
            relation = say("whose host {host} receives the mail for {domain}", host=host, domain=self._domain)
            self._begin_site(site_of(host), Source.MX, relation)
            above = host.partition(".")[2]
            if is_below(above, site_of(host)):
                self._begin_site(above, Source.MX, relation)

    async def _ask_alias(self, name: str) -> None:
        """Ask what a name for mail programs is an alias of, and ask there: its certificate may be for that name."""
        before = len(self._found.aliases)
        await self._add_aliases(name, Source.RECORDS, self._found.aliases)
        for alias in self._found.aliases[before:]:
            if (
                alias.name == name
                and not is_below(alias.target, self._domain)
                and preset_of_alias(alias.target) is None
            ):
                self._begin_alias(name, alias.target)
        self._unanswered.discard(name)
        self._look_behind_filter()

    def _begin_alias(self, name: str, target: str) -> None:
        place = 3 + len(self._found.sites)
        if name.startswith("autodiscover."):
            self._documents.begin_post(target, place, Source.RECORDS)
        else:
            self._documents.begin_alias(target, say("which {name} is an alias of", name=name))

    async def _ask_mail_alias(self, name: str) -> None:
        await self._add_aliases(name, Source.GUESS, self._found.mail_aliases)

    async def _ask_alias_above(self, name: str) -> None:
        await self._add_aliases(name, Source.RECORDS, self._found.aliases)

    async def _ask_selector(self, selector: str) -> None:
        await self._add_aliases(f"{selector}._domainkey.{self._domain}", Source.RECORDS, self._found.aliases, most=1)

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
        shown = listed(targets) + (f" ({preset.name})" if preset else "")
        self._asker.clue(source, f"CNAME {name}", shown, found=bool(targets))

    async def _ask_spf(self) -> None:
        self._found.spf = await self._included(self._domain)
        self._unanswered.discard("SPF")
        self._look_behind_filter()

    async def _ask_spf_above(self) -> None:
        self._found.spf_above = await self._included(site_of(self._domain))

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
        shown = f"includes {listed(found)}" if found else "includes nobody" if record else "none"
        self._asker.clue(Source.RECORDS, question, shown, found=bool(record))
        return found

    async def _ask_autodiscover(self) -> None:
        question = f"SRV _autodiscover._tcp.{self._domain}"
        try:
            found = [one for one in await self._records.srv("_autodiscover", self._domain) if one.offered]
        except LookupFailed as error:
            self._asker.clue(Source.EXCHANGE, question, "no answer", error.code)
            return
        shown = listed(join_host_port(one.target, one.port) for one in found)
        self._asker.clue(Source.EXCHANGE, question, shown, found=bool(found))
        if not found:
            return
        self._found.aliases.append(Alias(f"_autodiscover._tcp.{self._domain}", found[0].target))
        if found[0].port == 443 and preset_of_alias(found[0].target) is None:
            self._documents.begin_post(found[0].target, 2)

    def _look_behind_filter(self) -> None:
        """Ask for DKIM selectors, and what the domain above says, where all other records lead to a filter alone."""
        if self._unanswered or not self._found.mx.hosts or filter_of_mx(self._found.mx.hosts[0]) is None:
            return
        if any(True for _ in providers_of_records(self._found.published(guess=False), self._mailbox)):
            return
        above = site_of(self._domain)
        if above != self._domain:
            name = f"autodiscover.{above}"
            self._ask(self._ask_alias_above(name), (Source.RECORDS.rank, 2), f"CNAME {name}")
            self._ask(self._ask_spf_above(), (Source.RECORDS.rank, 3), f"SPF {above}")
        for selector in _SELECTORS:
            question = f"CNAME {selector}._domainkey.{self._domain}"
            self._ask(self._ask_selector(selector), (Source.RECORDS.rank, 2), question)

    def _begin_site(self, name: str, source: Source, relation: str) -> None:
        """Ask another domain: the one of the MX host, or the one that the mail domain lies in."""
        if name in self._found.sites or len(self._found.sites) == MAX_SITES:
            return
        site = self._found.sites[name] = CollectedSite(relation, source)
        for service in SERVICES:
            order = (Source.SRV if source is Source.AUTOCONFIG else source).rank, 1
            self._ask(self._ask_srv(service, name), order, f"SRV {service}._tcp.{name}")
        self._documents.begin_documents(name, source, 2, site.documents)
