"""An instance's log followed from its beginning. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailproof.domain.ledger import Event, LogBroken, evolve
from mailproof.domain.model import Provider, ProviderState


@dataclass(slots=True)
class Replay:
    """What an instance's events make of its providers, up to the last one that was followed."""

    instance_id: str
    last: int = 0
    providers: dict[str, Provider] = field(default_factory=dict)

    def follow(self, event: Event) -> None:
        """Follow the next event.

        Raises:
            LogBroken: It is not the next, or can't follow those before it.
        """
        if event.sequence != self.last + 1:
            raise LogBroken(self.instance_id, self.last + 1, "is missing")
        self.last = event.sequence
        try:
            after = evolve(event, self.providers)
        except (KeyError, ValueError) as error:
            raise LogBroken(self.instance_id, self.last, "can't follow those before it") from error
        for provider_id, provider in after.items():
            if provider is None:
                del self.providers[provider_id]
                continue
            self.providers[provider_id] = provider
            if provider.state is ProviderState.ACTIVE and self.active_id != provider_id:
                raise LogBroken(self.instance_id, self.last, "can't follow those before it")

    @property
    def active_id(self) -> str | None:
        """The first active provider's id."""
        return next((each.id for each in self.providers.values() if each.state is ProviderState.ACTIVE), None)

    @property
    def head(self) -> tuple[str, int, int, str | None]:
        """What the instance's row should say: its id, sequence, count and active provider."""
        return self.instance_id, self.last, len(self.providers), self.active_id
