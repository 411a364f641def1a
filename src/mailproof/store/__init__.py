"""What the use cases need of a database. The docstrings are the contract; one test suite holds every adapter to it.

Adapters translate their driver's errors: a database that can't be used is `errors.StoreUnavailable`, a missing row is
None. Every method may be called from any event loop; nothing here is bound to one.
"""

from __future__ import annotations

from typing import Protocol

from mailproof.model import Caller, ConfigPage, NewConfig, Page, Role, SmtpConfig, Token
from mailproof.secret import Secret


class ConfigStore(Protocol):
    """SMTP configurations on an event log."""

    async def add_config(self, caller: Caller, new: NewConfig) -> SmtpConfig:
        """Append an `smtp_config.added` event and the record, inactive, in one durable transaction.

        Returns when it is on disk. The sequence is the instance's last plus one, without gaps.
        """
        ...

    async def get_config(self, instance_id: str, config_id: str) -> SmtpConfig | None:
        """Return the record, or None. Sees every write that was acknowledged before the call."""
        ...

    async def get_password(self, instance_id: str, config_id: str) -> Secret | None:
        """Return the stored password (None: no password is stored, or no such record)."""
        ...

    async def list_configs(self, instance_id: str, page: Page) -> ConfigPage:
        """Return one page ordered by creation, and the count of all, from one snapshot."""
        ...


class TokenStore(Protocol):
    """Access tokens, by the SHA-256 of their text."""

    async def find_token(self, digest: bytes) -> Token | None:
        """Return the token with this digest unless it is revoked."""
        ...

    async def create_token(self, *, digest: bytes, name: str, role: Role, instance_id: str) -> Token:
        """Store a token; an empty `instance_id` means the default instance. An unknown instance is created."""
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


class Store(ConfigStore, TokenStore, Protocol):
    """The whole of it, with its lifetime."""

    async def ping(self) -> None:
        """Raise `errors.StoreUnavailable` unless a read works now."""
        ...

    async def close(self) -> None:
        """Finish what is queued, then close. Later calls raise `errors.StoreUnavailable`."""
        ...
