"""The form in which the system's resolver returns an address, and in which it is dialled."""

from __future__ import annotations

import socket
from collections.abc import Sequence

AddrInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int] | tuple[str, int, int, int]]
"""Family, kind, protocol, canonical name, and the socket address: address and port, for IPv6 flow and scope too."""

FEW = 4
"""Addresses of a host that are dialled where many hosts or ports are tried: a stranger's name may have 16."""


def few(found: Sequence[AddrInfo], most: int = FEW) -> list[AddrInfo]:
    """Return the first addresses of each family, in their order, at most so many together."""
    by_family: dict[socket.AddressFamily, list[AddrInfo]] = {}
    for info in found:
        by_family.setdefault(info[0], []).append(info)
    families = list(by_family.values())
    alternating = [infos[place] for place in range(len(found)) for infos in families if place < len(infos)]
    kept = alternating[:most]
    return [info for info in found if info in kept]
