"""The stored record of an access token: what it says, how it is found, and the seal that shows who wrote it.

It counts only with its seal, which `usecases.token_seals` makes and checks: who writes into the database has no key.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mailproof.domain.model import Token


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What a database has of an access token.

    Attributes:
        id: The token's id.
        token: What the record says; None if it says what no release writes.
        digest: The keyed digest that the token is found by; of an older release the SHA-256 of the token.
        sealed: The seal; None if an older release wrote the record, or somebody else.
    """

    id: str
    token: Token | None
    digest: bytes = field(repr=False)
    sealed: bytes | None = field(repr=False)
