"""Tells the listeners who is known, so that under pressure the connections of strangers go first."""

from __future__ import annotations

from collections.abc import Callable

from mailproof.domain.model import Caller, ClientCertificate
from mailproof.usecases.access import Access


class NotedAccess(Access):
    """Finds out who calls, and notes the address that a known caller called from.

    Attributes:
        listeners: Are told "address:port" of each known caller, from the event loop of its call.
    """

    listeners: tuple[Callable[[str], None], ...] = ()

    async def authenticate(
        self,
        authorization: str | None,
        peer: str,
        instance_id: str | None = None,
        *,
        certificate: ClientCertificate | None = None,
    ) -> Caller:
        """See `Access`."""
        caller = await super().authenticate(authorization, peer, instance_id, certificate=certificate)
        for note in self.listeners:
            note(caller.peer)
        return caller
