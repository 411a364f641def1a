"""The use case of reading the event log: who changed what, when and from where, in pages."""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.ledger import Event
from mailproof.domain.model import Caller
from mailproof.domain.phrase import say
from mailproof.domain.secret import Vault
from mailproof.store.contract import Store
from mailproof.usecases.page_token import make_token, read_token
from mailproof.usecases.token_names import TokenNames

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event, with the name of the access token that was used; empty where that is unknown."""

    event: Event
    actor_name: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, newest first.

    Attributes:
        next_page_token: The token of the next page; empty where this is the last one.
        thinned_through: The sequence of the last event that was thinned away; 0 if none was.
    """

    events: tuple[LoggedEvent, ...]
    next_page_token: str
    thinned_through: int = 0


class History:
    """Reads the event log of the caller's instance.

    Args:
        store: Has the events.
        vault: Authenticates page tokens.
    """

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._names = TokenNames(store)

    async def list(self, caller: Caller, *, page_size: int, token: str = "", provider_id: str = "") -> EventPage:
        """Return a page of the log.

        Args:
            page_size: How many events at most; 0 for the default; more than the maximum count as the maximum (AIP-158).
            token: The `next_page_token` of the previous page; empty for the newest events.
            provider_id: Only events of this provider; empty for all.

        Raises:
            InvalidFields: The page size is negative, or the token is not for this instance and filter.
        """
        instance = caller.instance_id
        problems = []
        if page_size < 0:
            problems.append(FieldViolation("page_size", say("must not be negative")))
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
        names = await self._names.of({event.actor_token_id for event in page})
        following = ""
        if len(found) > limit:
            following = make_token(self._vault, instance, provider_id, page[-1].sequence)
        thinned = await self._store.thinned_through(instance)
        logged = tuple(LoggedEvent(event, names.get(event.actor_token_id, "")) for event in page)
        return EventPage(logged, following, thinned)
