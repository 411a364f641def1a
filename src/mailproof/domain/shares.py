"""Limits as values, and who counts what they bound: how often something may be done, and how much of it at once.

A rate is a bucket that is full at first and refills evenly (the generic cell rate algorithm, ITU-T I.371): of "6 in 600
seconds" 6 may come at once, and then one every 100 seconds. Of each rate one number is kept, the time at which its
bucket is full again, so that the wait until the next one is exact. Laws: a demand gets all that it asks for or nothing;
a slot comes free by itself when its time is over, whatever became of its holder. Times are whole microseconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

SECOND = 1_000_000
"""Microseconds."""

SLOT_WAIT = 1.0
"""Seconds after which a caller may try again where all slots are held: nobody knows when the next one comes free."""

_SWEEP = 60 * SECOND


class Scope(StrEnum):
    """What a limit is counted for. The words are shown to callers, so they are never changed."""

    SERVER = "server"  # one process
    ALL = "all"  # all replicas
    INSTANCE = "instance"
    TOKEN = "token"  # noqa: S105 - the name of a scope
    HOST = "host"  # a destination
    LOGIN = "login"  # a user of a destination
    RECEIVER = "receiver"
    SOURCE = "source"  # where calls come from


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A bound on how often something may be done.

    Attributes:
        name: What is bounded, for metadata: "tests".
        scope: What it is counted for.
        limit: How many may come at once; at least 1.
        period: Seconds in which as many are refilled.
        key: Tells one instance, host or receiver from another; it reveals none of them.
    """

    name: str
    scope: Scope
    limit: int
    period: int
    key: bytes

    @property
    def step(self) -> int:
        """Microseconds in which one is refilled."""
        return max(1, self.period * SECOND // self.limit)

    @property
    def capacity(self) -> int:
        """Microseconds in which an empty bucket is full again."""
        return self.step * self.limit

    def wait(self, full_at: int, now: int) -> int:
        """Return the microseconds until one more may come; 0 or less for now.

        Args:
            full_at: When the bucket is full again.
            now: The time.
        """
        return max(full_at, now) + self.step - now - self.capacity


@dataclass(frozen=True, slots=True)
class SlotLimit:
    """A bound on how many may run at once.

    Attributes:
        scope: What it is counted for.
        limit: How many; at least 1.
        key: As of a rate.
    """

    scope: Scope
    limit: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Demand:
    """What something that is about to begin needs: one of each rate, and one of each kind of slots.

    Attributes:
        seconds: How long the slots are held at most.
    """

    rates: tuple[RateLimit, ...] = ()
    slots: tuple[SlotLimit, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a demand gets nothing.

    Attributes:
        limit: The limit that is reached; of several, the one with the longest wait.
        retry_after: Seconds until the demand may get what it asks for.
    """

    limit: RateLimit | SlotLimit
    retry_after: float


class LimitCounter(Protocol):
    """Counts what limits bound. Any thread and event loop may use it."""

    async def take(self, demand: Demand, lease: str) -> Denial | None:
        """Take all of a demand, or nothing.

        Args:
            demand: What is needed.
            lease: A random name for the slots that are taken, to give them back by.

        Returns:
            None if everything was taken, otherwise why not.

        Raises:
            StoreUnavailable: The database can't be asked now.
        """
        ...

    async def give_back(self, demand: Demand, lease: str, uncounted: Sequence[RateLimit] = ()) -> None:
        """Give the slots of a lease back.

        Args:
            demand: What was taken.
            lease: The name that it was taken under.
            uncounted: Rates of the demand that are given back too, since what they bound did not happen.

        Raises:
            StoreUnavailable: The database can't be asked now. The slots come free when their time is over.
        """
        ...


def monotonic() -> int:
    """Return the time of a clock that is never set."""
    return time.monotonic_ns() // 1000


def worst(denials: Sequence[Denial]) -> Denial | None:
    """Return the denial that a caller gets, or None where there is none.

    A login takes a slot beside its rate, under the same key. Where all that the rate allows is held by logins under
    way, the wait is theirs, who mostly give it back, and not the bucket's.
    """
    held = {denial.limit.key for denial in denials if isinstance(denial.limit, SlotLimit)}
    decisive = [each for each in denials if isinstance(each.limit, SlotLimit) or each.limit.key not in held]
    return max(decisive, key=lambda denial: denial.retry_after, default=None)


def seconds_of(wait: int) -> float:
    """Return a wait in seconds, rounded up to the millisecond that messages can say."""
    return -(-wait // 1000) / 1000


class LocalCounter:
    """A `LimitCounter` of one process.

    Args:
        clock: Returns the time in microseconds.
    """

    def __init__(self, clock: Callable[[], int] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._full_at: dict[bytes, int] = {}
        self._leases: dict[bytes, dict[str, int]] = {}  # key -> lease -> when its time is over
        self._swept_at = clock()

    async def take(self, demand: Demand, lease: str) -> Denial | None:
        """See `LimitCounter`."""
        return self.take_now(demand, lease)

    async def give_back(self, demand: Demand, lease: str, uncounted: Sequence[RateLimit] = ()) -> None:
        """See `LimitCounter`."""
        self.give_back_now(demand, lease, uncounted)

    def take_now(self, demand: Demand, lease: str) -> Denial | None:
        """Do what `take` does, without a wait."""
        with self._lock:
            now = self._clock()
            self._sweep(now)
            denials = []
            for rate in demand.rates:
                wait = rate.wait(self._full_at.get(rate.key, 0), now)
                if wait > 0:
                    denials.append(Denial(rate, seconds_of(wait)))
            denials += [Denial(slot, SLOT_WAIT) for slot in demand.slots if self._held(slot.key, now) >= slot.limit]
            if denials:
                return worst(denials)
            for rate in demand.rates:
                self._full_at[rate.key] = max(self._full_at.get(rate.key, 0), now) + rate.step
            for slot in demand.slots:
                self._leases.setdefault(slot.key, {})[lease] = now + int(demand.seconds * SECOND)
            return None

    def give_back_now(self, demand: Demand, lease: str, uncounted: Sequence[RateLimit] = ()) -> None:
        """Do what `give_back` does, without a wait."""
        with self._lock:
            for slot in demand.slots:
                leases = self._leases.get(slot.key, {})
                leases.pop(lease, None)
                if not leases:
                    self._leases.pop(slot.key, None)
            for rate in uncounted:
                if rate.key in self._full_at:
                    self._full_at[rate.key] -= rate.step

    @property
    def size(self) -> int:
        """How many keys are remembered."""
        with self._lock:
            return len(self._full_at) + len(self._leases)

    def _held(self, key: bytes, now: int) -> int:
        leases = self._leases.get(key)
        if not leases:
            return 0
        for lease in [lease for lease, end in leases.items() if end <= now]:
            del leases[lease]
        return len(leases)

    def _sweep(self, now: int) -> None:
        """Forget now and then what no longer bounds anything, so that memory does not grow with those ever seen."""
        if now - self._swept_at < _SWEEP:
            return
        self._swept_at = now
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        self._leases = {key: leases for key, leases in self._leases.items() if self._held(key, now)}
