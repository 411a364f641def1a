"""The columns that both databases have, in their order, and the values that rows are read into. Pure.

Times are stored as integers: microseconds since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from mailproof.domain.ledger import Event, EventType, LogBroken
from mailproof.domain.model import Details, Permission, Provider, ProviderState, Role, Token
from mailproof.domain.token_record import TokenRecord
from mailproof.store.payloads import UNREADABLE, dump_change, dump_settings, load_change, load_settings
from mailproof.store.sealing import HEADER_BYTES

PROVIDER = "id, instance_id, added_sequence, sequence, created_at, changed_at, state, settings, sealed"
EVENT = "instance_id, sequence, provider_id, type, payload, actor_token_id, peer, created_at"
TOKEN = (
    "id, name, role, created_at, revoked_at, expires_at, permissions, last_used_at, "  # noqa: S105 - columns
    "fingerprint, digest, sealed"
)

_GREATEST = 2**63 - 1  # the greatest integer that both databases hold

KEY_HEADER = f"substr(sealed, 1, {HEADER_BYTES})"
"""What says under which key a secret is sealed, written as in the index providers_key."""

SAMPLE = (
    f"SELECT {KEY_HEADER}, {PROVIDER} FROM providers "  # noqa: S608 - constants
    f"WHERE sealed IS NOT NULL AND {KEY_HEADER} > {{}} ORDER BY {KEY_HEADER} LIMIT 1"
)
"""A provider of the next key, but for how the engine writes a parameter: with `LIMIT` the index reads no other."""

_KNOWN = frozenset(EventType)
_STATES = {state.value: state for state in ProviderState}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def columns(alias: str, names: str = PROVIDER) -> str:
    """Return columns as those of a table's alias in a statement."""
    return ", ".join(f"{alias}.{name}" for name in names.split(", "))


def bounded(number: int | None) -> int:
    """Return an offset, a limit or a sequence as a database takes it; None means no bound.

    The contract's offsets go to 2**64 - 1, which is more than any database holds.
    """
    return _GREATEST if number is None else min(number, _GREATEST)


def micros(moment: datetime) -> int:
    """Return a time in its stored form."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(stored: int) -> datetime:
    """Return the time that `micros` stored."""
    return _EPOCH + timedelta(microseconds=stored)


def of_provider(provider: Provider) -> tuple[Any, ...]:
    """Return a provider's row, in the order of `PROVIDER`."""
    details = provider.details
    if details.creation_date is None:
        raise ValueError("a provider has a date of creation")
    return (
        provider.id,
        details.resource_owner,
        provider.added_sequence,
        details.sequence,
        micros(details.creation_date),
        micros(details.change_date),
        provider.state.value,
        dump_settings(provider.settings),
        provider.sealed,
    )


def to_provider(row: Sequence[Any]) -> Provider:
    """Return the provider of a row."""
    provider_id, instance_id, added_sequence, sequence, created_at, changed_at, state, settings, sealed = row
    return Provider(
        provider_id,
        load_settings(settings),
        _STATES[state],
        Details(sequence, moment(created_at), moment(changed_at), instance_id),
        added_sequence,
        bytes(sealed) if sealed is not None else None,
    )


def of_event(event: Event) -> tuple[Any, ...]:
    """Return an event's row, in the order of `EVENT`."""
    change = event.change
    return (
        event.instance_id,
        event.sequence,
        change.provider_id,
        change.type.value,
        dump_change(change),
        event.actor_token_id,
        event.peer,
        micros(event.created_at),
    )


def to_event(row: Sequence[Any]) -> Event:
    """Return the event of a row.

    Raises:
        LogBroken: A newer release wrote the event, or it is damaged.
    """
    instance_id, sequence, provider_id, event_type, payload, actor_token_id, peer, created_at = row
    if event_type not in _KNOWN:
        raise LogBroken(instance_id, sequence, f"is of a newer release, which calls it {event_type!r}")
    try:
        change = load_change(event_type, provider_id, payload)
    except UNREADABLE as error:
        raise LogBroken(instance_id, sequence, "is damaged") from error
    return Event(instance_id, sequence, change, actor_token_id, peer, moment(created_at))


def of_token(record: TokenRecord) -> tuple[Any, ...]:
    """Return a token's row, in the order of `TOKEN`."""
    token = record.token
    if token is None:
        raise ValueError("a record that can't be read is not written")
    return (
        token.id,
        token.name,
        token.role.value,
        micros(token.created_at),
        _optional_micros(token.revoked_at),
        _optional_micros(token.expires_at),
        " ".join(sorted(token.extra_permissions)),
        _optional_micros(token.last_used_at),
        token.fingerprint,
        record.digest,
        record.sealed,
    )


def token_instances(record: TokenRecord) -> tuple[str, ...]:
    """Return the instances of a token that is to be stored.

    Raises:
        ValueError: It has none.
    """
    if record.token is None or not record.token.instance_ids:
        raise ValueError("a token is for one instance at least")
    return record.token.instance_ids


def seal_columns(record: TokenRecord) -> tuple[Any, ...]:
    """Return what changes of a token's row after it was created: digest, seal, fingerprint, and when it was revoked."""
    token = record.token
    if token is None:
        raise ValueError("a record that can't be read is not written")
    return record.digest, record.sealed, token.fingerprint, _optional_micros(token.revoked_at)


def to_token(row: Sequence[Any], instance_ids: Sequence[str]) -> TokenRecord:
    """Return the record of a token's row; it has no token where the row says what no release writes."""
    token_id, name, role, created_at, revoked_at, expires_at, permissions, used_at, fingerprint, digest, sealed = row
    token = None
    with suppress(ValueError, OverflowError):
        token = Token(
            token_id,
            name,
            Role(role),
            tuple(instance_ids),
            moment(created_at),
            _optional_moment(revoked_at),
            frozenset(map(Permission, permissions.split())),
            _optional_moment(expires_at),
            fingerprint,
            _optional_moment(used_at),
        )
    return TokenRecord(token_id, token, bytes(digest), bytes(sealed) if sealed is not None else None)


def _optional_micros(when: datetime | None) -> int | None:
    return None if when is None else micros(when)


def _optional_moment(stored: int | None) -> datetime | None:
    return None if stored is None else moment(stored)
