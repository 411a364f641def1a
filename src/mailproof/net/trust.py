"""TLS client contexts, one for each set of trust anchors.

Reading the system's anchors costs tens of milliseconds and about a megabyte, so contexts are kept and shared, which
OpenSSL allows between threads. A context without any anchor is noted as such, since no server could pass its check.
Law: TLS 1.2 at least, and OpenSSL verifies certificate and name; the one context that verifies nothing is for
opportunistic TLS, after a verified handshake has failed and was reported.
"""

from __future__ import annotations

import os
import re
import ssl
import threading
from collections import OrderedDict
from hashlib import sha256
from weakref import WeakSet

from mailproof.net.shortage import raise_if_no_descriptor, raise_if_short
from mailproof.syntax.pem import check_ca_pem

MAX_CONTEXTS = 16
"""Contexts that are kept; the one used longest ago is dropped first."""

_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")  # how OpenSSL finds an anchor in a directory (openssl-rehash(1))


class TrustStore:
    """Hands out contexts. Safe to use from several threads; bound to no event loop.

    Args:
        ca_pem: Trust anchors for every test, PEM, besides the system's.

    Raises:
        ValueError: `ca_pem` can't be read.
    """

    def __init__(self, *, ca_pem: str = "") -> None:
        self._ca_pem = ca_pem
        self._contexts: OrderedDict[bytes, ssl.SSLContext] = OrderedDict()
        self._lock = threading.Lock()
        self._building = (
            threading.Lock()
        )  # held while a context is built, so that tests that need the same one build it once
        self._unverified: ssl.SSLContext | None = None
        self._empty: WeakSet[ssl.SSLContext] = WeakSet()
        if ca_pem:
            check_ca_pem(ca_pem)

    def cached(self, ca_pem: str = "") -> ssl.SSLContext | None:
        """Return the context for these extra anchors if it was built already; never waits."""
        key = _key(ca_pem)
        with self._lock:
            context = self._contexts.get(key)
            if context is not None:
                self._contexts.move_to_end(key)
            return context

    def context(self, ca_pem: str = "") -> ssl.SSLContext:
        """Return the context for these extra anchors. Where it has to be built, that takes tens of milliseconds of CPU.

        Raises:
            ValueError: The anchors can't be read.
            ServiceShortage: The system's anchors can't be read, since something is used up on this side.
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

    def is_empty(self, context: ssl.SSLContext) -> bool:
        """Return whether a context of this store has no anchor at all, neither the system's nor a given one."""
        with self._lock:
            return context in self._empty

    def unverified(self) -> ssl.SSLContext:
        """Return the context that encrypts and verifies nothing."""
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
        has_anchors = _load_anchors_of_system(context)
        for anchors in (self._ca_pem, ca_pem):
            if anchors:
                context.load_verify_locations(cadata=anchors)
                has_anchors = True
        if not has_anchors:
            with self._lock:
                self._empty.add(context)
        return context


def _load_anchors_of_system(context: ssl.SSLContext) -> bool:
    """Load the system's trust anchors, and return whether there are any.

    Raises:
        ServiceShortage: They can't be read, since something is used up on this side.
    """
    context.load_default_certs()
    if context.cert_store_stats()["x509"]:
        return True
    raise_if_no_descriptor()  # OpenSSL takes a file that it can't open for one that does not exist
    paths = ssl.get_default_verify_paths()
    directories = os.environ.get(paths.openssl_capath_env, paths.openssl_capath)
    return any(_has_anchors(directory) for directory in directories.split(os.pathsep) if directory)


def _has_anchors(directory: str) -> bool:
    """Return whether OpenSSL would find an anchor in a directory, which it reads only as it verifies."""
    try:
        with os.scandir(directory) as entries:
            return any(_HASHED.fullmatch(entry.name) for entry in entries)
    except OSError as error:
        raise_if_short(error)
        return False


def _client_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and name
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996
    context.hostname_checks_common_name = False  # RFC 9525 section 2; browsers and Go ignore it as well
    # An extra anchor may be an intermediate certificate or the server's own.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_TRUSTED_FIRST
    return context


def _key(ca_pem: str) -> bytes:
    return sha256(ca_pem.encode("utf-8", "replace")).digest() if ca_pem else b""
