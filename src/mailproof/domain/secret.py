"""A text that nobody must see: masked in `repr`, `str` and format strings, refused by pickle; and who keeps it sealed.

Standard library only; every folder may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, Protocol

MASK = "********"


class Secret:
    """A password, a token or a key. Only `reveal` returns the text, so each use can be found by that name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text. Call it only where the text is sent, sealed or compared."""
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
    """A sealed secret can't be opened: it is damaged, another record's or destination's, or of another key."""


@dataclass(frozen=True, slots=True)
class RecordIdentity:
    """The record that a sealed secret belongs to. A blob that is moved to another one can't be opened.

    Attributes:
        instance_id: The instance of the record.
        kind: The kind of record.
        record_id: The id of the record.
        field: The field that has the secret.
        destination: Where the secret may be used, so that it can't be opened once the record names another place.
    """

    instance_id: str
    kind: str
    record_id: str
    field: str
    destination: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """Return the identity as associated data."""
        return associated_data(self.instance_id, self.kind, self.record_id, self.field, *self.destination)

    def without_destination(self) -> bytes:
        """Return the associated data of the form that secrets were sealed in before destinations were bound."""
        return associated_data(self.instance_id, self.kind, self.record_id, self.field)

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} of instance {self.instance_id}"


def associated_data(*parts: str) -> bytes:
    """Return texts as the associated data of an encrypted secret.

    Each stands behind its length, so that two lists of texts have the same data only if they are the same.
    """
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


class Vault(Protocol):
    """Seals secrets at rest. Any thread may use it."""

    def seal(self, secret: Secret, identity: RecordIdentity) -> bytes:
        """Return a blob of a secret, which can be opened for this identity alone."""
        ...

    def open(self, blob: bytes, identity: RecordIdentity) -> Secret:
        """Return the secret of a blob.

        Raises:
            SealBroken: The blob can't be opened.
        """
        ...

    def fingerprints(self, data: bytes) -> tuple[bytes, ...]:
        """Return a keyed digest (32 bytes) of data that may hold a secret, for each key, the current key's first."""
        ...

    def derive(self, label: str) -> tuple[bytes, ...]:
        """Return a key (32 bytes) for one purpose alone, for each encryption key, the current key's first.

        Args:
            label: Names the purpose; the keys of two labels say nothing of each other.
        """
        ...
