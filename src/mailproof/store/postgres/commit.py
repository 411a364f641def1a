"""One call of `commit` on PostgreSQL: first without a lock, then under the lock of the instance's row.

If nobody else writes, it takes two round trips: one reads the situation, and one writes the decision, provided that the
instance has not changed in between. If it has, its row is locked, and the decision is made again.
"""

from __future__ import annotations

import asyncpg

from mailproof.domain.clock import Clock
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.ledger import CommitResult, Decide, IdempotencyKey
from mailproof.domain.model import Caller
from mailproof.store.failures import BUSY, ID_TAKEN
from mailproof.store.postgres import log
from mailproof.store.postgres.log import PreparedWrite
from mailproof.store.postgres.pool import Connection, Retries, transaction

_LOCK = "SELECT id FROM instances WHERE id = $1 FOR UPDATE"


class Commit:
    """Work for `Pools.run`. Between its repetitions it remembers the write that was sent and not answered."""

    def __init__(
        self,
        caller: Caller,
        provider_id: str,
        decide: Decide,
        key: IdempotencyKey | None,
        clock: Clock,
        attempts: Retries,
    ) -> None:
        self._caller = caller
        self._provider_id = provider_id
        self._decide = decide
        self._key = key
        self._clock = clock
        self._attempts = attempts
        self._unanswered: PreparedWrite | None = None

    async def __call__(self, connection: Connection) -> CommitResult:
        """Decide and write, or find that an earlier try has written.

        Raises:
            LookupError: There is no such instance.
            IdempotencyKeyReused: The key was used with another request.
            StoreUnavailable: Nothing was stored.
        """
        outcome = await self._unanswered_result(connection)
        if outcome is None:
            try:
                outcome = await self._try(connection) or await self._try_locked(connection)
            except asyncpg.UniqueViolationError as error:  # this is the second of two calls with the same key
                self._answered()
                outcome = await self._replayed(connection)
                if outcome is None:
                    raise StoreUnavailable(ID_TAKEN) from error
        self._answered()
        return outcome

    async def _unanswered_result(self, connection: Connection) -> CommitResult | None:
        """Find out whether a write that was sent and not answered was carried out.

        It is sent again, since it is carried out once at most.

        Returns:
            Its result, or None if there was no such write or it can't be carried out any more.
        """
        sent = self._unanswered
        if sent is None:
            return None
        try:
            done = await log.write(connection, sent)
        except asyncpg.UniqueViolationError:
            done = False
        if done or await log.was_written(connection, sent):
            return CommitResult(sent.before, sent.events)
        self._answered()  # the instance has changed without it, so it can't be carried out any more
        return None

    async def _try_locked(self, connection: Connection) -> CommitResult:
        async with transaction(connection):
            await connection.execute(_LOCK, self._caller.instance_id)
            outcome = await self._try(connection)
        if outcome is None:
            raise StoreUnavailable(BUSY)
        return outcome

    async def _try(self, connection: Connection) -> CommitResult | None:
        """Decide and write; return None if the instance changed in between."""
        earlier = await self._replayed(connection)
        if earlier is not None:
            return earlier
        moment = await log.look(connection, self._caller.instance_id, self._provider_id)
        changes = self._decide(moment.situation)
        if not changes:
            return CommitResult(moment.situation.provider, ())
        prepared = log.prepare(self._caller, moment, changes, self._key, self._clock())
        self._unanswered, self._attempts.maybe_stored = prepared, True
        if await log.write(connection, prepared):
            return CommitResult(prepared.before, prepared.events)
        self._answered()
        return None

    async def _replayed(self, connection: Connection) -> CommitResult | None:
        if self._key is None:
            return None
        events = await log.replay(connection, self._caller, self._key, self._clock())
        return None if events is None else CommitResult(None, events, replayed=True)

    def _answered(self) -> None:
        self._unanswered, self._attempts.maybe_stored = None, False
