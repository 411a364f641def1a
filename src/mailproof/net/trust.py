"""TLS client contexts, one per set of trust anchors.

Reading the system's anchors costs tens of milliseconds and about a megabyte, so contexts are kept and shared; OpenSSL
allows that between threads. Law: TLS 1.2 at least, certificate and name checked by OpenSSL itself; the one context that
checks nothing is for opportunistic TLS, after a checked handshake has failed and been reported.
"""

from __future__ import annotations

import ssl
import threading
from collections import OrderedDict
from hashlib import sha256

from mailproof.syntax.pem import check_ca_pem

MAX_CONTEXTS = 16
"""Kept contexts; the one used longest ago goes first."""


class TrustStore:
    """Hands out contexts. Safe to use from several threads; bound to no event loop.

    Args:
        ca_pem: Anchors for every test, beside the system's.
    """

    def __init__(self, *, ca_pem: str = "") -> None:
        self._ca_pem = ca_pem
        self._contexts: OrderedDict[bytes, ssl.SSLContext] = OrderedDict()
        self._lock = threading.Lock()
        self._building = threading.Lock()  # many tests at once want the same new context; one builds it
        self._unverified: ssl.SSLContext | None = None
        if ca_pem:
            check_ca_pem(ca_pem)

    def cached(self, ca_pem: str = "") -> ssl.SSLContext | None:
        """Return the context for these anchors if it exists: no waiting."""
        key = _key(ca_pem)
        with self._lock:
            context = self._contexts.get(key)
            if context is not None:
                self._contexts.move_to_end(key)
            return context

    def context(self, ca_pem: str = "") -> ssl.SSLContext:
        """Return the context for these anchors; may take tens of milliseconds of CPU.

        Raises:
            ValueError: The anchors can't be read.
        """
        with self._building:
            context = self.cached(ca_pem)
            if context is not None:
                return context
            context = self._build(ca_pem)
            with self._lock:
                self._contexts[_key(ca_pem)] = context
                while len(self._contexts) > MAX_CONTEXTS:
                    self._contexts.popitem(last=False)
            return context

    def unverified(self) -> ssl.SSLContext:
        """Return the context that encrypts and checks nothing."""
        if self._unverified is None:
            context = _client_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self._unverified = context
        return self._unverified

    def _build(self, ca_pem: str) -> ssl.SSLContext:
        if ca_pem:
            check_ca_pem(ca_pem)
        context = _client_context()
        context.load_default_certs()
        for anchors in (self._ca_pem, ca_pem):
            if anchors:
                context.load_verify_locations(cadata=anchors)
        return context


def _client_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and name
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996
    context.hostname_checks_common_name = False  # RFC 9525 section 2; browsers and Go ignore it as well
    # A given anchor may be an intermediate or the server's own certificate.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_TRUSTED_FIRST
    return context


def _key(ca_pem: str) -> bytes:
    return sha256(ca_pem.encode("utf-8", "replace")).digest() if ca_pem else b""
