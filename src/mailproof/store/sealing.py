"""Secrets at rest: AES-256-GCM under a key that is not in the database, bound to the record they belong to.

A sealed blob is `version (1) | key id (8) | nonce (12) | ciphertext and tag`. The key id says which key opens it, so
that several can be in use while one replaces another. The associated data is the version and the record's identity with
the destination that the secret was stored for: a blob moved to another record, field or instance does not open, nor
does one whose record names another host. One law is kept here: a secret that does not open is an error, never an empty
password. Where keys come from, `mailproof.store.key_sources` says.

Version 1 did not bind the destination. Such a blob is opened by `open_unbound` alone, once, to seal it anew.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mailproof.domain.errors import StartupError
from mailproof.domain.secret import RecordIdentity, SealBroken, Secret
from mailproof.store.key_sources import (
    KEY_BYTES,
    KEY_FILE,
    FixedKeys,
    KeyFileSource,
    KeySource,
    parse_keys,
)

_log = logging.getLogger("mailproof.secrets")

_VERSION = b"\x02"
_UNBOUND = b"\x01"
_ID_BYTES = 8
_NONCE_BYTES = 12  # random; NIST SP 800-38D section 8.3 allows 2**32 of them under one key
HEADER_BYTES = len(_VERSION) + _ID_BYTES
"""The length of a blob's header, which is the same for all blobs under one key."""


def key_id(key: bytes) -> bytes:
    """Return what names a key in the blobs under it; it says nothing of the key."""
    return hashlib.sha256(b"mailproof key id\0" + key).digest()[:_ID_BYTES]


class Sealer:
    """Seals under one key and opens under all it was given. Any thread may use it.

    Args:
        current: The key to seal with.
        former: Keys that older secrets may still be sealed under.

    Attributes:
        header: The header of blobs under the current key.
    """

    def __init__(self, current: bytes, *former: bytes) -> None:
        self._ciphers = {key_id(key): AESGCM(key) for key in (current, *former)}
        self._keys = (current, *former)
        self._digest_keys = tuple(hashlib.sha256(b"mailproof digest\0" + key).digest() for key in (current, *former))
        self.header = _VERSION + key_id(current)
        self._aead = self._ciphers[key_id(current)]

    def __repr__(self) -> str:
        return f"Sealer(key {self.header[1:].hex()})"

    def seal(self, secret: Secret, identity: RecordIdentity) -> bytes:
        """Return a blob of a secret, which can be opened for this identity alone."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        clear = secret.reveal().encode("utf-8", "surrogatepass")
        sealed = self._aead.encrypt(nonce, clear, _VERSION + identity.encode())
        return self.header + nonce + sealed

    def fingerprints(self, data: bytes) -> tuple[bytes, ...]:
        """Return a keyed digest of data for each key, the current key's first."""
        return tuple(hmac.digest(key, data, "sha256") for key in self._digest_keys)

    def derive(self, label: str) -> tuple[bytes, ...]:
        """Return a key for one purpose alone, for each key, the current key's first (HKDF, RFC 5869)."""
        info = b"mailproof " + label.encode()
        return tuple(HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(key) for key in self._keys)

    def knows(self, blob: bytes) -> bool:
        """Return whether a blob, or its header, is under one of the keys."""
        return key_id_of(blob) in self._ciphers

    def open(self, blob: bytes, identity: RecordIdentity) -> Secret:
        """Return the secret of a blob.

        Raises:
            SealBroken: The key is not known, or the blob is damaged, belongs to another record, or was sealed for
                another destination.
        """
        if blob[:1] == _UNBOUND:
            raise SealBroken(f"the secret of {identity} is in the form of an older release, which is accepted no more")
        if blob[:1] != _VERSION:
            raise SealBroken(f"the secret of {identity} is damaged, or a newer release sealed it")
        return self._decrypt(blob, _VERSION + identity.encode(), identity)

    def open_unbound(self, blob: bytes, identity: RecordIdentity) -> Secret:
        """Return the secret of a blob of version 1, in which the destination is not bound.

        Raises:
            SealBroken: The key is not known, the blob is damaged or belongs to another record, or is no such blob.
        """
        if not is_unbound(blob):
            raise SealBroken(f"the secret of {identity} is not in the form of an older release")
        return self._decrypt(blob, identity.without_destination(), identity)

    def _decrypt(self, blob: bytes, associated: bytes, identity: RecordIdentity) -> Secret:
        cipher = self._ciphers.get(key_id_of(blob))
        if cipher is None:
            raise SealBroken(f"the secret of {identity} is sealed under a key that is not known here")
        rest = blob[HEADER_BYTES:]
        try:
            clear = cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], associated)
            return Secret(clear.decode("utf-8", "surrogatepass"))
        except (InvalidTag, ValueError):
            raise SealBroken(
                f"the secret of {identity} is damaged, or it belongs to another record or destination"
            ) from None


