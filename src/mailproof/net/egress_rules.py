"""One entry of the egress lists: its syntax, and which destinations it matches.

    10.0.0.0/8   192.0.2.7   fd00::/8            addresses
    mx.example.com   *.example.com               names; the second is every name below, not example.com itself
    2525                                         a port
    10.0.0.0/8:2525   [fd00::/8]:2525   mx.example.com:2525        both must match

`net.egress` decides what an entry means in the allow list and in the deny list. No I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from mailproof.syntax.host import MAX_PORT, check_host, read_port, take_apart

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_ENTRY = 300  # characters; a name has at most 253

NAT64_LENGTHS = (32, 40, 48, 56, 64, 96)
"""How long the prefix of a NAT64 translator may be (RFC 6052 section 2.2)."""

_SHAPE = 'must be a network, a name or a port, like "10.0.0.0/8", "*.example.com", "2525" or "mx.example.com:2525"'
_MAPPED = IPv6Network("::ffff:0:0/96")  # RFC 4291 section 2.5.5.2


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry. All its given parts must match; at least one is given.

    Attributes:
        network: The addresses; None for any.
        name: A host name in lower case and ASCII, or with a leading dot every name below it; empty for any.
        port: 0 for any.
    """

    network: Network | None = None
    name: str = ""
    port: int = 0

    @property
    def only_port(self) -> bool:
        """Whether only a port is given."""
        return self.network is None and not self.name

    def fits_port(self, port: int) -> bool:
        """Return whether the entry is for this port or for any port."""
        return self.port in (0, port)

    def fits_name(self, host: str) -> bool:
        """Return whether the entry has a name that matches this one, which is in the form of `plain_name`."""
        return bool(self.name) and (host.endswith(self.name) if self.name.startswith(".") else host == self.name)

    def fits_address(self, address: Address) -> bool:
        """Return whether the entry has a network that holds this address; embedded addresses are not looked at."""
        return self.network is not None and address in self.network


def plain_name(host: str) -> str:
    """Return a host name in the form in which names are compared: ASCII, lower case, without a final dot."""
    try:
        return check_host(host).lower()
    except ValueError:
        return host.lower().rstrip(".")


def parse_rule(text: str) -> Rule:
    """Parse one entry.

    Raises:
        ValueError: It is no valid entry; the message begins with "must".
    """
    entry = text.strip()
    if not entry or len(entry) > MAX_ENTRY:
        raise ValueError(_SHAPE)
    if entry.isascii() and entry.isdigit():
        return Rule(port=_port(entry))
    target, port, bracketed = take_apart(entry)
    if bracketed and ":" not in target:
        raise ValueError("must have an IPv6 address or network between the brackets")
    number = 0 if port is None else _port(port)
    if ":" in target or "/" in target or re.fullmatch(r"[0-9.]+", target):
        return Rule(network=_network(target), port=number)
    return Rule(name=_name(target), port=number)


def nat64_prefix(text: str) -> IPv6Network:
    """Parse the prefix of a NAT64 translator (RFC 6052 section 2.2).

    Raises:
        ValueError: It is none; the message begins with "must".
    """
    network = _network(text.strip())
    if not isinstance(network, IPv6Network) or network.prefixlen not in NAT64_LENGTHS:
        raise ValueError(f"must be an IPv6 network with a prefix of {', '.join(map(str, NAT64_LENGTHS))} bits")
    return network


def _port(text: str) -> int:
    port = read_port(text)
    if port is None:
        raise ValueError(f"must have a port between 1 and {MAX_PORT}")
    return port


def _network(text: str) -> Network:
    if "%" in text:
        raise ValueError("must be without a zone: link-local addresses are never dialled")
    try:
        network = ip_network(text)
    except ValueError:
        try:
            wider = ip_network(text, strict=False)
        except ValueError:
            words = "must be a network or address of numbers"
            raise ValueError(f'{words}, like "10.0.0.0/8", "192.0.2.7" or "fd00::/8"') from None
        raise ValueError(f"must be a network whose address ends where its prefix does; write {wider}") from None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        inner = IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - _MAPPED.prefixlen))
        raise ValueError(f"must be written as the IPv4 network that it is; write {inner}")
    return network


def _name(text: str) -> str:
    below = text.startswith("*.")
    name = text[2:] if below else text
    if below and not name:
        raise ValueError('must have a name behind the "*.", like "*.example.com"')
    if "*" in name:
        raise ValueError('must have its one * at the beginning, like "*.example.com"')
    try:
        plain = check_host(name).lower()
    except ValueError:
        raise ValueError(_SHAPE) from None
    if re.fullmatch(r"(?:0x[0-9a-f]*|[0-9]+)", plain.rpartition(".")[2]):
        raise ValueError("must be a name; this one ends in a number and would be read as an address")
    return f".{plain}" if below else plain
