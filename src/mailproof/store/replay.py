"""The events of an instance, followed from the first one to the state that they make. Pure.

Where a log was thinned, it begins with the snapshots of the providers that its thinned events had left. They are as
many as the instance's row says, and from there on no event is missing.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field

from mailproof.domain.ledger import Event, EventType, LogBroken, evolve
from mailproof.domain.model import Provider, ProviderState


@dataclass(frozen=True, slots=True)
class Start:
    """Where a log begins.

    Attributes:
        thinned_through: The sequence of the last event that was thinned; 0 if none was.
        thinned_count: How many events are gone.
    """

    thinned_through: int = 0
    thinned_count: int = 0

    @property
    def snapshots(self) -> int:
        """How many snapshots stand in the place of those events."""
        return self.thinned_through - self.thinned_count


WHOLE = Start()
"""The start of a log of which nothing was thinned."""


def check_next(last: int, event: Event, start: Start = WHOLE) -> None:
    """Check that an event is the next one.

    Args:
        last: The sequence of the event before it; 0 if it is the first one.
        event: The event.
        start: Where the log begins.

    Raises:
        LogBroken: An event is missing between the two, or this one should have been thinned.
    """
    if event.sequence > start.thinned_through:
        if event.sequence != max(last, start.thinned_through) + 1:
            raise LogBroken(event.instance_id, max(last, start.thinned_through) + 1, "is missing")
    elif event.change.type is not EventType.SNAPSHOT:
        raise LogBroken(event.instance_id, event.sequence, "stands among the events that were thinned away")


def check_snapshots(instance_id: str, found: int, start: Start) -> None:
    """Check that a thinned log has all its snapshots.

    Raises:
        LogBroken: Some are missing, or there are too many.
    """
    if found != start.snapshots:
        problem = f"is the last that was thinned: {start.snapshots} snapshots should stand before it, and {found} do"
        raise LogBroken(instance_id, start.thinned_through, problem)


def check_end(instance_id: str, last: int, promised: int) -> None:
    """Check that a log goes on to the sequence that the instance's row has.

    Raises:
        LogBroken: The last events are missing.
    """
    if last < promised:
        raise LogBroken(instance_id, last + 1, "is missing")


def misplaced(instance_id: str, sequence: int) -> LogBroken:
    """Return what to raise for an event that can't have happened after those before it."""
    return LogBroken(instance_id, sequence, "can't follow those before it")


@dataclass(slots=True)
class Replay:
    """The providers of an instance after some of its events.

    Attributes:
        instance_id: Whose events are followed.
        last: The sequence of the last event that was followed.
        providers: The providers by their ids, as that event left them.
        active_id: The id of the active provider, or None if none is active.
        start: Where the log begins.
        snapshots: How many snapshots were followed.
    """

    instance_id: str
    last: int = 0
    providers: MutableMapping[str, Provider] = field(default_factory=dict)
    active_id: str | None = None
    start: Start = WHOLE
    snapshots: int = 0

    def follow(self, event: Event) -> None:
        """Follow the next event.

        Raises:
            LogBroken: An event is missing before this one, or this one can't follow those before it.
        """
        check_next(self.last, event, self.start)
        self.last = event.sequence
        self.snapshots += event.change.type is EventType.SNAPSHOT
        try:
            after = evolve(event, self.providers)
        except (KeyError, ValueError) as error:
            raise misplaced(self.instance_id, self.last) from error
        for provider_id, provider in after.items():
            if provider is None:
                del self.providers[provider_id]
            else:
                self.providers[provider_id] = provider
            if provider is None or provider.state is not ProviderState.ACTIVE:
                self.active_id = None if self.active_id == provider_id else self.active_id
            elif self.active_id in {None, provider_id}:
                self.active_id = provider_id
            else:
                raise misplaced(self.instance_id, self.last)

    def end(self, promised: int) -> None:
        """Check that the log is whole.

        Args:
            promised: The sequence that the instance's row has.

        Raises:
            LogBroken: The last events are missing, or snapshots of thinned ones are.
        """
        check_snapshots(self.instance_id, self.snapshots, self.start)
        self.last = max(self.last, self.start.thinned_through)
        check_end(self.instance_id, self.last, promised)

    @property
    def head(self) -> tuple[str, int, int, str | None]:
        """The values that the instance's row must have: its id, sequence, count of providers and active provider."""
        return self.instance_id, self.last, len(self.providers), self.active_id
