"""Makes a ranked list of candidates, without duplicates, from what was found about a mail domain.

The same input gives the same list; `discovery.search` calls `candidates` again when it has found more. Laws: encrypted
candidates come before those that may be in clear; what the domain or its provider states comes before guesses; a
service that the domain says it does not offer is not guessed. Pure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from mailproof.discovery.autoconfig import OutgoingServer, fill
from mailproof.discovery.presets import Preset, preset_of_domain, preset_of_mx, preset_of_server
from mailproof.discovery.progress import Candidate, Source
from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.mailbox import Mailbox

MAX_CANDIDATES = 12

SERVICES = {"_submissions": TlsMode.IMPLICIT, "_submission": TlsMode.STARTTLS}
"""SRV services (RFC 8314 section 5.1, RFC 6186 section 3.1) -> TLS mode. `_submission` demands STARTTLS, since RFC
8314 section 4.1 obsoletes clear text."""

_GUESSED_PORTS = ((465, TlsMode.IMPLICIT), (587, TlsMode.STARTTLS))  # in the order of RFC 8314 section 3.3

IN_CLEAR = (
    "It is published as a server without encryption: unless it offers STARTTLS, the password travels in clear text. "
    "Ask for one with TLS."
)


@dataclass(frozen=True, slots=True)
class SrvRecord:
    """One SRV record (RFC 2782). The target "." says that the service is not offered."""

    service: str  # a key of SERVICES
    target: str
    port: int
    priority: int = 0
    weight: int = 0

    @property
    def offered(self) -> bool:
        """Whether the record names a server."""
        return self.target not in ("", ".")


@dataclass(frozen=True, slots=True)
class Published:
    """What was found about a mail domain.

    Attributes:
        srv: SRV records.
        autoconfig: Servers of the domain's autoconfig document.
        mx: MX hosts, the most preferred first.
        guess: Whether guesses may be added to the candidates.
    """

    srv: tuple[SrvRecord, ...] = ()
    autoconfig: tuple[OutgoingServer, ...] = ()
    mx: tuple[str, ...] = ()
    guess: bool = False

    @property
    def declined(self) -> frozenset[str]:
        """The SRV services that the domain says it does not offer: all their records have the target "."."""
        named = {record.service for record in self.srv}
        return frozenset(named - {record.service for record in self.srv if record.offered})


def candidates(mailbox: Mailbox, published: Published) -> tuple[Candidate, ...]:
    """Return the candidates for an address, best first, ranked from 1; at most `MAX_CANDIDATES`."""
    ordered = sorted(_all(mailbox, published), key=_preference)  # stable: each source's own order is kept
    unique: dict[tuple[str, int, bool], Candidate] = {}
    for candidate in ordered:
        unique.setdefault(candidate.endpoint, candidate)
    best = list(unique.values())[:MAX_CANDIDATES]
    return tuple(dataclasses.replace(candidate, rank=rank) for rank, candidate in enumerate(best, 1))


def _preference(candidate: Candidate) -> tuple[bool, int]:
    return candidate.tls_mode is TlsMode.OPPORTUNISTIC, candidate.source.rank


def _all(mailbox: Mailbox, published: Published) -> Iterator[Candidate]:
    """Yield all candidates, with duplicates; those of one source are in its own order."""
    domain = mailbox.ascii_domain.lower()
    declined = {SERVICES[service] for service in published.declined}
    preset = preset_of_domain(domain)
    if preset is not None:
        yield from _from_preset(preset, mailbox, Source.PROVIDER)
    yield from _from_srv(mailbox, domain, published.srv)
    for server in published.autoconfig:
        yield _from_autoconfig(server)
    if published.mx and (preset := preset_of_mx(published.mx[0])) is not None:
        yield from (c for c in _from_preset(preset, mailbox, Source.MX) if c.tls_mode not in declined)
    if published.guess:
        yield from (c for c in _guesses(mailbox, domain, published.mx) if c.tls_mode not in declined)


def _from_preset(preset: Preset, mailbox: Mailbox, source: Source) -> Iterator[Candidate]:
    user = fill(preset.user, mailbox)
    for server in preset.servers:
        yield Candidate(
            server.host,
            server.port,
            server.tls_mode,
            user,
            source,
            advice=preset.advice,
            provider=preset.name,
        )


def _from_srv(mailbox: Mailbox, domain: str, records: tuple[SrvRecord, ...]) -> Iterator[Candidate]:
    """Yield the candidates of SRV records, best first."""

    # RFC 6186 section 3.4: priorities are compared across services. Of equal ones implicit TLS comes first (RFC 8314
    # section 3.3), then the greater weight: RFC 2782 chooses at random by weight, but the list must be the same in each
    # call. Name servers shuffle their answers, so the target is compared last.
    def preference(record: SrvRecord) -> tuple[int, bool, int, str]:
        upgraded = SERVICES[record.service] is not TlsMode.IMPLICIT
        return record.priority, upgraded, -record.weight, record.target

    ordered = sorted((record for record in records if record.offered), key=preference)
    for record in ordered:
        host = record.target.rstrip(".").lower()
        advice = ""
        if host != domain and not host.endswith(f".{domain}"):
            # RFC 6186 section 6: a forged DNS answer may name any server, so a person must confirm it.
            advice = f"A DNS record names this server, outside of {domain}: make sure that it is your provider's."
        yield _with_preset(
            Candidate(host, record.port, SERVICES[record.service], str(mailbox), Source.SRV, advice=advice)
        )


def _from_autoconfig(server: OutgoingServer) -> Candidate:
    advice = ""
    if server.tls_mode is TlsMode.OPPORTUNISTIC:
        advice = IN_CLEAR
    elif server.authentication and set(server.authentication) == {"oauth2"}:
        advice = "The domain's own settings file says that it takes OAuth 2.0 alone."
    elif server.authentication and not server.user:
        advice = "The domain's own settings file says that it needs no login."
    return _with_preset(
        Candidate(server.host, server.port, server.tls_mode, server.user, Source.AUTOCONFIG, advice=advice),
    )


def _with_preset(candidate: Candidate) -> Candidate:
    """Return a candidate with the advice and name of the known provider whose server it is, if it is one."""
    preset = preset_of_server(candidate.host)
    if preset is None:
        return candidate
    # A known provider's host needs no confirmation.
    doubt = candidate.advice if candidate.source is not Source.SRV else ""
    advice = " ".join(part for part in (doubt, preset.advice) if part)
    return dataclasses.replace(candidate, advice=advice, provider=preset.name)


def _guesses(mailbox: Mailbox, domain: str, mx: tuple[str, ...]) -> Iterator[Candidate]:
    if domain.startswith("["):  # an address literal has no names to guess
        hosts = [domain[1:-1].removeprefix("ipv6:")]
    else:
        hosts = [f"smtp.{domain}", f"mail.{domain}", domain]
        if mx and preset_of_mx(mx[0]) is None:  # a known provider's MX accepts no submission
            hosts.append(mx[0].rstrip(".").lower())
    for host in hosts:
        for port, mode in _GUESSED_PORTS:
            yield Candidate(host, port, mode, str(mailbox), Source.GUESS)
