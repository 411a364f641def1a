"""Finds which certificate of a presented chain is at fault after OpenSSL has rejected the chain.

Python passes on OpenSSL's error number but not the depth at which it arose, so the certificate is found by the error
and by the certificates themselves. It verifies nothing, which only OpenSSL does, and says nothing where it is not sure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailproof.domain.phrase import listed, say
from mailproof.net.certificate_names import alternative_names, matches
from mailproof.smtp.sanitize import clean

if TYPE_CHECKING:
    from cryptography import x509

MAX_NAME = 200  # characters of a distinguished name

NO_ISSUER = frozenset({2, 20, 21})
"""X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, …_LOCALLY and UNABLE_TO_VERIFY_LEAF_SIGNATURE."""

# OpenSSL's X509_V_ERR_* numbers (x509_vfy.h), stable since 1.0.
_BAD_SIGNATURE = 7
_NOT_YET_VALID = 9
_EXPIRED = 10
_SELF_SIGNED_LEAF = 18
_SELF_SIGNED_IN_CHAIN = 19
_WRONG_PURPOSE = 26
_NO_AUTHORITY = frozenset({24, 32, 79})  # INVALID_CA until OpenSSL 1.1.1 and since 3.0, KEYUSAGE_NO_CERTSIGN
_WRONG_NAME = frozenset({62, 64})  # HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH
_WEAK_KEY = frozenset({66, 67})  # EE_KEY_TOO_SMALL, CA_KEY_TOO_SMALL
_WEAK_DIGEST = 68  # CA_MD_TOO_WEAK

_LEAST_BITS = {"rsa": 2048, "dsa": 2048, "ec": 224}  # of OpenSSL's security level 2: 112 bits
_WEAK_DIGESTS = {"md5": "MD5", "sha1": "SHA-1"}

LinkProblems = Iterator[tuple[int, str]]
"""Places in the chain, each with a phrase that says what is wrong there."""


def chain_problems(
    verify_code: int, chain: Sequence[bytes], expected: str, *, now: datetime | None = None
) -> tuple[str, ...]:
    """Return for each certificate what is wrong with it, as a phrase; empty for nothing.

    Args:
        verify_code: OpenSSL's error, an X509_V_ERR_* number.
        chain: The presented certificates, DER, leaf first.
        expected: The name or address that the leaf is to be for.
        now: The time that the certificates are judged at; None for the present.
    """
    found: list[list[str]] = [[] for _ in chain]
    with suppress(Exception):  # a hostile certificate may trip the parser in any way; what was found until then stays
        for place, phrase in _Chain(chain, expected, now or datetime.now(UTC)).problems(verify_code):
            if phrase not in found[place]:
                found[place].append(phrase)
    return tuple(_cleaned(listed(phrases)) for phrases in found)


def _cleaned(text: str) -> str:
    shown = clean(text, 2 * MAX_NAME)
    return text if shown == text else shown  # a phrase with nothing to clean stays one


class _Chain:
    """A presented chain that OpenSSL has rejected."""

    def __init__(self, chain: Sequence[bytes], expected: str, now: datetime) -> None:
        from cryptography import x509  # takes 50 ms, and only tests with TLS need it

        self._certificates = [x509.load_der_x509_certificate(der) for der in chain]
        self._expected = expected
        self._now = now
        self._path = self._follow()

    def problems(self, verify_code: int) -> LinkProblems:
        """Yield the problem that OpenSSL has found, then what is wrong besides, since OpenSSL stops at the first."""
        for codes, find in self._table():
            if verify_code in codes:
                yield from find()
        yield from self._dates()
        if not any(matches(name, self._expected) for name in alternative_names(self._certificates[0])):
            yield from self._wrong_name()

    def _table(self) -> tuple[tuple[frozenset[int], Callable[[], LinkProblems]], ...]:
        return (
            (NO_ISSUER, self._issuer),
            (frozenset({_SELF_SIGNED_LEAF}), self._self_signed),
            (frozenset({_SELF_SIGNED_IN_CHAIN}), self._untrusted_root),
            (frozenset({_BAD_SIGNATURE}), self._signatures),
            (frozenset({_EXPIRED, _NOT_YET_VALID}), self._dates_of_the_anchor),
            (frozenset({_WRONG_PURPOSE}), self._purpose),
            (_NO_AUTHORITY, self._authority),
            (_WRONG_NAME, self._wrong_name),
            (_WEAK_KEY, self._keys),
            (frozenset({_WEAK_DIGEST}), self._digests),
        )

    def _follow(self) -> list[int]:
        """Return the places of the leaf, of its issuer, of that one's issuer …, as far as they were sent."""
        path = [0] if self._certificates else []
        while path:
            last = self._certificates[path[-1]]
            following = (
                place
                for place, other in enumerate(self._certificates)
                if place not in path and _may_be_issuer(other, last)
            )
            place = None if last.subject == last.issuer else next(following, None)
            if place is None:
                break
            path.append(place)
        return path

    def _issuer(self) -> LinkProblems:
        issuer = clean(self._certificates[self._path[-1]].issuer.rfc4514_string(), MAX_NAME)
        yield (
            self._path[-1],
            say("its issuer {issuer} is not among the certificates sent and not trusted here", issuer=issuer),
        )

    def _self_signed(self) -> LinkProblems:
        yield 0, say("signed by itself and not trusted here")

    def _untrusted_root(self) -> LinkProblems:
        if len(self._path) > 1:
            yield self._path[-1], say("not trusted here")

    def _signatures(self) -> LinkProblems:
        from cryptography.exceptions import InvalidSignature

        for child, parent in zip(self._path, self._path[1:], strict=False):
            try:
                self._certificates[child].verify_directly_issued_by(self._certificates[parent])
            except (InvalidSignature, ValueError, TypeError):
                yield child, say("its signature is not that of its issuer")

    def _dates(self) -> LinkProblems:
        for place in self._path:
            certificate = self._certificates[place]
            if certificate.not_valid_after_utc < self._now:
                yield place, say("expired on {day}", day=f"{certificate.not_valid_after_utc:%Y-%m-%d}")
            elif certificate.not_valid_before_utc > self._now:
                yield place, say("not valid before {day}", day=f"{certificate.not_valid_before_utc:%Y-%m-%d}")

    def _dates_of_the_anchor(self) -> LinkProblems:
        if not any(self._dates()):
            yield (
                self._path[-1],
                say("leads to an authority that is trusted here but not valid at the present date"),
            )

    def _purpose(self) -> LinkProblems:
        from cryptography import x509
        from cryptography.x509.oid import ExtendedKeyUsageOID

        for place in self._path:
            try:
                usages = self._certificates[place].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            except x509.ExtensionNotFound:
                continue
            if not {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(usages):
                yield place, say("not meant for servers")

    def _authority(self) -> LinkProblems:
        from cryptography import x509

        for place in self._path[1:]:
            extensions = self._certificates[place].extensions
            try:
                may_sign = extensions.get_extension_for_class(x509.BasicConstraints).value.ca
                may_sign = may_sign and extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
            except x509.ExtensionNotFound as missing:
                may_sign = missing.oid != x509.BasicConstraints.oid
            if not may_sign:
                yield place, say("not allowed to sign other certificates")

    def _wrong_name(self) -> LinkProblems:
        yield 0, say("is not for {name}", name=self._expected)

    def _keys(self) -> LinkProblems:
        for place in self._path:
            bits = _weak_bits(self._certificates[place])
            if bits:
                yield place, say("key of {bits} bits", bits=bits)

    def _digests(self) -> LinkProblems:
        for place in self._path:
            certificate = self._certificates[place]
            algorithm = certificate.signature_hash_algorithm
            # The signature of a root by itself proves nothing, so OpenSSL does not judge it.
            if algorithm and algorithm.name in _WEAK_DIGESTS and certificate.subject != certificate.issuer:
                yield place, say("signed with {digest}", digest=_WEAK_DIGESTS[algorithm.name])


def _weak_bits(certificate: x509.Certificate) -> int:
    """Return the size of a key that is too small for OpenSSL's security level 2; 0 for a larger one."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    key = certificate.public_key()
    match key:
        case rsa.RSAPublicKey():
            least = _LEAST_BITS["rsa"]
        case dsa.DSAPublicKey():
            least = _LEAST_BITS["dsa"]
        case ec.EllipticCurvePublicKey():
            least = _LEAST_BITS["ec"]
        case _:
            return 0
    return key.key_size if key.key_size < least else 0


def _may_be_issuer(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Return whether names and key identifiers fit (RFC 5280 section 4.2.1.1), as OpenSSL compares them."""
    from cryptography import x509

    if issuer.subject != certificate.issuer:
        return False
    try:
        named = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return True
    return named is None or named == own
