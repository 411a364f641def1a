"""What a decision makes of an instance, whichever engine carries it out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from mailproof.domain.ledger import ADDED, Change, Event, EventType, Situation
from mailproof.domain.model import Caller, Provider


def events_of(caller: Caller, changes: Sequence[Change], first: int, now: datetime) -> tuple[Event, ...]:
    """Return the event of each change, with sequences that follow each other.

    Args:
        caller: Whose token and address the events name.
        changes: What was decided, in order.
        first: The sequence of the first event.
        now: The time of all.
    """
    return tuple(
        Event(caller.instance_id, sequence, change, caller.token.id, caller.peer, now)
        for sequence, change in enumerate(changes, first)
    )


def providers_of(situation: Situation) -> dict[str, Provider]:
    """Return the providers of a situation by their ids: what `domain.ledger.evolve` is given."""
    return {each.id: each for each in (situation.provider, situation.active) if each is not None}


def growth(changes: Iterable[Change]) -> int:
    """Return by how much changes make the providers more.

    A change that can't follow those before it counts here all the same: `domain.ledger.evolve` refuses it, and all
    others with it.
    """
    return sum((change.type in ADDED) - (change.type is EventType.REMOVED) for change in changes)
