"""A provider store in memory, on `ledger.evolve`, and a vault without a key: for tests of the use cases alone."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from mailproof.domain.errors import IdempotencyKeyReused
from mailproof.domain.ledger import (
    UNBOUNDED,
    Change,
    CommitResult,
    Decide,
    Event,
    IdempotencyKey,
    Quota,
    Situation,
    evolve,
)
from mailproof.domain.model import AddedProviders, Caller, Page, Provider, ProviderPage, ProviderState
from mailproof.domain.secret import RecordIdentity, SealBroken, Secret

START = datetime(2026, 1, 1, tzinfo=UTC)


class PlainVault:
    """Writes the identity before the secret; two blobs of the same secret differ, as sealed ones do."""

    def __init__(self) -> None:
        self._count = itertools.count()

    def seal(self, secret: Secret, identity: RecordIdentity) -> bytes:
        return identity.encode() + next(self._count).to_bytes(4, "big") + secret.reveal().encode()

    def open(self, blob: bytes, identity: RecordIdentity) -> Secret:
        prefix = identity.encode()
        if not blob.startswith(prefix):
            raise SealBroken("another record's")
        return Secret(blob[len(prefix) + 4 :].decode())

    def fingerprints(self, data: bytes) -> tuple[bytes, ...]:
        return (data,)

    def derive(self, label: str) -> tuple[bytes, ...]:
        return (label.encode(),)


class MemoryStore:
    """A `mailproof.store.ProviderStore`. Nothing waits, so each call is a transaction by itself.

    Attributes:
        events: Of each instance, in order.
    """

    def __init__(self) -> None:
        self.events: defaultdict[str, list[Event]] = defaultdict(list)
        self._providers: defaultdict[str, dict[str, Provider]] = defaultdict(dict)
        self._keys: dict[tuple[str, str, str], tuple[bytes, tuple[Event, ...]]] = {}
        self._ids = itertools.count(1)

    def new_id(self) -> str:
        return str(next(self._ids))

    async def add(
        self, caller: Caller, change: Change, *, key: IdempotencyKey | None = None, quota: Quota = UNBOUNDED
    ) -> Event:
        def decide(_: Situation) -> Sequence[Change]:
            return (change,)

        return (await self.commit(caller, "", quota.bounding(decide), key=key)).events[0]

    async def commit(
        self, caller: Caller, provider_id: str, decide: Decide, *, key: IdempotencyKey | None = None
    ) -> CommitResult:
        place = (caller.instance_id, caller.token.id, key.key if key else "")
        if key is not None and place in self._keys:
            digest, events = self._keys[place]
            if digest not in key.digests:
                raise IdempotencyKeyReused
            return CommitResult(None, events, replayed=True)
        providers, log = self._providers[caller.instance_id], self.events[caller.instance_id]
        before = providers.get(provider_id)
        changes = decide(Situation(before, self._active(caller.instance_id), len(providers)))
        added = tuple(
            Event(caller.instance_id, number, change, caller.token.id, caller.peer, START + timedelta(seconds=number))
            for number, change in enumerate(changes, len(log) + 1)
        )
        for event in added:
            log.append(event)
            apply(event, providers)
        if key is not None and added:
            self._keys[place] = (key.digests[0], added)
        return CommitResult(before, added)

    async def get(self, instance_id: str, provider_id: str) -> Provider | None:
        return self._providers[instance_id].get(provider_id)

    async def get_active(self, instance_id: str) -> Provider | None:
        return self._active(instance_id)

    async def list(self, instance_id: str, page: Page) -> ProviderPage:
        found = sorted(self._providers[instance_id].values(), key=lambda p: p.added_sequence)
        ordered = found if page.ascending else found[::-1]
        part = tuple(ordered[page.offset : page.offset + page.limit])
        return ProviderPage(part, len(found), len(self.events[instance_id]), START)

    async def list_added(self, instance_id: str, *, after: int, until: int | None, limit: int) -> AddedProviders:
        found = self._added(instance_id, after, until)[:limit]
        active = [each.id for each in self._providers[instance_id].values() if each.state is ProviderState.ACTIVE]
        return AddedProviders(
            tuple(found), len(self._providers[instance_id]), len(self.events[instance_id]), *(active or [""])
        )

    async def count_secrets(self, instance_id: str, *, after: int, until: int) -> int:
        return sum(each.sealed is not None for each in self._added(instance_id, after, until))

    def _added(self, instance_id: str, after: int, until: int | None) -> Sequence[Provider]:
        ordered = sorted(self._providers[instance_id].values(), key=lambda p: p.added_sequence)
        return [p for p in ordered if after < p.added_sequence and (until is None or p.added_sequence <= until)]

    async def list_events(
        self, instance_id: str, *, before: int | None, limit: int, provider_id: str = ""
    ) -> Sequence[Event]:
        wanted = [e for e in self.events[instance_id] if before is None or e.sequence < before]
        return [e for e in reversed(wanted) if provider_id in ("", e.change.provider_id)][:limit]

    def folded(self, instance_id: str) -> dict[str, Provider]:
        """Return the state made anew from the events."""
        made: dict[str, Provider] = {}
        for event in self.events[instance_id]:
            apply(event, made)
        return made

    def providers(self, instance_id: str) -> dict[str, Provider]:
        """Return the state as it was kept."""
        return self._providers[instance_id]

    def damage(self, instance_id: str, provider_id: str, sealed: bytes) -> None:
        """Put other bytes in the place of a sealed secret."""
        held = self._providers[instance_id]
        held[provider_id] = held[provider_id].__class__(
            **{name: getattr(held[provider_id], name) for name in Provider.__slots__} | {"sealed": sealed}
        )

    def _active(self, instance_id: str) -> Provider | None:
        found = [p for p in self._providers[instance_id].values() if p.state is ProviderState.ACTIVE]
        assert len(found) <= 1, "two are active"
        return found[0] if found else None


def apply(event: Event, providers: dict[str, Provider]) -> None:
    """Carry an event out on a state."""
    for provider_id, provider in evolve(event, providers).items():
        if provider is None:
            del providers[provider_id]
        else:
            providers[provider_id] = provider
