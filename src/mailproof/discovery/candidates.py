"""Makes a ranked list of candidates, without duplicates, from what was found about a mail domain.

The same input gives the same list; `discovery.search` calls `candidates` again when it has found more. Laws: encrypted
candidates come before those that may be in clear; what the domain or its provider states comes before guesses; a
service that the domain says it does not offer is not guessed. Pure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from mailproof.discovery import provider_database
from mailproof.discovery.autoconfig import OutgoingServer, fill
from mailproof.discovery.named_providers import (
    NamedProvider,
    filter_before,
    listed_provider,
    provider_of_host,
    provider_of_mx,
    providers_of_records,
    providers_of_spf,
)
from mailproof.discovery.presets import preset_of_domain, preset_of_server
from mailproof.discovery.progress import Candidate, Source
from mailproof.discovery.published import SERVICES, CertificateName, Published, SiteSettings, SrvRecord
from mailproof.discovery.sites import is_below, site_of
from mailproof.domain.phrase import say, sentences, without
from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.mailbox import Mailbox

MAX_CANDIDATES = 32
MAX_OF_SOURCE = 8  # so that a source with many servers does not keep out the others
MAX_GUESSES = 16

_GUESSED_PORTS = ((465, TlsMode.IMPLICIT), (587, TlsMode.STARTTLS))  # in the order of RFC 8314 section 3.3

IN_CLEAR = say(
    "It is published as a server without encryption: unless it offers STARTTLS, the password travels in clear text. "
    "Ask for one with TLS."
)


_FILE = say("The domain's own settings file")
_AUTODISCOVER = say("The domain's own Autodiscover")
_DATABASE = say("Mozilla's database")


def candidates(mailbox: Mailbox, published: Published) -> tuple[Candidate, ...]:
    """Return the candidates for an address, best first, ranked from 1; at most `MAX_CANDIDATES`."""
    ordered = sorted(_all(mailbox, published), key=_preference)  # stable: each source's own order is kept
    unique: dict[tuple[str, int, bool], Candidate] = {}
    counts = dict.fromkeys(Source, 0)
    for candidate in ordered:
        most = MAX_GUESSES if candidate.source is Source.GUESS else MAX_OF_SOURCE
        if candidate.endpoint not in unique and counts[candidate.source] < most:
            counts[candidate.source] += 1
            unique[candidate.endpoint] = candidate
    best = list(unique.values())[:MAX_CANDIDATES]
    return tuple(dataclasses.replace(candidate, rank=rank) for rank, candidate in enumerate(best, 1))


def _preference(candidate: Candidate) -> tuple[bool, int]:
    return candidate.tls_mode is TlsMode.OPPORTUNISTIC, candidate.source.rank


def _all(mailbox: Mailbox, published: Published) -> Iterator[Candidate]:
    """Yield all candidates, with duplicates; those of one source are in its own order."""
    declined = {SERVICES[service] for service in published.declined}
    yield from _stated(mailbox, published)
    for candidate in _inferred(mailbox, published):
        if candidate.tls_mode not in declined:
            yield candidate


def _stated(mailbox: Mailbox, published: Published) -> Iterator[Candidate]:
    """Yield what shipped data and the domain itself say."""
    domain = mailbox.ascii_domain.lower()
    yield from known_candidates(mailbox)
    yield from _from_srv(
        mailbox, domain, published.srv, Source.SRV, say("An SRV record of {domain} names it.", domain=mailbox.domain)
    )
    own = say("The settings file of {domain} names it.", domain=mailbox.domain)
    for server in published.autoconfig:
        yield _from_document(server, Source.AUTOCONFIG, own, _FILE)
    for server in published.exchange:
        reason = say("The Autodiscover of {domain} names it.", domain=mailbox.domain)
        yield _from_document(server, Source.EXCHANGE, reason, _AUTODISCOVER)
    for site in published.sites:
        if site.source is Source.AUTOCONFIG:
            yield from _from_site(mailbox, site)
    for server in published.plain_http:
        # Whoever is on the way can name another server; a certificate proves only that the server has that name.
        doubt = "" if is_below(server.host, site_of(domain)) else _confirm(say("The settings file came without TLS"))
        reason = say(
            "The settings file of {domain}, which came over HTTP without TLS, names it.", domain=mailbox.domain
        )
        yield _from_document(server, Source.PLAIN_HTTP, reason, _FILE, doubt)


def known_candidates(mailbox: Mailbox) -> Iterator[Candidate]:
    """Yield the candidates for a mail domain that shipped data knows; nothing needs to be asked for them."""
    domain = mailbox.ascii_domain.lower()
    preset = preset_of_domain(domain)
    if preset is not None:
        user = fill(preset.user, mailbox)
        reason = say("{domain} is a mail domain of {provider}.", domain=mailbox.domain, provider=preset.name)
        for at in preset.servers:
            yield Candidate(at.host, at.port, at.tls_mode, user, Source.PROVIDER, 0, preset.advice, preset.name, reason)
    listed = listed_provider(domain, mailbox)
    if listed is not None:
        reason = say(
            "Mozilla's provider database of {day} names it for {domain}.",
            day=provider_database.DATE,
            domain=mailbox.domain,
        )
        yield from _from_provider(listed, Source.DATABASE, reason)


def _inferred(mailbox: Mailbox, published: Published) -> Iterator[Candidate]:
    """Yield what the domain does not say itself: its provider's servers, and guesses."""
    mail_filter = filter_before(published)
    received = provider_of_mx(published, mailbox)
    if received is not None:
        reason = say("It is the server of {provider}: {evidence}.", provider=received.name, evidence=received.evidence)
        yield from _from_provider(received, Source.MX, reason)
    for site in published.sites:
        if site.source is not Source.AUTOCONFIG:
            yield from _from_site(mailbox, site)
    for found in providers_of_records(published, mailbox):
        reason = (
            say(
                "Mail for {domain} passes {filter}; the mailboxes are at {provider}: {evidence}.",
                domain=mailbox.domain,
                filter=mail_filter.name,
                provider=found.name,
                evidence=found.evidence,
            )
            if mail_filter
            else say("The mailboxes are at {provider}: {evidence}.", provider=found.name, evidence=found.evidence)
        )
        yield from _from_provider(found, Source.RECORDS, reason)
    if published.guess:
        yield from _guesses(mailbox, mailbox.ascii_domain.lower(), published)
    names = list(dict.fromkeys(seen.name for seen in published.certificates))
    # They are in the order in which trials ended; of one name implicit TLS comes first (RFC 8314 section 3.3).
    for seen in sorted(
        published.certificates, key=lambda one: (names.index(one.name), one.tls_mode is not TlsMode.IMPLICIT)
    ):
        yield _from_certificate(mailbox, seen)
    if published.guess and mail_filter is None and received is None:
        by_spf = providers_of_spf(published, mailbox)
        if len(by_spf) == 1:  # of several nobody can tell which one has the mailboxes
            only = say(
                "Only the SPF record of {domain} leads to {provider}", domain=mailbox.domain, provider=by_spf[0].name
            )
            reason = say("Perhaps: {evidence}.", evidence=by_spf[0].evidence)
            yield from _from_provider(by_spf[0], Source.SPF, reason, _confirm(only))


