"""Tells whether this machine has a way to an address at all, without sending anything."""

from __future__ import annotations

import errno
import socket

from mailproof.net.addrinfo import AddrInfo
from mailproof.net.shortage import raise_if_short

_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


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
