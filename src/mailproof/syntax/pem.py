"""Trust anchors as people paste them: certificates in PEM form (RFC 7468).

OpenSSL itself parses them, so that a handshake can use later what is accepted here. Nothing is connected.
"""

from __future__ import annotations

import ssl

from mailproof.domain.phrase import say

MAX_CA_PEM = 256 * 1024
"""Characters of extra anchors; a bundle of all public authorities is about this long."""


def check_ca_pem(text: str) -> None:
    """Check extra trust anchors.

    Raises:
        ValueError: They can't be used; the message says why.
    """
    if len(text) > MAX_CA_PEM:
        raise ValueError(say("must not be longer than {max_ca_pem} characters", max_ca_pem=MAX_CA_PEM))
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise ValueError(say("holds no certificate in PEM form"))
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise ValueError(say("holds a certificate that can't be read")) from None
