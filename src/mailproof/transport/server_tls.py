"""The service's own certificate on both listeners, read anew while it runs.

New connections get what the files held last; connections that are open keep what they have. A broken new pair is an
error in the log, and the old one stays. Laws: TLS 1.2 at least (RFC 8996), forward secrecy, a private key is never
logged, and what was loaded for one listener is what the other one serves.
"""

from __future__ import annotations

import logging
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from mailproof.domain.errors import StartupError

log = logging.getLogger("mailproof.tls")

EXPIRY_NOTICE = timedelta(days=14)
"""How long before the certificate's end the log says so, once a day."""

HANDSHAKE_TIMEOUT = 10.0
"""Seconds for a TLS handshake."""

_DAY = timedelta(days=1)
_MAX_FILE = 1024 * 1024  # octets; a chain has some thousand, a bundle of all public authorities 250,000
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"  # of TLS 1.2: ephemeral keys and authenticated encryption alone (RFC 9325)


class _Unusable(Exception):
    """The files can't be served; the text says why, without a word of what they hold."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where the certificate is.

    Attributes:
        certificate: PEM, the service's certificate first, then those of its intermediate authorities.
        key: PEM, its private key; it may be the same file.
        client_ca: PEM, the authorities of client certificates; None where clients need none.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file."""
        return tuple(path for path in (self.certificate, self.key, self.client_ca) if path is not None)


@dataclass(frozen=True, slots=True)
class Material:
    """What the files held when they were read.

    Attributes:
        certificate: The chain.
        key: The private key.
        client_ca: The authorities of client certificates; None without any.
        expires_at: When the service's own certificate ends.
        context: Serves HTTP with it.
    """

    certificate: bytes
    key: bytes = field(repr=False)
    client_ca: bytes | None
    expires_at: datetime
    context: ssl.SSLContext = field(repr=False)


class ServerTls:
    """The certificate that is served now. Safe to use from several threads.

    Args:
        files: Where it is.

    Raises:
        StartupError: It can't be served; the sentence says why.
    """

    def __init__(self, files: TlsFiles) -> None:
        self._files = files
        self._renewing = threading.Lock()
        self._seen = self._settled = _state_of(files)
        try:
            self._current = _load(files)
        except _Unusable as error:
            raise StartupError(str(error)) from None
        self._said_at: datetime | None = None
        self._say_expiry()

    @property
    def current(self) -> Material:
        """What new connections get."""
        return self._current

    @property
    def asks_for_client_certificates(self) -> bool:
        """Whether clients are asked for a certificate."""
        return self._files.client_ca is not None

    def poll(self) -> None:
        """Read the files anew if they changed, once they were left alone between two calls.

        A certificate and its key are two files: who replaces them does so one after the other.
        """
        state = _state_of(self._files)
        if self._seen != state == self._settled:
            self.renew()
        self._settled = state
        self._say_expiry()

    def renew(self) -> None:
        """Read the files anew now."""
        with self._renewing:
            self._seen = _state_of(self._files)
            try:
                made = _load(self._files, better_than=self._current.expires_at)
            except _Unusable as error:
                log.error("the new certificate is not served, the one before stays: %s", error)  # noqa: TRY400 - no defect of ours
                return
            same = (made.certificate, made.key, made.client_ca) == _bytes_of(self._current)
            self._current = made
            self._said_at = None
        if not same:
            log.info("a new certificate is served, until %s", made.expires_at.isoformat())
        self._say_expiry()

    def serving_context(self) -> ssl.SSLContext:
        """Return a context for a listener, whose connections each get the certificate that is served as they begin."""
        return _RenewedContext(self)

    def _say_expiry(self) -> None:
        now = datetime.now(UTC)
        end = self._current.expires_at
        if end - now > EXPIRY_NOTICE or (self._said_at is not None and now - self._said_at < _DAY):
            return
        self._said_at = now
        if end <= now:
            log.error("the certificate in %s has expired: clients refuse it", self._files.certificate)
        else:
            log.warning("the certificate in %s ends at %s", self._files.certificate, end.isoformat())


