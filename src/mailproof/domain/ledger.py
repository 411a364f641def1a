"""The event log's rules: what may happen to a provider, and the state that follows from it. Pure.

A use case turns a situation into changes; a store gives each change its sequence, which makes it an event, and saves
what `evolve` says the event makes of the providers, all in one transaction. `evolve` looks at nothing but the event and
the providers it is about, so the state can be rebuilt from the log. The law kept here: at most one provider of an
instance is active. A secret stands in an event only as its sealed blob.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from mailproof.domain.model import Details, Provider, ProviderSettings, ProviderState


class LogBroken(Exception):
    """The event log lacks an event or holds one that can't be read or followed. For the log and the operator."""

    def __init__(self, instance_id: str, sequence: int, problem: str) -> None:
        super().__init__(f"event {sequence} of instance {instance_id} {problem}")


class EventType(StrEnum):
    """What happened. The words are stored: they are never changed, only added to."""

    SMTP_ADDED = "smtp.added"
    SMTP_CHANGED = "smtp.changed"
    PASSWORD_CHANGED = "smtp.password_changed"  # noqa: S105 - the name of an event
    HTTP_ADDED = "http.added"
    HTTP_CHANGED = "http.changed"
    ACTIVATED = "provider.activated"
    DEACTIVATED = "provider.deactivated"
    REMOVED = "provider.removed"


ADDED = frozenset({EventType.SMTP_ADDED, EventType.HTTP_ADDED})
REPLACED = frozenset({EventType.SMTP_CHANGED, EventType.HTTP_CHANGED})


@dataclass(frozen=True, slots=True)
class Change:
    """What a use case wants to have happened.

    Attributes:
        settings: All of them as they are from now on, where the event is about settings.
        sealed: The secret's blob as it is from now on, where the event is about settings or the secret; None: none.
        changed: Names of the fields that differ from before; the secret's is "password", "client_secret" or
            "signing_key".
        deactivated: Of an activation: the id of the provider that it makes inactive; empty: none was active.
    """

    type: EventType
    provider_id: str
    settings: ProviderSettings | None = None
    sealed: bytes | None = field(default=None, repr=False)
    changed: tuple[str, ...] = ()
    deactivated: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A change that happened.

    Attributes:
        sequence: Its place in the instance's log, from 1 without gaps.
        actor_token_id: The token that it was done with; peer: the address that the call came from.
    """

    instance_id: str
    sequence: int
    change: Change
    actor_token_id: str
    peer: str
    created_at: datetime

    @property
    def details(self) -> Details:
        """What the call that did it is told."""
        return Details(self.sequence, None, self.created_at, self.instance_id)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision rests on, read under the lock that it is carried out under.

    Attributes:
        provider: The one that the command names; None: there is none with this id in the instance.
        active: The instance's active one, maybe the same. count: how many the instance has.
    """

    provider: Provider | None
    active: Provider | None
    count: int


Decide = Callable[[Situation], Sequence[Change]]
"""Returns what is to happen, in order, or raises a `Failure`; then nothing happens. Does no I/O: a lock is held."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A key under which a call may be repeated (header x-idempotency-key); each caller's keys are its own.

    Attributes:
        digests: Keyed digests of the request, that of the key in use first: the same call has one of them.
    """

    key: str
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What became of a decision.

    Attributes:
        provider: The named provider as it was before.
        events: What happened, in order; empty: nothing had to.
        replayed: Whether it had happened before, under the same idempotency key.
    """

    provider: Provider | None
    events: tuple[Event, ...]
    replayed: bool = False


def evolve(event: Event, providers: Mapping[str, Provider]) -> dict[str, Provider | None]:
    """Return the providers that an event changes, as they are after it; None: removed.

    Args:
        providers: Those it is about, by id, as they were before it: its own and the one it makes inactive.

    Returns:
        Them in an order in which they can be saved one by one.

    Raises:
        LookupError, ValueError: It can't have happened to these.
    """
    change = event.change
    if change.type in ADDED:
        if change.settings is None or change.provider_id in providers:
            raise ValueError(f"event {event.sequence} of {event.instance_id} adds nothing")
        details = Details(event.sequence, event.created_at, event.created_at, event.instance_id)
        added = Provider(
            change.provider_id, change.settings, ProviderState.INACTIVE, details, event.sequence, change.sealed
        )
        return {added.id: added}
    if change.type is EventType.REMOVED:
        return {providers[change.provider_id].id: None}
    provider = _touched(providers[change.provider_id], event)
    after: dict[str, Provider | None] = {}
    if change.type is EventType.ACTIVATED and change.deactivated:  # it comes first: two are at no moment active
        other = _touched(providers[change.deactivated], event)
        after[other.id] = replace(other, state=ProviderState.INACTIVE)
    if change.type in REPLACED:
        after[provider.id] = replace(provider, settings=change.settings or provider.settings, sealed=change.sealed)
    elif change.type is EventType.PASSWORD_CHANGED:
        after[provider.id] = replace(provider, sealed=change.sealed)
    elif change.type is EventType.DEACTIVATED:
        after[provider.id] = replace(provider, state=ProviderState.INACTIVE)
    else:
        after[provider.id] = replace(provider, state=ProviderState.ACTIVE)
    return after


def _touched(provider: Provider, event: Event) -> Provider:
    return replace(provider, details=replace(provider.details, sequence=event.sequence, change_date=event.created_at))
