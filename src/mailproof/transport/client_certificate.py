"""A client's certificate, which TLS has verified, as the names that its authority vouches for.

Law: only a certificate of the connection itself counts. A header that a proxy adds (`x-forwarded-client-cert`) is any
caller's to send, and is not read.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography import x509

from mailproof.domain.model import ClientCertificate

_MAX_NAMES = 100
"""Names of one certificate that are looked at."""


@lru_cache(maxsize=1024)
def client_certificate(pem: bytes) -> ClientCertificate | None:
    """Return what a verified certificate says; None where it can't be read, or names nobody.

    Args:
        pem: The certificate in PEM form.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return None
    identities = tuple(dict.fromkeys(filter(None, map(_identity, list(names)[:_MAX_NAMES]))))
    return ClientCertificate(identities, certificate.not_valid_after_utc) if identities else None


def _identity(name: x509.GeneralName) -> str:
    """Return a name as a setting writes it; "" for a kind that names nobody here, or one that looks like another kind.

    A URI has "://", an e-mail address has "@", a DNS name neither: what a name is can be seen, so an authority that
    checks only one kind can't be made to vouch for another.
    """
    text = name.value if isinstance(name, x509.UniformResourceIdentifier | x509.RFC822Name | x509.DNSName) else ""
    kinds = {
        x509.UniformResourceIdentifier: "://" in text,
        x509.RFC822Name: "@" in text and "://" not in text,
        x509.DNSName: "@" not in text and "://" not in text,
    }
    return text if kinds.get(type(name), False) else ""
