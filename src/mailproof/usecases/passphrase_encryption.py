"""Secrets under a passphrase: Argon2id (RFC 9106) makes a key of it, AES-256-GCM encrypts.

A blob is `nonce (12) | ciphertext and tag`. Its associated data says where it belongs, so one that was moved, or whose
surroundings were changed, does not open. The key is used for one document only: its salt is random. The laws kept here:
what is derived for a stranger is bounded in memory and time, one at once, and never on an event loop.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from mailproof.domain.secret import Secret

MIN_LENGTH = 12  # characters; Argon2id makes each guess dear, not few
KEY_BYTES = 32
NONCE_BYTES = 12
CHECK_BYTES = NONCE_BYTES + 16  # an encrypted nothing is its nonce and tag

MAX_MEMORY_KIB = 128 * 1024
MAX_ITERATIONS = 8
MAX_LANES = 8
MIN_SALT, MAX_SALT = 16, 64

AT_ONCE = 1
"""Derivations that a `PassphraseCipher` runs at the same time: so many times MAX_MEMORY_KIB are used at most."""

_DERIVING = threading.Lock()
"""One derivation in the whole process. Those with several lanes share OpenSSL's pool of threads, and two of them may
wait for each other's for ever (OpenSSL 4.0.3, cryptography 50.0.2), in threads that no cancellation ends."""

_CHECK = b"check"

T = TypeVar("T")


class WrongPassphrase(Exception):
    """The passphrase is not the one, or the document's parameters were changed."""


@dataclass(frozen=True, slots=True)
class KeyParameters:
    """Parameters of Argon2id; the defaults are RFC 9106's second recommendation (section 4). `salt` is per document."""

    salt: bytes = b""
    memory_kib: int = 64 * 1024
    iterations: int = 3
    lanes: int = 4

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield every parameter that is out of bounds, with what it must be."""
        if not MIN_SALT <= len(self.salt) <= MAX_SALT:
            yield "salt", f"must have {MIN_SALT} to {MAX_SALT} octets"
        if not 8 * max(self.lanes, 1) <= self.memory_kib <= MAX_MEMORY_KIB:  # RFC 9106 section 3.1
            yield "memory_kib", f"must be 8 for each lane at least, and at most {MAX_MEMORY_KIB}"
        if not 1 <= self.iterations <= MAX_ITERATIONS:
            yield "iterations", f"must be between 1 and {MAX_ITERATIONS}"
        if not 1 <= self.lanes <= MAX_LANES:
            yield "lanes", f"must be between 1 and {MAX_LANES}"


@dataclass(frozen=True, slots=True)
class SecretsEncryption:
    """How a document's secrets are encrypted; `check` tells a wrong passphrase from a damaged document."""

    parameters: KeyParameters
    check: bytes


class PassphraseCipher:
    """Encrypts and decrypts. Any event loop may use it; a caller that gives up leaves the queue.

    Args:
        parameters: Those of new documents.
    """

    def __init__(self, parameters: KeyParameters | None = None) -> None:
        self._parameters = parameters or KeyParameters()
        self._threads = ThreadPoolExecutor(AT_ONCE, "mailproof-passphrase")

    async def encrypt(
        self, passphrase: Secret, texts: Sequence[tuple[Secret, bytes]]
    ) -> tuple[SecretsEncryption, tuple[bytes, ...]]:
        """Encrypt under a new key.

        Args:
            texts: Each secret with its associated data.
        """
        parameters = replace(self._parameters, salt=secrets.token_bytes(MIN_SALT))

        def work() -> tuple[SecretsEncryption, tuple[bytes, ...]]:
            cipher = _cipher(passphrase, parameters)
            blobs = tuple(_seal(cipher, _encode_text(text), parameters, data) for text, data in texts)
            return SecretsEncryption(parameters, _seal(cipher, b"", parameters, _CHECK)), blobs

        return await self._run(work)

    async def decrypt(
        self, passphrase: Secret, encryption: SecretsEncryption, blobs: Sequence[tuple[bytes, bytes]]
    ) -> tuple[Secret | None, ...]:
        """Decrypt; None stands for a blob that was moved or damaged.

        Args:
            encryption: Without problems.
            blobs: Each with its associated data.

        Raises:
            WrongPassphrase: It is another one.
        """
        parameters = encryption.parameters
        if any(True for _ in parameters.problems()):
            raise ValueError("the parameters are out of bounds")

        def work() -> tuple[Secret | None, ...]:
            cipher = _cipher(passphrase, parameters)
            if _open(cipher, encryption.check, parameters, _CHECK) is None:
                raise WrongPassphrase
            return tuple(_open(cipher, blob, parameters, data) for blob, data in blobs)

        return await self._run(work)

    def close(self) -> None:
        """End the threads when they have done what they do."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._threads.submit(work))


def _cipher(passphrase: Secret, parameters: KeyParameters) -> AESGCM:
    text = unicodedata.normalize("NFC", passphrase.reveal())  # keyboards spell the same "ü" in two ways
    kdf = Argon2id(
        salt=parameters.salt,
        length=KEY_BYTES,
        iterations=parameters.iterations,
        lanes=parameters.lanes,
        memory_cost=parameters.memory_kib,
    )
    with _DERIVING:
        return AESGCM(kdf.derive(text.encode()))


def _seal(cipher: AESGCM, text: bytes, parameters: KeyParameters, data: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, text, _associated_data(parameters, data))


def _open(cipher: AESGCM, blob: bytes, parameters: KeyParameters, data: bytes) -> Secret | None:
    if len(blob) < CHECK_BYTES:
        return None
    try:
        text = cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], _associated_data(parameters, data))
        return Secret(text.decode())
    except (InvalidTag, ValueError):
        return None


def _associated_data(parameters: KeyParameters, data: bytes) -> bytes:
    return b"mailproof passphrase 1\0" + len(parameters.salt).to_bytes(1, "big") + parameters.salt + data


def _encode_text(text: Secret) -> bytes:
    return text.reveal().encode("utf-8", "surrogatepass")
