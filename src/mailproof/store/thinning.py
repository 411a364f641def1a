"""What becomes of the oldest events of a log as it is thinned, whichever engine carries it out. Pure.

A batch of events is taken away in one transaction. Each provider that exists after them has one event left, its
snapshot: in the place of the event that added it, with that event's time and actor, and with the settings, the secret
and the state that the provider had after the batch. Later events supersede its secret as they do any earlier one's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailproof.domain.ledger import Change, Event, EventType, Snapshot, evolve
from mailproof.domain.model import Provider
from mailproof.domain.thinning import UNTOUCHED, ThinningPolicy
from mailproof.store import rows
from mailproof.store.replay import Start, check_next, misplaced

BATCH = 200
"""How many events are taken away in one transaction, which bounds how long others wait for it."""


@dataclass(frozen=True, slots=True)
class ThinnedBatch:
    """What a batch leaves.

    Attributes:
        start: Where the log begins then.
        snapshots: The snapshots that are written anew, each in the place of the event of its sequence.
        gone: The sequences of the events that are deleted.
        had_secrets: Whether events that are deleted held secrets, of which the engine's files keep nothing.
    """

    start: Start
    snapshots: Sequence[Event] = field(default=())
    gone: Sequence[int] = ()
    had_secrets: bool = False


def prefix(
    events: Sequence[Event], policy: ThinningPolicy, last: int, kept_from: int | None, now: datetime
) -> Sequence[Event]:
    """Return those of a log's oldest events that go.

    Args:
        events: The oldest that were not thinned, in order.
        policy: Which go.
        last: The sequence of the instance's last event.
        kept_from: The first sequence that an idempotency key still answers with; None if none does.
        now: The time.
    """
    for place, event in enumerate(events):
        if kept_from is not None and event.sequence >= kept_from:
            return events[:place]
        if not policy.goes(event.sequence, event.created_at, last, now):
            return events[:place]
    return events


def bounds(policy: ThinningPolicy, thinned: int, last: int, now: datetime) -> tuple[int, int, int, int]:
    """Return what a statement needs that counts the events which go.

    Args:
        policy: Which go.
        thinned: The sequence of the last event that was thinned.
        last: The sequence of the instance's last event.
        now: The time.

    Returns:
        The sequence that they come after, the stored time before which all of them were, the one before which they go
        by their age, and the sequence up to which they go by their number.
    """
    oldest = rows.micros(now - policy.max_age) if policy.max_age is not None else 0
    return thinned, rows.micros(now - UNTOUCHED), oldest, last - policy.keep if policy.keep else 0


def named_in(events: Sequence[Event]) -> set[str]:
    """Return the ids of the providers that events name, of which snapshots may stand before them."""
    return {each for event in events for each in (event.change.provider_id, event.change.deactivated) if each}


def thin(start: Start, snapshots: Sequence[Event], events: Sequence[Event]) -> ThinnedBatch:
    """Return what is left of a batch of events.

    Args:
        start: Where the log begins before it.
        snapshots: The snapshots of the providers that the events name, as far as there are any.
        events: The first events that were not thinned, at least one.

    Raises:
        LogBroken: An event is missing, can't follow those before it, or is of a newer release that may have changed the
            state by it.
    """
    known: dict[str, Provider] = {}
    places: dict[str, Event] = {}
    written: set[str] = set()
    gone: set[int] = set()
    last = start.thinned_through
    for event in (*snapshots, *events):
        if event.sequence > start.thinned_through:
            check_next(last, event, start)
            last = event.sequence
        for provider_id, provider in _evolved(event, known).items():
            known.pop(provider_id, None)
            if provider is not None:
                known[provider_id] = provider
                places.setdefault(provider_id, event)
                if event.sequence > start.thinned_through:
                    written.add(provider_id)
            else:
                gone.add(places.pop(provider_id).sequence)
    kept = [_snapshot(known[each], places[each]) for each in places if each in written]
    standing = {place.sequence for place in places.values()}
    gone |= {event.sequence for event in events} - standing
    return ThinnedBatch(
        Start(last, start.thinned_count + len(gone)),
        sorted(kept, key=lambda each: each.sequence),
        sorted(gone),
        any(event.change.sealed is not None for event in (*snapshots, *events)),
    )


def _evolved(event: Event, known: Mapping[str, Provider]) -> Mapping[str, Provider | None]:
    try:
        return evolve(event, known)
    except (KeyError, ValueError) as error:
        raise misplaced(event.instance_id, event.sequence) from error


def _snapshot(provider: Provider, place: Event) -> Event:
    details = provider.details
    was = Snapshot(details.sequence, details.change_date, provider.state)
    change = Change(EventType.SNAPSHOT, provider.id, provider.settings, provider.sealed, snapshot=was)
    return replace(place, change=change)
