"""The egress policy: which hosts this service may dial, by a profile of address ranges and the operator's lists.

It implements `net.guard.EgressGuard` and does no I/O. Laws: an address that is not known to be public is not public; an
IPv6 address that embeds an IPv4 address is judged as both; this machine's own addresses are special; the deny list wins
over everything; cloud metadata, link-local, multicast, broadcast and unspecified addresses are forbidden in every
profile, and no list allows them.
docs/egress.md explains it to operators.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from socket import inet_aton

from mailproof.net.egress_rules import NAT64_LENGTHS, Address, Network, Rule, parse_rule, plain_name
from mailproof.net.guard import EgressDenied

SUBMISSION_PORTS = frozenset({25, 465, 587, 2465, 2525, 2587})
"""Ports of mail submission: RFC 5321, RFC 6409, RFC 8314, and ports that providers offer besides."""

HTTPS_PORTS = frozenset({443})
"""Ports of token endpoints and webhooks."""

WEB_PORTS = frozenset({80, 443})
"""Ports of published mail settings, which some domains publish over HTTP alone."""


class Profile(StrEnum):
    """How far the service may reach; each includes the ones before it."""

    INTERNET = "internet"  # public addresses, mail ports
    PRIVATE = "private"  # also RFC 1918 and unique local addresses, mail ports
    DEVELOPMENT = "development"  # also loopback and other special ranges, any port


class Reach(Enum):
    """The kinds of destinations, from the least to the most restricted."""

    PUBLIC = 0
    PRIVATE = 1
    SPECIAL = 2  # loopback, shared, documentation, benchmarking, reserved
    NEVER = 3  # forbidden in every profile


_ALLOWED = {
    Profile.INTERNET: Reach.PUBLIC,
    Profile.PRIVATE: Reach.PRIVATE,
    Profile.DEVELOPMENT: Reach.SPECIAL,
}


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


# The IANA special-purpose address registries, written out: `ipaddress.is_global` changed its answers between Python
# releases. The first row with the address decides, so the strictest rows come first.
_RANGES: tuple[tuple[Reach, tuple[Network, ...]], ...] = (
    (
        Reach.NEVER,
        _networks(
            "0.0.0.0/8",  # "this network"; 0.0.0.0 reaches the local host (RFC 1122 section 3.2.1.3)
            "169.254.0.0/16",  # link-local, and most clouds' metadata services
            "224.0.0.0/4",  # multicast
            "255.255.255.255/32",  # broadcast
            "100.100.100.200/32",  # metadata: Alibaba Cloud
            "168.63.129.16/32",  # platform services: Azure
            "192.0.0.192/32",  # metadata: Oracle Cloud
            "::/128",
            "fe80::/10",  # link-local
            "fec0::/10",  # site-local, deprecated by RFC 3879
            "ff00::/8",  # multicast
            "fd00:ec2::/32",  # metadata and other services: AWS
            "fd20:ce::254/128",  # metadata: Google Cloud
            "fd00:42::42/128",  # metadata: Scaleway
            "fd00:c1::a9fe:a9fe/128",  # metadata: Oracle Cloud
            "fd00:a9fe:a9fe::1/128",  # metadata: Akamai (Linode)
            "fd00:100::100:200/128",  # metadata: Alibaba Cloud
        ),
    ),
    (
        Reach.SPECIAL,
        _networks(
            "127.0.0.0/8",
            "100.64.0.0/10",  # shared by carriers (RFC 6598)
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "240.0.0.0/4",
        ),
    ),
    (Reach.PRIVATE, _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")),
    (Reach.PRIVATE, _networks("64:ff9b:1::/48")),  # local-use NAT64 (RFC 8215)
    (
        Reach.PUBLIC,
        _networks("64:ff9b::/96", "2002::/16", "2001::/32"),
    ),  # translated or tunnelled: the embedded IPv4 address decides
    (Reach.SPECIAL, _networks("2001::/23", "2001:db8::/32", "3fff::/20")),
    (Reach.PUBLIC, _networks("0.0.0.0/0", "2000::/3")),  # global unicast is 2000::/3 alone (RFC 4291 section 2.4)
)

_LOOPBACK = (IPv4Address("127.0.0.1"), IPv6Address("::1"))
_NUMERIC = re.compile(r"[0-9a-fx.]{1,64}")  # inet_aton takes what follows white space for a comment

_MAPPED = ip_network("::ffff:0:0/96")  # RFC 4291 section 2.5.5.2
_TRANSLATED = ip_network("::ffff:0:0:0/96")  # RFC 2765 section 2.1
_COMPATIBLE = ip_network("::/96")  # RFC 4291 section 2.5.5.1
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052 section 2.1
_NAT64_LOCAL = ip_network("64:ff9b:1::/48")
_SIX_TO_FOUR = ip_network("2002::/16")  # RFC 3056 section 2
_TEREDO = ip_network("2001::/32")  # RFC 4380 section 4
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214 section 6.1: the upper half of the interface identifier


def _embedded_ipv4(address: IPv6Address, nat64: Sequence[IPv6Network]) -> Iterator[IPv4Address]:
    """Yield every IPv4 address that an IPv6 address embeds, and so may be translated or tunnelled to.

    Args:
        address: The IPv6 address.
        nat64: The prefixes of the operator's own translators.
    """
    number = int(address)
    low = number & 0xFFFFFFFF
    if address in _COMPATIBLE and low <= 1:
        return  # "::" and "::1" embed nothing
    if any(address in network for network in (_MAPPED, _TRANSLATED, _COMPATIBLE, _NAT64)):
        yield IPv4Address(low)
    elif address in _NAT64_LOCAL:
        yield from _embedded_in_local_nat64(number)
    elif address in _SIX_TO_FOUR:
        yield IPv4Address(number >> 80 & 0xFFFFFFFF)
    elif address in _TEREDO:
        yield IPv4Address(number >> 64 & 0xFFFFFFFF)  # the server
        yield IPv4Address(low ^ 0xFFFFFFFF)  # the client
    if number >> 32 & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(low)
    for network in nat64:
        if address in network:
            yield _embedded_after(network.prefixlen, number)


def _embedded_after(prefix_length: int, number: int) -> IPv4Address:
    """Return the IPv4 address that follows a translator's prefix (RFC 6052 section 2.2).

    Args:
        prefix_length: One of `NAT64_LENGTHS`.
        number: The IPv6 address.
    """
    if prefix_length == 96:
        return IPv4Address(number & 0xFFFFFFFF)
    # The octet of bits 64 to 71 is skipped: without it, the address is the 32 bits behind the prefix.
    without = (number >> 64 << 56) | (number & (1 << 56) - 1)
    return IPv4Address(without >> (88 - prefix_length) & 0xFFFFFFFF)


def _embedded_in_local_nat64(number: int) -> Iterator[IPv4Address]:
    """Yield the IPv4 addresses that a local-use NAT64 address may embed: its prefix has any length from /48 on.

    RFC 6052 section 2.2: the IPv4 address follows the prefix and skips the octet of bits 64 to 71. Read with another
    prefix length than the translator's, it consists of padding; addresses in 0.0.0.0/8 do, and no translator uses them.

    Args:
        number: The IPv6 address.
    """
    found = [_embedded_after(length, number) for length in NAT64_LENGTHS if length >= _NAT64_LOCAL.prefixlen]
    embedded = [address for address in found if int(address) >> 24]
    yield from dict.fromkeys(embedded or found)


@lru_cache(maxsize=4096)
def _range_reach(address: IPv4Address | IPv6Address) -> Reach:
    """Return the kind of the range that holds an address; embedded addresses are not looked at."""
    for reach, networks in _RANGES:
        if any(address in network for network in networks):
            return reach
    return Reach.SPECIAL  # not assigned yet, so not public


def _addresses_to_judge(address: Address, nat64: Sequence[IPv6Network] = ()) -> tuple[Address, ...]:
    """Return the addresses whose ranges decide whether an address may be dialled: itself and those that it embeds."""
    if isinstance(address, IPv4Address):
        return (address,)
    embedded = tuple(dict.fromkeys(_embedded_ipv4(address, nat64)))
    if address in _MAPPED:  # the system dials it as IPv4
        return embedded
    return (address, *embedded)


def reach_of(address: Address) -> Reach:
    """Return the kind of an address: the most restricted of itself and the IPv4 addresses that it embeds."""
    return max((_range_reach(each) for each in _addresses_to_judge(address)), key=lambda reach: reach.value)


def _spelled_otherwise(host: str) -> Sequence[Address]:
    """Return what else is an address: localhost (RFC 6761 section 6.3), and inet_aton's `127.1` or `0x7f000001`."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return _LOOPBACK
    if _NUMERIC.fullmatch(name) is None:
        return ()
    try:
        return (IPv4Address(inet_aton(name)),)
    except OSError:
        return ()


