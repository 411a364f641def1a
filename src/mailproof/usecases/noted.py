"""Notes in the event log of what was done with stored secrets: tests of what is stored, and exports.

Laws: an export's note is on disk before its document leaves; a test's answer stands whether or not it could be noted.
Of the tests that a caller makes of one configuration the first of an hour is noted: the log tells that a secret was
used and by whom, and every test is kept elsewhere (`usecases.kept_tests`).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

from mailproof.domain.errors import Failure, StoreUnavailable
from mailproof.domain.ledger import UNBOUNDED, Change, CommitResult, Decide, EventType, Quota, Situation
from mailproof.domain.model import Caller

log = logging.getLogger("mailproof.secrets")

PATIENCE = 1.0
"""Seconds that a test's answer waits for what is written about it, where the database is slow; it is written all the
same."""

NOTED_EVERY = 3600.0
"""Seconds for which a caller's further tests of a configuration are not noted."""

_REMEMBERED = 10_000


class NoteStore(Protocol):
    """What of a store a note needs."""

    async def commit(self, caller: Caller, provider_id: str, decide: Decide) -> CommitResult:
        """See `mailproof.store.contract.ProviderStore`."""
        ...


class Notes:
    """Writes notes into the event log, from any event loop.

    Args:
        store: Has the log.
        quota: How much an instance may have.
        monotonic: Returns the seconds that have passed.
    """

    def __init__(
        self, store: NoteStore, quota: Quota = UNBOUNDED, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._quota = quota
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._noted: OrderedDict[tuple[str, str, str], float] = OrderedDict()
        self._running: set[asyncio.Task[None]] = set()

    def start(self, caller: Caller, provider_id: str, outcome: str) -> asyncio.Task[None] | None:
        """Begin to note a test of a stored provider, unless one was noted lately. What goes wrong is logged.

        Args:
            caller: Whose test it was.
            provider_id: The provider; one that is removed by now is not noted.
            outcome: The code that the test ended with.

        Returns:
            The task that writes it; None where nothing is to be written.
        """
        if not self._is_due((caller.instance_id, provider_id, caller.token.id)):
            return None
        task = asyncio.get_running_loop().create_task(self._tested(caller, provider_id, outcome))
        self._running.add(task)  # the loop keeps tasks by weak references
        task.add_done_callback(self._running.discard)
        return task

    def _is_due(self, use: tuple[str, str, str]) -> bool:
        now = self._monotonic()
        with self._lock:
            noted = self._noted.get(use)
            if noted is not None and now - noted < NOTED_EVERY:
                return False
            self._noted[use] = now
            self._noted.move_to_end(use)
            if len(self._noted) > _REMEMBERED:
                self._noted.popitem(last=False)
            return True

    async def _tested(self, caller: Caller, provider_id: str, outcome: str) -> None:
        def decide(situation: Situation) -> Sequence[Change]:
            if situation.provider is None:
                return ()
            return (Change(EventType.TESTED, provider_id, outcome=outcome),)

        try:
            await self._store.commit(caller, provider_id, self._quota.bounding(decide))
        except Failure as error:
            if isinstance(error, StoreUnavailable):  # the next test is to be noted
                with self._lock:
                    self._noted.pop((caller.instance_id, provider_id, caller.token.id), None)
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
