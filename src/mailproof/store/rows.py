"""The columns that both databases have, in their order, and the values that rows are read into. Pure.

Times are stored as integers: microseconds since 1970, UTC.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from mailproof.domain.ledger import ADDED, SUPERSEDING, Change, Event, EventType, LogBroken
from mailproof.domain.model import Details, Permission, Provider, ProviderState, Role, Token
from mailproof.domain.token_record import TokenRecord
from mailproof.store.payloads import SEALED, UNREADABLE, dump_change, dump_settings, load_change, load_settings
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

SEALED_WITH = (
    f"SELECT {PROVIDER} FROM providers WHERE sealed IS NOT NULL AND {KEY_HEADER} = {{}} AND id > {{}} "  # noqa: S608
    "ORDER BY id LIMIT {}"
)
"""Providers whose secret has a header, but for how the engine writes parameters."""

KEY_COUNTS = f"SELECT {KEY_HEADER}, count(*) FROM providers WHERE sealed IS NOT NULL GROUP BY {KEY_HEADER}"  # noqa: S608

_HEADER_TEXT = HEADER_BYTES // 3 * 4  # a header's octets are whole groups of base64

_SAYING = ", ".join(f"'{each.value}'" for each in sorted(ADDED | SUPERSEDING))


def has_sealed(find: str, payload: str = "payload") -> str:
    """Return the condition that a change's text holds a sealed secret, written as in the index events_with_secret.

    Args:
        find: The engine's function that finds a text in another.
        payload: The column.
    """
    return f"{find}({payload}, '{SEALED}') > 0"


def event_key_counts(find: str) -> str:
    """Return the statement for how many events have a secret under each header, which it returns in base64."""
    header = f"substr(payload, {find}(payload, '{SEALED}') + {len(SEALED)}, {_HEADER_TEXT})"
    return f"SELECT {header}, count(*) FROM events WHERE {has_sealed(find)} GROUP BY {header}"  # noqa: S608


def superseded(find: str, limit: str) -> str:
    """Return the statement for events with a secret that no provider has any more.

    Args:
        find: The engine's function that finds a text in another.
        limit: The engine's parameter for how many are found at most.
    """
    return (
        f"SELECT e.instance_id, e.sequence, e.payload FROM events AS e WHERE {has_sealed(find, 'e.payload')} "  # noqa: S608
        "AND (NOT EXISTS (SELECT 1 FROM providers AS p WHERE p.id = e.provider_id AND p.instance_id = e.instance_id) "
        "OR EXISTS (SELECT 1 FROM events AS l WHERE l.instance_id = e.instance_id AND l.provider_id = e.provider_id "
        f"AND l.sequence > e.sequence AND l.type IN ({_SAYING}))) LIMIT {limit}"
    )


def key_counts(providers: Iterable[Sequence[Any]], events: Iterable[Sequence[Any]]) -> Mapping[bytes, tuple[int, int]]:
    """Return what the rows of `KEY_COUNTS` and `event_key_counts` say."""
    of_providers = {bytes(header): count for header, count in providers}
    of_events: dict[bytes, int] = {}
    for header, count in events:
        with suppress(ValueError):  # else it is damaged, and under no key
            of_events[b64decode(header, validate=True)] = count
    return {each: (of_providers.get(each, 0), of_events.get(each, 0)) for each in sorted({*of_providers, *of_events})}


def superseded_in(events: Iterable[Event]) -> Mapping[str, int]:
    """Return for each provider whose secret some events supersede the sequence of the last one that does."""
    return {event.change.provider_id: event.sequence for event in events if event.change.type in SUPERSEDING}


_KNOWN = frozenset(EventType) - {EventType.UNKNOWN}
_PERMISSIONS = frozenset(Permission)
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


def with_new_settings(events: Iterable[Event]) -> frozenset[str]:
    """Return the providers whose settings some events say.

    Those of others are not stored anew: a newer release may have stored members that this one passes over.
    """
    return frozenset(event.change.provider_id for event in events if event.change.settings is not None)


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
    """Return the event of a row. One of a type that only newer releases know is of the type UNKNOWN.

    Raises:
        LogBroken: The event is damaged.
    """
    instance_id, sequence, provider_id, event_type, payload, actor_token_id, peer, created_at = row
    if event_type not in _KNOWN:
        change = Change(EventType.UNKNOWN, provider_id, unknown=event_type)
    else:
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
    """Return what changes of a token's row: digest, seal, fingerprint, when it was revoked, and when it ends."""
    token = record.token
    if token is None:
        raise ValueError("a record that can't be read is not written")
    moments = _optional_micros(token.revoked_at), _optional_micros(token.expires_at)
    return record.digest, record.sealed, token.fingerprint, *moments


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
            frozenset(Permission(word) if word in _PERMISSIONS else word for word in permissions.split()),
            _optional_moment(expires_at),
            fingerprint,
            _optional_moment(used_at),
        )
    return TokenRecord(token_id, token, bytes(digest), bytes(sealed) if sealed is not None else None)


def _optional_micros(when: datetime | None) -> int | None:
    return None if when is None else micros(when)


def _optional_moment(stored: int | None) -> datetime | None:
    return None if stored is None else moment(stored)
