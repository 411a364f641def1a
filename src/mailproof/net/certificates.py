"""Describes a TLS session for the report: the certificates presented, what they lead to, why OpenSSL rejected them.

It verifies nothing, which only OpenSSL does. A certificate that can't be parsed still has its fingerprint.
"""

from __future__ import annotations

import dataclasses
import ssl
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast

from mailproof.net.certificate_names import alternative_names, choose
from mailproof.net.chain_problems import MAX_NAME, NO_ISSUER, chain_problems
from mailproof.smtp.report import Certificate, CertificateRole, TlsInfo
from mailproof.smtp.sanitize import clean
from mailproof.smtp.vocabulary import Code

MAX_CHAIN = 10  # certificates

_EPOCH = datetime.fromtimestamp(0, UTC)

# OpenSSL's X509_V_ERR_* numbers (x509_vfy.h), stable since 1.0.
_VERIFY_CODES = {
    9: Code.TLS_CERT_NOT_YET_VALID,
    10: Code.TLS_CERT_EXPIRED,
    18: Code.TLS_SELF_SIGNED,  # DEPTH_ZERO_SELF_SIGNED_CERT
    26: Code.TLS_CERT_WRONG_PURPOSE,
    62: Code.TLS_HOSTNAME_MISMATCH,
    64: Code.TLS_HOSTNAME_MISMATCH,  # IP_ADDRESS_MISMATCH
    66: Code.TLS_CERT_WEAK,  # EE_KEY_TOO_SMALL
    67: Code.TLS_CERT_WEAK,  # CA_KEY_TOO_SMALL
    68: Code.TLS_CERT_WEAK,  # CA_MD_TOO_WEAK
}

# Words that authorities use in the names of intermediate certificates.
_INTERMEDIATE_WORDS = ("intermediate", "issuing", "sub ca", "subca", "subordinate")


def verification_code(verify_code: int, chain: tuple[bytes, ...]) -> Code:
    """Return the code for a verification error of OpenSSL.

    Args:
        verify_code: An X509_V_ERR_* number.
        chain: The presented certificates, DER, leaf first.
    """
    if verify_code in NO_ISSUER:
        return Code.TLS_MISSING_INTERMEDIATE if len(chain) == 1 and _has_intermediate(chain[0]) else Code.TLS_UNTRUSTED
    return _VERIFY_CODES.get(verify_code, Code.TLS_UNTRUSTED)


def presented_chain(session: ssl.SSLObject) -> tuple[bytes, ...]:
    """Return the certificates that the server presented, DER, leaf first; also after a failed verification."""
    if hasattr(session, "get_unverified_chain"):  # Python 3.13
        chain: list[bytes] = session.get_unverified_chain() or []
        return tuple(chain[:MAX_CHAIN])
    # Since Python 3.10 the inner object has it; the public method came with 3.13 (bpo-18233).
    inner = cast("Any", session)._sslobj
    return tuple(certificate.public_bytes(2) for certificate in (inner.get_unverified_chain() or [])[:MAX_CHAIN])


def trust_anchor(session: ssl.SSLObject) -> str:
    """Return the subject of the trusted certificate that a verified chain ends in; empty where it can't be told."""
    if hasattr(session, "get_verified_chain"):  # Python 3.13
        chain: list[bytes] = session.get_verified_chain() or []
        return _subject(chain[-1]) if chain else ""
    found = cast("Any", session)._sslobj.get_verified_chain()  # as in `presented_chain`
    return _subject(found[-1].public_bytes(2)) if found else ""


def describe(session: ssl.SSLObject, chain: tuple[bytes, ...], expected: str, *, verified: bool) -> TlsInfo:
    """Return a TLS session as the report has it.

    Args:
        session: The session, after its handshake.
        chain: The certificates that the server presented.
        expected: The name or address that the certificate is to be for.
        verified: Whether OpenSSL has verified it.
    """
    cipher = session.cipher()
    return TlsInfo(
        version=session.version() or (cipher[1] if cipher else ""),
        cipher=cipher[0] if cipher else "",
        alpn=clean(session.selected_alpn_protocol() or "", 50),
        chain=tuple(read_certificate(der, expected, first=not place) for place, der in enumerate(chain)),
        verified=verified,
        expected_name=clean(expected, 260),
        trust_anchor=trust_anchor(session) if verified else "",
    )


