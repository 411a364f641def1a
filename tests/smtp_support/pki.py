"""Certificates for tests, made once a process: an authority and every kind of good and bad leaf."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()


def issue(
    name: str,
    issuer: Pair | None = None,
    *,
    ca: bool = False,
    sans: tuple[str, ...] = (),
    start: timedelta = -DAY,
    end: timedelta = 90 * DAY,
    purpose: x509.ObjectIdentifier | None = None,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
) -> Pair:
    """Make a certificate, self-signed without an issuer; `start` and `end` are relative to now."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + start)
        .not_valid_after(now + end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if sans:
        names = [_general_name(text) for text in sans]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return Pair(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def _general_name(text: str) -> x509.GeneralName:
    if "://" in text:
        return x509.UniformResourceIdentifier(text)
    if "@" in text:
        return x509.RFC822Name(text)
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def server_context(*chain: Pair, minimum: ssl.TLSVersion | None = None, weak: bool = False) -> ssl.SSLContext:
    """Return a server's context that presents `chain`, leaf first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if weak:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # or OpenSSL loads no weak key
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "server.pem")
        path.write_text("".join(pair.pem for pair in chain) + chain[0].key_pem)
        context.load_cert_chain(path)
    if minimum is not None:
        context.minimum_version = minimum
    return context


LOCAL = ("localhost", "127.0.0.1", "::1")


@cache
def authority() -> Pair:
    return issue("mailproof test authority", ca=True)


@cache
def good() -> ssl.SSLContext:
    """Return the context of a server whose certificate is good for localhost."""
    return server_context(issue("localhost", authority(), sans=LOCAL))


@cache
def bad(kind: str) -> ssl.SSLContext:
    """Return the context of a server with a bad certificate."""
    root = authority()
    match kind:
        case "expired":
            return server_context(issue("x", root, sans=LOCAL, start=-9 * DAY, end=-2 * DAY))
        case "not yet valid":
            return server_context(issue("x", root, sans=LOCAL, start=2 * DAY, end=9 * DAY))
        case "other name":
            return server_context(issue("x", root, sans=("mail.example.org", "192.0.2.1")))
        case "no name":
            return server_context(issue("localhost", root))
        case "self-signed":
            return server_context(issue("localhost", sans=LOCAL))
        case "untrusted":
            return server_context(issue("localhost", issue("Nobody's root", ca=True), sans=LOCAL))
        case "untrusted with root":
            stranger = issue("Nobody's root", ca=True)
            return server_context(issue("localhost", stranger, sans=LOCAL), stranger)
        case "no intermediate":
            return server_context(issue("localhost", issue("Test Intermediate CA 1", root, ca=True), sans=LOCAL))
        case "client purpose":
            return server_context(issue("localhost", root, sans=LOCAL, purpose=ExtendedKeyUsageOID.CLIENT_AUTH))
        case "weak key":
            key = rsa.generate_private_key(65537, 1024)
            return server_context(issue("localhost", root, sans=LOCAL, key=key), weak=True)
        case "soon":
            return server_context(issue("localhost", root, sans=LOCAL, end=3 * DAY))
    raise AssertionError(kind)
