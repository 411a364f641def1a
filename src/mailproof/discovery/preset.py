"""What is known of a mail provider, as one row of the data in `discovery.mailbox_providers` and its neighbour.

Each row names its sources: N = nodemailer's lib/well-known/services.json 9.0.5, T = Thunderbird's ISPDB
at c6ad796, Z = ZITADEL's console, D = the provider's documentation, O = records of real domains, M = our memory, the
first to doubt when a row is wrong. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.domain.phrase import Phrase
from mailproof.smtp.vocabulary import TlsMode

ADDRESS, LOCAL_PART, DOMAIN = "%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%"
"""The placeholders of the autoconfig format, used here as well."""


@dataclass(frozen=True, slots=True)
class Server:
    """One submission server."""

    host: str
    port: int
    tls_mode: TlsMode


@dataclass(frozen=True, slots=True)
class Preset:
    """The settings of one known provider.

    Attributes:
        name: The provider's name, for people.
        servers: Submission servers, best first.
        user: A template of the user to log in with; empty where it can't be derived from an address.
        advice: What an administrator must know about the login; a sentence or two.
        domains: The provider's own mail domains.
        mx: Suffixes of MX hosts, by which a customer's domain is recognised.
        source: Where the row comes from; see the module.
        spf: Suffixes of the names that a customer's SPF record includes, of providers with mailboxes.
        aliases: Suffixes of what autodiscover.DOMAIN, _autodiscover._tcp or a DKIM selector of a customer leads to.
    """

    name: str
    servers: tuple[Server, ...]
    user: str
    advice: str
    domains: tuple[str, ...]
    mx: tuple[str, ...]
    source: str
    spf: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


def _servers(host: str, implicit: tuple[int, ...], starttls: tuple[int, ...]) -> tuple[Server, ...]:
    # RFC 8314 section 3.3: implicit TLS where there is a choice.
    return (
        *(Server(host, port, TlsMode.IMPLICIT) for port in implicit),
        *(Server(host, port, TlsMode.STARTTLS) for port in starttls),
    )


def preset(
    name: str,
    host: str,
    implicit: tuple[int, ...],
    starttls: tuple[int, ...],
    *,
    source: str,
    user: str = ADDRESS,
    advice: str = "",
    domains: str = "",
    mx: str = "",
    spf: str = "",
    aliases: str = "",
) -> Preset:
    """Return a row. Its servers have one host; `mx`, `spf`, `aliases` and `domains` are separated by blanks."""
    return Preset(
        name,
        _servers(host, implicit, starttls),
        user,
        Phrase(advice, {}) if type(advice) is str and advice else advice,
        tuple(domains.split()),
        tuple(mx.split()),
        source,
        tuple(spf.split()),
        tuple(aliases.split()),
    )


BOTH = ((465,), (587,))
"""The ports of most providers: implicit TLS, STARTTLS."""