def _from_provider(found: NamedProvider, source: Source, reason: str, doubt: str = "") -> Iterator[Candidate]:
    for server in found.servers:
        advice = sentences((doubt, found.advice or _login_advice(server, _DATABASE)))
        candidate = Candidate(
            server.host, server.port, server.tls_mode, server.user, source, 0, advice, found.name, reason
        )
        yield candidate if found.advice else _with_preset(candidate)


def _from_srv(
    mailbox: Mailbox, domain: str, records: tuple[SrvRecord, ...], source: Source, reason: str
) -> Iterator[Candidate]:
    """Yield the candidates of SRV records, best first."""

    # RFC 6186 section 3.4: priorities are compared across services. Of equal ones implicit TLS comes first (RFC 8314
    # section 3.3), then the greater weight: RFC 2782 chooses at random by weight, but the list must be the same in each
    # call. Name servers shuffle their answers, so the target is compared last.
    def preference(record: SrvRecord) -> tuple[int, bool, int, str]:
        return record.priority, record.tls_mode is not TlsMode.IMPLICIT, -record.weight, record.target

    for record in sorted((record for record in records if record.offered), key=preference):
        host = record.target.rstrip(".").lower()
        # RFC 6186 section 6: a forged DNS answer may name any server, so a person must confirm it.
        doubt = (
            ""
            if is_below(host, domain)
            else _confirm(say("A DNS record names this server, outside of {domain}", domain=domain))
        )
        candidate = Candidate(host, record.port, record.tls_mode, str(mailbox), source, advice=doubt, reason=reason)
        known = _with_preset(candidate)
        # A known provider's host needs no confirmation.
        yield dataclasses.replace(known, advice=without(known.advice, doubt)) if known.provider else known


def _from_document(server: OutgoingServer, source: Source, reason: str, who: str, doubt: str = "") -> Candidate:
    stated = IN_CLEAR if server.tls_mode is TlsMode.OPPORTUNISTIC else _login_advice(server, who)
    advice = sentences((doubt, stated))
    return _with_preset(
        Candidate(server.host, server.port, server.tls_mode, server.user, source, advice=advice, reason=reason)
    )


