"""The form in which the system's resolver returns an address, and in which it is dialled."""

from __future__ import annotations

import socket

AddrInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int] | tuple[str, int, int, int]]
"""Family, kind, protocol, canonical name, and the socket address: address and port, for IPv6 flow and scope too."""
