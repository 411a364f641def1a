"""Which mail provider the records of a domain lead to, and that provider's servers: from shipped data alone.

An MX host leads to who receives the mail. Where that is a filter, the mailboxes are found by the host that mail
programs are sent to (autodiscover.DOMAIN), by the keys that sign the mail (DKIM), or by who may send it (SPF). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailproof.discovery import provider_database
from mailproof.discovery.autoconfig import OutgoingServer, fill
from mailproof.discovery.mail_filters import MailFilter, filter_of_mx
from mailproof.discovery.preset import Preset
from mailproof.discovery.presets import preset_of_alias, preset_of_mx, preset_of_spf
from mailproof.discovery.published import Published
from mailproof.discovery.sites import host_name, is_below, parents, site_of
from mailproof.domain.phrase import say
from mailproof.syntax.mailbox import Mailbox

MAX_INCLUDES = 10  # of an SPF record: RFC 7208 section 4.6.4 allows no more lookups


@dataclass(frozen=True, slots=True)
class NamedProvider:
    """A provider that a record leads to.

    Attributes:
        name: The provider's name, for people.
        servers: Its submission servers, best first, with the user for the address.
        advice: What an administrator must know about the login; often empty.
        evidence: The record, as a clause.
    """

    name: str
    servers: tuple[OutgoingServer, ...]
    advice: str
    evidence: str


_SPF_NAME = re.compile(r"[+?~-]?(?:include:|redirect=)(.+)", re.IGNORECASE)


def includes(spf: str) -> tuple[str, ...]:
    """Return the names that an SPF record includes or redirects to (RFC 7208 sections 5.2 and 6.1); no macros."""
    found = []
    for term in spf.split()[1:]:
        named = _SPF_NAME.fullmatch(term)
        if named is not None and (host := host_name(named[1].lower())):
            found.append(host)
    return tuple(dict.fromkeys(found))[:MAX_INCLUDES]


def filter_before(published: Published) -> MailFilter | None:
    """Return the filter or forwarder that a domain's mail passes first; None where its MX is none."""
    return filter_of_mx(published.mx[0]) if published.mx else None


def listed_provider(domain: str, mailbox: Mailbox) -> NamedProvider | None:
    """Return the provider of a mail domain by Mozilla's database; None where that does not list it."""
    return _from_database((domain,), mailbox, "")


def provider_of_mx(published: Published, mailbox: Mailbox) -> NamedProvider | None:
    """Return the provider that receives a domain's mail; None where it is unknown, or a filter."""
    if not published.mx or filter_before(published) is not None:
        return None
    host = published.mx[0]
    evidence = say("{host} receives the mail for {domain}", host=host, domain=mailbox.domain)
    preset = preset_of_mx(host)
    if preset is not None:
        return _from_preset(preset, mailbox, evidence)
    # The domain's own database entry was looked at before, and names below it are its own.
    return None if is_below(host, site_of(mailbox.ascii_domain)) else _from_database(parents(host), mailbox, evidence)


def providers_of_records(published: Published, mailbox: Mailbox) -> Iterator[NamedProvider]:
    """Yield the providers that hold a domain's mailboxes, by its other records; what SPF says only behind a filter."""
    for alias in published.aliases:
        found = _at_host(alias.target, mailbox, say("{name} leads to {target}", name=alias.name, target=alias.target))
        if found is not None:
            yield found
    if filter_before(published) is None:
        return
    for host in published.mx[1:]:
        preset = preset_of_mx(host)
        if preset is not None:
            evidence = say("{host} is a further MX of {domain}", host=host, domain=mailbox.domain)
            yield _from_preset(preset, mailbox, evidence)
    yield from providers_of_spf(published, mailbox)


def providers_of_spf(published: Published, mailbox: Mailbox) -> list[NamedProvider]:
    """Return the providers with mailboxes that SPF records include: those of the domain, then of the one above it."""
    found: dict[str, NamedProvider] = {}
    site = site_of(mailbox.ascii_domain)
    records = [(mailbox.domain, name) for name in published.spf] + [(site, name) for name in published.spf_above]
    for domain, name in records:
        evidence = say("the SPF record of {domain} includes {name}", domain=domain, name=name)
        preset = preset_of_spf(name)
        if preset is not None:
            found.setdefault(preset.name, _from_preset(preset, mailbox, evidence))
        elif filter_of_mx(name) is None and not is_below(name, site):
            listed = _from_database(parents(name), mailbox, evidence)
            if listed is not None:
                found.setdefault(listed.name, listed)
    return list(found.values())


def provider_of_host(host: str, mailbox: Mailbox) -> NamedProvider | None:
    """Return the provider that a host belongs to, by what its customers' records lead to; None for other hosts."""
    return _at_host(host, mailbox, "")


def _at_host(host: str, mailbox: Mailbox, evidence: str) -> NamedProvider | None:
    preset = preset_of_alias(host) or preset_of_mx(host)
    if preset is not None:
        return _from_preset(preset, mailbox, evidence)
    own = is_below(host, site_of(mailbox.ascii_domain))
    return None if own else _from_database(parents(host), mailbox, evidence)


def _from_preset(preset: Preset, mailbox: Mailbox, evidence: str) -> NamedProvider:
    user = fill(preset.user, mailbox)
    servers = tuple(OutgoingServer(server.host, server.port, server.tls_mode, user, ()) for server in preset.servers)
    return NamedProvider(preset.name, servers, preset.advice, evidence)


def _from_database(domains: Iterator[str] | tuple[str, ...], mailbox: Mailbox, evidence: str) -> NamedProvider | None:
    """Return the provider of the first of these domains that the database lists."""
    for domain in domains:
        rows = provider_database.servers_of(domain)
        if rows:
            servers = tuple(
                OutgoingServer(row.host, row.port, row.tls_mode, fill(row.user, mailbox), row.authentication)
                for row in rows
            )
            return NamedProvider(rows[0].provider, servers, "", evidence)
    return None
