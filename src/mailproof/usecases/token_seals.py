"""What binds the record of an access token to the service's key: the digest it is found by, and its seal.

The digest is an HMAC of the token's SHA-256 under a key derived from the encryption key. The seal is that SHA-256,
encrypted with the whole record as its associated data. So who can write the database can't make a token, give one
another role, other permissions, instances or a later end, take a revocation back, or have one token found as another:
the seal opens for nothing else than what was sealed. An old row with its old seal still opens: who kept a copy of a
token's row from before its revocation can put it back. And a new key needs no token: it seals what the old one opens.

Law: no token comes here, only its SHA-256; no digest leaves but for the store.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from mailproof.domain.model import Token
from mailproof.domain.secret import RecordIdentity, SealBroken, Secret, Vault
from mailproof.domain.token_record import TokenRecord

FINGERPRINT_DIGITS = 12
"""48 of the 256 bits: enough to tell tokens apart, and nothing that helps to find the rest."""

_LABEL = "token digest"
_KEY_CHECK = RecordIdentity("", "token key", "", "witness")


def hash_of(token: str) -> bytes:
    """Return the SHA-256 of a token. A token has 256 random bits, so this needs neither a salt nor a slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def fingerprint(hashed: bytes) -> str:
    """Return what names a token in lists and logs: whoever has the token computes it with any program for SHA-256."""
    return hashed.hex()[:FINGERPRINT_DIGITS]


class TokenSeals:
    """Makes and checks what binds records to the key. Any thread may use it.

    Args:
        vault: Has the keys.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._keys = vault.derive(_LABEL)

    def renew(self) -> bool:
        """Take the keys that the vault has now; return whether they are others than before."""
        keys = self._vault.derive(_LABEL)
        changed, self._keys = keys != self._keys, keys
        return changed

    def digests(self, hashed: bytes) -> list[bytes]:
        """Return the digests that a token's record may have: one for each key, the current key's first."""
        return [hmac.digest(key, hashed, "sha256") for key in self._keys]

    def seal(self, token: Token, hashed: bytes) -> TokenRecord:
        """Return the record of a token, found and sealed under the current key.

        Args:
            token: What the record says.
            hashed: The SHA-256 of the token.
        """
        digest = hmac.digest(self._keys[0], hashed, "sha256")
        return TokenRecord(token.id, token, digest, self._vault.seal(Secret(hashed.hex()), _identity(token)))

    def open(self, record: TokenRecord) -> tuple[Token, bytes]:
        """Return what a record says, and the SHA-256 of its token.

        Raises:
            SealBroken: The record has no seal, says something else than what was sealed, is found by the digest of
                another token, or is sealed under a key that is not known.
        """
        if record.token is None or record.sealed is None:
            raise SealBroken(f"the record of the token {record.id} has no seal")
        hashed = bytes.fromhex(self._vault.open(record.sealed, _identity(record.token)).reveal())
        if record.digest not in self.digests(hashed):
            raise SealBroken(f"the record of the token {record.id} has the digest of another one")
        return record.token, hashed

    def is_current(self, record: TokenRecord, hashed: bytes) -> bool:
        """Return whether a record that `open` opened is found and sealed under the current key."""
        return record.digest == self.digests(hashed)[0]

    def key_check(self) -> bytes:
        """Return a blob that `is_key_check` recognises under the same key."""
        return self._vault.seal(Secret("tokens"), _KEY_CHECK)

    def is_key_check(self, blob: bytes) -> bool:
        """Return whether a blob was made by `key_check` under a key that is known here."""
        try:
            self._vault.open(blob, _KEY_CHECK)
        except SealBroken:
            return False
        return True


def _identity(token: Token) -> RecordIdentity:
    """Return all that a record says, but for the last use, as what its seal is bound to."""
    times = (token.created_at, token.expires_at, token.revoked_at)
    said = [
        token.fingerprint,
        token.name,
        token.role.value,
        sorted(token.extra_permissions),
        token.instance_ids,
        *(moment and moment.isoformat() for moment in times),
    ]
    return RecordIdentity("", "token", token.id, json.dumps(said))
