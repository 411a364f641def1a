"""The channel binding of a TLS session (RFC 5056), of the type that the server most probably supports.

SMTP servers can't announce the types, so the standard's default is used where Python has it: tls-exporter on TLS 1.3
(RFC 9266), tls-unique on TLS 1.2 (RFC 5929 section 3). Python's ssl has no exporter up to 3.13; there
tls-server-end-point (RFC 5929 section 4) is used on TLS 1.3, which needs only the certificate.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

from mailproof.net.certificates import presented_chain
from mailproof.smtp.sasl.mechanism import Binding

_LABEL = b"EXPORTER-Channel-Binding"  # RFC 9266 section 2
_LENGTH = 32  # octets


def channel_binding(session: ssl.SSLObject) -> Binding | None:
    """Return a session's channel binding; None where none can be computed."""
    if session.version() == "TLSv1.3":
        export: Callable[..., Any] | None = getattr(session, "export_keying_material", None)
        if export is not None:
            return Binding("tls-exporter", bytes(export(_LABEL, _LENGTH, b"")))
    else:
        unique = session.get_channel_binding("tls-unique")
        if unique:
            return Binding("tls-unique", unique)
    chain = presented_chain(session)
    return end_point(chain[0]) if chain else None


def end_point(der: bytes) -> Binding | None:
    """Return the tls-server-end-point binding: the certificate's hash, by the hash function of its signature.

    Args:
        der: The server's certificate.

    Returns:
        None where the certificate can't be read, or where RFC 5929 defines no binding for its signature.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    try:
        algorithm = x509.load_der_x509_certificate(der).signature_hash_algorithm
    except Exception:  # noqa: BLE001 - a hostile certificate may trip the parser in any way
        return None
    if algorithm is None:  # Ed25519 and its like: RFC 5929 section 4.1 leaves it undefined
        return None
    if algorithm.name in ("md5", "sha1"):
        algorithm = hashes.SHA256()  # section 4.1
    digest = hashes.Hash(algorithm)
    digest.update(der)
    return Binding("tls-server-end-point", digest.finalize())
