"""Bounds on the time, the number and the rate of tests, searches and posts, which connect to other hosts.

Which limits there are stands in docs/limits.md. Two rules keep them fair. Of the slots of a process, an instance holds
at most `fair_share`, so that the next one that comes finds some free. Of a limit that instances share (a host, a
receiver, all tests a minute), one instance gets two thirds at most, so that none can use it up against the others. A
refusal says which limit is reached and when to try again, and nothing of who reached it. Standard library only.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum

from mailproof.domain.errors import Failure, StoreUnavailable
from mailproof.domain.limit_errors import RateExceeded, TooManyFailedLogins, TooManyMessages, TooManyTests
from mailproof.domain.model import Caller
from mailproof.domain.shares import Demand, Denial, LimitCounter, LocalCounter, RateLimit, Scope, SlotLimit

ANSWER_MARGIN = 0.25
"""Seconds that a test ends before the caller's deadline, so that its report still reaches the caller."""

LEASE_MARGIN = 15.0
"""Seconds beyond a test's own time after which its slots come free if nobody has given them back."""

MINUTE = 60
FAILED_LOGINS_PERIOD = 600
MESSAGES_PERIOD = 3600
TRANSFERS_PERIOD = 3600

GO_ON = 10
"""How many times as often an instance may go on with imports and exports in pages as it may begin one. Only what is
dear counts: a stream of pages that goes on, and a key that is derived anew."""

_KEY_BYTES = 16

log = logging.getLogger("mailproof.limits")