def key_id_of(blob: bytes) -> bytes:
    """Return the id of the key that a blob, or a header, is under."""
    return blob[len(_VERSION) : HEADER_BYTES]


def is_unbound(blob: bytes) -> bool:
    """Return whether a blob, or a header, is in the form of before destinations were bound."""
    return blob[:1] == _UNBOUND


class Keyring:
    """Seals and opens with the keys of a source, which may get others meanwhile. Any thread may use it.

    It looks whether the source has changed before it seals, so that nothing is sealed under a key that another one has
    replaced, and where a blob is under a key that it does not know.

    Args:
        source: Has the keys.

    Raises:
        StartupError: The keys can't be had.
    """

    def __init__(self, source: KeySource) -> None:
        self.source = source
        self._stamp = source.stamp()
        self._sealer = Sealer(*source.read())
        self._stamp = self._stamp or source.stamp()  # the first reading may have made the file

    def __repr__(self) -> str:
        return f"Keyring({self._sealer!r})"

    @property
    def header(self) -> bytes:
        """The header of blobs that are sealed now."""
        return self._renewed().header

    def seal(self, secret: Secret, identity: RecordIdentity) -> bytes:
        """See `Sealer`."""
        return self._renewed().seal(secret, identity)

    def open(self, blob: bytes, identity: RecordIdentity) -> Secret:
        """See `Sealer`."""
        return self._knowing(blob).open(blob, identity)

    def open_unbound(self, blob: bytes, identity: RecordIdentity) -> Secret:
        """See `Sealer`."""
        return self._knowing(blob).open_unbound(blob, identity)

    def fingerprints(self, data: bytes) -> tuple[bytes, ...]:
        """See `Sealer`."""
        return self._renewed().fingerprints(data)

    def derive(self, label: str) -> tuple[bytes, ...]:
        """See `Sealer`."""
        return self._renewed().derive(label)

    def knows(self, blob: bytes) -> bool:
        """See `Sealer`."""
        return self._knowing(blob).knows(blob)

    def _knowing(self, blob: bytes) -> Sealer:
        return self._sealer if self._sealer.knows(blob) else self._renewed()

    def _renewed(self) -> Sealer:
        stamp = self.source.stamp()
        if stamp is not None and stamp != self._stamp:
            self._stamp = stamp  # also where the file is bad, so that it is read and logged once
            try:
                self._sealer = Sealer(*self.source.read())
                _log.info("the encryption keys have changed: sealing goes on with %s", self._sealer)
            except StartupError as error:
                _log.error("the encryption keys have changed and can't be used: %s", error)
        return self._sealer


def open_sealer(data_dir: Path, key: Secret | None) -> Keyring:
    """Return the vault of an installation whose keys are in its data directory or in the environment.

    Args:
        data_dir: The folder of the file `secret.key`, which is created if it does not exist.
        key: Keys from the environment; the file is then neither read nor created.

    Raises:
        StartupError: A key is malformed, or its file can't be read or written, or other users can read it.
    """
    if key is not None:
        return Keyring(FixedKeys(parse_keys(key.reveal(), "MAILPROOF_ENCRYPTION_KEY")))
    return Keyring(KeyFileSource(data_dir / KEY_FILE, create=True))
