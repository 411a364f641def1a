"""Notes in the event log of what was done with stored secrets: tests of what is stored, and exports.

Laws: an export's note is on disk before its document leaves; a test's answer stands whether or not it could be noted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from mailproof.domain.errors import Failure, ServiceShortage
from mailproof.domain.ledger import UNBOUNDED, Change, CommitResult, Decide, EventType, Quota, Situation
from mailproof.domain.model import Caller

log = logging.getLogger("mailproof.secrets")

UNFINISHED = "unfinished"
"""The outcome of a test without an end: its caller left, or the service ran short of something."""

PATIENCE = 1.0
"""Seconds that a test's answer waits for its note, where the database is slow; the note is written all the same."""


class NoteStore(Protocol):
    """What of a store a note needs."""

    async def commit(self, caller: Caller, provider_id: str, decide: Decide) -> CommitResult:
        """See `mailproof.store.contract.ProviderStore`."""
        ...


class Notes:
    """Writes notes into the event log.

    Args:
        store: Has the log.
        quota: How much an instance may have.
    """

    def __init__(self, store: NoteStore, quota: Quota = UNBOUNDED) -> None:
        self._store = store
        self._quota = quota
        self._running: set[asyncio.Task[None]] = set()

    async def tested(self, caller: Caller, provider_id: str, outcome: str) -> None:
        """Note a test of a stored provider, and wait a moment for that. What goes wrong is logged, and not raised.

        Args:
            caller: Whose test it was.
            provider_id: The provider; one that is removed by now is not noted.
            outcome: The code that the test ended with.
        """
        await asyncio.wait({self._start(caller, provider_id, outcome)}, timeout=PATIENCE)

    @contextmanager
    def unfinished(self, caller: Caller, provider_id: str) -> Iterator[None]:
        """Note a test of a stored provider that is cut short within this context.

        Args:
            caller: Whose test it is.
            provider_id: The provider; empty where the test is about none.
        """
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit, ServiceShortage):
            if provider_id:
                self._start(caller, provider_id, UNFINISHED)
            raise

    def _start(self, caller: Caller, provider_id: str, outcome: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(self._tested(caller, provider_id, outcome))
        self._running.add(task)  # the loop keeps tasks by weak references
        task.add_done_callback(self._running.discard)
        return task

    async def _tested(self, caller: Caller, provider_id: str, outcome: str) -> None:
        def decide(situation: Situation) -> Sequence[Change]:
            if situation.provider is None:
                return ()
            return (Change(EventType.TESTED, provider_id, outcome=outcome),)

        try:
            await self._store.commit(caller, provider_id, self._quota.bounding(decide))
        except Failure as error:
            log.warning("a test of configuration %s is not in the event log: %s", provider_id, error)

    async def exported(self, caller: Caller, count: int) -> None:
        """Note that secrets leave in a document.

        Args:
            caller: Who gets it.
            count: How many secrets are in it.

        Raises:
            EventQuotaExceeded: It can't be noted, so the document must not leave.
            StoreUnavailable: Likewise.
        """
        decide = self._quota.bounding(lambda _: (Change(EventType.SECRETS_EXPORTED, "", count=count),))
        await self._store.commit(caller, "", decide)
