"""The store's contract: a thinned log has lost no state, no answer to a repeated call, and nothing unnoticed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta

import pytest

from contract.store_world import Contract, World, activation, add, adding, change, does, log_of, providers_of, smtp
from mailproof.domain.ledger import Change, Event, EventType, IdempotencyKey, LogBroken, Quota
from mailproof.domain.limit_errors import EventQuotaExceeded
from mailproof.domain.model import Caller, Page
from mailproof.domain.thinning import ThinningPolicy
from mailproof.store.contract import Store
from mailproof.store.sealing import HEADER_BYTES

LATER = timedelta(hours=2)
ALL = ThinningPolicy(timedelta(hours=1))
MANY = 450
"""More than two batches."""


async def thin(store: Store, caller: Caller, policy: ThinningPolicy = ALL) -> None:
    """Thin as far as the policy says."""
    before = -1
    while (through := await store.thinned_through(caller.instance_id)) != before:
        before = through
        await store.thin(caller.instance_id, policy)


async def thinned(store: Store, caller: Caller) -> Sequence[Event]:
    """Hold a log against its laws, and return it, the oldest event first."""
    through = await store.thinned_through(caller.instance_id)
    events = await log_of(store, caller.instance_id)
    old = [event for event in events if event.sequence <= through]
    assert {event.change.type for event in old} <= {EventType.SNAPSHOT}
    last = (await store.list(caller.instance_id, page())).sequence
    assert [event.sequence for event in events[len(old) :]] == list(range(through + 1, last + 1))
    assert await store.rebuild(check=True) == 0
    return events


def page() -> Page:
    return Page(limit=1)


class ThinningContract(Contract):
    @pytest.mark.parametrize("seed", range(3))
    def test_the_state_still_follows_from_a_log_that_was_thinned(self, seed: int) -> None:
        async def scenario(world: World) -> None:
            store, caller, chance = world.store, await world.caller(), random.Random(seed)
            await world.caller("untouched")
            for _ in range(4):
                await live(store, caller, chance)
                world.clock.advance(LATER)
                await live(store, caller, chance, few=chance.randrange(3))
                state = await providers_of(store, caller.instance_id)
                await thin(store, caller, chance.choice((ALL, ThinningPolicy(keep=5))))
                assert await providers_of(store, caller.instance_id) == state
                events = await thinned(store, caller)
                snapshots = {each.change.provider_id for each in events if each.change.type is EventType.SNAPSHOT}
                gone = {each.change.provider_id for each in events if each.change.type is EventType.REMOVED}
                assert snapshots <= state.keys() | gone
            assert await store.rebuild() == 0
            assert await store.thinned_through("untouched") == 0
            assert await store.thinned_through("nowhere") == await store.thin("nowhere", ALL) == 0

        self.run(scenario)

    def test_many_events_go_in_batches_beside_writers_and_another_replica(self) -> None:
        async def scenario(world: World) -> None:
            store, other, caller = world.store, await world.another(), await world.caller()
            ids = [each.change.provider_id for each in await adds(store, caller, MANY)]
            world.clock.advance(LATER)
            removals = (store.commit(caller, each, change(EventType.REMOVED, each)) for each in ids[::2])
            await asyncio.gather(*removals)
            assert await store.thinnable(caller.instance_id, ALL) == MANY
            await asyncio.gather(thin(store, caller), thin(other, caller), adds(other, caller, 20))
            assert await store.thinned_through(caller.instance_id) == MANY
            events = await thinned(store, caller)
            assert len(events) == MANY + MANY // 2 + 20, "the events that removed providers are young"
            world.clock.advance(LATER)
            await thin(other, caller)
            assert len(await thinned(store, caller)) == MANY // 2 + 20
            assert await store.thinnable(caller.instance_id, ALL) == 0

        self.run(scenario)

    def test_what_is_young_stays(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            for _ in range(3):
                await add(store, caller)
            await thin(store, caller, ThinningPolicy(timedelta(0), 1))
            assert await store.thinned_through(caller.instance_id) == 0
            world.clock.advance(LATER)
            await thin(store, caller, ThinningPolicy(timedelta(days=1)))
            await thin(store, caller, ThinningPolicy(keep=3))
            await thin(store, caller, ThinningPolicy())
            assert await store.thinned_through(caller.instance_id) == 0
            assert await store.thinnable(caller.instance_id, ThinningPolicy(keep=2)) == 1
            await thin(store, caller, ThinningPolicy(keep=2))
            assert await store.thinned_through(caller.instance_id) == 1

        self.run(scenario)

    def test_a_snapshot_says_who_added_it_and_holds_the_one_secret(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            one = adding(store, smtp("one"), b"first" + bytes(HEADER_BYTES))
            added = await store.add(caller, one)
            colleague = Caller((await world.caller()).token, caller.instance_id, "192.0.2.9")
            changed = Change(EventType.SMTP_CHANGED, one.provider_id, smtp("two"), b"other" + bytes(HEADER_BYTES))
            last = (await store.commit(colleague, one.provider_id, does(changed))).events[0]
            world.clock.advance(LATER)
            await thin(store, caller)
            (snapshot,) = await thinned(store, caller)
            assert (snapshot.sequence, snapshot.created_at) == (added.sequence, added.created_at)
            assert (snapshot.actor_token_id, snapshot.peer) == (caller.token.id, caller.peer)
            assert snapshot.change.settings == smtp("two")
            assert snapshot.change.snapshot is not None
            assert (snapshot.change.snapshot.sequence, snapshot.change.snapshot.changed_at) == (2, last.created_at)
            assert list((await store.sealed_counts()).values()) == [(1, 1)]
            await store.commit(caller, one.provider_id, change(EventType.PASSWORD_CHANGED, one.provider_id))
            assert await store.sealed_counts() == {}, "the snapshot's copy is destroyed too"
            await store.commit(caller, one.provider_id, change(EventType.REMOVED, one.provider_id))
            assert await store.rebuild(check=True) == 0
            world.clock.advance(LATER)
            await thin(store, caller)
            assert await thinned(store, caller) == []
            await add(store, caller)
            assert [event.sequence for event in await thinned(store, caller)] == [5]

        self.run(scenario)

    def test_a_key_is_answered_as_long_as_it_is_kept(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            await add(store, caller)
            key = IdempotencyKey("k", (b"d",))
            first = await store.add(caller, adding(store), key=key)
            await store.commit(caller, first.change.provider_id, change(EventType.REMOVED, first.change.provider_id))
            world.clock.advance(LATER)
            await thin(store, caller)
            assert await store.thinned_through(caller.instance_id) == 1
            assert await store.add(caller, adding(store), key=key) == first
            world.clock.advance(timedelta(hours=24))
            await thin(store, caller)
            assert await store.thinned_through(caller.instance_id) == 3

        self.run(scenario)

    def test_what_was_thinned_counts_towards_no_quota(self) -> None:
        async def scenario(world: World) -> None:
            store, caller, quota = world.store, await world.caller(), Quota(events=3)
            gone = await add(store, caller)
            await store.commit(caller, gone, change(EventType.REMOVED, gone))
            kept = await add(store, caller)
            for key in (None, IdempotencyKey("k", (b"d",))):
                with pytest.raises(EventQuotaExceeded):
                    await store.add(caller, adding(store), key=key, quota=quota)
            world.clock.advance(LATER)
            await thin(store, caller)
            await store.add(caller, adding(store), quota=quota)
            await store.commit(caller, kept, quota.bounding(activation(kept)))
            with pytest.raises(EventQuotaExceeded):
                await store.commit(caller, kept, quota.bounding(change(EventType.PASSWORD_CHANGED, kept)))

        self.run(scenario)

    def test_what_is_lost_of_a_thinned_log_is_found(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            for _ in range(3):
                await add(store, caller)
            world.clock.advance(LATER)
            await thin(store, caller)
            await add(store, caller)
            await add(store, caller)
            for statement, said in (
                ("DELETE FROM events WHERE sequence = 4", "event 4 of .* is missing"),
                ("DELETE FROM events WHERE sequence = 2", "event 3 of .* 3 snapshots should stand before it, and 2 do"),
                ("UPDATE events SET type = 'smtp.added' WHERE sequence = 1", "event 1 of .* stands among the events"),
            ):
                await world.database.tamper(statement)
                for only_check in (True, False):
                    with pytest.raises(LogBroken, match=said):
                        await store.rebuild(check=only_check)
                if "= 4" in statement:
                    await world.database.tamper("UPDATE events SET sequence = 4 WHERE sequence = 5")
                    await world.database.tamper("UPDATE instances SET sequence = 4 WHERE sequence = 5")

        self.run(scenario)

    def test_an_event_that_can_not_be_followed_is_not_thinned(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            one = await add(store, caller)
            await store.commit(caller, "", does(Change(EventType.SECRETS_EXPORTED, "", count=1)))
            await store.commit(caller, one, activation(one))
            world.clock.advance(LATER)
            await world.database.tamper("UPDATE events SET type = 'noted.seen' WHERE sequence = 2")
            await world.database.tamper("UPDATE events SET type = 'provider.locked' WHERE sequence = 3")
            with pytest.raises(LogBroken, match=r"event 3 .*'provider\.locked'"):
                await store.thin(caller.instance_id, ALL)
            assert await store.thinned_through(caller.instance_id) == 0
            await world.database.tamper("UPDATE events SET type = 'provider.activated' WHERE sequence = 3")
            await thin(store, caller)
            assert await store.thinned_through(caller.instance_id) == 3
            assert len(await thinned(store, caller)) == 1

        self.run(scenario)


async def adds(store: Store, caller: Caller, count: int) -> list[Event]:
    return await asyncio.gather(*(store.add(caller, adding(store)) for _ in range(count)))


async def live(store: Store, caller: Caller, chance: random.Random, few: int = 12) -> None:
    """Add, change, activate, deactivate, note and remove at random."""
    for _ in range(few):
        known = await providers_of(store, caller.instance_id)
        kind = chance.choice(list(EventType))
        if kind in {EventType.SMTP_ADDED, EventType.HTTP_ADDED, EventType.SNAPSHOT, EventType.UNKNOWN} or not known:
            await store.add(caller, adding(store, smtp(f"n{chance.random()}"), chance.choice((None, b"sealed"))))
            continue
        mine = chance.choice(list(known))
        if kind is EventType.ACTIVATED:
            await store.commit(caller, mine, activation(mine))
        elif kind in {EventType.SMTP_CHANGED, EventType.HTTP_CHANGED}:
            changed = Change(EventType.SMTP_CHANGED, mine, smtp(f"n{chance.random()}"), chance.choice((None, b"other")))
            await store.commit(caller, mine, does(changed))
        else:
            await store.commit(caller, mine, change(kind, mine))
