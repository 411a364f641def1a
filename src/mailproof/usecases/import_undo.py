"""The use case of taking back half an import: what its pages have added is removed, except what is in use by now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.ledger import ADDED, Change, Event, EventType, Situation
from mailproof.domain.model import Caller, ProviderState
from mailproof.domain.secret import Vault
from mailproof.domain.transfer_errors import ImportEnded, ImportNotFound
from mailproof.store.contract import ProviderStore
from mailproof.usecases.paged_import import number_key
from mailproof.usecases.transfer_tokens import ImportPlace, read_token

AT_ONCE = 50
"""Providers that are removed at once, which share commits."""


@dataclass(frozen=True, slots=True)
class UndoneStep:
    """What was done about one page.

    Attributes:
        page: Its number.
        removed: How many providers were removed.
        kept: The ids of those that are active, or were changed since they were added: they stay.
    """

    page: int
    removed: int
    kept: tuple[str, ...]


class ImportUndo:
    """Takes imports back that have not been finished.

    Args:
        store: Has the providers and the log.
        vault: Authenticates tokens.
        clock: Returns the present.
    """

    def __init__(self, store: ProviderStore, vault: Vault, *, clock: Clock = utc_now) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    async def stream(self, caller: Caller, token: str) -> AsyncGenerator[UndoneStep, None]:
        """End an import, and remove what its pages have added, the last page first. A repeated call goes on with that.

        Args:
            token: Any token of the import; a page that was imported after it is found all the same.

        Raises:
            ImportNotFound: It is not one of this caller's imports.
            ImportEnded: The import was finished: what it added is an administrator's to remove.
        """
        try:
            place = read_token(self._vault, caller, ImportPlace, token, self._clock())
        except ValueError:
            raise ImportNotFound from None
        if place.validate_only:
            return
        last = await self._close(caller, place)
        for page in range(last, 0, -1):
            yield await self._undo(caller, place, page)

    async def _close(self, caller: Caller, place: ImportPlace) -> int:
        """Take the import's next number, so that no page can be added, and return the number of its last page."""
        end = Change(EventType.IMPORT_UNDONE, "", count=place.providers, import_id=place.import_id)
        number = place.pages + 1
        while True:
            key = number_key(self._vault, place.import_id, number)
            result = await self._store.commit(caller, "", lambda _: (end,), key=key)
            kind = result.events[0].change.type
            if kind is EventType.IMPORT_FINISHED:
                raise ImportEnded("finished")
            if kind is EventType.IMPORT_UNDONE:
                return number - 1
            number += 1

    async def _undo(self, caller: Caller, place: ImportPlace, page: int) -> UndoneStep:
        key = number_key(self._vault, place.import_id, page)
        events = (await self._store.commit(caller, "", lambda _: (), key=key)).events
        added = [event for event in events if event.change.type in ADDED]
        removed: list[bool | None] = []
        for start in range(0, len(added), AT_ONCE):
            some = added[start : start + AT_ONCE]
            removed += await asyncio.gather(*(self._remove(caller, event) for event in some))
        kept = tuple(event.change.provider_id for event, gone in zip(added, removed, strict=True) if gone is None)
        return UndoneStep(page, sum(1 for gone in removed if gone), kept)

    async def _remove(self, caller: Caller, event: Event) -> bool | None:
        """Remove a provider; return whether it was there, or None if it stays."""
        kept = False

        def decide(situation: Situation) -> Sequence[Change]:
            nonlocal kept
            provider = situation.provider
            if provider is None:
                return ()
            kept = provider.state is ProviderState.ACTIVE or provider.details.sequence != event.sequence
            return () if kept else (Change(EventType.REMOVED, provider.id),)

        result = await self._store.commit(caller, event.change.provider_id, decide)
        return None if kept else bool(result.events)
