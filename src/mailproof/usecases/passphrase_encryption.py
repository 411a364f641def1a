"""Encryption of secrets with a passphrase: Argon2id (RFC 9106) derives a key from it, AES-256-GCM encrypts.

A blob is `nonce (12) | ciphertext and tag`. Its associated data says where it belongs, so a blob that was moved, or
whose surroundings were changed, can't be decrypted. A key is used for one document only, since its salt is random.
Laws: a derivation for a document that is not trusted is bounded in memory and time; only one runs at a time, and never
on an event loop; the instances' derivations have their turns in rotation, and what can't wait is refused.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from mailproof.domain.phrase import say
from mailproof.domain.secret import Secret
from mailproof.scheduling.fair_worker import FairWorker

MIN_LENGTH = 12  # characters; Argon2id makes each guess expensive, but a short passphrase needs few guesses
KEY_BYTES = 32
NONCE_BYTES = 12
CHECK_BYTES = NONCE_BYTES + 16  # the encryption of nothing: nonce and tag

MAX_MEMORY_KIB = 128 * 1024
MAX_ITERATIONS = 8
MAX_LANES = 8
MIN_SALT, MAX_SALT = 16, 64

DEAREST = MAX_MEMORY_KIB * MAX_ITERATIONS
"""The cost of the dearest derivation, in KiB that are passed over; it takes 0.6 to 2 s. The default takes a fifth."""

MAX_WAITING = 16 * DEAREST
MAX_WAITING_OF_SHARE = 4 * DEAREST

AT_ONCE = 1
"""Derivations that a `PassphraseCipher` runs at the same time; each uses at most MAX_MEMORY_KIB."""

_DERIVING = threading.Lock()
"""Held by the one derivation that runs in the whole process. Derivations with several lanes share OpenSSL's pool of
threads, where two of them may wait for each other for ever (OpenSSL 4.0.3, cryptography 50.0.2), in threads that can't
be cancelled."""

_CHECK = b"check"
_DIGESTS = b"mailproof digests 1"


class WrongPassphrase(Exception):
    """The document was encrypted with another passphrase, or its parameters were changed."""


@dataclass(frozen=True, slots=True)
class KeyParameters:
    """Parameters of Argon2id. The defaults are the second recommendation of RFC 9106 section 4.

    Attributes:
        salt: Random for each document.
        memory_kib: Memory in KiB.
        iterations: Passes over the memory.
        lanes: Degree of parallelism.
    """

    salt: bytes = b""
    memory_kib: int = 64 * 1024
    iterations: int = 3
    lanes: int = 4

    @property
    def cost(self) -> int:
        """About how long a derivation takes, in KiB that are passed over."""
        return self.memory_kib * self.iterations

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield every parameter that is out of bounds, with what it must be."""
        if not MIN_SALT <= len(self.salt) <= MAX_SALT:
            yield "salt", say("must have {least} to {most} octets", least=MIN_SALT, most=MAX_SALT)
        if not 8 * max(self.lanes, 1) <= self.memory_kib <= MAX_MEMORY_KIB:  # RFC 9106 section 3.1
            yield "memory_kib", say("must be 8 for each lane at least, and at most {most}", most=MAX_MEMORY_KIB)
        if not 1 <= self.iterations <= MAX_ITERATIONS:
            yield "iterations", say("must be between 1 and {most}", most=MAX_ITERATIONS)
        if not 1 <= self.lanes <= MAX_LANES:
            yield "lanes", say("must be between 1 and {most}", most=MAX_LANES)


@dataclass(frozen=True, slots=True)
class SecretsEncryption:
    """How a document's secrets are encrypted.

    Attributes:
        parameters: How the key is derived.
        check: The encryption of an empty text: distinguishes a wrong passphrase from a damaged document.
    """

    parameters: KeyParameters
    check: bytes


class DocumentKey:
    """The key of one document, which was derived from its passphrase. Any thread may use it.

    Args:
        key: The key.
        parameters: How it was derived.
    """

    __slots__ = ("_cipher", "_digest_key", "_parameters")

    def __init__(self, key: bytes, parameters: KeyParameters) -> None:
        self._cipher = AESGCM(key)
        self._digest_key = hmac.digest(key, _DIGESTS, "sha256")
        self._parameters = parameters

    def encryption(self) -> SecretsEncryption:
        """Return what a document says of its encryption."""
        return SecretsEncryption(self._parameters, _seal(self._cipher, b"", self._parameters, _CHECK))

    def fits(self, encryption: SecretsEncryption) -> bool:
        """Return whether this is the key of a document's secrets."""
        return _open(self._cipher, encryption.check, self._parameters, _CHECK) is not None

    def seal(self, text: Secret, data: bytes) -> bytes:
        """Return the blob of a secret with its associated data."""
        return _seal(self._cipher, _encode_text(text), self._parameters, data)

    def open(self, blob: bytes, data: bytes) -> Secret | None:
        """Return the secret of a blob; None for a blob that was moved or damaged."""
        return _open(self._cipher, blob, self._parameters, data)

    def digest(self, data: bytes) -> bytes:
        """Return a digest (32 octets) of data that nobody can make without the passphrase."""
        return hmac.digest(self._digest_key, data, "sha256")


