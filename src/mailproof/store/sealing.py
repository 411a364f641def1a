"""Secrets at rest: AES-256-GCM under a key that is not in the database, bound to the record they belong to.

A sealed blob is `version (1) | key id (8) | nonce (12) | ciphertext and tag`. The key id says which key opens it, so
that several can be in use while one replaces another. The associated data is the record's identity: a blob moved to
another record, field or instance does not open. Two laws are kept here: the key has a file of its own that only its
owner may read, and a secret that does not open is an error, never an empty password.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mailproof.domain.errors import StartupError
from mailproof.domain.secret import RecordIdentity, SealBroken, Secret

KEY_FILE = "secret.key"
KEY_BYTES = 32

_VERSION = b"\x01"
_ID_BYTES = 8
_NONCE_BYTES = 12  # random; NIST SP 800-38D section 8.3 allows 2**32 of them under one key
HEADER_BYTES = len(_VERSION) + _ID_BYTES
"""The length of a blob's header, which is the same for all blobs under one key."""


def _key_id(key: bytes) -> bytes:
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
        self._ciphers = {_VERSION + _key_id(key): AESGCM(key) for key in (current, *former)}
        self._keys = (current, *former)
        self._digest_keys = tuple(hashlib.sha256(b"mailproof digest\0" + key).digest() for key in (current, *former))
        self.header = _VERSION + _key_id(current)

    def __repr__(self) -> str:
        return f"Sealer(key {self.header[1:].hex()})"

    def seal(self, secret: Secret, identity: RecordIdentity) -> bytes:
        """Return a blob of a secret, which can be opened for this identity alone."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = self._ciphers[self.header]
        sealed = cipher.encrypt(nonce, secret.reveal().encode("utf-8", "surrogatepass"), identity.encode())
        return self.header + nonce + sealed

    def fingerprints(self, data: bytes) -> tuple[bytes, ...]:
        """Return a keyed digest of data for each key, the current key's first."""
        return tuple(hmac.digest(key, data, "sha256") for key in self._digest_keys)

    def derive(self, label: str) -> tuple[bytes, ...]:
        """Return a key for one purpose alone, for each key, the current key's first (HKDF, RFC 5869)."""
        info = b"mailproof " + label.encode()
        return tuple(HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(key) for key in self._keys)

    def knows(self, header: bytes) -> bool:
        """Return whether this is the header of one of the keys."""
        return header in self._ciphers

    def open(self, blob: bytes, identity: RecordIdentity) -> Secret:
        """Return the secret of a blob.

        Raises:
            SealBroken: The key is not known, or the blob is damaged or belongs to another record.
        """
        header, rest = blob[:HEADER_BYTES], blob[HEADER_BYTES:]
        cipher = self._ciphers.get(header)
        if cipher is None:
            raise SealBroken(f"the secret of {identity} is sealed under a key that is not known here")
        try:
            clear = cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], identity.encode())
            return Secret(clear.decode("utf-8", "surrogatepass"))
        except (InvalidTag, ValueError):
            raise SealBroken(f"the secret of {identity} is damaged or another record's") from None


def open_sealer(data_dir: Path, key: Secret | None) -> Sealer:
    """Return the sealer of an installation.

    Args:
        data_dir: The folder of the file `secret.key`, which is created if it does not exist.
        key: A key from the environment, in base64; the file is then neither read nor created.

    Raises:
        StartupError: The key is malformed, or its file can't be read or written, or other users can read it.
    """
    if key is not None:
        return Sealer(_decode(key.reveal(), "MAILPROOF_ENCRYPTION_KEY"))
    path = data_dir / KEY_FILE
    try:
        with suppress(FileExistsError):
            if not path.exists():
                _create(path)
        return Sealer(_decode(_read(path), str(path)))
    except OSError as error:
        raise StartupError(f"the encryption key {path} can't be used: {error.strerror}") from error


def _decode(text: str, source: str) -> bytes:
    try:
        key = b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StartupError(
            f"the encryption key in {source} is not one: it must be base64 of {KEY_BYTES} bytes, as "
            f'"openssl rand -base64 {KEY_BYTES}" prints it'
        )
    return key


def _read(path: Path) -> str:
    with path.open(encoding="ascii", errors="replace") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise StartupError(
                f"the encryption key {path} can be read by others (mode {mode:04o}): run chmod 600 {path}"
            )
        return file.read(1024)


def _create(path: Path) -> None:
    """Create the file with a new key, whole and on disk, or not at all. If two processes try at once, the first wins.

    Raises:
        FileExistsError: Another process was first.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(temporary)  # unlike a rename it fails where the name is taken
    finally:
        temporary.unlink()
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
