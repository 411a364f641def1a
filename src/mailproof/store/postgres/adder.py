"""Adds providers in PostgreSQL: all adds that wait while a statement is running share the next one.

Writes to one instance wait for the lock of its row, so one after the other they would each wait for the disk too. The
adds of one event loop that wait together share a statement, and with it a commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from mailproof.domain.clock import Clock
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.ledger import UNBOUNDED, Change, Event, Quota
from mailproof.domain.limit_errors import QUOTAS_EXCEEDED
from mailproof.domain.model import Caller
from mailproof.domain.storing import storing
from mailproof.store import rows
from mailproof.store.failures import ID_TAKEN, copy_for_one
from mailproof.store.postgres import log
from mailproof.store.postgres.pool import Connection, Pools, Retries, Share

_MOST = 200
"""How many adds share a statement at most, which bounds how long the first waits for the last."""


@dataclass(eq=False, slots=True)
class _Waiter:
    caller: Caller
    change: Change
    quota: Quota
    future: asyncio.Future[Event]


@dataclass(slots=True)
class _Line:
    """The adds to one instance that wait on one loop, and the task that writes them."""

    waiting: list[_Waiter] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    def withdraw(self, waiter: _Waiter) -> bool:
        """Return whether an add will not be written: no statement with it was sent."""
        if waiter not in self.waiting:
            return False
        self.waiting.remove(waiter)
        return True


class Adder:
    """Appends events that add a provider. Any loop may use it."""

    def __init__(self, pools: Pools, clock: Clock) -> None:
        self._pools = pools
        self._clock = clock
        self._lines: dict[tuple[asyncio.AbstractEventLoop, str], _Line] = {}

    async def add(self, caller: Caller, change: Change, quota: Quota = UNBOUNDED) -> Event:
        """Add a provider, and return the event once it is on disk.

        Args:
            caller: Whose instance it is, and who the event names.
            change: What the event says.
            quota: How much the instance may have.

        Raises:
            LookupError: There is no such instance.
            ConfigQuotaExceeded: It has as many providers as it may.
        EventQuotaExceeded: It has as many events as it may.
            StoreUnavailable: The database can't be used now.
        """
        with self._pools.entered() as share:
            place = share.loop, caller.instance_id
            line = self._lines.setdefault(place, _Line())  # each loop uses only its own lines
            waiter = _Waiter(caller, change, quota, share.loop.create_future())
            line.waiting.append(waiter)
            if line.task is None:
                line.task = share.loop.create_task(self._serve(share, place, line))
            with storing(lambda: line.withdraw(waiter)):
                return await waiter.future

    async def _serve(self, share: Share, place: tuple[asyncio.AbstractEventLoop, str], line: _Line) -> None:
        batch: list[_Waiter] = []
        try:
            while line.waiting:
                batch, line.waiting = line.waiting[:_MOST], line.waiting[_MOST:]
                batch = [waiter for waiter in batch if not waiter.future.done()]  # the others were cancelled
                if batch:
                    await self._write(share, batch)
        finally:
            self._lines.pop(place, None)
            for waiter in [*batch, *line.waiting]:  # none, unless the loop ends
                waiter.future.cancel()

    async def _write(self, share: Share, batch: Sequence[_Waiter]) -> None:
        adds = [(each.caller, each.change, rows.micros(self._clock())) for each in batch]
        quotas = {each.quota for each in batch}
        if len(quotas) > 1:
            for waiter in batch:
                await self._write(share, [waiter])
            return
        work = _Batch(adds, quotas.pop())
        try:
            events = await self._pools.run_on(share, work, work.attempts)
        except _NotTogether:
            for waiter in batch:
                await self._write(share, [waiter])
        except Exception as error:  # noqa: BLE001 - every waiter gets it
            for waiter in batch:
                if not waiter.future.done():
                    waiter.future.set_exception(copy_for_one(error))
        else:
            for waiter, event in zip(batch, events, strict=True):
                if not waiter.future.done():
                    waiter.future.set_result(event)


class _NotTogether(Exception):
    """One of several new ids is taken, or not all fit into the quota, so each add needs a statement of its own."""


class _Batch:
    """Work for `Pools.run`. If it is repeated, the new ids show whether an earlier try was carried out."""

    def __init__(self, adds: Sequence[tuple[Caller, Change, int]], quota: Quota) -> None:
        self._adds = adds
        self._quota = quota
        self._instance_id = adds[0][0].instance_id
        self.attempts = Retries()

    async def __call__(self, connection: Connection) -> Sequence[Event]:
        self.attempts.maybe_stored = True
        try:
            last = await log.add(connection, self._instance_id, self._adds, self._quota)
        except (asyncpg.UniqueViolationError, *QUOTAS_EXCEEDED) as error:
            events = await self._find(connection)
            self.attempts.maybe_stored = False
            if events:
                return events
            if len(self._adds) > 1:
                raise _NotTogether from None
            if isinstance(error, QUOTAS_EXCEEDED):
                raise
            raise StoreUnavailable(ID_TAKEN) from error
        first = last - len(self._adds) + 1
        return [self._event(place, first + place) for place in range(len(self._adds))]

    async def _find(self, connection: Connection) -> Sequence[Event]:
        """Return the events if an earlier try stored them, otherwise none. One statement stores all or none of them."""
        events: list[Event] = []
        for place, (_, change, _) in enumerate(self._adds):
            found = await log.find_added(connection, self._instance_id, change.provider_id)
            if found is None or found != self._event(place, found.sequence):
                return []
            events.append(found)
        return events

    def _event(self, place: int, sequence: int) -> Event:
        caller, change, at = self._adds[place]
        peer = log.storable(caller.peer)
        return Event(self._instance_id, sequence, change, caller.token.id, peer, rows.moment(at))
