"""Masks a test's secrets in the names of the server's certificates, which a hostile one makes up as it likes. Pure."""

from __future__ import annotations

import dataclasses

from mailproof.smtp.report import Certificate, TlsInfo
from mailproof.smtp.sanitize import Redactor


def without_echoes(tls: TlsInfo, redact: Redactor) -> TlsInfo:
    """Return a TLS session with the secrets masked that the names of its certificates repeat.

    A masked name is no host, so no trial of it is made.
    """
    chain = tuple(_masked(certificate, redact) for certificate in tls.chain)
    anchor = redact(tls.trust_anchor)
    if chain == tls.chain and anchor == tls.trust_anchor:
        return tls
    return dataclasses.replace(tls, chain=chain, trust_anchor=anchor)


def _masked(certificate: Certificate, redact: Redactor) -> Certificate:
    names = (certificate.subject, certificate.issuer, certificate.problem)
    show = redact.together((*names, *certificate.sans))
    subject, issuer, problem = (show(name, max(len(name), 1)) for name in names)
    return dataclasses.replace(
        certificate,
        subject=subject,
        issuer=issuer,
        problem=problem,
        sans=tuple(show(name, max(len(name), 1)) for name in certificate.sans),
    )
