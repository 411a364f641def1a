"""What counts as the source of connections and calls: the addresses of one customer. Pure."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

IPV6_PREFIX = 64
"""Bits of an IPv6 address that make a source: whoever has one address of a /64 has all of them (RFC 6177)."""


@lru_cache(maxsize=4096)
def source_of(host: str) -> str:
    """Return the source of an address: an IPv4 address itself, also where IPv6 carries it, or the /64 of an IPv6 one.

    Args:
        host: An address without brackets, maybe with a zone; what is none counts as it is.
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> IPV6_PREFIX << IPV6_PREFIX)}/{IPV6_PREFIX}"
    return host
