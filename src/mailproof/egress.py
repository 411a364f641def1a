"""Which hosts this service may dial: profiles over address ranges, judged after resolution.

It resolves nothing and opens nothing; it answers the probe's two questions (`smtp.guard.EgressGuard`). The laws kept
here: what is not known to be public is not public; an IPv6 address that carries an IPv4 address is judged as both;
cloud metadata, link-local, multicast, broadcast and unspecified addresses are forbidden in every profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from mailproof.smtp.guard import EgressDenied

SUBMISSION_PORTS = frozenset({25, 465, 587, 2465, 2525, 2587})
"""Where mail is submitted: RFC 5321, RFC 6409, RFC 8314, and the spare ports that providers offer beside them."""


class Profile(StrEnum):
    """How far the service may reach; each includes the ones before it."""

    INTERNET = "internet"  # public addresses, mail ports
    PRIVATE = "private"  # also RFC 1918 and unique local addresses, mail ports
    DEVELOPMENT = "development"  # also loopback and other special ranges, any port


class Reach(Enum):
    """What kind of destination an address is, mildest first."""

    PUBLIC = 0
    PRIVATE = 1
    SPECIAL = 2  # loopback, shared, documentation, benchmarking, reserved
    NEVER = 3


_ALLOWED = {
    Profile.INTERNET: Reach.PUBLIC,
    Profile.PRIVATE: Reach.PRIVATE,
    Profile.DEVELOPMENT: Reach.SPECIAL,
}


def _networks(*texts: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


# The IANA special-purpose address registries, written out: `ipaddress.is_global` changed its answers between Python
# releases. The first row that holds the address decides, so the strictest come first.
_RANGES: tuple[tuple[Reach, tuple[IPv4Network | IPv6Network, ...]], ...] = (
    (
        Reach.NEVER,
        _networks(
            "0.0.0.0/8",  # "this network"; 0.0.0.0 reaches the local host (RFC 1122 section 3.2.1.3)
            "169.254.0.0/16",  # link-local, and most clouds' metadata services
            "224.0.0.0/4",  # multicast
            "255.255.255.255/32",  # broadcast
            "100.100.100.200/32",  # metadata: Alibaba Cloud
            "168.63.129.16/32",  # the platform's own channel: Azure
            "192.0.0.192/32",  # metadata: Oracle Cloud
            "::/128",
            "fe80::/10",  # link-local
            "fec0::/10",  # site-local, deprecated by RFC 3879
            "ff00::/8",  # multicast
            "fd00:ec2::/32",  # metadata and other services: AWS
            "fd20:ce::254/128",  # metadata: Google Cloud
            "fd00:42::42/128",  # metadata: Scaleway
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
    (Reach.PRIVATE, _networks("64:ff9b:1::/48")),  # NAT64 of one's own (RFC 8215)
    (Reach.PUBLIC, _networks("64:ff9b::/96", "2002::/16", "2001::/32")),  # tunnels: what they carry decides
    (Reach.SPECIAL, _networks("2001::/23", "2001:db8::/32", "3fff::/20")),
    (Reach.PUBLIC, _networks("0.0.0.0/0", "2000::/3")),  # global unicast is 2000::/3 alone (RFC 4291 section 2.4)
)

_MAPPED = ip_network("::ffff:0:0/96")  # RFC 4291 section 2.5.5.2
_TRANSLATED = ip_network("::ffff:0:0:0/96")  # RFC 2765 section 2.1
_COMPATIBLE = ip_network("::/96")  # RFC 4291 section 2.5.5.1
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052 section 2.1
_NAT64_LOCAL = ip_network("64:ff9b:1::/48")
_SIX_TO_FOUR = ip_network("2002::/16")  # RFC 3056 section 2
_TEREDO = ip_network("2001::/32")  # RFC 4380 section 4
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214 section 6.1: the upper half of the interface identifier


def _carried(address: IPv6Address) -> Iterator[IPv4Address]:
    """Yield every IPv4 address that an IPv6 address may stand for or be sent to."""
    number = int(address)
    low = number & 0xFFFFFFFF
    if address in _COMPATIBLE and low <= 1:
        return  # "::" and "::1" carry nothing
    if any(address in network for network in (_MAPPED, _TRANSLATED, _COMPATIBLE, _NAT64)):
        yield IPv4Address(low)
    elif address in _NAT64_LOCAL:
        yield IPv4Address(low)
        # RFC 6052 section 2.2: under a /48 the address lies around the octet of bits 64 to 71.
        yield IPv4Address((number >> 64 & 0xFFFF) << 16 | (number >> 40 & 0xFFFF))
    elif address in _SIX_TO_FOUR:
        yield IPv4Address(number >> 80 & 0xFFFFFFFF)
    elif address in _TEREDO:
        yield IPv4Address(number >> 64 & 0xFFFFFFFF)  # the server
        yield IPv4Address(low ^ 0xFFFFFFFF)  # the client
    if number >> 32 & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(low)


def _listed(address: IPv4Address | IPv6Address) -> Reach:
    for reach, networks in _RANGES:
        if any(address in network for network in networks):
            return reach
    return Reach.SPECIAL  # nobody's yet: not public


def reach_of(address: IPv4Address | IPv6Address) -> Reach:
    """Return what kind of destination the address is; the strictest of all that it may stand for."""
    if isinstance(address, IPv4Address):
        return _listed(address)
    verdicts = [_listed(inner) for inner in _carried(address)]
    if address not in _MAPPED:  # a mapped address is dialled as IPv4 and is nothing besides
        verdicts.append(_listed(address))
    return max(verdicts, key=lambda verdict: verdict.value)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Policy:
    """An `EgressGuard` made of a profile. Allow and deny lists will be further fields, judged in `_permits`."""

    profile: Profile = Profile.INTERNET

    def check_name(self, host: str, port: int) -> None:
        """Judge the port, and the host where it is an address literal. See `EgressGuard.check_name`."""
        if self.profile is not Profile.DEVELOPMENT and port not in SUBMISSION_PORTS:
            raise EgressDenied(f"port {port} is not one of the mail ports")
        if _parse(host) is not None and not self._permits(host):
            raise EgressDenied(f"{host} is outside the profile {self.profile}")

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> Sequence[str]:
        """Return the addresses that may be dialled. See `EgressGuard.check_addresses`."""
        self.check_name(host, port)
        allowed = tuple(address for address in addresses if self._permits(address))
        if not allowed:
            raise EgressDenied(f"no address of {host} is inside the profile {self.profile}")
        return allowed

    def _permits(self, text: str) -> bool:
        address = _parse(text)
        return address is not None and reach_of(address).value <= _ALLOWED[self.profile].value


def policy_for_operator() -> Policy:
    """Return the policy of a local `mailproof diagnose`, where the caller is who owns the machine."""
    return Policy(Profile.DEVELOPMENT)