class _RenewedContext(ssl.SSLContext):
    """Stands at a listener, which keeps one context for good, and begins each connection with the newest one."""

    def __new__(cls, tls: ServerTls) -> _RenewedContext:
        return super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)

    def __init__(self, tls: ServerTls) -> None:
        self._tls = tls

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        context = self._tls.current.context
        return context.wrap_bio(incoming, outgoing, server_side, server_hostname, session)


def _bytes_of(material: Material) -> tuple[bytes, bytes, bytes | None]:
    return material.certificate, material.key, material.client_ca


def _state_of(files: TlsFiles) -> tuple[tuple[int, int, int], ...]:
    """Return what changes when a file does, also where a link to it does (as Kubernetes replaces secrets)."""
    found = []
    for path in files.all:
        try:
            status = path.stat()
            found.append((status.st_mtime_ns, status.st_size, status.st_ino))
        except OSError:  # whoever reads it says so
            found.append((0, 0, 0))
    return tuple(found)


def _load(files: TlsFiles, better_than: datetime | None = None) -> Material:
    """Read the files, check that they fit together, and make a context of them.

    Args:
        better_than: When the certificate that is served ends: an expired one does not replace it before.
    """
    certificate, key = _read(files.certificate), _read(files.key)
    client_ca = _read(files.client_ca) if files.client_ca else None
    leaf = _leaf(files, certificate)
    _check_key(files, leaf, key)
    if better_than is not None and leaf.not_valid_after_utc <= datetime.now(UTC) < better_than:
        raise _Unusable(f"the certificate in {files.certificate} has expired")
    context = _context(files, client_ca)
    # OpenSSL has read the two files by itself: they must have been the same.
    if _read(files.certificate) != certificate or _read(files.key) != key:
        raise _Unusable(f"{files.certificate} or {files.key} changed while it was read")
    return Material(certificate, key, client_ca, leaf.not_valid_after_utc, context)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE + 1)
    except OSError as error:
        raise _Unusable(f"{path} can't be read: {error.strerror}") from None
    if len(data) > _MAX_FILE:
        raise _Unusable(f"{path} is longer than {_MAX_FILE} bytes")
    return data


def _leaf(files: TlsFiles, pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(pem)[0]
    except ValueError:
        raise _Unusable(f"{files.certificate} holds no certificate in PEM form that can be read") from None


def _check_key(files: TlsFiles, leaf: x509.Certificate, pem: bytes) -> None:
    try:
        key = load_pem_private_key(pem, None)
        fits = _encoded(key.public_key()) == _encoded(leaf.public_key())
    except TypeError:
        raise _Unusable(f"the private key in {files.key} is encrypted: nobody is there to type its password") from None
    except (ValueError, UnsupportedAlgorithm):
        raise _Unusable(f"{files.key} holds no private key in PEM form that can be read") from None
    if not fits:
        raise _Unusable(f"the private key in {files.key} is not that of the certificate in {files.certificate}")


def _encoded(key: object) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined] # of every kind of key that signs
    return encoded


def _context(files: TlsFiles, client_ca: bytes | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_COMPRESSION
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(files.certificate, files.key, password=lambda: b"")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "reason", None) or error
        raise _Unusable(f"{files.certificate} with {files.key} can't be served: {reason}") from None
    if client_ca is not None:
        try:
            context.load_verify_locations(cadata=client_ca.decode("ascii", "replace"))
        except (ssl.SSLError, ValueError):
            raise _Unusable(f"{files.client_ca} holds no certificates in PEM form that can be read") from None
        # Asked for, not demanded: who has none needs a bearer token. One that is shown is verified.
        context.verify_mode = ssl.CERT_OPTIONAL
        # An anchor may be an intermediate authority, as it may be for gRPC's own TLS.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_TRUSTED_FIRST
        # A ticket of the old context must not carry a client past a change of the authorities.
        context.options |= ssl.OP_NO_TICKET
        context.num_tickets = 0
    return context
