"""The rules of the event log: what may happen to a provider, and the state that follows from it. Pure.

A use case looks at a situation and decides on changes. A store gives each change a sequence, which makes it an event,
and saves the providers as `evolve` returns them, all in one transaction. `evolve` uses nothing but the event and the
providers that it is about, so the state can be computed anew from the log. One law is kept here: at most one provider
of an instance is active. An event has a secret only as its sealed blob, and only the last one of a provider: a blob
that another one replaced, or whose provider was removed, is destroyed in the events before (`SUPERSEDING`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from mailproof.domain.limit_errors import ConfigQuotaExceeded, EventQuotaExceeded
from mailproof.domain.model import Details, Provider, ProviderSettings, ProviderState
from mailproof.domain.provider_errors import EntityTagMismatch, SequenceMismatch


class LogBroken(Exception):
    """An event is missing, can't be read, or can't have happened after those before it. Its sentence is for operators.

    Args:
        instance_id: Whose log it is.
        sequence: The event's sequence.
        problem: What is wrong with the event, as the end of a sentence that begins with it.
    """

    def __init__(self, instance_id: str, sequence: int, problem: str) -> None:
        super().__init__(f"event {sequence} of instance {instance_id} {problem}")


class EventType(StrEnum):
    """What happened. The words are stored, so they are never changed; new ones may be added."""

    SMTP_ADDED = "smtp.added"
    SMTP_CHANGED = "smtp.changed"
    PASSWORD_CHANGED = "smtp.password_changed"  # noqa: S105 - the name of an event
    HTTP_ADDED = "http.added"
    HTTP_CHANGED = "http.changed"
    ACTIVATED = "provider.activated"
    DEACTIVATED = "provider.deactivated"
    REMOVED = "provider.removed"
    SECRET_RESEALED = "secret.resealed"  # noqa: S105 - likewise
    TESTED = "provider.tested"
    SECRETS_EXPORTED = "secrets.exported"
    SNAPSHOT = "provider.snapshot"
    IMPORT_BEGUN = "noted.import_begun"
    IMPORT_FINISHED = "noted.import_finished"
    IMPORT_UNDONE = "noted.import_undone"
    UNKNOWN = ""
    """A newer release wrote the event, in a word that this one does not know. It is never stored."""


ADDED = frozenset({EventType.SMTP_ADDED, EventType.HTTP_ADDED})
REPLACED = frozenset({EventType.SMTP_CHANGED, EventType.HTTP_CHANGED})
SUPERSEDING = REPLACED | {EventType.PASSWORD_CHANGED, EventType.SECRET_RESEALED, EventType.REMOVED}
"""Events that say which secret a provider has from now on, or that it has none: those before need theirs no more."""

NOTED = frozenset(
    {
        EventType.TESTED,
        EventType.SECRETS_EXPORTED,
        EventType.IMPORT_BEGUN,
        EventType.IMPORT_FINISHED,
        EventType.IMPORT_UNDONE,
    }
)
"""Events that change no provider. A type that is added here begins with `NOTED_PREFIX`."""

NOTED_PREFIX = "noted."
"""Begins the word of a type that changes no provider, so that releases that do not know the type know that much."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What events that were thinned away had made of a provider, beside its settings and its secret.

    Attributes:
        sequence: The sequence of the last of them that changed it.
        changed_at: When that happened.
        state: Whether it was the active one.
    """

    sequence: int
    changed_at: datetime
    state: ProviderState


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a use case decided.

    Attributes:
        type: What is to happen.
        provider_id: The provider that it is to happen to.
        settings: All settings as they will be; None if the change is not about settings.
        sealed: The secret's blob as it will be, if the change is about settings or the secret; None for no secret.
        changed: The names of the fields that differ from before; the secret's name is "password", "client_secret" or
            "signing_key".
        deactivated: For an activation, the id of the provider that it makes inactive; empty if none was active.
        outcome: For a test, the code that it ended with.
        count: For an export, how many secrets were in the document. For an import, how many providers it is to add when
            it begins, and how many it has added when it ends.
        import_id: Of an import in pages, and of what it adds, the id; empty for anything else.
        snapshot: For a snapshot, where the provider stood.
        unknown: For an event of the type UNKNOWN, the word that a newer release has stored; nothing else is read of it.
    """

    type: EventType
    provider_id: str
    settings: ProviderSettings | None = None
    sealed: bytes | None = field(default=None, repr=False)
    changed: tuple[str, ...] = ()
    deactivated: str = ""
    outcome: str = ""
    count: int = 0
    snapshot: Snapshot | None = None
    import_id: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A change that happened.

    Attributes:
        instance_id: Whose log it is in.
        sequence: Its place in that log: from 1, without gaps but where the log was thinned. A snapshot has the place of
            the event that added its provider, with its time and actor.
        change: What happened.
        actor_token_id: The token of the call that made it happen.
        peer: The address that the call came from.
        created_at: When it happened.
    """

    instance_id: str
    sequence: int
    change: Change
    actor_token_id: str
    peer: str
    created_at: datetime

    @property
    def details(self) -> Details:
        """The details that the call which made it happen answers with."""
        return Details(self.sequence, None, self.created_at, self.instance_id)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision is based on. It does not change before the decision is carried out.

    Attributes:
        provider: The provider that the command names; None if the instance has none with this id.
        active: The active provider of the instance, which may be the same one; None if none is active.
        count: How many providers the instance has.
        sequence: The sequence of the instance's last event.
        events: How many events its log has.
    """

    provider: Provider | None
    active: Provider | None
    count: int
    sequence: int = field(default=0, compare=False)
    events: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Expected:
    """The sequence that a provider had when the caller read it, and on which a change is based.

    Attributes:
        sequence: That of its details.
        by_tag: Whether the caller said it by an entity tag.
    """

    sequence: int
    by_tag: bool = False

    def check(self, provider: Provider) -> None:
        """Check that the provider still has it. Called within a decision, so nothing can come in between.

        Raises:
            SequenceMismatch: It has another one.
        """
        present = provider.details.sequence
        if present != self.sequence:
            raise (EntityTagMismatch if self.by_tag else SequenceMismatch)(self.sequence, present)


