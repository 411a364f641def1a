"""What the use cases need of a database. The docstrings are the contract; one test suite holds every adapter to it.

Adapters translate their driver's errors: a database that can't be used is `errors.StoreUnavailable`, a missing row is
None. Every method may be called from any event loop; nothing that a caller sees is bound to one. Reads see every write
that was acknowledged before they began, by whichever replica. No adapter ever sees a secret in clear.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mailproof.domain.ledger import Change, CommitResult, Decide, Event, IdempotencyKey
from mailproof.domain.model import Caller, Page, Provider, ProviderPage, Role, Token


class ProviderStore(Protocol):
    """E-mail providers on an event log."""

    def new_id(self) -> str:
        """Return an id for a provider to be added."""
        ...

    async def add(self, caller: Caller, change: Change, *, key: IdempotencyKey | None = None) -> Event:
        """Append an event that adds a provider, whatever the situation, and save the provider, in one transaction.

        Returns:
            The event, when it is on disk; with a key that was used before, the event of then.

        Raises:
            IdempotencyKeyReused: The key was used with another request.
        """
        ...

    async def commit(
        self, caller: Caller, provider_id: str, decide: Decide, *, key: IdempotencyKey | None = None
    ) -> CommitResult:
        """Decide and carry it out, in one durable transaction that no other write of the instance comes between.

        `decide` may be called more than once, in any thread. What it raises is raised here, and nothing has happened.
        The sequences are the instance's last plus one and so on, without gaps.

        Args:
            provider_id: The provider that the situation shows; empty: none.
            key: With one that was used before, `decide` is not called: the events of then are the outcome.

        Raises:
            IdempotencyKeyReused: The key was used with another request.
        """
        ...

    async def get(self, instance_id: str, provider_id: str) -> Provider | None:
        """Return a provider, or None."""
        ...

    async def get_active(self, instance_id: str) -> Provider | None:
        """Return the active provider, or None."""
        ...

    async def list(self, instance_id: str, page: Page) -> ProviderPage:
        """Return one page ordered by creation, and the count of all, from one snapshot."""
        ...

    async def list_events(
        self, instance_id: str, *, before: int | None, limit: int, provider_id: str = ""
    ) -> Sequence[Event]:
        """Return events, newest first.

        Args:
            before: Only those with a lower sequence; None: from the newest.
            provider_id: Only those of this provider; empty: all.

        Raises:
            LogBroken: One can't be read, for example since a newer release wrote it.
        """
        ...


class TokenStore(Protocol):
    """Access tokens, by the SHA-256 of their text."""

    async def find_token(self, digest: bytes) -> Token | None:
        """Return the token with this digest unless it is revoked."""
        ...

    async def create_token(self, *, digest: bytes, name: str, role: Role, instance_ids: Sequence[str]) -> Token:
        """Store a token; no `instance_ids` means the default instance. Unknown instances are created."""
        ...

    async def list_tokens(self) -> tuple[Token, ...]:
        """Return all tokens, revoked ones too, oldest first."""
        ...

    async def revoke_token(self, token_id: str) -> Token | None:
        """Mark the token revoked (again changes nothing) and return it, or None."""
        ...

    async def default_instance(self) -> str:
        """Return the id of the instance that was made with the database."""
        ...


class Store(ProviderStore, TokenStore, Protocol):
    """The whole of it, with its lifetime."""

    async def instances(self) -> frozenset[str]:
        """Return the ids of all instances."""
        ...

    async def sealed_samples(self) -> Sequence[Provider]:
        """Return a provider for each key that secrets are sealed under, to try the keys at start."""
        ...

    async def key_check(self, offered: bytes) -> bytes:
        """Return the blob that the first of several replicas offered, for the others to try their keys on."""
        ...

    async def rebuild(self, *, check: bool = False) -> int:
        """Make the state anew from the events, in one transaction, while other stores may read and write.

        Args:
            check: Only compare, and change nothing.

        Returns:
            How many records differed from what the events say: providers, and instances whose counts were wrong.
            Settings that are written in another form, and mean the same, don't differ.

        Raises:
            LogBroken: The state does not follow from the events; nothing was changed.
            StoreUnavailable: It can't be done now; nothing was changed.
        """
        ...

    async def ping(self) -> None:
        """Raise `errors.StoreUnavailable` unless a read works now."""
        ...

    async def close(self) -> None:
        """Finish what is queued, then close. Later calls raise `errors.StoreUnavailable`."""
        ...
