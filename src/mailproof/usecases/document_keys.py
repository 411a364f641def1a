"""The keys of documents in pages, which are derived once and not for each page: a derivation takes 0.1 to 2 s.

Laws: a key is kept in memory for some minutes and nowhere else; it is found again by its passphrase alone, of which a
digest is kept whose key ends with the process; one instance's keys drive out only its own.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.secret import Secret, associated_data
from mailproof.domain.transfer_errors import PassphraseWrong
from mailproof.usecases.passphrase_encryption import DocumentKey, KeyParameters, PassphraseCipher, SecretsEncryption

KEPT = timedelta(minutes=10)
"""How long a key is kept after its last use."""

MOST_OF_INSTANCE = 4
MOST_INSTANCES = 64


@dataclass(slots=True)
class _Kept:
    key: DocumentKey
    used: datetime


class DocumentKeys:
    """Derives the keys of documents, and keeps them for the pages that follow. Usable from several event loops.

    Args:
        cipher: Derives them.
        clock: Returns the present.
    """

    def __init__(self, cipher: PassphraseCipher, *, clock: Clock = utc_now) -> None:
        self._cipher = cipher
        self._clock = clock
        self._digest_key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, OrderedDict[bytes, _Kept]] = OrderedDict()  # by instance; the latest last

    async def create(self, instance_id: str, passphrase: Secret) -> DocumentKey:
        """Return the key of a new document.

        Raises:
            TooMuchWork: Too many derivations wait already.
        """
        parameters = self._cipher.new_parameters()
        key = await self._cipher.derive(passphrase, parameters, share=instance_id)
        self._keep(instance_id, self._name(passphrase, parameters), key)
        return key

    async def find(
        self,
        instance_id: str,
        passphrase: Secret,
        encryption: SecretsEncryption,
        *,
        before: Callable[[], Awaitable[None]] | None = None,
    ) -> DocumentKey:
        """Return the key of a document.

        Args:
            instance_id: Whose call it is.
            passphrase: The document's passphrase.
            encryption: What the document says of its encryption; its parameters are in bounds.
            before: Called before a key is derived; it may refuse that.

        Raises:
            PassphraseWrong: The document was encrypted with another passphrase.
            TooMuchWork: Too many derivations wait already.
        """
        name = self._name(passphrase, encryption.parameters)
        key = self._find(instance_id, name)
        if key is None:
            if before is not None:
                await before()
            key = await self._cipher.derive(passphrase, encryption.parameters, share=instance_id)
            if key.fits(encryption):
                self._keep(instance_id, name, key)
        if not key.fits(encryption):
            raise PassphraseWrong
        return key

    def _name(self, passphrase: Secret, parameters: KeyParameters) -> bytes:
        text = unicodedata.normalize("NFC", passphrase.reveal())
        costs = str(parameters.memory_kib), str(parameters.iterations), str(parameters.lanes)
        return hmac.digest(self._digest_key, associated_data(parameters.salt.hex(), *costs, text), "sha256")

    def _find(self, instance_id: str, name: bytes) -> DocumentKey | None:
        now = self._clock()
        with self._lock:
            self._forget(now)
            own = self._kept.get(instance_id)
            kept = own.get(name) if own else None
            if own is None or kept is None:
                return None
            kept.used = now
            own.move_to_end(name)
            self._kept.move_to_end(instance_id)
            return kept.key

    def _keep(self, instance_id: str, name: bytes, key: DocumentKey) -> None:
        now = self._clock()
        with self._lock:
            self._forget(now)
            own = self._kept.setdefault(instance_id, OrderedDict())
            own[name] = _Kept(key, now)
            self._kept.move_to_end(instance_id)
            if len(own) > MOST_OF_INSTANCE:
                own.popitem(last=False)
            if len(self._kept) > MOST_INSTANCES:
                self._kept.popitem(last=False)

    def _forget(self, now: datetime) -> None:
        for instance_id, own in list(self._kept.items()):
            for name, kept in list(own.items()):
                if now - kept.used > KEPT:
                    del own[name]
            if not own:
                del self._kept[instance_id]