Decide = Callable[[Situation], Sequence[Change]]
"""Returns what is to happen, in order, or raises a `Failure`, so that nothing happens. Does no I/O: a lock is held."""

BEYOND_QUOTA = frozenset({EventType.REMOVED, EventType.DEACTIVATED, EventType.SECRET_RESEALED, EventType.IMPORT_UNDONE})
"""Events that an instance may always have: what takes something away, and what a new encryption key needs."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How much an instance may have; 0 for any number.

    Attributes:
        providers: Providers.
        events: Events in its log.
    """

    providers: int = 0
    events: int = 0

    def check(self, count: int, events: int, changes: Sequence[Change]) -> None:
        """Check that changes fit.

        Args:
            count: How many providers the instance has.
            events: How many events its log has.
            changes: What is to happen.

        Raises:
            ConfigQuotaExceeded: It would have more providers than it may.
            EventQuotaExceeded: It would have more events than it may.
        """
        self.check_room(count, events, added=sum(change.type in ADDED for change in changes))
        bounded = any(change.type not in BEYOND_QUOTA for change in changes)
        if self.events and bounded and events + len(changes) > self.events:
            raise EventQuotaExceeded(self.events)

    def check_room(self, count: int, events: int, *, added: int, more_events: int = 0) -> None:
        """Check that there is room for what is to come.

        Args:
            count: How many providers the instance has.
            events: How many events its log has.
            added: How many providers are to be added.
            more_events: How many events are to be added.

        Raises:
            ConfigQuotaExceeded: It would have more providers than it may.
            EventQuotaExceeded: It would have more events than it may.
        """
        if self.providers and added and count + added > self.providers:
            raise ConfigQuotaExceeded(self.providers)
        if self.events and more_events and events + more_events > self.events:
            raise EventQuotaExceeded(self.events)

    def bounding(self, decide: Decide) -> Decide:
        """Return a decision that is checked."""

        def bounded(situation: Situation) -> Sequence[Change]:
            changes = decide(situation)
            self.check(situation.count, situation.events, changes)
            return changes

        return bounded


UNBOUNDED = Quota()


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A key under which a call may be repeated (header x-idempotency-key). Each caller has its own keys.

    Attributes:
        key: The header's text.
        digests: Keyed digests of the request, one for each encryption key, the current one's first. A call with the
            same request has at least one of them in common.
    """

    key: str
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class CommitResult:
    """The result of a decision.

    Attributes:
        provider: The provider that the command names, as it was before; None if there was none.
        events: What happened, in order; empty if nothing had to happen.
        replayed: Whether the events are those of an earlier call with the same idempotency key.
    """

    provider: Provider | None
    events: tuple[Event, ...]
    replayed: bool = False


def evolve(event: Event, providers: Mapping[str, Provider]) -> dict[str, Provider | None]:
    """Return the providers that an event changes, as it leaves them.

    Args:
        event: The event.
        providers: The providers that it is about, by their ids, as they were before it: the one that it names, and the
            one that it makes inactive.

    Returns:
        The changed providers by their ids, with None for one that was removed, in an order in which they can be saved
        one by one.

    Raises:
        LookupError: One of the providers is not given.
        ValueError: The event can't have happened to these providers.
        LogBroken: A newer release wrote the event, and may have changed providers by it.
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
    if change.type is EventType.SNAPSHOT:
        if change.settings is None or change.snapshot is None or change.provider_id in providers:
            raise ValueError(f"event {event.sequence} of {event.instance_id} is no snapshot")
        was = change.snapshot
        details = Details(was.sequence, event.created_at, was.changed_at, event.instance_id)
        kept = Provider(change.provider_id, change.settings, was.state, details, event.sequence, change.sealed)
        return {kept.id: kept}
    if change.type in NOTED or change.unknown.startswith(NOTED_PREFIX):
        return {}
    if change.type is EventType.UNKNOWN:
        problem = f"is of a newer release, which calls it {change.unknown!r} and may have changed the state by it"
        raise LogBroken(event.instance_id, event.sequence, f"{problem}: use that release")
    if change.type is EventType.SECRET_RESEALED:  # the provider stays what it was, with the date of its last change
        resealed = providers[change.provider_id]
        return {resealed.id: replace(resealed, sealed=change.sealed)}
    if change.type is EventType.REMOVED:
        return {providers[change.provider_id].id: None}
    provider = _touched(providers[change.provider_id], event)
    after: dict[str, Provider | None] = {}
    if change.type is EventType.ACTIVATED and change.deactivated:  # saved first, so that at no moment two are active
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
