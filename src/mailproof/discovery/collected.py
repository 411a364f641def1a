"""What one search has found so far, as its questions find it. What is made of it: `discovery.candidates`. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailproof.discovery.autoconfig import OutgoingServer
from mailproof.discovery.progress import Source
from mailproof.discovery.published import Alias, CertificateName, MailExchanges, Published, SiteSettings, SrvRecord

Order = tuple[int, int]
"""How trustworthy what a question may find is: less is more. The rank of the source, and the place within it."""

ByPlace = dict[int, tuple[OutgoingServer, ...]]
"""The servers of documents, by their place in the order of asking: the first counts."""


@dataclass(slots=True)
class CollectedSite:
    """What another domain has answered so far; see `SiteSettings`."""

    relation: str
    source: Source
    srv: tuple[SrvRecord, ...] = ()
    documents: ByPlace = field(default_factory=dict)


@dataclass(slots=True)
class Collected:
    """What was found. See `Published` for what the fields mean.

    Attributes:
        sites: By domain.
        certificates: By name and port.
    """

    srv: tuple[SrvRecord, ...] = ()
    mx: MailExchanges = field(default_factory=MailExchanges)
    autoconfig: ByPlace = field(default_factory=dict)
    plain_http: tuple[OutgoingServer, ...] = ()
    exchange: ByPlace = field(default_factory=dict)
    aliases: list[Alias] = field(default_factory=list)
    spf: tuple[str, ...] = ()
    spf_above: tuple[str, ...] = ()
    sites: dict[str, CollectedSite] = field(default_factory=dict)
    certificates: dict[tuple[str, int], CertificateName] = field(default_factory=dict)
    mail_aliases: list[Alias] = field(default_factory=list)

    def published(self, *, guess: bool) -> Published:
        """Return what was found so far.

        Args:
            guess: Whether guesses may be made.
        """
        return Published(
            self.srv,
            _first(self.autoconfig),
            self.mx.hosts,
            guess,
            plain_http=self.plain_http,
            exchange=_first(self.exchange),
            null_mx=self.mx.null,
            exists=self.mx.exists,
            aliases=tuple(self.aliases),
            spf=self.spf,
            sites=tuple(
                SiteSettings(name, site.relation, site.source, site.srv, _first(site.documents))
                for name, site in self.sites.items()
            ),
            certificates=tuple(self.certificates.values()),
            mail_aliases=tuple(self.mail_aliases),
            spf_above=self.spf_above,
        )

    def order_of(self, source: Source) -> Order:
        """Return how trustworthy the candidates of a source are that were found so far."""
        place = {Source.AUTOCONFIG: self.autoconfig, Source.EXCHANGE: self.exchange}.get(source)
        return source.rank, min(place) if place else 0


def _first(found: ByPlace) -> tuple[OutgoingServer, ...]:
    return found[min(found)] if found else ()
