"""Idempotency keys: how long they are kept, and what a kept one says of a call. Pure.

Every caller's keys are its own: a row belongs to an instance, a token and a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from mailproof.domain.errors import IdempotencyKeyReused
from mailproof.domain.ledger import IdempotencyKey
from mailproof.store import rows

KEPT = timedelta(hours=24)
"""How long an idempotency key is remembered."""

FORGOTTEN_AT_ONCE = 100
"""Keys that are deleted at a time, once they expired: a bound on how long a write takes for the sake of others."""

COLUMNS = "instance_id, token_id, key, digest, first_sequence, event_count, created_at"
FOUND = "digest, first_sequence, event_count, created_at"
"""The columns that `first_call` reads."""


def expiry(now: datetime) -> int:
    """Return the stored time before which keys have expired."""
    return rows.micros(now - KEPT)


def first_call(row: Sequence[Any] | None, key: IdempotencyKey, now: datetime) -> range | None:
    """Return the sequences of the events of the call that had a key first.

    Args:
        row: The columns `FOUND` of the kept key; None where none is kept.
        key: The key of the call that is to be answered.
        now: The time.

    Returns:
        The sequences, or None where no call had the key in the time that keys are kept.

    Raises:
        IdempotencyKeyReused: The key was used with another request.
    """
    if row is None:
        return None
    digest, first, count, created_at = row
    if created_at < expiry(now):
        return None
    if digest not in key.digests:
        raise IdempotencyKeyReused
    return range(first, first + count)
