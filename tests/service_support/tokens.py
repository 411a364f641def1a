"""Tokens in a store without a service: records whose seals nobody checks, for tests of what is beyond them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from mailproof.domain.model import Role, Token
from mailproof.domain.token_record import TokenRecord
from mailproof.store.contract import TokenStore

_FIRST = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
_numbers = count()


async def stored_token(
    store: TokenStore,
    *,
    digest: bytes | None = None,
    name: str = "",
    role: Role = Role.ADMIN,
    instance_ids: Sequence[str] = (),
) -> Token:
    """Store a token, by default for the default instance, and return it. Each is a second younger than the last."""
    instances = tuple(instance_ids) or (await store.default_instance(),)
    created_at = _FIRST + timedelta(seconds=next(_numbers))
    token = Token(store.new_id(), name, role, instances, created_at, fingerprint="0123456789ab")
    await store.create_token(TokenRecord(token.id, token, digest or os.urandom(32), b"sealed"))
    return token


async def revoke_stored(store: TokenStore, token_id: str) -> None:
    """Revoke a token that `stored_token` has stored."""
    old = next(record for record in await store.list_tokens() if record.id == token_id)
    assert old.token is not None
    revoked = replace(old.token, revoked_at=_FIRST + timedelta(days=1))
    assert await store.replace_token(old, replace(old, token=revoked, sealed=b"sealed anew"))