def _from_site(mailbox: Mailbox, site: SiteSettings) -> Iterator[Candidate]:
    srv = Source.SRV if site.source is Source.AUTOCONFIG else site.source
    reason = say("An SRV record of {site}, {relation}, names it.", site=site.site, relation=site.relation)
    yield from _from_srv(mailbox, site.site, site.srv, srv, reason)
    reason = say("The settings file of {site}, {relation}, names it.", site=site.site, relation=site.relation)
    for server in site.servers:
        yield _from_document(server, site.source, reason, _FILE)


def _login_advice(server: OutgoingServer, who: str) -> str:
    if server.tls_mode is TlsMode.OPPORTUNISTIC:
        return IN_CLEAR
    if server.authentication and set(server.authentication) == {"oauth2"}:
        return say("{who} says that it takes OAuth 2.0 alone.", who=who)
    if server.authentication and not server.user:
        return say("{who} says that it needs no login.", who=who)
    return ""


def _confirm(what: str) -> str:
    return say("{what}: make sure that it is your provider's.", what=what)


def _with_preset(candidate: Candidate) -> Candidate:
    """Return a candidate with the advice and name of the known provider whose server it is, if it is one."""
    preset = preset_of_server(candidate.host)
    if preset is None:
        return candidate
    advice = sentences((candidate.advice, preset.advice))
    return dataclasses.replace(candidate, advice=advice, provider=preset.name)


def _guesses(mailbox: Mailbox, domain: str, published: Published) -> Iterator[Candidate]:
    nothing = say("The name is a guess: nothing that was found for {domain} names a server.", domain=mailbox.domain)
    for host, reason, advice in dict.fromkeys(_guessed_hosts(domain, published, nothing)):
        for port, mode in _GUESSED_PORTS:
            yield Candidate(host, port, mode, str(mailbox), Source.GUESS, advice=advice, reason=reason)


def _guessed_hosts(domain: str, published: Published, nothing: str) -> Iterator[tuple[str, str, str]]:
    """Yield hosts, each with the reason for it and an advice."""
    if domain.startswith("["):  # an address literal has no names to guess
        yield domain[1:-1].removeprefix("ipv6:"), nothing, ""
        return
    # The MX of a known provider or a filter accepts no submission.
    mx = published.mx[0].rstrip(".").lower() if published.mx else ""
    unknown = mx and filter_before(published) is None and provider_of_host(mx, _NOBODY) is None
    receives = say("The name is a guess: {host} receives the mail for {domain}.", host=mx, domain=domain)
    for host in (f"smtp.{domain}", f"mail.{domain}", domain):
        yield host, receives if host == mx else nothing, ""
    for alias in published.mail_aliases:
        yield alias.target, say("{name} is an alias of it.", name=alias.name), ""
    if unknown:
        yield mx, receives, ""
    for alias in published.aliases:  # an Exchange server of one's own takes submission where its web site is
        if is_below(alias.target, site_of(domain)):
            yield alias.target, say("The name is a guess: {name} leads to it.", name=alias.name), ""
    above, hoster = site_of(domain), site_of(mx)
    if above != domain:
        for host in (f"smtp.{above}", f"mail.{above}"):
            # Without a list of registries nobody can tell a university from a registry or a provider of free names.
            reason = say(
                "The name is a guess: a usual one in {site}, in which {domain} lies.", site=above, domain=domain
            )
            yield host, reason, _confirm(say("{host} lies outside of {domain}", host=host, domain=domain))
    if unknown and not is_below(domain, hoster):
        for host in (f"smtp.{hoster}", f"mail.{hoster}"):
            reason = say(
                "The name is a guess: a usual one in {site}, whose host {host} receives the mail for {domain}.",
                site=hoster,
                host=mx,
                domain=domain,
            )
            yield host, reason, ""


_NOBODY = Mailbox("postmaster", "invalid")  # RFC 6761 section 6.4: where only the host matters


def _from_certificate(mailbox: Mailbox, seen: CertificateName) -> Candidate:
    reason = say("The certificate of {server} is for {name}: use that name.", server=seen.seen_at, name=seen.name)
    doubt = ""
    if seen.elsewhere:
        doubt = _confirm(say("{name} leads to another address than {server}", name=seen.name, server=seen.seen_at))
    return _with_preset(
        Candidate(seen.name, seen.port, seen.tls_mode, str(mailbox), Source.CERTIFICATE, advice=doubt, reason=reason)
    )
