"""Deletes kept tests that are too old, and those that an instance has beyond its bound, in small batches.

Every replica does so: what one deletes another finds gone. What a configuration has beyond its own bound goes with each
test that is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Protocol

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.kept_test import Retention
from mailproof.store.contract import TestStore

log = logging.getLogger("mailproof.tests")

EVERY = 60.0
"""Seconds between two rounds."""

BATCH = 500
"""Tests that are deleted at once: some 10 ms, for which other writes wait."""

_PAUSE = 0.1
"""Seconds between two batches, in which others write."""

_SLACK = 100
"""An instance is counted again after a hundredth of its bound was kept, so it may have that much more."""


class RetentionStore(TestStore, Protocol):
    """What of a store the deletion needs."""

    async def instances(self) -> frozenset[str]:
        """See `mailproof.store.contract.Store`."""
        ...


class TestRetention:
    """Keeps the kept tests within their bounds.

    Args:
        store: Has the tests.
        retention: The bounds.
        counts: Returns how many tests were kept of each instance since it was last called.
        clock: Returns the time.
    """

    def __init__(
        self,
        store: RetentionStore,
        retention: Retention,
        counts: Callable[[], Mapping[str, int]],
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._store = store
        self._retention = retention
        self._counts = counts
        self._clock = clock
        self._since: dict[str, int] | None = None

    async def run(self) -> None:
        """Delete what is to be deleted, again and again, until it is cancelled."""
        while True:
            try:
                await self.round()
            except StoreUnavailable as error:
                log.info("old tests are deleted later: %s", error.message)
            await asyncio.sleep(EVERY)

    async def round(self) -> None:
        """Delete all that is beyond the bounds now.

        Raises:
            StoreUnavailable: The database can't be used now; the next round goes on.
        """
        if self._retention.days:
            bound = self._clock() - timedelta(days=self._retention.days)
            await _in_batches(lambda: self._store.delete_tests_before(bound, BATCH))
        most = self._retention.per_instance
        if most:
            for instance_id in await self._grown(most):
                await self._shrink(instance_id, most)

    async def _shrink(self, instance_id: str, most: int) -> None:
        await _in_batches(lambda: self._store.delete_tests_beyond(instance_id, most, BATCH))

    async def _grown(self, most: int) -> list[str]:
        """Return the instances that may have more than they may: all at first, then those that got many."""
        counts = self._counts()
        if self._since is None:
            found = sorted(await self._store.instances())
            self._since = {}
            return found
        for instance_id, count in counts.items():
            self._since[instance_id] = self._since.get(instance_id, 0) + count
        grown = [each for each, count in self._since.items() if count >= max(most // _SLACK, 1)]
        for instance_id in grown:
            del self._since[instance_id]
        return grown


async def _in_batches(delete: Callable[[], Awaitable[int]]) -> None:
    while True:
        if await delete() < BATCH:
            return
        await asyncio.sleep(_PAUSE)