@lru_cache(maxsize=4096)
def _parse(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Policy:
    """An `EgressGuard` made of a profile and the operator's lists.

    Attributes:
        profile: How far the service may reach.
        allow: Widens the profile. An entry with only a port adds to `ports`; an entry with addresses or a name allows
            these although the profile forbids them. With a port it holds for that port, which need not be in `ports`.
        deny: Forbids what an entry matches, whatever the profile and `allow` say.
        ports: The ports that every profile allows; `development` allows all ports.
        nat64: The prefixes of the operator's own NAT64 translators (RFC 6052), beside those that are known.
        is_own: Says whether an address is one of this machine's; such a one is as special as loopback.
    """

    profile: Profile = Profile.INTERNET
    allow: tuple[Rule, ...] = ()
    deny: tuple[Rule, ...] = ()
    ports: frozenset[int] = SUBMISSION_PORTS
    nat64: tuple[IPv6Network, ...] = ()
    is_own: Callable[[Address], bool] = lambda _: False

    @property
    def conceals_names(self) -> bool:
        """Whether a name with forbidden addresses alone is told as one that does not exist.

        In the profile `development` it is not: there the caller is the operator, and exact answers are worth more.
        """
        return self.profile is not Profile.DEVELOPMENT

    def for_https(self) -> Policy:
        """Return the policy for our HTTPS requests: the same profile and lists, with port 443 for the mail ports."""
        return replace(self, ports=HTTPS_PORTS)

    def for_web(self) -> Policy:
        """Return the policy for published mail settings: the same profile and lists, with the ports 80 and 443."""
        return replace(self, ports=WEB_PORTS)

    def check_name(self, host: str, port: int) -> None:
        """Judge the port with the name, or with the address of a literal. See `EgressGuard.check_name`."""
        literals = self._literals(host)
        if literals:
            if not any(self._permits(literal, plain_name(host), port) for literal in literals):
                raise EgressDenied(f"{host} port {port} is outside the profile {self.profile} and its lists")
            return
        name = plain_name(host)
        if any(rule.network is None and rule.fits_port(port) for rule in self.deny if _concerns(rule, name)):
            raise EgressDenied(f"{host} port {port} is on the deny list")
        # An allowed network with this port may match the addresses, which are known only after the lookup.
        opens = (rule.port == port and (rule.network is not None or _concerns(rule, name)) for rule in self.allow)
        if not (self._is_open(port) or any(opens)):
            raise EgressDenied(f"port {port} is not open")

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> Sequence[str]:
        """Return the addresses that may be dialled. See `EgressGuard.check_addresses`."""
        self.check_name(host, port)
        name = plain_name(host)
        parsed = ((text, _parse(text)) for text in addresses)
        allowed = tuple(text for text, address in parsed if address is not None and self._permits(address, name, port))
        if not allowed:
            raise EgressDenied(f"no address of {host} may be dialled in the profile {self.profile} with its lists")
        return allowed

    def _literals(self, host: str) -> Sequence[Address]:
        """Return the addresses that a host stands for whatever the DNS says; none for a name.

        The system's resolver reads more spellings as addresses. Where names are concealed, these are judged as such:
        it needs no lookup to know them.
        """
        literal = _parse(host)
        if literal is not None:
            return (literal,)
        return _spelled_otherwise(host) if self.conceals_names else ()

    def _is_open(self, port: int) -> bool:
        """Return whether the port is allowed for every destination."""
        return self.profile is Profile.DEVELOPMENT or port in self.ports

    def _permits(self, address: Address, name: str, port: int) -> bool:
        """Return whether an address may be dialled, by lists and profile."""
        judged = _addresses_to_judge(address, self.nat64)
        if not (self.deny or self.allow):  # saves 5 % of the CPU of a plain test: bench/shortcuts_bench.py, 2 cores
            return self._is_open(port) and all(map(self._is_within_profile, judged))
        known = (address, *judged)
        for rule in self.deny:
            if rule.fits_port(port) and (_concerns(rule, name) or any(rule.fits_address(each) for each in known)):
                return False
        if any(_range_reach(each) is Reach.NEVER for each in judged):
            return False
        # A port that is allowed for some destinations is allowed for this one where an entry matches the name, or
        # entries match every address to judge.
        widening = [rule for rule in self.allow if rule.fits_port(port)]
        named = [rule for rule in widening if rule.fits_name(name)]
        rules_of_each = [[rule for rule in widening if rule.fits_address(each)] for each in judged]
        special = any(rule.port for rule in named) or all(any(rule.port for rule in rules) for rules in rules_of_each)
        if not (self._is_open(port) or special or any(rule.only_port for rule in widening)):
            return False
        return bool(named) or all(
            rules or self._is_within_profile(each) for each, rules in zip(judged, rules_of_each, strict=True)
        )

    def _is_within_profile(self, address: Address) -> bool:
        bound = _ALLOWED[self.profile].value
        reach = _range_reach(address).value
        return reach <= bound and (bound >= Reach.SPECIAL.value or not self.is_own(address))


def _concerns(rule: Rule, name: str) -> bool:
    """Return whether a rule holds for a name; a rule with only a port holds for every name."""
    return rule.only_port or rule.fits_name(name)


def allow_rule(text: str) -> Rule:
    """Parse an entry of the allow list.

    Raises:
        ValueError: It is no valid entry, or names what no list allows; the message begins with "must".
    """
    rule = parse_rule(text)
    if rule.network is not None and _never_opened(rule.network):
        raise ValueError("must not be metadata, link-local, multicast, broadcast or unspecified: nothing opens those")
    return rule


def _never_opened(network: Network) -> bool:
    """Return whether all of a network is forbidden in every profile, so that an entry would have no effect."""
    if network.num_addresses == 1:
        return reach_of(network.network_address) is Reach.NEVER
    return any(
        never.supernet_of(network)  # type: ignore[arg-type]
        for reach, networks in _RANGES
        for never in networks
        if reach is Reach.NEVER and never.version == network.version
    )


def policy_for_operator() -> Policy:
    """Return the policy of the command line, whose user owns the machine: the profile `development`."""
    return Policy(Profile.DEVELOPMENT)
