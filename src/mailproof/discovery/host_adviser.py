"""Says which host may be meant by another, with the MX records of the domain where the name alone says nothing.

Only name servers are asked, and nothing is dialled: `probe.suggestions` judges, looks up and tries what is suggested.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailproof.diagnosis.suggested_hosts import SuggestedHost, SuggestionReason
from mailproof.discovery import did_you_mean
from mailproof.net.guard import EgressGuard
from mailproof.net.resolver import LookupFailed, Resolver

if TYPE_CHECKING:
    from mailproof.discovery.records import Records


class KnownHosts:
    """A `HostAdviser`. Usable from several event loops.

    Args:
        guard: Judges the servers that are named; the policy for published mail settings.
        dns_nameservers: Addresses of the name servers for MX; None for the system's.
        dns_port: The port of `dns_nameservers`.
    """

    def __init__(self, guard: EgressGuard, dns_nameservers: Sequence[str] | None = None, dns_port: int = 53) -> None:
        self._guard = guard
        self._nameservers = dns_nameservers
        self._port = dns_port
        self._records: Records | None = None

    def lookalike(self, host: str) -> SuggestedHost | None:
        """Return the known provider's server that a host is easily taken for. See `HostAdviser.lookalike`."""
        return did_you_mean.lookalike(host)

    async def suggest(self, host: str, *, exists: bool) -> tuple[SuggestedHost, ...]:
        """Return what may be meant by a host. See `HostAdviser.suggest`."""
        found = did_you_mean.suggestions(host, exists=exists)
        if found or "." not in host or ":" in host or host.replace(".", "").isdigit():
            return found
        domains = did_you_mean.domains_of(host)
        if did_you_mean.is_known_server(host):
            return ()
        for domain, mx in zip(domains, await asyncio.gather(*map(self._mx, domains)), strict=True):
            if mx:
                return _of_mail_domain(host, domain, mx, exists=exists)
        return ()

    async def _mx(self, domain: str) -> tuple[str, ...]:
        if self._records is None:
            # dnspython takes long to load, and most tests need none
            from mailproof.discovery.visible_records import VisibleRecords

            self._records = VisibleRecords(self._guard, Resolver(), self._nameservers, self._port)
        try:
            return (await self._records.mx(domain)).hosts
        except LookupFailed:
            return ()


def _of_mail_domain(host: str, domain: str, mx: tuple[str, ...], *, exists: bool) -> tuple[SuggestedHost, ...]:
    """Return the servers of a domain that receives mail, and last what is known where none of them exists.

    Of a server that exists only its domain's provider is suggested: another name of the domain would be a guess.
    """
    named = did_you_mean.of_mx(host, domain, mx)
    if exists and domain != host:
        return tuple(each for each in named if each.provider)
    note = f"Mail for {domain} is taken by {mx[0]}."
    return (
        *(dataclasses.replace(each, note=note) for each in named if each.host != host),
        SuggestedHost("", SuggestionReason.MAIL_DOMAIN if domain == host else SuggestionReason.OTHER_NAME, note=note),
    )