class PassphraseCipher:
    """Encrypts and decrypts the secrets of documents. Usable from several event loops.

    A call that is cancelled while it waits for its turn is dropped.

    Args:
        parameters: The parameters of new documents, without salt; None for the defaults.
        most: The cost of all derivations that may wait, see `KeyParameters.cost`.
        most_of_share: The cost of those that may wait for one share.
    """

    def __init__(
        self,
        parameters: KeyParameters | None = None,
        *,
        most: int = MAX_WAITING,
        most_of_share: int = MAX_WAITING_OF_SHARE,
    ) -> None:
        self._parameters = parameters or KeyParameters()
        self._worker = FairWorker("mailproof-passphrase", most=most, most_of_share=most_of_share, threads=AT_ONCE)

    async def encrypt(
        self, passphrase: Secret, texts: Sequence[tuple[Secret, bytes]], *, share: str = ""
    ) -> tuple[SecretsEncryption, tuple[bytes, ...]]:
        """Encrypt secrets with a new key.

        Args:
            passphrase: The key is derived from it.
            texts: Each secret with its associated data.
            share: Whose derivation it is: those of each share have their turns in rotation.

        Returns:
            How they are encrypted, and a blob for each secret.

        Raises:
            TooMuchWork: Too many derivations wait already.
        """
        parameters = self.new_parameters()

        def work() -> tuple[SecretsEncryption, tuple[bytes, ...]]:
            key = _derive(passphrase, parameters)
            return key.encryption(), tuple(key.seal(text, data) for text, data in texts)

        return await self._worker.run(share, work, cost=parameters.cost)

    def new_parameters(self) -> KeyParameters:
        """Return the parameters of a new document."""
        return replace(self._parameters, salt=secrets.token_bytes(MIN_SALT))

    async def derive(self, passphrase: Secret, parameters: KeyParameters, *, share: str = "") -> DocumentKey:
        """Return the key of a document.

        Args:
            passphrase: The key is derived from it.
            parameters: How it is derived.
            share: As for `encrypt`.

        Raises:
            ValueError: The parameters are out of bounds, see `KeyParameters.problems`.
            TooMuchWork: Too many derivations wait already.
        """
        _check(parameters)
        return await self._worker.run(share, lambda: _derive(passphrase, parameters), cost=parameters.cost)

    async def decrypt(
        self,
        passphrase: Secret,
        encryption: SecretsEncryption,
        blobs: Sequence[tuple[bytes, bytes]],
        *,
        share: str = "",
    ) -> tuple[Secret | None, ...]:
        """Decrypt blobs.

        Args:
            passphrase: The key is derived from it.
            encryption: How the blobs are encrypted.
            blobs: Each blob with its associated data.
            share: As for `encrypt`.

        Returns:
            The secret of each blob; None for a blob that was moved or damaged.

        Raises:
            WrongPassphrase: The blobs were encrypted with another passphrase.
            ValueError: The parameters are out of bounds, see `KeyParameters.problems`.
            TooMuchWork: Too many derivations wait already.
        """
        parameters = encryption.parameters
        _check(parameters)

        def work() -> tuple[Secret | None, ...]:
            key = _derive(passphrase, parameters)
            if not key.fits(encryption):
                raise WrongPassphrase
            return tuple(key.open(blob, data) for blob, data in blobs)

        return await self._worker.run(share, work, cost=parameters.cost)

    def close(self) -> None:
        """End the threads after the derivation that is running; drop those that wait."""
        self._worker.close()


def _check(parameters: KeyParameters) -> None:
    """Check that a derivation is bounded.

    Raises:
        ValueError: It is not.
    """
    if any(True for _ in parameters.problems()):
        raise ValueError("the parameters are out of bounds")


def _derive(passphrase: Secret, parameters: KeyParameters) -> DocumentKey:
    text = unicodedata.normalize(
        "NFC", passphrase.reveal()
    )  # there are two encodings of the same "ü", and keyboards differ
    kdf = Argon2id(
        salt=parameters.salt,
        length=KEY_BYTES,
        iterations=parameters.iterations,
        lanes=parameters.lanes,
        memory_cost=parameters.memory_kib,
    )
    with _DERIVING:
        key = kdf.derive(text.encode())
    return DocumentKey(key, parameters)


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
