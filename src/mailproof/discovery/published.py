"""What was found about a mail domain, as frozen values, before anything is made of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.discovery.autoconfig import OutgoingServer
from mailproof.discovery.progress import Source
from mailproof.smtp.vocabulary import TlsMode

SERVICES = {"_submissions": TlsMode.IMPLICIT, "_submission": TlsMode.STARTTLS}
"""SRV services (RFC 8314 section 5.1, RFC 6186 section 3.1) -> TLS mode. `_submission` demands STARTTLS, since RFC
8314 section 4.1 obsoletes clear text."""

# RFC 8314 section 7: these ports speak one mode only, whichever service a record names them for.
_MODE_OF_PORT = {465: TlsMode.IMPLICIT, 587: TlsMode.STARTTLS}


@dataclass(frozen=True, slots=True)
class SrvRecord:
    """One SRV record (RFC 2782). The target "." says that the service is not offered."""

    service: str  # a key of SERVICES, or "_autodiscover"
    target: str
    port: int
    priority: int = 0
    weight: int = 0

    @property
    def offered(self) -> bool:
        """Whether the record names a server."""
        return self.target not in ("", ".")

    @property
    def tls_mode(self) -> TlsMode:
        """The TLS mode of a submission server: that of the port where the record has put it under the wrong service."""
        return _MODE_OF_PORT.get(self.port, SERVICES[self.service])


@dataclass(frozen=True, slots=True)
class Alias:
    """A record of the domain that leads to another host: a CNAME record, or an SRV record of _autodiscover._tcp."""

    name: str
    target: str


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What another domain than the mail domain publishes: one that its records lead to, or the one that it lies in.

    Attributes:
        site: That domain.
        relation: What it has to do with the mail domain, as a clause that follows its name.
        source: The source of its servers.
        srv: Its SRV records.
        servers: Servers of its documents.
    """

    site: str
    relation: str
    source: Source
    srv: tuple[SrvRecord, ...] = ()
    servers: tuple[OutgoingServer, ...] = ()


@dataclass(frozen=True, slots=True)
class CertificateName:
    """A name on the certificate of a server that was tried by another name.

    Attributes:
        name: The name on the certificate, or one that its wildcard covers.
        port: The port that was tried.
        tls_mode: How it was tried.
        seen_at: The name that was tried.
        elsewhere: Whether the name is known to lead to another address.
    """

    name: str
    port: int
    tls_mode: TlsMode
    seen_at: str
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class MailExchanges:
    """A domain's MX records.

    Attributes:
        hosts: The MX hosts, the most preferred first.
        null: Whether the domain says that it receives no mail (RFC 7505).
        exists: Whether the domain is there at all.
    """

    hosts: tuple[str, ...] = ()
    null: bool = False
    exists: bool = True


@dataclass(frozen=True, slots=True)
class Published:
    """What was found about a mail domain.

    Attributes:
        srv: SRV records.
        autoconfig: Servers of the domain's autoconfig document.
        mx: MX hosts, the most preferred first.
        guess: Whether guesses may be added to the candidates.
        plain_http: Servers of the document that came over HTTP without TLS.
        exchange: Servers of the domain's Autodiscover.
        null_mx: Whether the domain says that it receives no mail (RFC 7505).
        exists: Whether the domain is there at all.
        aliases: Records that lead to hosts of the provider.
        spf: The names that the SPF record includes.
        spf_above: Those of the domain that the mail domain lies in; asked for only behind a filter.
        sites: What other domains publish that have to do with it.
        certificates: Names on certificates that were seen.
        mail_aliases: What smtp.DOMAIN and mail.DOMAIN are aliases of.
    """

    srv: tuple[SrvRecord, ...] = ()
    autoconfig: tuple[OutgoingServer, ...] = ()
    mx: tuple[str, ...] = ()
    guess: bool = False
    plain_http: tuple[OutgoingServer, ...] = ()
    exchange: tuple[OutgoingServer, ...] = ()
    null_mx: bool = False
    exists: bool = True
    aliases: tuple[Alias, ...] = ()
    spf: tuple[str, ...] = ()
    sites: tuple[SiteSettings, ...] = ()
    certificates: tuple[CertificateName, ...] = ()
    mail_aliases: tuple[Alias, ...] = ()
    spf_above: tuple[str, ...] = ()

    @property
    def declined(self) -> frozenset[str]:
        """The SRV services that the domain says it does not offer: all their records have the target "."."""
        named = {record.service for record in self.srv}
        return frozenset(named - {record.service for record in self.srv if record.offered})
