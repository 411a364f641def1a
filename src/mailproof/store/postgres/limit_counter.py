"""Counts for the limits in PostgreSQL, so that they hold over all replicas.

One statement takes all of a demand or nothing. It first looks whether everything is free, and writes only then. Each
row that it writes is checked again as it is locked; where another replica was faster in between, what was taken is
given back and the statement is sent again. The time is the database's, so the replicas' clocks need not agree.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.shares import SECOND, SLOT_WAIT, Demand, Denial, RateLimit, SlotLimit, seconds_of, worst
from mailproof.store.postgres.pool import Connection, Pools

_RACES = 5
"""How often a demand is sent at most where others take what was free as it looked."""

_SWEEP_EVERY = 60.0
"""Seconds between two deletions of rows that bound nothing any more."""

_NOW = "coalesce($1::bigint, (extract(epoch FROM now()) * 1000000)::bigint)"
_TAKE = f"""
WITH clock AS (SELECT {_NOW} AS now),
rate AS (SELECT * FROM unnest($2::bytea[], $3::bigint[], $4::bigint[]) AS v (key, step, capacity)),
slot AS (SELECT * FROM unnest($5::bytea[], $6::bigint[], $7::bigint[]) AS v (key, most, first)),
wait AS (
    SELECT rate.key, greatest(coalesce(r.full_at, 0), clock.now) + rate.step - clock.now - rate.capacity AS micros
    FROM clock CROSS JOIN rate LEFT JOIN limit_rates AS r ON r.key = rate.key
),
place AS (
    SELECT slot.key, (
        SELECT n.number FROM generate_series(0, slot.most - 1) AS n (number)
        LEFT JOIN limit_slots AS s ON s.key = slot.key AND s.number = n.number
        WHERE s.lease IS NULL OR s.expires_at <= clock.now
        ORDER BY (n.number + slot.first) % slot.most LIMIT 1
    ) AS number
    FROM clock CROSS JOIN slot
),
free AS (
    SELECT clock.now FROM clock WHERE NOT EXISTS (SELECT 1 FROM wait WHERE micros > 0)
    AND NOT EXISTS (SELECT 1 FROM place WHERE number IS NULL)
),
counted AS (
    INSERT INTO limit_rates AS r (key, full_at, step, capacity)
    SELECT rate.key, free.now + rate.step, rate.step, rate.capacity FROM free CROSS JOIN rate ORDER BY rate.key
    ON CONFLICT (key) DO UPDATE SET full_at = greatest(r.full_at + excluded.step, excluded.full_at),
    step = excluded.step, capacity = excluded.capacity
    WHERE r.full_at <= excluded.full_at - 2 * excluded.step + excluded.capacity RETURNING key
),
claimed AS (
    INSERT INTO limit_slots AS s (key, number, lease, expires_at)
    SELECT place.key, place.number, $8::text, free.now + $9::bigint FROM free CROSS JOIN place ORDER BY place.key
    ON CONFLICT (key, number) DO UPDATE SET lease = excluded.lease, expires_at = excluded.expires_at
    WHERE s.expires_at <= excluded.expires_at - $9::bigint RETURNING key
)
SELECT wait.key, wait.micros, counted.key IS NOT NULL, true FROM wait LEFT JOIN counted ON counted.key = wait.key
UNION ALL
SELECT place.key, CASE WHEN place.number IS NULL THEN 1 ELSE 0 END, claimed.key IS NOT NULL, false
FROM place LEFT JOIN claimed ON claimed.key = place.key
"""  # noqa: S608 - constants
_LEAVE = "DELETE FROM limit_slots WHERE lease = $1 AND key = ANY($2::bytea[])"
_UNCOUNT = (
    "UPDATE limit_rates AS r SET full_at = r.full_at - v.step "
    "FROM unnest({}::bytea[], {}::bigint[]) AS v (key, step) WHERE r.key = v.key"
)
_LEAVE_AND_UNCOUNT = f"WITH gone AS ({_LEAVE}) {_UNCOUNT.format('$3', '$4')}"
_SWEEP_RATES = f"DELETE FROM limit_rates WHERE full_at < {_NOW}"  # noqa: S608 - constants
_SWEEP_SLOTS = f"DELETE FROM limit_slots WHERE expires_at < {_NOW}"  # noqa: S608 - constants


class PostgresCounter:
    """A `mailproof.domain.shares.LimitCounter` of all replicas on one database.

    Args:
        pools: The connections.
        clock: Returns the time in microseconds; None for the database's.
    """

    def __init__(self, pools: Pools, clock: Callable[[], int] | None = None) -> None:
        self._pools = pools
        self._clock = clock
        self._swept_at = time.monotonic()

    async def take(self, demand: Demand, lease: str) -> Denial | None:
        """See `mailproof.domain.shares.LimitCounter`."""
        for _ in range(_RACES):
            denials, lost = await self._try(demand, lease)
            if denials:
                return worst(denials)
            if not lost:
                await self._sweep()
                return None
        return Denial(lost[0], SLOT_WAIT)

    async def give_back(self, demand: Demand, lease: str, uncounted: Sequence[RateLimit] = ()) -> None:
        """See `mailproof.domain.shares.LimitCounter`."""
        keys = [slot.key for slot in demand.slots]
        rates = [rate.key for rate in uncounted], [rate.step for rate in uncounted]
        if not uncounted:
            await self._pools.run(lambda connection: connection.execute(_LEAVE, lease, keys))
        else:
            await self._pools.run(lambda connection: connection.execute(_LEAVE_AND_UNCOUNT, lease, keys, *rates))

    async def _try(self, demand: Demand, lease: str) -> tuple[list[Denial], list[RateLimit | SlotLimit]]:
        """Send the statement.

        Returns:
            Why nothing was taken, and what others took meanwhile; of the latter nothing is held either.
        """
        arguments = [
            self._now(),
            [rate.key for rate in demand.rates],
            [rate.step for rate in demand.rates],
            [rate.capacity for rate in demand.rates],
            [slot.key for slot in demand.slots],
            [slot.limit for slot in demand.slots],
            [random.randrange(slot.limit) for slot in demand.slots],  # noqa: S311 - so that not all try the same one
            lease,
            int(demand.seconds * SECOND),
        ]
        rates = {rate.key: rate for rate in demand.rates}
        slots = {slot.key: slot for slot in demand.slots}
        denials: list[Denial] = []
        lost: list[RateLimit | SlotLimit] = []
        taken: list[RateLimit] = []
        for key, micros, done, is_rate in await self._pools.run(lambda connection: connection.fetch(_TAKE, *arguments)):
            limit: RateLimit | SlotLimit = rates[key] if is_rate else slots[key]
            if micros > 0:
                denials.append(Denial(limit, seconds_of(micros) if is_rate else SLOT_WAIT))
            elif not done:
                lost.append(limit)
            elif isinstance(limit, RateLimit):
                taken.append(limit)
        if lost and not denials:
            await self.give_back(demand, lease, taken)
        return denials, lost

    async def _sweep(self) -> None:
        """Delete now and then what bounds nothing any more."""
        if time.monotonic() - self._swept_at < _SWEEP_EVERY:
            return
        self._swept_at = time.monotonic()

        async def work(connection: Connection) -> None:
            await connection.execute(_SWEEP_RATES, self._now())
            await connection.execute(_SWEEP_SLOTS, self._now())

        with suppress(StoreUnavailable):  # a later one deletes them
            await self._pools.run(work, tries=1)

    def _now(self) -> int | None:
        return self._clock() if self._clock is not None else None
