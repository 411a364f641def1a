"""A certificate authority for one certificate, that of the sandbox's SMTP server.

For trying things out on loopback; trusted by nobody who was not given its PEM.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFETIME = timedelta(days=365)
_CLOCK_SKEW = timedelta(hours=1)
_SPARE = timedelta(days=7)
"""How long a kept certificate must be good yet: a new one is made at a start, and the service may run for days."""

_NAMES: tuple[x509.GeneralName, ...] = (
    x509.DNSName("localhost"),
    x509.IPAddress(ip_address("127.0.0.1")),
    x509.IPAddress(ip_address("::1")),
)


def make_identity() -> tuple[str, str]:
    """Return a new certificate with its key for localhost, 127.0.0.1 and ::1, and the authority that vouches for it.

    Both are PEM. The authority's key is thrown away: it vouches for this one certificate, and can never for another.
    """
    authority_key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mailproof sandbox CA")])
    authority = (
        _builder(name, name, authority_key.public_key(), authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    leaf = (
        _builder(subject, name, key.public_key(), authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_NAMES), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    served = private + leaf.public_bytes(Encoding.PEM)
    return served.decode(), authority.public_bytes(Encoding.PEM).decode()


def is_good(served: str, authority: str, now: datetime) -> bool:
    """Return whether a certificate with its key is whole, vouched for by an authority, and good for a while yet.

    Args:
        served: The key and the certificate, PEM.
        authority: The authority, PEM.
        now: The time, in UTC.
    """
    try:
        key = load_pem_private_key(served.encode(), None)
        leaf, above = (x509.load_pem_x509_certificate(text.encode()) for text in (served, authority))
        leaf.verify_directly_issued_by(above)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        return False
    fits = key.public_key() == leaf.public_key()
    return fits and leaf.not_valid_before_utc <= now and now + _SPARE < leaf.not_valid_after_utc


def server_context(served: Path) -> ssl.SSLContext:
    """Return a TLS context of a file with a key and its certificate.

    Raises:
        OSError: They can't be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(served)
    return context


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, issuer_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    """Return a builder with what both certificates have in common.

    RFC 5280 sections 4.2.1.1 and 4.2.1.2 ask for the key identifiers, and strict verification insists on them.
    """
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
