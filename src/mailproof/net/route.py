"""Tells whether this machine has a way to an address at all, and whether it leads outside, without sending anything."""

from __future__ import annotations

import errno
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

from mailproof.net.addrinfo import AddrInfo
from mailproof.net.shortage import raise_if_short

_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})

_DISCARD = 9  # a port to name, RFC 863; nothing is sent to it


def has_route(info: AddrInfo) -> bool:
    """Return whether the system knows a route to an address, and has an address of its own to use it with.

    A machine without IPv6 has none to any address of that family, which says nothing about the server.

    Raises:
        ServiceShortage: Something is used up on this side.
    """
    family, *_, address = info
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
            datagrams.connect(address)  # of UDP: only chooses the route
    except OSError as error:
        raise_if_short(error)
        return error.errno not in _NO_WAY
    return True


def is_own(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is one of this machine's interfaces, asked anew each time: they come and go.

    The system sends to an address of its own from that address, so the route tells it.

    Raises:
        ServiceShortage: Something is used up on this side.
    """
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
            datagrams.connect((str(address), _DISCARD))
            return ip_address(datagrams.getsockname()[0]) == address
    except OSError as error:
        raise_if_short(error)
        return False
