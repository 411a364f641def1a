"""The exception for a failed connection, and the codes for errors of sockets (errno) and of OpenSSL."""

from __future__ import annotations

import errno
import ssl

from mailproof.net.shortage import raise_if_short
from mailproof.smtp.vocabulary import Code

_ALERTS = {
    "TLSV1_ALERT_PROTOCOL_VERSION": Code.TLS_VERSION_TOO_OLD,
    "UNSUPPORTED_PROTOCOL": Code.TLS_VERSION_TOO_OLD,
    "WRONG_SSL_VERSION": Code.TLS_VERSION_TOO_OLD,
    "TLSV1_UNRECOGNIZED_NAME": Code.TLS_UNRECOGNIZED_NAME,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": Code.TLS_CLIENT_CERT_REQUIRED,
    "EE_KEY_TOO_SMALL": Code.TLS_CERT_WEAK,
    "CA_KEY_TOO_SMALL": Code.TLS_CERT_WEAK,
    "CA_MD_TOO_WEAK": Code.TLS_CERT_WEAK,
}
"""OpenSSL's reasons (ssl.h, sslerr.h) -> code; any other reason is a failed handshake."""


class Broken(Exception):
    """The connection can't be used any more.

    Attributes:
        code: Why.
        detail: A phrase for people, without any octet of the peer.
        in_tls: Whether TLS failed, at whatever stage.
    """

    def __init__(self, code: Code, detail: str = "", *, in_tls: bool = False) -> None:
        super().__init__(code.value)
        self.code = code
        self.detail = detail
        self.in_tls = in_tls


def tls_error(error: ssl.SSLError) -> Broken:
    """Convert an error of OpenSSL.

    Raises:
        ServiceShortage: OpenSSL got no memory.
    """
    raise_if_short(error)
    reason = error.reason or ""
    if isinstance(error, ssl.SSLEOFError) or reason == "UNEXPECTED_EOF_WHILE_READING":
        return Broken(Code.CONNECTION_CLOSED, in_tls=True)
    words = reason.replace("_", " ").lower()  # OpenSSL's text, not the peer's
    return Broken(_ALERTS.get(reason, Code.TLS_HANDSHAKE_FAILED), words, in_tls=True)


def socket_error(error: OSError) -> Broken:
    """Convert an error of a socket.

    Raises:
        ServiceShortage: Something is used up on this side.
    """
    raise_if_short(error)
    return Broken(socket_code(error.errno))


def socket_code(number: int | None) -> Code:
    """Return the code for the errno of a connection; `number` is None where it is unknown."""
    match number:
        case errno.ECONNREFUSED:
            return Code.CONNECTION_REFUSED
        case errno.ECONNRESET | errno.ECONNABORTED | errno.EPIPE:
            return Code.CONNECTION_RESET
        case errno.ETIMEDOUT:
            return Code.TIMEOUT
        case _:  # ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EACCES and EPERM of a firewall …
            return Code.NETWORK_UNREACHABLE
