"""The store's contract: what counts for the limits, and the quota of configurations."""

from __future__ import annotations

import asyncio

import pytest

from contract.store_world import Contract, World, add, adding, key, providers_of
from mailproof.domain.ledger import Change, Decide, EventType, Quota
from mailproof.domain.limit_errors import ConfigQuotaExceeded, EventQuotaExceeded
from mailproof.domain.shares import SLOT_WAIT, Demand, Denial, RateLimit, Scope, SlotLimit

SIX = RateLimit("tests", Scope.TOKEN, 6, 6_000_000, b"six")
TWO = SlotLimit(Scope.HOST, 2, b"two")


def doing(kind: EventType, provider_id: str) -> Decide:
    """Return the decision on one change."""
    return lambda _: (Change(kind, provider_id),)


class LimitsContract(Contract):
    def test_a_rate_passes_its_limit_at_once_and_what_is_given_back(self) -> None:
        async def scenario(world: World) -> None:
            counter = world.store.limit_counter()
            demand = Demand((SIX,))
            taken = await asyncio.gather(*(counter.take(demand, str(number)) for number in range(30)))
            assert taken.count(None) == 6
            refused = await counter.take(demand, "x")
            assert refused is not None
            assert refused.limit == SIX
            assert refused.retry_after > 900_000
            await counter.give_back(demand, "x", (SIX,))
            assert await counter.take(demand, "x") is None
            assert await counter.take(demand, "x") is not None

        self.run(scenario)

    def test_slots_are_never_more_and_are_free_when_given_back_or_over(self) -> None:
        async def scenario(world: World) -> None:
            counter = world.store.limit_counter()
            for_long, over = Demand((), (TWO,), 3600.0), Demand((), (TWO,), 0.0)
            taken = await asyncio.gather(*(counter.take(for_long, str(number)) for number in range(30)))
            assert taken.count(None) == 2
            held = [str(number) for number, denial in enumerate(taken) if denial is None]
            assert await counter.take(for_long, "x") == Denial(TWO, SLOT_WAIT)
            await counter.give_back(for_long, held[0])
            assert await counter.take(over, "y") is None, "whose time is over at once"
            assert await counter.take(for_long, "z") is None
            assert await counter.take(for_long, "x") == Denial(TWO, SLOT_WAIT)
            await counter.give_back(for_long, "nobody")
            assert await counter.take(for_long, "x") == Denial(TWO, SLOT_WAIT)

        self.run(scenario)

    def test_a_demand_gets_all_or_nothing(self) -> None:
        async def scenario(world: World) -> None:
            counter = world.store.limit_counter()
            only = SlotLimit(Scope.TOKEN, 1, b"only")
            assert await counter.take(Demand((), (only,), 3600.0), "first") is None
            both = Demand((SIX,), (TWO, only), 3600.0)
            refused = await asyncio.gather(*(counter.take(both, str(number)) for number in range(10)))
            assert refused == [Denial(only, SLOT_WAIT)] * 10
            free = Demand((SIX,), (TWO,), 3600.0)
            assert [await counter.take(free, name) for name in "ab"] == [None, None]
            assert [await counter.take(Demand((SIX,)), "") for _ in range(4)] == [None] * 4
            assert await counter.take(Demand((SIX,)), "") is not None

        self.run(scenario)

    def test_an_instance_gets_no_more_configurations_than_its_quota(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller("here")
            for number in range(3):
                await store.add(caller, adding(store, name=str(number)), quota=Quota(5))
            many = [store.add(caller, adding(store, name="many"), quota=Quota(5)) for _ in range(10)]
            done = await asyncio.gather(*many, return_exceptions=True)
            assert sum(isinstance(each, ConfigQuotaExceeded) for each in done) == 8
            assert len(await providers_of(store, "here")) == 5
            with pytest.raises(ConfigQuotaExceeded):
                await store.add(caller, adding(store, name="keyed"), key=key("k"), quota=Quota(5))
            assert len(await providers_of(store, "here")) == 5
            await add(store, caller, "without a quota")
            assert len(await providers_of(store, "here")) == 6
            other = await world.caller("there")
            change = adding(store, name="first")
            first = await store.add(other, change, key=key("k"), quota=Quota(1))
            again = await store.add(other, change, key=key("k"), quota=Quota(1))
            assert again == first, "a repeated call adds nothing"

        self.run(scenario)

    def test_a_log_gets_no_more_events_than_its_quota_but_for_what_takes_away(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller("here")
            quota = Quota(events=3)
            added = await store.add(caller, adding(store, name="1"), quota=quota)
            many = [store.add(caller, adding(store, name="many"), quota=quota) for _ in range(5)]
            done = await asyncio.gather(*many, return_exceptions=True)
            assert sum(isinstance(each, EventQuotaExceeded) for each in done) == 3
            with pytest.raises(EventQuotaExceeded):
                await store.add(caller, adding(store, name="keyed"), key=key("k"), quota=quota)
            provider_id = added.change.provider_id
            for kind in (EventType.ACTIVATED, EventType.TESTED):
                with pytest.raises(EventQuotaExceeded):
                    await store.commit(caller, provider_id, quota.bounding(doing(kind, provider_id)))
            remove = doing(EventType.REMOVED, provider_id)
            assert (await store.commit(caller, provider_id, quota.bounding(remove))).events[0].sequence == 4

        self.run(scenario)
