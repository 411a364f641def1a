"""A small internet on loopback: names with ports of their own, in front of real DNS, web and SMTP servers.

The system's resolver is replaced by a table from (name, port) to a port of loopback, as a hosts file and a NAT would
do; everything behind it, sockets, TLS and packets, is real.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, aclosing
from typing import Any, TypeVar

from discovery_support.dns_server import DnsServer, dns_server
from mailproof.discovery.progress import Clue, SearchHeartbeat, SearchProgress, SearchResult, TriedCandidate
from mailproof.discovery.search import SettingsSearch
from mailproof.net.egress import Policy, Profile
from mailproof.net.guard import EgressGuard
from mailproof.net.trust import TrustStore
from mailproof.probe.probe import Probe
from smtp_support import pki
from smtp_support.scripted import Part, Peer, Script, Served, serve, smtp

T = TypeVar("T")

DOMAIN = "example.test"
ADDRESS = f"jo.doe@{DOMAIN}"


def server_for(*names: str) -> ssl.SSLContext:
    """Return the context of a server whose certificate is good for these names."""
    return pki.server_context(pki.issue(names[0], pki.authority(), sans=names))


class World:
    """The servers of one test."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._ports: dict[tuple[str, int], tuple[str, int]] = {}
        self.dns: DnsServer = stack.enter_context(dns_server())
        self.looked_up: list[str] = []

    def getaddrinfo(self, host: str, port: int, *_: object, **__: object) -> list[Any]:
        if host == "127.0.0.1":  # how asyncio and dnspython read a literal
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))]
        self.looked_up.append(host)
        try:
            target = self._ports[host, port]
        except KeyError:
            raise socket.gaierror(socket.EAI_NONAME, "no such name in this world") from None
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", target)]

    @property
    def ports(self) -> Mapping[tuple[str, int], tuple[str, int]]:
        """Where each name and port leads."""
        return self._ports

    def enter(self, server: AbstractContextManager[T]) -> T:
        """Run a server until the world ends."""
        return self._stack.enter_context(server)

    def place(self, host: str, port: int, served_port: int, address: str = "127.0.0.1") -> None:
        """Let a name lead somewhere."""
        self._ports[host, port] = (address, served_port)

    def prepare(self) -> str:
        """Return code that places another process in this world as it is now."""
        told = f"{self._ports!r}, {self.dns.port}, {pki.authority().pem!r}"
        return f"from discovery_support.inhabitant import settle; settle({told})"

    def mail(self, host: str, port: int, script: Script | None = None, *, implicit: bool | None = None) -> Served:
        """Run an SMTP server at `host`:`port`; implicit TLS on 465 unless it is said."""
        context = server_for(host)
        inside = port == 465 if implicit is None else implicit
        script = script or smtp(context=context, secure=inside)
        served = self._stack.enter_context(serve(script, context=context if inside else None))
        self.place(host, port, served.port)
        return served

    def hosted(self, certificate: str, port: int, *names: str, greeting: str = "220 mail.test ESMTP") -> Served:
        """Run an SMTP server that has several names, and a certificate for one name alone.

        Args:
            certificate: The name on the certificate; perhaps a wildcard.
            port: The port at each name; implicit TLS on 465.
            names: What leads to the server.
            greeting: What it says first.
        """
        context = server_for(certificate)
        implicit = port == 465
        served = self._stack.enter_context(
            serve(smtp(context=context, secure=implicit, greeting=(greeting,)), context=context if implicit else None)
        )
        for name in names:
            self.place(name, port, served.port)
        return served

    def alias(self, name: str, target: str) -> None:
        """Add a CNAME record."""
        self.dns.records[name, "CNAME"] = [f"{target}."]

    def spf(self, *terms: str, domain: str = DOMAIN) -> None:
        """Add an SPF record of these terms."""
        self.dns.records[domain, "TXT"] = ['"some-verification=1234"', f'"v=spf1 {" ".join(terms)} ~all"']

    def web(self, host: str, *answer: Part, context: ssl.SSLContext | None = None) -> Served:
        """Run a web server at `host` that answers each request with these parts and closes."""
        served = self._stack.enter_context(serve(_http(answer), context=context or server_for(host)))
        self.place(host, 443, served.port)
        return served

    def srv(self, service: str, *records: str, domain: str = DOMAIN) -> None:
        """Add SRV records: "priority weight port target"."""
        self.dns.records[f"{service}._tcp.{domain}", "SRV"] = list(records)

    def mx(self, *records: str, domain: str = DOMAIN) -> None:
        """Add MX records: "preference host"."""
        self.dns.records[domain, "MX"] = list(records)

    def searcher(
        self, profile: Profile = Profile.DEVELOPMENT, https_guard: EgressGuard | None = None
    ) -> SettingsSearch:
        guard = Policy(profile)
        trust = TrustStore(ca_pem=pki.authority().pem)
        return SettingsSearch(
            prober=Probe(guard=guard, trust=trust, default_ehlo_name="client.example.com"),
            https_guard=https_guard or guard.for_https(),
            trust=trust,
            dns_nameservers=["127.0.0.1"],
            dns_port=self.dns.port,
        )

    def search(
        self,
        address: str = ADDRESS,
        timeout: float = 15.0,
        searcher: SettingsSearch | None = None,
        loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
    ) -> Search:
        """Search to the end."""

        async def collect() -> list[SearchProgress]:
            async with aclosing((searcher or self.searcher()).run(address, timeout)) as events:
                return [event async for event in events]

        with asyncio.Runner(loop_factory=loop_factory) as runner:
            return Search(runner.run(collect()))


