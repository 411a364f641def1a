"""The limits as callers meet them: fair shares of the slots, whose rates are counted, and what a refusal says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.errors import Failure, Kind, StoreUnavailable
from mailproof.domain.limit_errors import RateExceeded, TooManyFailedLogins, TooManyMessages, TooManyTests
from mailproof.domain.limits import Activity, BoundedWork, Bounds, Limits, Ticket, fair_share
from mailproof.domain.model import Caller, Role, Token
from mailproof.domain.shares import Demand, Denial, LocalCounter, RateLimit


def caller(instance: str, token: str = "") -> Caller:
    return Caller(Token(token or instance, "", Role.ADMIN, (instance,), datetime(2026, 1, 1, tzinfo=UTC)), instance)


ANN, BEN = caller("ann"), caller("ben")


def work(
    who: Caller = ANN, host: str = "mx.test", *, logins: tuple[str, ...] = (), receiver: str = "", what: str = "tests"
) -> BoundedWork:
    return BoundedWork(Activity(what), who, host, logins, receiver, seconds=30.0)


class Room:
    """Limits, and the slots that are held."""

    def __init__(self, slots: int = 1000, **bounds: int) -> None:
        self.limits = Limits(max_timeout=30, max_concurrent=slots, bounds=Bounds(**bounds))
        self.held = AsyncExitStack()

    async def hold(self, wanted: BoundedWork) -> Failure | None:
        try:
            await self.held.enter_async_context(self.limits.slot(wanted))
        except Failure as failure:
            return failure
        return None

    async def fill(self, wanted: BoundedWork, most: int = 2000) -> int:
        """Hold slots until one is refused; return how many."""
        for number in range(most):
            if await self.hold(wanted):
                return number
        return most

    async def once(self, wanted: BoundedWork, *, failed: bool = False, sent: bool = False) -> Failure | None:
        try:
            async with self.limits.slot(wanted) as ticket:
                ticket.login_failed, ticket.message_sent = failed, sent
        except Failure as failure:
            return failure
        return None


@asynccontextmanager
async def room(slots: int = 1000, **bounds: int) -> AsyncIterator[Room]:
    made = Room(slots, **bounds)
    async with made.held:
        yield made


@given(slots=st.integers(1, 1000), holders=st.integers(1, 50))
def test_a_fair_share_leaves_some_for_who_comes_next(slots: int, holders: int) -> None:
    share = fair_share(slots, holders)
    assert share >= 1
    assert fair_share(slots, holders + 1) <= share
    if slots >= 3 * holders:
        assert holders * share < slots
        assert slots - fair_share(slots, 1) >= slots // 3


def test_a_second_instance_gets_a_third_at_once_beside_one_that_asks_for_all() -> None:
    async def main() -> None:
        async with room(100) as tests:
            assert await tests.fill(work(ANN)) == 66
            assert await tests.fill(work(BEN)) == 34
            assert isinstance(await tests.hold(work(caller("third"))), TooManyTests)

    asyncio.run(main())


def test_shares_shrink_as_more_instances_are_at_work() -> None:
    async def main() -> None:
        async with room(100) as tests:
            assert [await tests.fill(work(caller(f"i{number}")), 10) for number in range(3)] == [10, 10, 10]
            assert await tests.fill(work(caller("i0"))) == 28 - 10
            assert await tests.fill(work(caller("i1"))) == 28 - 10
            assert await tests.fill(work(caller("i2"))) == 28 - 10
            assert await tests.fill(work(caller("late"))) == 16, "all that is left"

    asyncio.run(main())


def test_a_slot_is_free_again_when_its_test_ends_however_it_ends() -> None:
    async def main() -> None:
        async with room(1, concurrent_per_token=1, concurrent_per_host=1) as tests:
            for _ in range(3):
                assert await tests.once(work()) is None
                with pytest.raises(ZeroDivisionError):
                    async with tests.limits.slot(work()):
                        raise ZeroDivisionError
                holder = asyncio.create_task(tests.hold(work()))
                holder.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await holder
            assert await tests.once(work()) is None

    asyncio.run(main())


@pytest.mark.parametrize(
    ("bounds", "first", "second", "scope"),
    [
        ({"concurrent_per_token": 3}, work(ANN), work(caller("other", "ann")), "token"),
        ({"concurrent_per_instance": 3}, work(ANN), work(caller("ann", "other")), "instance"),
        ({"concurrent_per_host": 5}, work(ANN), work(ANN), "instance"),
    ],
)
def test_slots_are_counted_for(bounds: dict[str, int], first: BoundedWork, second: BoundedWork, scope: str) -> None:
    async def main() -> None:
        async with room(**bounds) as tests:
            assert await tests.fill(first) == 3
            refused = await tests.hold(second)
            assert isinstance(refused, TooManyTests)
            assert refused.metadata == {"limit": "3", "scope": scope}
            assert refused.retry_after == 1.0
            assert await tests.hold(work(caller("else"), "else.test")) is None

    asyncio.run(main())


def test_a_second_instance_gets_a_third_of_a_hosts_slots() -> None:
    async def main() -> None:
        async with room(concurrent_per_host=50) as tests:
            assert await tests.fill(work(ANN)) == 33
            assert await tests.fill(work(BEN)) == 17
            refused = await tests.hold(work(caller("third")))
            assert isinstance(refused, TooManyTests)
            assert refused.metadata["scope"] == "host"
            assert "ann" not in str(refused.metadata) + refused.message

    asyncio.run(main())


@pytest.mark.parametrize(
    ("bounds", "what", "scope", "period"),
    [
        ({"tests_per_token": 4}, "tests", "token", "60s"),
        ({"tests_per_instance": 4}, "tests", "instance", "60s"),
        ({"tests": 6}, "tests", "all", "60s"),
        ({"tests_per_host": 6}, "tests", "host", "60s"),
        ({"searches": 4}, "searches", "instance", "60s"),
        ({"posts": 4}, "webhook_posts", "instance", "60s"),
        ({"tests_per_token": 4}, "searches", "token", "60s"),
        ({"tests_per_token": 4}, "webhook_posts", "token", "60s"),
    ],
)
def test_rates_are_counted_for(bounds: dict[str, int], what: str, scope: str, period: str) -> None:
    async def main() -> None:
        async with room(**bounds) as tests:
            refused = [await tests.once(work(what=what)) for _ in range(5)]
            assert refused[:4] == [None] * 4
            failure = refused[4]
            assert isinstance(failure, RateExceeded)
            assert (failure.kind, failure.metadata["period"]) == (Kind.RESOURCE_EXHAUSTED, period)
            assert failure.metadata["limit"] in {"4", "6"}
            assert failure.metadata["scope"] == scope
            assert failure.retry_after is not None
            assert 0 < failure.retry_after <= 60
            shared = scope in {"all", "host"}
            assert [await tests.once(work(BEN, what=what)) for _ in range(2)] == [None, None]
            assert (await tests.once(work(BEN, what=what)) is not None) == shared

    asyncio.run(main())


@pytest.mark.parametrize("what", ["imports", "exports"])
def test_imports_and_exports_have_rates_of_their_own(what: str) -> None:
    async def main() -> None:
        async with room(imports=2, exports=2, tests_per_token=1) as tests:
            for _ in range(2):
                await tests.limits.admit(work(what=what))
            with pytest.raises(RateExceeded) as caught:
                await tests.limits.admit(work(what=what))
            assert caught.value.metadata == {"name": what, "limit": "2", "period": "3600s", "scope": "instance"}
            await tests.limits.admit(work(BEN, what=what))

    asyncio.run(main())


def test_failed_logins_count_over_all_instances_and_good_ones_do_not() -> None:
    async def main() -> None:
        async with room(failed_logins=6) as tests:
            login = ("user jo@a.test",)
            assert [await tests.once(work(logins=login)) for _ in range(100)] == [None] * 100
            who = [ANN, BEN, caller("third")]
            assert [await tests.once(work(each, logins=login), failed=True) for each in who * 2] == [None] * 6
            refused = await tests.once(work(caller("fourth"), logins=login))
            assert isinstance(refused, TooManyFailedLogins)
            assert refused.retry_after is not None
            assert 90 < refused.retry_after <= 100
            assert "does not lock the account" in refused.message
            assert await tests.once(work(logins=("user mo@a.test",))) is None

    asyncio.run(main())


def test_parallel_guesses_are_as_few_as_those_one_after_the_other() -> None:
    async def main() -> None:
        async with room(failed_logins=6) as tests:
            login = ("user jo@a.test",)
            assert await tests.fill(work(logins=login)) == 4
            assert await tests.fill(work(BEN, logins=login)) == 2, "who fails on purpose leaves another instance some"
            refused = await tests.hold(work(BEN, logins=login))
            assert isinstance(refused, TooManyTests)
            assert (refused.metadata["scope"], refused.retry_after) == ("login", 1.0)
            await tests.held.aclose()  # nobody says how they ended
            assert isinstance(await tests.once(work(logins=login)), TooManyFailedLogins)

    asyncio.run(main())


def test_an_instance_that_tries_one_password_on_many_users_is_held_back() -> None:
    async def main() -> None:
        async with room(failed_logins=6, failed_logins_per_instance=20) as tests:
            spray = [await tests.once(work(logins=(f"user u{n}@a.test",)), failed=True) for n in range(21)]
            assert spray[:20] == [None] * 20
            assert isinstance(spray[20], TooManyFailedLogins)
            assert spray[20].metadata["scope"] == "instance"
            assert await tests.once(work(BEN, logins=("user u20@a.test",))) is None

    asyncio.run(main())


def test_a_receiver_gets_so_many_messages_and_one_instance_sends_two_thirds_of_them() -> None:
    async def main() -> None:
        async with room(messages=15) as tests:
            victim = "jo@a.test"
            assert [await tests.once(work(receiver=victim)) for _ in range(50)] == [None] * 50, "none was sent"
            sent = [await tests.once(work(receiver=victim), sent=True) for _ in range(11)]
            assert sent[:10] == [None] * 10
            assert isinstance(sent[10], TooManyMessages)
            assert [await tests.once(work(BEN, receiver=victim), sent=True) for _ in range(5)] == [None] * 5
            assert isinstance(await tests.once(work(BEN, receiver=victim)), TooManyMessages)
            assert await tests.once(work(receiver="mo@a.test")) is None

    asyncio.run(main())


class Broken(LocalCounter):
    """A database that goes away."""

    broken = True

    async def take(self, demand: Demand, lease: str) -> Denial | None:
        if self.broken:
            raise StoreUnavailable
        return await super().take(demand, lease)

    async def give_back(self, demand: Demand, lease: str, uncounted: Sequence[RateLimit] = ()) -> None:
        raise StoreUnavailable


def test_a_count_that_can_not_be_read_refuses_and_one_that_can_not_be_given_back_does_not() -> None:
    async def main() -> None:
        counter = Broken()
        limits = Limits(max_timeout=30, max_concurrent=1, bounds=Bounds(concurrent_per_token=5), counter=counter)
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                async with limits.slot(work()):
                    raise AssertionError("it must not run")
        counter.broken = False
        for _ in range(3):
            async with limits.slot(work()) as ticket:
                assert isinstance(ticket, Ticket)

    asyncio.run(main())


def test_keys_reveal_nothing() -> None:
    async def main() -> None:
        seen: list[bytes] = []

        class Watched(LocalCounter):
            async def take(self, demand: Demand, lease: str) -> Denial | None:
                seen.extend([*(rate.key for rate in demand.rates), *(slot.key for slot in demand.slots)])
                return await super().take(demand, lease)

        bounds = Bounds(concurrent_per_host=5, tests_per_host=5, messages=5, failed_logins=5)
        limits = Limits(max_timeout=30, max_concurrent=9, bounds=bounds, counter=Watched())
        async with limits.slot(work(logins=("user jo@a.test",), receiver="jo@a.test")):
            pass
        assert len(seen) == len(set(seen)) + 2, "a login's two rates and slots share their keys, and no others do"
        assert all(len(key) == 16 and b"a.test" not in key and b"ann" not in key for key in seen)

    asyncio.run(main())
