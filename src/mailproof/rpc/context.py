"""What a servicer's method is told of its call, beside the request."""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.domain.ledger import IdempotencyKey
from mailproof.domain.model import Caller
from mailproof.languages.language import Language


@dataclass(frozen=True, slots=True)
class Context:
    """What a method may know of its call.

    Attributes:
        remaining: Seconds that the caller's deadline leaves; None: it has none.
        idempotency_key: Under which the call may be repeated; None: it came without.
        language: The one that the caller wants sentences in.
    """

    caller: Caller
    remaining: float | None
    idempotency_key: IdempotencyKey | None = None
    language: Language = Language.ENGLISH
