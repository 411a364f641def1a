"""Looks up what the DNS says about a mail domain, at the system's name servers or at configured ones.

Names in answers are not trusted: only valid host names are returned, and of each answer a few records only, the
preferred ones. No address is looked up here (the probe and `discovery.web` resolve what they dial), and nothing is
dialled but the name servers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import dns.asyncbackend
import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import dns.reversename
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.IN.SRV import SRV

from mailproof.discovery.published import MailExchanges, SrvRecord
from mailproof.discovery.sites import host_name
from mailproof.net.resolver import LookupFailed
from mailproof.net.shortage import raise_if_no_descriptor, raise_if_short
from mailproof.smtp.vocabulary import Code

MAX_RECORDS = 8  # of one answer
MAX_ALIASES = 3  # CNAME records that are followed from one name
MAX_SPF = 2000  # characters of an SPF record
TRY = 0.8  # seconds until the next name server is asked
LIFETIME = 4.0  # seconds for one question, retries included


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
        """Return the SRV records of a service over TCP (RFC 2782), the preferred ones first; none without such records.

        Raises:
            LookupFailed: There was no answer.
        """
        found = []
        for record in await self._ask(f"{service}._tcp.{domain}", dns.rdatatype.SRV) or ():
            if not isinstance(record, SRV):
                continue
            target = _host(record.target)
            if target == "." or (target and record.port):
                found.append(SrvRecord(service, target, record.port, record.priority, record.weight))
        return tuple(sorted(found, key=lambda one: (one.priority, -one.weight, one.target))[:MAX_RECORDS])

    async def mx(self, domain: str) -> MailExchanges:
        """Return the MX records of a domain.

        Raises:
            LookupFailed: There was no answer.
        """
        answer = await self._ask(domain, dns.rdatatype.MX)
        if answer is None:
            return MailExchanges(exists=False)
        records = sorted(
            (record.preference, _host(record.exchange)) for record in answer if isinstance(record, MX)
        )  # name servers shuffle their answers, and the list must be the same in each call
        hosts = tuple(dict.fromkeys(host for _, host in records if host not in ("", ".")))
        return MailExchanges(hosts[:MAX_RECORDS], null=not hosts and any(host == "." for _, host in records))

    async def spf(self, domain: str) -> str:
        """Return the SPF record of a domain (RFC 7208 section 3); empty where there is none.

        Raises:
            LookupFailed: There was no answer.
        """
        for record in await self._ask(domain, dns.rdatatype.TXT) or ():
            if isinstance(record, TXT):
                text = b"".join(record.strings).decode("ascii", "replace")
                if text.lower().startswith("v=spf1 "):
                    return text[:MAX_SPF]
        return ""

    async def aliases(self, name: str, most: int = MAX_ALIASES) -> tuple[str, ...]:
        """Return the names that CNAME records lead to from a name, one after the other.

        Args:
            name: Where to begin.
            most: How many records are followed.

        Raises:
            LookupFailed: There was no answer.
        """
        found: list[str] = []
        while len(found) < most:
            answer = await self._ask(found[-1] if found else name, dns.rdatatype.CNAME) or ()
            target = next((_host(record.target) for record in answer if isinstance(record, CNAME)), "")
            if target in ("", ".", name, *found):  # also where they lead in a circle
                break
            found.append(target)
        return tuple(found)

    async def names_of(self, address: str) -> tuple[str, ...]:
        """Return the names that an IP address has in the DNS; none without such records.

        Raises:
            LookupFailed: There was no answer.
        """
        answer = await self._ask(dns.reversename.from_address(address).to_text(), dns.rdatatype.PTR) or ()
        names = (_host(record.target) for record in answer if isinstance(record, PTR))
        return tuple(sorted({name for name in names if name not in ("", ".")})[:MAX_RECORDS])

    async def _ask(self, name: str, kind: dns.rdatatype.RdataType) -> Iterable[object] | None:
        """Return the records of a name: none where it has none of this type, None where there is no such name.

        Raises:
            LookupFailed: There was no answer.
            ServiceShortage: Something is used up on this side.
        """
        try:
            if self._resolver is None:
                self._resolver = await asyncio.to_thread(self._configured)
            answer = await self._resolver.resolve(
                f"{name.rstrip('.')}.",
                kind,
                raise_on_no_answer=False,
                lifetime=LIFETIME,
                search=False,
                backend=dns.asyncbackend.get_backend("asyncio"),
            )
        except dns.resolver.NXDOMAIN:
            return None
        except dns.resolver.NoAnswer:
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
        resolver.timeout = TRY
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


def _host(name: dns.name.Name) -> str:
    """Return a name of an answer as a host in lower case; "." for the root, "" for what is no host name."""
    return "." if name == dns.name.root else host_name(name.to_text())
