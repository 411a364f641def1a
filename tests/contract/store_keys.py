"""The store's contract: idempotency keys. A call that is repeated under its key happens once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from contract.store_world import Contract, World, activation, add, adding, change, check, does, key, log_of
from mailproof.domain.errors import IdempotencyKeyReused
from mailproof.domain.ledger import Change, EventType, Situation
from mailproof.domain.provider_errors import AlreadyActive

DAY = timedelta(hours=24)
ONE, TWO, THREE = (bytes([number] * 32) for number in (1, 2, 3))


class KeysContract(Contract):
    def test_a_repeated_add_is_answered_with_the_first_event(self) -> None:
        async def scenario(world: World) -> None:
            store, other, caller = world.store, await world.another(), await world.caller()
            first = await store.add(caller, adding(store), key=key())
            for again in (store, other):
                assert await again.add(caller, adding(again), key=key()) == first
            assert (await store.add(caller, adding(store), key=key("another"))).sequence == 2
            assert (await store.add(caller, adding(store))).sequence == 3
            await check(store, caller.instance_id)

        self.run(scenario)

    def test_a_repeated_commit_is_not_decided_again(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            fresh = adding(store)
            changes = (fresh, Change(EventType.ACTIVATED, fresh.provider_id))
            first = await store.commit(caller, "", does(*changes), key=key())
            assert not first.replayed

            def decide(_: Situation) -> tuple[Change, ...]:
                raise AssertionError("decided again")

            again = await store.commit(caller, "", decide, key=key())
            assert again.replayed
            assert again.events == first.events
            assert len(await check(store, caller.instance_id)) == 2

        self.run(scenario)

    def test_the_same_add_many_times_at_once_happens_once(self) -> None:
        async def scenario(world: World) -> None:
            stores, caller = (world.store, await world.another()), await world.caller()
            events = await asyncio.gather(
                *(stores[n % 2].add(caller, adding(stores[n % 2]), key=key()) for n in range(32))
            )
            assert len({event.change.provider_id for event in events}) == 1
            assert len(await check(world.store, caller.instance_id)) == 1

        self.run(scenario)

    def test_a_key_of_another_request_is_refused_and_nothing_happens(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            first = await store.add(caller, adding(store), key=key("k", ONE))
            with pytest.raises(IdempotencyKeyReused):
                await store.add(caller, adding(store), key=key("k", TWO))
            with pytest.raises(IdempotencyKeyReused):
                await store.commit(caller, "", does(adding(store)), key=key("k", TWO, THREE))
            assert await store.add(caller, adding(store), key=key("k", ONE)) == first
            assert len(await check(store, caller.instance_id)) == 1

        self.run(scenario)

    def test_a_digest_under_a_former_key_of_the_server_is_the_same_request(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            first = await store.add(caller, adding(store), key=key("k", ONE))
            assert await store.add(caller, adding(store), key=key("k", TWO, ONE)) == first
            second = await store.add(caller, adding(store), key=key("l", TWO, ONE))
            assert await store.add(caller, adding(store), key=key("l", TWO)) == second, "the first digest is kept"

        self.run(scenario)

    def test_a_key_is_forgotten_after_a_day(self) -> None:
        async def scenario(world: World) -> None:
            store, other, caller = world.store, await world.another(), await world.caller()
            first = await store.add(caller, adding(store), key=key("k", ONE))
            world.clock.advance(DAY - timedelta(minutes=1))
            assert await other.add(caller, adding(other), key=key("k", ONE)) == first, "and not renewed by use"
            world.clock.advance(timedelta(minutes=2))
            second = await store.add(caller, adding(store), key=key("k", TWO))
            assert second.sequence == 2
            assert await other.add(caller, adding(other), key=key("k", TWO)) == second
            world.clock.advance(DAY - timedelta(minutes=1))
            assert await store.add(caller, adding(store), key=key("k", TWO)) == second, "a day from its second use"
            await check(store, caller.instance_id)

        self.run(scenario)

    def test_each_callers_keys_are_its_own(self) -> None:
        async def scenario(world: World) -> None:
            store, one, two = world.store, await world.caller("a", "b"), await world.caller("a")
            made = [
                await store.add(caller, adding(store), key=key("k", digest))
                for caller, digest in ((one, ONE), (two, TWO), (replace(one, instance_id="b"), THREE))
            ]
            assert [(event.instance_id, event.sequence) for event in made] == [("a", 1), ("a", 2), ("b", 1)]

        self.run(scenario)

    def test_the_first_answer_stands_whatever_became_of_the_provider(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            first = await store.add(caller, adding(store, sealed=b"then"), key=key())
            mine = first.change.provider_id
            await store.commit(caller, mine, does(Change(EventType.PASSWORD_CHANGED, mine, sealed=b"now")))
            again = await store.add(caller, adding(store), key=key())
            assert again == replace(first, change=replace(first.change, sealed=None)), "what was replaced is destroyed"
            await store.commit(caller, mine, change(EventType.REMOVED, mine))
            assert await store.add(caller, adding(store), key=key()) == again
            assert await store.get(caller.instance_id, mine) is None
            assert len(await log_of(store, caller.instance_id)) == 3

        self.run(scenario)

    def test_a_refused_call_leaves_its_key_free(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()

            def refuse(_: Situation) -> tuple[Change, ...]:
                raise AlreadyActive("1")

            with pytest.raises(AlreadyActive):
                await store.commit(caller, "", refuse, key=key("k", ONE))
            assert (await store.add(caller, adding(store), key=key("k", TWO))).sequence == 1

        self.run(scenario)

    def test_a_key_may_be_any_text(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            for number, name in enumerate(["'; --", "郵" * 100, "%", "\u202e", "x" * 1000, "K", "k"], 1):
                assert (await store.add(caller, adding(store), key=key(name))).sequence == number
                assert (await store.add(caller, adding(store), key=key(name))).sequence == number

        self.run(scenario)

    def test_keys_do_not_stop_other_writes(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            for number in range(3):
                await store.add(caller, adding(store), key=key(str(number)))
            world.clock.advance(2 * DAY)
            mine = await add(store, caller)
            await store.commit(caller, mine, activation(mine), key=key("0"))
            assert len(await check(store, caller.instance_id)) == 5

        self.run(scenario)
