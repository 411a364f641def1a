"""The events of an instance, followed from the first one to the state that they make. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailproof.domain.ledger import Event, LogBroken, evolve
from mailproof.domain.model import Provider, ProviderState


def check_next(instance_id: str, last: int, sequence: int) -> None:
    """Check that an event is the next one.

    Args:
        instance_id: Whose log it is.
        last: The sequence of the event before it; 0 if it is the first one.
        sequence: Its own sequence.

    Raises:
        LogBroken: An event is missing between the two.
    """
    if sequence != last + 1:
        raise LogBroken(instance_id, last + 1, "is missing")


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
    """

    instance_id: str
    last: int = 0
    providers: dict[str, Provider] = field(default_factory=dict)

    def follow(self, event: Event) -> None:
        """Follow the next event.

        Raises:
            LogBroken: An event is missing before this one, or this one can't follow those before it.
        """
        check_next(self.instance_id, self.last, event.sequence)
        self.last = event.sequence
        try:
            after = evolve(event, self.providers)
        except (KeyError, ValueError) as error:
            raise misplaced(self.instance_id, self.last) from error
        for provider_id, provider in after.items():
            if provider is None:
                del self.providers[provider_id]
                continue
            self.providers[provider_id] = provider
            if provider.state is ProviderState.ACTIVE and self.active_id != provider_id:
                raise misplaced(self.instance_id, self.last)

    @property
    def active_id(self) -> str | None:
        """The id of the active provider, or None if none is active."""
        return next((each.id for each in self.providers.values() if each.state is ProviderState.ACTIVE), None)

    @property
    def head(self) -> tuple[str, int, int, str | None]:
        """The values that the instance's row must have: its id, sequence, count of providers and active provider."""
        return self.instance_id, self.last, len(self.providers), self.active_id
