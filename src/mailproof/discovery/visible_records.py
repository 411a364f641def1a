"""What the DNS says about a mail domain, without the names that lead where this service may not connect.

Records of private zones tell who is inside of a network. So where the egress policy conceals names, a name of an answer
that has no address that may be dialled is left out, whether it does not exist or is forbidden.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable, Sequence

from mailproof.discovery.published import MailExchanges, SrvRecord
from mailproof.discovery.records import MAX_ALIASES, Records
from mailproof.net.guard import EgressDenied, EgressGuard
from mailproof.net.judged_lookup import look_up
from mailproof.net.resolver import LookupFailed, Resolver

_PORT = 443  # open for every host that may be dialled at all, by the policy for published settings


class VisibleRecords(Records):
    """Looks up records, and leaves out what may not be shown. Usable from several event loops.

    Args:
        guard: The policy for published mail settings, which judges each name of an answer.
        resolver: Looks those names up.
        nameservers: Addresses of name servers; None for the system's.
        port: The port of `nameservers`.
    """

    def __init__(
        self, guard: EgressGuard, resolver: Resolver, nameservers: Sequence[str] | None = None, port: int = 53
    ) -> None:
        super().__init__(nameservers, port)
        self._guard = guard
        self._lookups = resolver

    async def srv(self, service: str, domain: str) -> tuple[SrvRecord, ...]:
        """Return the SRV records of a service; see `Records.srv`."""
        found = await super().srv(service, domain)
        visible = await self._visible(record.target for record in found if record.offered)
        return tuple(record for record in found if not record.offered or record.target in visible)

    async def mx(self, domain: str) -> MailExchanges:
        """Return the MX records of a domain; one whose records are all left out is told as one that does not exist."""
        found = await super().mx(domain)
        visible = await self._visible(found.hosts)
        if found.hosts and not visible:
            return MailExchanges(exists=False)
        return dataclasses.replace(found, hosts=tuple(host for host in found.hosts if host in visible))

    async def spf(self, domain: str) -> str:
        """Return the SPF record of a domain; none where its MX records are all left out."""
        record = await super().spf(domain)
        if record and self._guard.conceals_names and not (await self.mx(domain)).exists:
            return ""
        return record

    async def aliases(self, name: str, most: int = MAX_ALIASES) -> tuple[str, ...]:
        """Return the names that CNAME records lead to; see `Records.aliases`."""
        found = await super().aliases(name, most)
        visible = await self._visible(found)
        return tuple(target for target in found if target in visible)

    async def names_of(self, address: str) -> tuple[str, ...]:
        """Return the names that an IP address has in the DNS; see `Records.names_of`."""
        found = await super().names_of(address)
        visible = await self._visible(found)
        return tuple(name for name in found if name in visible)

    async def _visible(self, hosts: Iterable[str]) -> frozenset[str]:
        names = tuple(dict.fromkeys(hosts))
        if not self._guard.conceals_names:
            return frozenset(names)
        seen = await asyncio.gather(*map(self._is_visible, names))
        return frozenset(name for name, is_visible in zip(names, seen, strict=True) if is_visible)

    async def _is_visible(self, host: str) -> bool:
        try:
            return bool(await look_up(host, _PORT, guard=self._guard, resolver=self._lookups))
        except (EgressDenied, LookupFailed):
            return False
