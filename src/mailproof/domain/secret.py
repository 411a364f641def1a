"""A value that must not be seen: masked in `repr`, `str`, format strings and pickles; and who keeps it sealed.

Standard library only; every layer may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, Protocol

MASK = "********"


class Secret:
    """A password or token. Only `reveal()` gives the text, so each use can be found by its name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret text; call it only where the bytes are sent or sealed."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret can't be pickled or copied out of the process")


class SealBroken(Exception):
    """A sealed secret does not open: another key, another record's, or damaged. For the log; holds no secret."""


@dataclass(frozen=True, slots=True)
class RecordIdentity:
    """What a sealed secret belongs to: a blob moved to another record, field or instance does not open."""

    instance_id: str
    kind: str
    record_id: str
    field: str

    def encode(self) -> bytes:
        """Return it as associated data; lengths make two identities differ wherever their parts do."""
        parts = [part.encode() for part in (self.instance_id, self.kind, self.record_id, self.field)]
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


class Vault(Protocol):
    """Seals secrets at rest. Any thread may use it."""

    def seal(self, secret: Secret, identity: RecordIdentity) -> bytes:
        """Return the secret as a blob that only this identity opens."""
        ...

    def open(self, blob: bytes, identity: RecordIdentity) -> Secret:
        """Return the secret of a blob.

        Raises:
            SealBroken: It does not open.
        """
        ...

    def fingerprints(self, data: bytes) -> tuple[bytes, ...]:
        """Return keyed digests (32 bytes) of data that may hold a secret: one per key, that of the key in use first."""
        ...