class Activity(StrEnum):
    """What is bounded in its rate. The words are shown to callers."""

    TEST = "tests"
    SEARCH = "searches"
    POST = "webhook_posts"
    IMPORT = "imports"
    EXPORT = "exports"
    GO_ON_IMPORT = "continued_imports"
    GO_ON_EXPORT = "continued_exports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The limits that an operator sets beside the slots of a process; 0 is none.

    Attributes:
        concurrent_per_instance: Tests, searches and posts of an instance that may run at once.
        concurrent_per_token: Those of a token, over all its instances.
        concurrent_per_host: Those that connect to one host.
        tests: Tests, searches and posts a minute, in all.
        tests_per_instance: Those of an instance.
        tests_per_token: Those of a token.
        tests_per_host: Those that connect to one host.
        searches: Searches a minute of an instance.
        posts: Posts to webhooks a minute of an instance.
        imports: Imports an hour of an instance.
        exports: Exports an hour of an instance.
        messages: Messages an hour to one receiver.
        failed_logins: Failed logins of one user in ten minutes.
        failed_logins_per_instance: Failed logins in ten minutes that an instance causes.
    """

    concurrent_per_instance: int = 0
    concurrent_per_token: int = 0
    concurrent_per_host: int = 0
    tests: int = 0
    tests_per_instance: int = 0
    tests_per_token: int = 0
    tests_per_host: int = 0
    searches: int = 0
    posts: int = 0
    imports: int = 0
    exports: int = 0
    messages: int = 0
    failed_logins: int = 0
    failed_logins_per_instance: int = 0


@dataclass(frozen=True, slots=True)
class BoundedWork:
    """Something that is about to be done for a caller.

    Attributes:
        activity: What it is.
        caller: For whom.
        host: The host that it connects to, folded; empty where there is none.
        logins: Whom it may log in, folded; empty where it logs nobody in, or need not be counted.
        receiver: Who gets a message, folded; empty for nobody.
        seconds: How long it takes at most.
    """

    activity: Activity
    caller: Caller
    host: str = ""
    logins: tuple[str, ...] = ()
    receiver: str = ""
    seconds: float = 0.0


class Ticket:
    """What something that runs has taken. Until it says otherwise, its login counts as failed and its message as sent.

    Attributes:
        login_failed: Whether a login was refused, or may have been.
        message_sent: Whether a message was sent, or may have been.
    """

    __slots__ = ("login_failed", "message_sent")

    def __init__(self) -> None:
        self.login_failed = True
        self.message_sent = True


def fair_share(slots: int, holders: int) -> int:
    """Return how many slots one of several holders may have: slots / (holders + 1/2), and at least 1.

    A lone one has two thirds at most, each of two has two fifths, each of three two sevenths. So half a share is free
    for whoever comes next, and a whole third for the second.
    """
    return max(1, 2 * slots // (2 * holders + 1))


def two_thirds(limit: int) -> int:
    """Return what one instance may have of a limit that instances share; at least 1."""
    return max(1, 2 * limit // 3)


def sha256(data: bytes) -> bytes:
    """Return a digest without a key, which is enough for keys that do not leave the process."""
    return hashlib.sha256(data).digest()


class Limits:
    """Bounds for all tests, searches and posts, whichever transport their calls came by.

    Args:
        max_timeout: Seconds that one of them may take.
        max_concurrent: How many may run at once in this process; more are refused, and none is queued.
        bounds: The other limits.
        counter: Counts what they bound, for all replicas; None for a counter of this process.
        fingerprint: Returns a keyed digest: whoever reads the counter's table must not learn hosts or addresses.

    Attributes:
        max_timeout: Seconds that a test or a search may take.
    """

    def __init__(
        self,
        *,
        max_timeout: float,
        max_concurrent: int,
        bounds: Bounds | None = None,
        counter: LimitCounter | None = None,
        fingerprint: Callable[[bytes], bytes] = sha256,
    ) -> None:
        self.max_timeout = max_timeout
        self._max_concurrent = max_concurrent
        self._bounds = bounds or Bounds()
        self._counter = LocalCounter() if counter is None else counter
        self._fingerprint = fingerprint
        self._running: Counter[str] = Counter()  # by instance
        self._lock = threading.Lock()  # the counts are shared by the event loops of gRPC and HTTP

    def timeout(self, wanted: float, remaining: float | None) -> float:
        """Return the seconds that a test or search may take.

        Args:
            wanted: The seconds that the caller asks for.
            remaining: The seconds until the caller's deadline; None if it has none. If very few are left, half of them
                are used: a short test is better than no report.
        """
        limit = min(wanted, self.max_timeout)
        return limit if remaining is None else min(limit, max(remaining - ANSWER_MARGIN, remaining / 2))

    @asynccontextmanager
    async def slot(self, work: BoundedWork) -> AsyncIterator[Ticket]:
        """Count something as running, once it is known that no limit forbids it.

        Yields:
            A ticket, which is told how it ended.

        Raises:
            TooManyTests: As many are running as may.
            RateExceeded: As many were made lately as may be.
            TooManyFailedLogins: The user's logins have failed too often.
            TooManyMessages: The receiver has got as many messages as one may.
            StoreUnavailable: The counts can't be read now.
        """
        with self._process_slot(work.caller.instance_id):
            demand = self._demand(work)
            if not demand.rates and not demand.slots:
                yield Ticket()
                return
            lease, ticket = secrets.token_hex(8), Ticket()
            try:
                await self._take(demand, lease)
            except BaseException as error:
                if not isinstance(error, Exception):  # cancelled: it may have been taken
                    await self._give_back(demand, lease, ())
                raise
            try:
                yield ticket
            finally:
                uncounted = [
                    rate
                    for rate in demand.rates
                    if (rate.name == _FAILED_LOGINS and not ticket.login_failed)
                    or (rate.name == _MESSAGES and not ticket.message_sent)
                ]
                if demand.slots or uncounted:
                    await self._give_back(demand, lease, uncounted)

    async def admit(self, work: BoundedWork) -> None:
        """Count something that takes no slot.

        Raises:
            RateExceeded: As many were made lately as may be.
            StoreUnavailable: The counts can't be read now.
        """
        demand = Demand(tuple(self._rates(work)))
        if demand.rates:
            await self._take(demand, "")

    @contextmanager
    def _process_slot(self, instance_id: str) -> Iterator[None]:
        """Hold a slot of this process.

        Raises:
            TooManyTests: All are held, or as many by this instance as is its share.
        """
        with self._lock:
            running, held = self._running.total(), self._running[instance_id]
            share = fair_share(self._max_concurrent, len(self._running) + (held == 0))
            if running >= self._max_concurrent:
                raise TooManyTests(self._max_concurrent)
            if held >= share:
                raise TooManyTests(share, Scope.INSTANCE)
            self._running[instance_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[instance_id] -= 1
                if not self._running[instance_id]:
                    del self._running[instance_id]

    async def _take(self, demand: Demand, lease: str) -> None:
        denial = await self._counter.take(demand, lease)
        if denial is not None:
            raise refusal(denial)

    async def _give_back(self, demand: Demand, lease: str, uncounted: Sequence[RateLimit]) -> None:
        try:
            await self._counter.give_back(demand, lease, uncounted)
        except StoreUnavailable:  # the test itself has ended well
            log.warning("slots could not be given back; they come free when their time is over")

    def _demand(self, work: BoundedWork) -> Demand:
        return Demand(tuple(self._rates(work)), tuple(self._slots(work)), work.seconds + LEASE_MARGIN)

    def _slots(self, work: BoundedWork) -> Iterator[SlotLimit]:
        bounds, instance = self._bounds, work.caller.instance_id
        if bounds.concurrent_per_instance:
            key = self._key("slots", Scope.INSTANCE, instance)
            yield SlotLimit(Scope.INSTANCE, bounds.concurrent_per_instance, key)
        if bounds.concurrent_per_token:
            key = self._key("slots", Scope.TOKEN, work.caller.token.id)
            yield SlotLimit(Scope.TOKEN, bounds.concurrent_per_token, key)
        if bounds.concurrent_per_host and work.host:
            most = bounds.concurrent_per_host
            yield SlotLimit(Scope.HOST, most, self._key("slots", Scope.HOST, work.host))
            key = self._key("slots", Scope.HOST, work.host, instance)
            yield SlotLimit(Scope.INSTANCE, two_thirds(most), key)
        if bounds.failed_logins:
            for login in work.logins:
                most = bounds.failed_logins
                yield SlotLimit(Scope.LOGIN, most, self._key(_FAILED_LOGINS, Scope.LOGIN, login))
                key = self._key(_FAILED_LOGINS, Scope.LOGIN, login, instance)
                yield SlotLimit(Scope.LOGIN, two_thirds(most), key)

    def _rates(self, work: BoundedWork) -> Iterator[RateLimit]:
        bounds, caller = self._bounds, work.caller
        instance = caller.instance_id
        if work.activity in _TRANSFERS:
            most = _TRANSFERS[work.activity](bounds)
            yield from self._rate(work.activity, Scope.INSTANCE, most, TRANSFERS_PERIOD, instance)
            return
        tests = Activity.TEST
        yield from self._rate(tests, Scope.TOKEN, bounds.tests_per_token, MINUTE, caller.token.id)
        yield from self._rate(tests, Scope.INSTANCE, bounds.tests_per_instance, MINUTE, instance)
        yield from self._shared_rate(tests, Scope.ALL, bounds.tests, MINUTE, "", instance)
        if work.host:
            yield from self._shared_rate(tests, Scope.HOST, bounds.tests_per_host, MINUTE, work.host, instance)
        if work.activity is Activity.SEARCH:
            yield from self._rate(work.activity, Scope.INSTANCE, bounds.searches, MINUTE, instance)
        elif work.activity is Activity.POST:
            yield from self._rate(work.activity, Scope.INSTANCE, bounds.posts, MINUTE, instance)
        if work.receiver:
            yield from self._shared_rate(
                _MESSAGES, Scope.RECEIVER, bounds.messages, MESSAGES_PERIOD, work.receiver, instance
            )
        for login in work.logins:
            # Two thirds for one instance: who fails on purpose leaves its user's owner some tries.
            yield from self._shared_rate(
                _FAILED_LOGINS, Scope.LOGIN, bounds.failed_logins, FAILED_LOGINS_PERIOD, login, instance
            )
        if work.logins:
            most = bounds.failed_logins_per_instance
            yield from self._rate(_FAILED_LOGINS, Scope.INSTANCE, most, FAILED_LOGINS_PERIOD, instance)

    def _rate(self, name: str, scope: Scope, limit: int, period: int, *parts: str) -> Iterator[RateLimit]:
        if limit:
            yield RateLimit(name, scope, limit, period, self._key(name, scope, *parts))

    def _shared_rate(
        self, name: str, scope: Scope, limit: int, period: int, what: str, instance: str
    ) -> Iterator[RateLimit]:
        """Yield a rate that instances share, and that of one of them."""
        yield from self._rate(name, scope, limit, period, what)
        if limit:
            yield RateLimit(name, scope, two_thirds(limit), period, self._key(name, scope, what, instance))

    def _key(self, *parts: str) -> bytes:
        texts = [part.encode("utf-8", "surrogatepass") for part in parts]
        data = b"".join(len(text).to_bytes(4, "big") + text for text in texts)
        return self._fingerprint(b"limit\n" + data)[:_KEY_BYTES]


_FAILED_LOGINS = "failed_logins"
_MESSAGES = "messages"
_TRANSFERS: Mapping[Activity, Callable[[Bounds], int]] = {
    Activity.IMPORT: lambda bounds: bounds.imports,
    Activity.EXPORT: lambda bounds: bounds.exports,
    Activity.GO_ON_IMPORT: lambda bounds: GO_ON * bounds.imports,
    Activity.GO_ON_EXPORT: lambda bounds: GO_ON * bounds.exports,
}


def refusal(denial: Denial) -> Failure:
    """Return the failure that a caller gets for a denial."""
    limit = denial.limit
    if isinstance(limit, SlotLimit):
        return TooManyTests(limit.limit, limit.scope)
    if limit.name == _FAILED_LOGINS:
        return TooManyFailedLogins(limit.limit, limit.period, limit.scope, denial.retry_after)
    if limit.name == _MESSAGES:
        return TooManyMessages(limit.limit, limit.period, denial.retry_after)
    return RateExceeded(limit.name, limit.limit, limit.period, limit.scope, denial.retry_after)