class Search:
    """The events of a search, taken apart."""

    def __init__(self, events: Sequence[SearchProgress]) -> None:
        *before, last = events
        assert isinstance(last, SearchResult)
        assert not any(isinstance(event, SearchResult) for event in before)
        self.result: SearchResult = last
        self.clues = {event.question: event for event in before if isinstance(event, Clue)}
        self.tried = [event for event in before if isinstance(event, TriedCandidate)]
        self.beats = sum(isinstance(event, SearchHeartbeat) for event in before)

    @property
    def best(self) -> tuple[str, int, str, str]:
        """Host, port, mode and source of what is to be used."""
        assert self.result.best is not None, self.result
        best = self.result.best.candidate
        return best.host, best.port, best.tls_mode.value, best.source.value

    @property
    def outcomes(self) -> Mapping[tuple[str, int], str]:
        """What came of each candidate: its code, or its verdict where that is ok."""
        return {
            (one.candidate.host, one.candidate.port): one.verdict.value if one.code.value == "ok" else one.code.value
            for one in self.result.tried
        }


def _http(answer: Sequence[Part]) -> Script:
    async def script(peer: Peer) -> None:
        while await peer.hear():
            pass
        await peer.perform(answer)

    return script


def page(body: bytes | str, status: str = "200 OK", *headers: str) -> bytes:
    """Return an HTTP answer."""
    data = body if isinstance(body, bytes) else body.encode()
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/xml", f"Content-Length: {len(data)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + data


def document(*servers: str) -> str:
    """Return an autoconfig document of these outgoingServer elements."""
    inside = "".join(f'<outgoingServer type="smtp">{server}</outgoingServer>' for server in servers)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><clientConfig version="1.1"><emailProvider id="example.test">'
        f"<domain>example.test</domain>{inside}</emailProvider></clientConfig>"
    )


def outgoing(
    host: str, port: int, mode: str, user: str = "%EMAILADDRESS%", authentication: str = "password-cleartext"
) -> str:
    """Return the inside of an outgoingServer element."""
    return (
        f"<hostname>{host}</hostname><port>{port}</port><socketType>{mode}</socketType>"
        f"<username>{user}</username><authentication>{authentication}</authentication>"
    )