def describe_rejected(
    session: ssl.SSLObject,
    chain: tuple[bytes, ...],
    expected: str,
    error: ssl.SSLCertVerificationError,
    *,
    has_anchors: bool = True,
) -> TlsInfo:
    """Return a TLS session whose certificates OpenSSL has rejected, with what is wrong with each of them.

    Args:
        session: The session, after its handshake has failed.
        chain: The certificates that the server presented.
        expected: The name or address that the certificate is to be for.
        error: Why OpenSSL has rejected them.
        has_anchors: Whether any authority is trusted here; if none is, OpenSSL's error says nothing about the server.
    """
    info = describe(session, chain, expected, verified=False)
    problems = chain_problems(error.verify_code if has_anchors else 0, chain, info.expected_name)
    judged = zip(info.chain, problems, strict=True)
    return dataclasses.replace(
        info,
        verify_error=clean(error.verify_message, 200),
        chain=tuple(dataclasses.replace(certificate, problem=problem) for certificate, problem in judged),
    )


def in_words(tls: TlsInfo | None) -> str:
    """Return a TLS session in one line, for a step; empty without a session."""
    if tls is None:
        return ""
    words = f"{tls.version}, {tls.cipher}"
    if tls.chain:
        words += f", certificate {tls.chain[0].subject} valid until {tls.chain[0].not_after.date()}"
    return words if tls.verified else f"{words}, not verified"


@lru_cache(maxsize=128)
def read_certificate(der: bytes, expected: str = "", *, first: bool = True) -> Certificate:
    """Return the details of a certificate.

    Args:
        der: The certificate.
        expected: The name or address that is looked for among its names.
        first: Whether the server presented it as its own.
    """
    fingerprint = sha256(der).hexdigest()
    try:
        return _read(der, fingerprint, expected, first)
    except Exception:  # noqa: BLE001 - a hostile certificate may trip the parser in any way; it stays a certificate
        role = CertificateRole.LEAF if first else CertificateRole.INTERMEDIATE
        return Certificate("(unreadable)", (), "(unreadable)", _EPOCH, _EPOCH, "", "", fingerprint, role)


@lru_cache(maxsize=128)
def _subject(der: bytes) -> str:
    from cryptography import x509

    try:
        return clean(x509.load_der_x509_certificate(der).subject.rfc4514_string(), MAX_NAME)
    except Exception:  # noqa: BLE001 - OpenSSL has more patience with certificates than the parser
        return "(unreadable)"


def _read(der: bytes, fingerprint: str, expected: str, first: bool) -> Certificate:
    from cryptography import x509  # takes 50 ms, and only tests with TLS need it
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    certificate = x509.load_der_x509_certificate(der)
    key = certificate.public_key()
    match key:
        case rsa.RSAPublicKey():
            kind = f"RSA {key.key_size}"
        case ec.EllipticCurvePublicKey():
            kind = f"EC {key.curve.name}"
        case dsa.DSAPublicKey():
            kind = f"DSA {key.key_size}"
        case _:
            kind = type(key).__name__.removesuffix("PublicKey").lstrip("_")
    names = alternative_names(certificate)
    shown = choose(names, expected)
    role = CertificateRole.LEAF
    if not first:
        by_itself = certificate.subject == certificate.issuer
        role = CertificateRole.ROOT if by_itself else CertificateRole.INTERMEDIATE
    return Certificate(
        subject=clean(certificate.subject.rfc4514_string(), MAX_NAME),
        sans=tuple(clean(name, 260) for name in shown),
        issuer=clean(certificate.issuer.rfc4514_string(), MAX_NAME),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key=kind,
        signature=certificate.signature_algorithm_oid._name,
        fingerprint=fingerprint,
        role=role,
        more_sans=len(names) - len(shown),
    )


def _has_intermediate(der: bytes) -> bool:
    """Guess whether the issuer of a lone leaf is an intermediate that the server does not send, and not a private root.

    A leaf that says where to fetch its issuer (RFC 5280 section 4.2.2.1) is from an authority with intermediates.
    """
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID

    try:
        certificate = x509.load_der_x509_certificate(der)
        issuer = certificate.issuer.rfc4514_string().lower()
        if any(word in issuer for word in _INTERMEDIATE_WORDS):
            return True
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
        return any(item.access_method == AuthorityInformationAccessOID.CA_ISSUERS for item in access)
    except Exception:  # noqa: BLE001 - as above; a guess may fail
        return False
