"""Looks up the SRV and MX records of a mail domain, at the system's name servers or at configured ones.

Names in answers are not trusted: only valid host names are returned. No address is looked up here (the probe and
`discovery.web` resolve what they dial), and nothing is dialled but the name servers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import dns.asyncbackend
import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.IN.SRV import SRV

from mailproof.discovery.candidates import SrvRecord
from mailproof.net.resolver import LookupFailed
from mailproof.net.shortage import raise_if_no_descriptor, raise_if_short
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.host import check_host

MAX_RECORDS = 8  # of one answer
LIFETIME = 5.0  # seconds for one question, retries included


class Records:
    """Looks up records. Usable from several event loops.

    Args:
        nameservers: Addresses of name servers; None for the system's, which are read at the first question.
        port: The port of `nameservers`.
    """

    def __init__(self, nameservers: Sequence[str] | None = None, port: int = 53) -> None:
        self._nameservers = nameservers
        self._port = port
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def srv(self, service: str, domain: str) -> tuple[SrvRecord, ...]:
        """Return the SRV records of a service over TCP (RFC 2782); none where the name has no such records.

        Raises:
            LookupFailed: There was no answer.
        """
        found = []
        for record in await self._ask(f"{service}._tcp.{domain}", dns.rdatatype.SRV):
            if not isinstance(record, SRV):
                continue
            target = _host(record.target.to_text())
            if target == "." or (target and record.port):
                found.append(SrvRecord(service, target, record.port, record.priority, record.weight))
        return tuple(found[:MAX_RECORDS])

    async def mx(self, domain: str) -> tuple[str, ...]:
        """Return the MX hosts, the most preferred first; none for a null MX (RFC 7505), or without such records.

        Raises:
            LookupFailed: There was no answer.
        """
        records = [record for record in await self._ask(domain, dns.rdatatype.MX) if isinstance(record, MX)]
        hosts = (_host(record.exchange.to_text()) for record in sorted(records, key=lambda one: one.preference))
        return tuple(host for host in hosts if host not in ("", "."))[:MAX_RECORDS]

    async def _ask(self, name: str, kind: dns.rdatatype.RdataType) -> Iterable[object]:
        """Return the records of a name; none where it has none of this type.

        Raises:
            LookupFailed: There was no answer.
            ServiceShortage: Something is used up on this side.
        """
        try:
            if self._resolver is None:
                self._resolver = await asyncio.to_thread(self._configured)
            answer = await self._resolver.resolve(
                f"{name}.",
                kind,
                raise_on_no_answer=False,
                lifetime=LIFETIME,
                search=False,
                backend=dns.asyncbackend.get_backend("asyncio"),
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError, ValueError) as error:
            _raise_if_short(error)
            raise LookupFailed(_code_of(error)) from None
        return answer.rrset or ()

    def _configured(self) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=self._nameservers is None)
        if self._nameservers is not None:
            resolver.nameservers = list(self._nameservers)
            resolver.port = self._port
        return resolver


def _code_of(error: Exception) -> Code:
    match error:
        case dns.exception.Timeout():
            return Code.TIMEOUT
        case dns.resolver.NoNameservers():  # each server has failed or refused
            return Code.DNS_TEMPORARY
        case _:  # a name too long, no configuration, broken packets
            return Code.DNS_ERROR


def _raise_if_short(error: Exception) -> None:
    """Raise `ServiceShortage` where a question failed for it. dnspython keeps what each try of it has raised."""
    raise_if_short(error)
    facts = error.kwargs if isinstance(error, dns.exception.DNSException) else {}
    for *_, raised, _response in facts.get("errors", ()):
        if isinstance(raised, Exception):
            raise_if_short(raised)
    raise_if_no_descriptor()  # without one no configuration is read


def _host(name: str) -> str:
    """Return a name of an answer as a host in lower case; "." for the root, "" for what is no host name."""
    if name == ".":
        return name
    try:
        return check_host(name).lower()
    except ValueError:
        return ""
