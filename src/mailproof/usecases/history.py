"""The use case on the event log: who changed what, when and from where, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.ledger import Event
from mailproof.domain.model import Caller
from mailproof.domain.secret import Vault
from mailproof.store.contract import Store
from mailproof.usecases.page_token import make_token, read_token

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event, with the name of the token that it was done with ("" where that is not known)."""

    event: Event
    actor_name: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, newest first, and the token of the page after; empty: there is none."""

    events: tuple[LoggedEvent, ...]
    next_page_token: str


class History:
    """Reads the log of the caller's instance."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._names: dict[str, str] = {}  # of tokens by id; a token keeps both for ever

    async def list(self, caller: Caller, *, page_size: int, token: str = "", provider_id: str = "") -> EventPage:
        """Return a page.

        Args:
            page_size: How many at most; 0: the default, and more than the maximum are taken for it (AIP-158).
            token: The `next_page_token` of the page before; empty: the newest.
            provider_id: Only events of this provider; empty: all.

        Raises:
            InvalidFields: The page size is negative, or the token is none of this instance and filter.
        """
        instance = caller.instance_id
        problems = []
        if page_size < 0:
            problems.append(FieldViolation("page_size", "must not be negative"))
        before = None
        if token:
            try:
                before = read_token(self._vault, instance, provider_id, token)
            except ValueError as error:
                problems.append(FieldViolation("page_token", str(error)))
        if problems:
            raise InvalidFields(problems)
        limit = min(page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
        found = await self._store.list_events(instance, before=before, limit=limit + 1, provider_id=provider_id)
        page = found[:limit]
        names = await self._names_of(page)
        following = ""
        if len(found) > limit:
            following = make_token(self._vault, instance, provider_id, page[-1].sequence)
        return EventPage(tuple(LoggedEvent(event, names.get(event.actor_token_id, "")) for event in page), following)

    async def _names_of(self, events: Sequence[Event]) -> dict[str, str]:
        if not all(event.actor_token_id in self._names for event in events):
            self._names = {token.id: token.name for token in await self._store.list_tokens()}
        return self._names
