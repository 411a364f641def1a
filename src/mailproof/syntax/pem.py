"""Trust anchors as people paste them: certificates in PEM form (RFC 7468).

Parsed by OpenSSL itself, so that what is accepted here is what a handshake can use later; nothing is connected.
"""

from __future__ import annotations

import ssl

MAX_CA_PEM = 256 * 1024
"""Characters of extra anchors; a bundle of all public authorities is about this long."""


def check_ca_pem(text: str) -> None:
    """Check extra trust anchors.

    Raises:
        ValueError: A sentence that says what is wrong with them.
    """
    if len(text) > MAX_CA_PEM:
        raise ValueError(f"must not be longer than {MAX_CA_PEM} characters")
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise ValueError("holds no certificate in PEM form")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise ValueError("holds a certificate that can't be read") from None
