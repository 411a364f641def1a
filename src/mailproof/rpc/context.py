"""What a servicer's method is told of its call, beside the request."""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.domain.ledger import Expected, IdempotencyKey
from mailproof.domain.model import Caller
from mailproof.languages.language import Language


@dataclass(frozen=True, slots=True)
class Context:
    """What a method may know of its call.

    Attributes:
        remaining: Seconds that the caller's deadline leaves; None: it has none.
        idempotency_key: Under which the call may be repeated; None: it came without.
        expected: The sequence that the call was based on; None: it names none.
        said: The fields that a JSON request of a conditional call has a value for; None: the wire can't tell an empty
            one from none, or the call is another one.
        language: The one that the caller wants sentences in.
    """

    caller: Caller
    remaining: float | None
    idempotency_key: IdempotencyKey | None = None
    expected: Expected | None = None
    said: frozenset[str] | None = None
    language: Language = Language.ENGLISH

    def leaves_out(self, field: str) -> bool:
        """Return whether the request has no value for a field, and could have said that an empty one is meant."""
        return self.said is not None and field not in self.said
