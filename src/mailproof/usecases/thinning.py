"""Thins the event logs of all instances by a policy: beside the traffic, in small batches, in the background or once.

Every replica may do so at once: each batch is a transaction of its own that begins where the log begins by then.
"""

from __future__ import annotations

import asyncio
import logging

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.ledger import LogBroken
from mailproof.domain.thinning import ThinningPolicy
from mailproof.store.contract import Store

log = logging.getLogger("mailproof.thinning")

EVERY = 600.0
"""Seconds between two passes."""

PAUSE = 0.02
"""Seconds between two batches, in which others write: a batch takes some 10 ms."""


class Thinning:
    """Thins event logs.

    Args:
        store: Has them.
        policy: Which events go.
    """

    def __init__(self, store: Store, policy: ThinningPolicy) -> None:
        self._store = store
        self._policy = policy

    async def run(self) -> None:
        """Thin now and again, until this is cancelled. What goes wrong is logged, and tried again the next time."""
        while True:
            try:
                for instance_id in sorted(await self._store.instances()):
                    try:
                        await self.thin(instance_id)
                    except LogBroken as error:
                        log.warning("the event log is not thinned: %s", error)
            except StoreUnavailable as error:
                log.warning("the event logs are not thinned now: %s", error.message)
            await asyncio.sleep(EVERY)

    async def thin(self, instance_id: str) -> int:
        """Thin the log of an instance as far as the policy says, and return how many events were taken away.

        Raises:
            LogBroken: The log can't be followed; what was thinned before that stays thinned.
            StoreUnavailable: The database can't be used now; likewise.
        """
        gone, through = 0, await self._store.thinned_through(instance_id)
        while True:
            gone += await self._store.thin(instance_id, self._policy)
            before, through = through, await self._store.thinned_through(instance_id)
            if through == before:
                break
            await asyncio.sleep(PAUSE)
        if gone:
            log.info(
                "thinned an event log",
                extra={"instance_id": instance_id, "events_gone": gone, "thinned_through": through},
            )
        return gone

    async def count(self, instance_id: str) -> int:
        """Return how many events of an instance the policy lets go."""
        return await self._store.thinnable(instance_id, self._policy)
