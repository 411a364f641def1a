"""Where a running service is, as `--server` and MAILPROOF_SERVER name it. Pure.

Law: a token leaves this machine in the clear only where the caller has written http:// for another machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from mailproof.syntax.host import check_host, join_host_port, read_port, take_apart
from mailproof.syntax.text import has_invisible

DEFAULT_SERVER = "127.0.0.1:50051"
"""Where a service listens for gRPC by default."""

_PORT = 50051
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a service is.

    Attributes:
        host: A name or an address, without brackets.
        port: The port of gRPC; 0 of a Unix socket.
        secure: Whether the connection has TLS.
        path: That of a unix socket; there is no host then.
    """

    host: str
    port: int
    secure: bool
    path: str = ""

    @property
    def target(self) -> str:
        """Host and port, or the socket, as gRPC takes and as people read them."""
        return f"unix:{self.path}" if self.path else join_host_port(self.host, self.port)

    @property
    def url(self) -> str:
        """A text of which `parse_server` makes this address."""
        return self.target if self.path else f"{'https' if self.secure else 'http'}://{self.target}"

    @property
    def is_local(self) -> bool:
        """Whether it is this machine."""
        return bool(self.path) or _is_local(self.host)


def parse_server(text: str) -> ServerAddress:
    """Return the address of a text: host, host:port, a URL of https or http, or unix:/path.

    Raises:
        ValueError: It is none; the message says what must be written.
    """
    if text.strip().startswith("unix:"):
        return _socket(text.strip().removeprefix("unix:"))
    scheme, separator, rest = text.strip().partition("://")
    if not separator:
        scheme, rest = "", text.strip()
    elif scheme.lower() not in _PORTS:
        raise ValueError("must be host:port, a URL of https or http, or unix:/path")
    rest = rest.removesuffix("/") if separator else rest
    if any(sign in rest for sign in "/?#@"):
        raise ValueError("must have nothing but a host and a port, no path and no user")
    found = take_apart(rest)
    try:
        host = check_host(f"[{found.host}]" if found.bracketed else found.host)
    except ValueError as error:
        raise ValueError(f"must name a host: {error}") from None
    port = _PORTS.get(scheme.lower(), _PORT)
    if found.port is not None:
        port = _port(found.port)
    if not scheme and not _is_local(host):
        raise ValueError(
            f"must say how another machine is reached: https://{rest}, or http://{rest}, by which the token is sent in "
            "the clear"
        )
    return ServerAddress(host, port, scheme.lower() == "https")


def _socket(path: str) -> ServerAddress:
    if path.startswith("//"):
        path = path.removeprefix("//")
    if not path.startswith("/") or path.endswith("/") or has_invisible(path):
        raise ValueError("must name a unix socket by its whole path: unix:/run/mailproof.sock")
    return ServerAddress("", 0, secure=False, path=path)


def _port(text: str) -> int:
    port = read_port(text)
    if port is None:
        raise ValueError("must have a port between 1 and 65535")
    return port


def _is_local(host: str) -> bool:
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
