"""The store's contract: providers added, changed, read and listed, by one caller and by many at once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from contract.store_world import (
    PEER,
    SETTINGS,
    Contract,
    World,
    activation,
    add,
    adding,
    change,
    check,
    does,
    log_of,
    providers_of,
    smtp,
)
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.ledger import Change, Decide, EventType, Situation
from mailproof.domain.model import Details, HttpSettings, Page, Provider, ProviderState
from mailproof.domain.provider_errors import AlreadyActive, ProviderNotFound

HTTP = HttpSettings("https://hook.example.com/x?y=1", "poßt \0 \ud800")

ODD_IDS = ["", "1", "no such", "'; DROP TABLE providers; --", "\0", "a\0b", "9" * 1000, "%", "\u202e郵"]


class ProvidersContract(Contract):
    @pytest.mark.parametrize("settings", [SETTINGS, smtp(), HTTP])
    @pytest.mark.parametrize("sealed", [None, b"", bytes(range(256))])
    def test_a_new_provider_is_inactive_and_as_it_was_given(self, settings: HttpSettings, sealed: bytes | None) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            before = world.clock.now
            wanted = adding(store, settings, sealed)
            event = await store.add(caller, wanted)
            assert (event.change, event.sequence, event.instance_id) == (wanted, 1, caller.instance_id)
            assert (event.actor_token_id, event.peer) == (caller.token.id, PEER)
            assert event.created_at > before
            details = Details(1, event.created_at, event.created_at, caller.instance_id)
            provider = await store.get(caller.instance_id, wanted.provider_id)
            assert provider == Provider(wanted.provider_id, settings, ProviderState.INACTIVE, details, 1, sealed)
            assert list(await store.list_events(caller.instance_id, before=None, limit=9)) == [event]

        self.run(scenario)

    def test_new_ids_are_decimal_and_differ_on_all_replicas(self) -> None:
        async def scenario(world: World) -> None:
            other = await world.another()
            made = [store.new_id() for _ in range(300) for store in (world.store, other)]
            assert all(each.isdecimal() for each in made)
            assert len(set(made)) == len(made)

        self.run(scenario)

    def test_an_id_that_is_taken_is_refused_and_nothing_happens(self) -> None:
        async def scenario(world: World) -> None:
            store, caller, stranger = world.store, await world.caller(), await world.caller("two")
            wanted = adding(store)
            await store.add(caller, wanted)
            for each in (caller, stranger):
                with pytest.raises(StoreUnavailable):
                    await store.add(each, wanted)
            assert len(await check(store, caller.instance_id)) == 1
            assert await check(store, stranger.instance_id) == []

        self.run(scenario)

    def test_another_instance_sees_nothing_of_a_provider(self) -> None:
        async def scenario(world: World) -> None:
            store, one, two = world.store, await world.caller(), await world.caller("two")
            mine = await add(store, one)
            await store.commit(one, mine, activation(mine))
            seen: list[Situation] = []
            await store.commit(two, mine, look(seen))
            assert seen == [Situation(None, None, 0)]
            assert await store.get(two.instance_id, mine) is None
            assert await store.get_active(two.instance_id) is None
            assert await providers_of(store, two.instance_id) == {}
            assert await store.list_events(two.instance_id, before=None, limit=9, provider_id=mine) in ((), [])

        self.run(scenario)

    def test_an_odd_id_is_unknown_and_no_error(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            mine = await add(store, caller)
            for odd in ODD_IDS:
                assert await store.get(caller.instance_id, odd) is None, odd
                assert await store.get(odd, mine) is None, odd
                assert await store.get_active(odd) is None, odd
                page = await store.list(odd, Page())
                assert (page.providers, page.total, page.sequence) == ((), 0, 0), odd
                assert not await store.list_events(odd, before=None, limit=9), odd
                if odd:  # "" is all
                    assert not await store.list_events(caller.instance_id, before=None, limit=9, provider_id=odd), odd
                with pytest.raises(ProviderNotFound):
                    await store.commit(caller, odd, _found)
            assert len(await check(store, caller.instance_id)) == 1

        self.run(scenario)

    def test_a_decision_sees_the_provider_the_active_one_and_the_count(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            one, two = await add(store, caller, "one"), await add(store, caller, "two")
            await store.commit(caller, one, activation(one))
            first, second = (await providers_of(store, caller.instance_id)).values()
            seen: list[Situation] = []
            for each in (one, two, "no such", ""):
                outcome = await store.commit(caller, each, look(seen))
                assert (outcome.events, outcome.replayed) == ((), False)
                assert outcome.provider == seen[-1].provider
            assert seen == [
                Situation(first, first, 2),
                Situation(second, first, 2),
                Situation(None, first, 2),
                Situation(None, first, 2),
            ]

        self.run(scenario)

    @pytest.mark.parametrize("error", [AlreadyActive("1"), ZeroDivisionError("a defect")])
    def test_a_decision_that_raises_leaves_nothing(self, error: Exception) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            mine = await add(store, caller)
            before = await providers_of(store, caller.instance_id)

            def decide(_: Situation) -> tuple[Change, ...]:
                raise error

            with pytest.raises(type(error)) as caught:
                await store.commit(caller, mine, decide)
            assert str(caught.value) == str(error)
            assert await providers_of(store, caller.instance_id) == before
            assert len(await check(store, caller.instance_id)) == 1

        self.run(scenario)

    def test_a_change_that_does_not_fit_leaves_nothing(self) -> None:
        """The first of two would do; the second is about a provider that is not there."""

        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            mine = await add(store, caller)
            for wrong in (
                Change(EventType.DEACTIVATED, "no such"),
                Change(EventType.REMOVED, "no such"),
                Change(EventType.SMTP_ADDED, store.new_id()),
                Change(EventType.SMTP_ADDED, mine, smtp()),
            ):
                with pytest.raises(Exception):  # noqa: B017 - a defect of the caller's; each adapter's own
                    await store.commit(caller, mine, does(Change(EventType.ACTIVATED, mine), wrong))
            assert len(await check(store, caller.instance_id)) == 1
            assert await store.get_active(caller.instance_id) is None

        self.run(scenario)

    def test_several_changes_of_one_commit_have_their_order_and_one_time(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            fresh = adding(store, smtp("fresh"), b"sealed")
            changes = (
                fresh,
                Change(EventType.ACTIVATED, fresh.provider_id),
                Change(EventType.PASSWORD_CHANGED, fresh.provider_id, sealed=b"other", changed=("password",)),
            )
            outcome = await store.commit(caller, "", does(*changes))
            assert [(event.sequence, event.change) for event in outcome.events] == list(enumerate(changes, 1))
            assert len({event.created_at for event in outcome.events}) == 1
            active = await store.get_active(caller.instance_id)
            assert active is not None
            assert (active.id, active.sealed, active.added_sequence) == (fresh.provider_id, b"other", 1)
            assert active.details.sequence == 3
            added, *others = outcome.events
            destroyed = replace(added, change=replace(fresh, sealed=None))
            assert await check(store, caller.instance_id) == [destroyed, *others]

        self.run(scenario)

    def test_each_event_does_to_the_provider_what_it_says(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            wanted = adding(store, SETTINGS, b"one")
            await store.add(caller, wanted)
            mine = wanted.provider_id
            provider = await store.get(caller.instance_id, mine)
            for sequence, (each, fields) in enumerate(
                [
                    (
                        Change(EventType.SMTP_CHANGED, mine, smtp("x"), b"two", ("sender_name", "password")),
                        {"settings": smtp("x"), "sealed": b"two"},
                    ),
                    (Change(EventType.SMTP_CHANGED, mine, smtp("x"), None, ("password",)), {"sealed": None}),
                    (Change(EventType.PASSWORD_CHANGED, mine, sealed=b"3", changed=("password",)), {"sealed": b"3"}),
                    (Change(EventType.ACTIVATED, mine), {"state": ProviderState.ACTIVE}),
                    (Change(EventType.PASSWORD_CHANGED, mine, changed=("password",)), {"sealed": None}),
                    (Change(EventType.DEACTIVATED, mine), {"state": ProviderState.INACTIVE}),
                ],
                2,
            ):
                assert provider is not None
                outcome = await store.commit(caller, mine, does(each))
                assert outcome.provider == provider, "as it was before"
                event = outcome.events[0]
                details = replace(provider.details, sequence=sequence, change_date=event.created_at)
                provider = replace(provider, details=details, **fields)  # type: ignore[arg-type]
                assert await store.get(caller.instance_id, mine) == provider
            await check(store, caller.instance_id)

        self.run(scenario)

    def test_activation_deactivates_the_other_and_counts_as_its_change(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            one, two = await add(store, caller), await add(store, caller)
            await store.commit(caller, one, activation(one))
            event = (await store.commit(caller, two, activation(two))).events[0]
            assert event.change.deactivated == one
            former, active = (await providers_of(store, caller.instance_id)).values()
            assert (former.state, active.state) == (ProviderState.INACTIVE, ProviderState.ACTIVE)
            assert former.details.sequence == active.details.sequence == event.sequence == 4
            assert former.details.change_date == active.details.change_date == event.created_at
            assert former.details.creation_date != former.details.change_date
            assert await store.get_active(caller.instance_id) == active
            await check(store, caller.instance_id)

        self.run(scenario)

    def test_a_second_active_one_is_refused(self) -> None:
        """A use case that forgot to name the other would break the log's law; the store does not let it."""

        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            one, two = await add(store, caller), await add(store, caller)
            await store.commit(caller, one, activation(one))
            with pytest.raises(Exception):  # noqa: B017 - as above
                await store.commit(caller, two, change(EventType.ACTIVATED, two))
            active = await store.get_active(caller.instance_id)
            assert active is not None
            assert active.id == one
            assert len(await check(store, caller.instance_id)) == 3

        self.run(scenario)

    def test_removal_leaves_the_events_and_nothing_else(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            one, two = await add(store, caller), await add(store, caller)
            await store.commit(caller, one, activation(one))
            for each in (one, two):
                outcome = await store.commit(caller, each, change(EventType.REMOVED, each))
                assert outcome.provider is not None
                assert await store.get(caller.instance_id, each) is None
                assert await store.get_active(caller.instance_id) is None
            assert len(await check(store, caller.instance_id)) == 5
            assert await add(store, caller) not in (one, two)
            assert len(await check(store, caller.instance_id)) == 6

        self.run(scenario)

    def test_a_list_is_in_the_order_of_creation_newest_first_with_the_count_of_all(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            made = [await add(store, caller, f"c{number}") for number in range(7)]
            await store.commit(caller, made[2], activation(made[2]))  # a change is no creation

            async def page(offset: int, limit: int, *, ascending: bool = False) -> list[str]:
                before = world.clock.now
                listed = await store.list(caller.instance_id, Page(offset, limit, ascending))
                assert (listed.total, listed.sequence) == (7, 8)
                assert listed.viewed_at > before
                return [provider.id for provider in listed.providers]

            assert await page(0, 100) == made[::-1]
            assert await page(0, 100, ascending=True) == made
            assert await page(2, 3) == made[::-1][2:5]
            assert await page(5, 5, ascending=True) == made[5:]
            assert await page(7, 1) == []
            assert await page(2**64 - 1, 2**32 - 1) == []

        self.run(scenario)

    def test_what_was_added_is_listed_from_a_place_that_others_do_not_move(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            made = [await add(store, caller, f"c{number}") for number in range(6)]
            await store.commit(caller, made[5], activation(made[5]))

            async def listed(after: int, until: int | None = None, limit: int = 100) -> list[str]:
                found = await store.list_added(caller.instance_id, after=after, until=until, limit=limit)
                assert (found.total, found.sequence, found.active_id) == (6, 7, made[5])
                return [provider.id for provider in found.providers]

            assert await listed(0) == made
            assert await listed(2, 5, 2) == made[2:4]
            assert await listed(2, 5) == made[2:5]
            assert await listed(7) == []
            await store.commit(caller, made[0], change(EventType.REMOVED, made[0]))
            found = await store.list_added(caller.instance_id, after=2, until=None, limit=2)
            assert [provider.id for provider in found.providers] == made[2:4]
            nobody = await store.list_added("nobody", after=0, until=None, limit=2)
            assert (nobody.providers, nobody.total, nobody.sequence, nobody.active_id) == ((), 0, 0, "")

        self.run(scenario)

    def test_secrets_are_counted_within_the_same_bounds(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            for sealed in (b"1", None, b"3", b"4"):
                await store.add(caller, Change(EventType.SMTP_ADDED, store.new_id(), SETTINGS, sealed))
            assert await store.count_secrets(caller.instance_id, after=0, until=4) == 3
            assert await store.count_secrets(caller.instance_id, after=1, until=3) == 1
            assert await store.count_secrets("nobody", after=0, until=4) == 0

        self.run(scenario)

    def test_an_empty_instance_lists_nothing(self) -> None:
        async def scenario(world: World) -> None:
            page = await world.store.list(await world.store.default_instance(), Page())
            assert (page.providers, page.total, page.sequence) == ((), 0, 0)

        self.run(scenario)

    def test_a_list_agrees_with_itself_while_others_write(self) -> None:
        async def scenario(world: World) -> None:
            store, other, caller = world.store, await world.another(), await world.caller()

            async def write() -> None:
                for _ in range(40):
                    await add(other, caller)

            writing = asyncio.ensure_future(write())
            while not writing.done():
                page = await store.list(caller.instance_id, Page(limit=1000))
                assert page.total == page.sequence == len(page.providers)
                await asyncio.sleep(0)
            await writing

        self.run(scenario)

    def test_events_are_paged_newest_first_and_by_provider(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            one, two = await add(store, caller), await add(store, caller)
            for each in (one, two, one):
                await store.commit(caller, each, activation(each))
            events = await log_of(store, caller.instance_id)

            async def page(before: int | None, limit: int, provider_id: str = "") -> list[int]:
                found = await store.list_events(caller.instance_id, before=before, limit=limit, provider_id=provider_id)
                assert list(found) == [events[event.sequence - 1] for event in found]
                return [event.sequence for event in found]

            assert await page(None, 2) == [5, 4]
            assert await page(4, 2) == [3, 2]
            assert await page(1, 2) == []
            assert await page(0, 2) == []
            assert await page(2**63 + 5, 2**32) == [5, 4, 3, 2, 1]
            assert await page(None, 9, one) == [5, 3, 1]
            assert await page(5, 1, one) == [3]

        self.run(scenario)

    def test_sequences_have_no_gaps_and_are_each_instances_own(self) -> None:
        async def scenario(world: World) -> None:
            store, one, two = world.store, await world.caller(), await world.caller("two")
            made = [(await store.add(one, adding(store))).sequence for _ in range(3)]
            made += [(await store.add(two, adding(store))).sequence for _ in range(2)]
            made += [(await store.add(one, adding(store))).sequence]
            assert made == [1, 2, 3, 1, 2, 4]

        self.run(scenario)

    def test_a_write_is_seen_by_every_replica_at_once(self) -> None:
        async def scenario(world: World) -> None:
            one, two, caller = world.store, await world.another(), await world.caller()
            for reader, writer in ((one, two), (two, one)) * 3:
                mine = await add(writer, caller)
                assert await reader.get(caller.instance_id, mine) is not None
                await writer.commit(caller, mine, activation(mine))
                active = await reader.get_active(caller.instance_id)
                assert active is not None
                assert active.id == mine
                newest = (await reader.list_events(caller.instance_id, before=None, limit=1))[0]
                assert newest.change.provider_id == mine
                await reader.commit(caller, mine, change(EventType.REMOVED, mine))
                assert await writer.get(caller.instance_id, mine) is None
            await check(two, caller.instance_id)

        self.run(scenario)

    def test_32_writers_on_two_replicas_lose_and_duplicate_nothing(self) -> None:
        async def scenario(world: World) -> None:
            stores = (world.store, await world.another())
            callers = (await world.caller(), await world.caller("two"))

            async def write(number: int) -> list[tuple[str, int]]:
                store, caller = stores[number % 2], callers[number // 2 % 2]
                told: list[tuple[str, int]] = []
                for _ in range(3):
                    mine = adding(store, smtp(str(number)))
                    events = [await store.add(caller, mine)]
                    events += (await store.commit(caller, mine.provider_id, activation(mine.provider_id))).events
                    if number % 3 == 0:
                        gone = change(EventType.REMOVED, mine.provider_id)
                        events += (await store.commit(caller, mine.provider_id, gone)).events
                    told += [(caller.instance_id, event.sequence) for event in events]
                return told

            told = [each for part in await asyncio.gather(*map(write, range(32))) for each in part]
            assert len(set(told)) == len(told)
            logged = [
                (caller.instance_id, event.sequence)
                for caller in callers
                for event in await check(stores[0], caller.instance_id)
            ]
            assert sorted(told) == sorted(logged)

        self.run(scenario)

    def test_two_that_change_one_provider_at_once_both_count(self) -> None:
        """Each adds a letter to what it sees; a lost update would lose a letter."""

        async def scenario(world: World) -> None:
            stores, caller = (world.store, await world.another()), await world.caller()
            mine = await add(world.store, caller, "")

            async def append(number: int) -> None:
                def decide(situation: Situation) -> tuple[Change, ...]:
                    assert situation.provider is not None
                    longer = smtp(situation.provider.settings.sender_name + "x")  # type: ignore[union-attr]
                    return (Change(EventType.SMTP_CHANGED, mine, longer, changed=("sender_name",)),)

                await stores[number % 2].commit(caller, mine, decide)

            await asyncio.gather(*map(append, range(32)))
            provider = await world.store.get(caller.instance_id, mine)
            assert provider is not None
            assert provider.settings == smtp("x" * 32)
            await check(world.store, caller.instance_id)

        self.run(scenario)

    def test_of_many_activations_at_once_one_is_left(self) -> None:
        async def scenario(world: World) -> None:
            stores, caller = (world.store, await world.another()), await world.caller()
            made = [await add(world.store, caller) for _ in range(8)]
            await asyncio.gather(
                *(stores[n % 2].commit(caller, made[n % 8], activation(made[n % 8])) for n in range(32))
            )
            events = await check(world.store, caller.instance_id)
            active = await world.store.get_active(caller.instance_id)
            assert active is not None
            assert active.id == events[-1].change.provider_id

        self.run(scenario)

    def test_many_loops_in_many_threads_share_one_store(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()

            async def add_and_read() -> list[int]:
                events = await asyncio.gather(*(store.add(caller, adding(store)) for _ in range(10)))
                for event in events:
                    assert await store.get(caller.instance_id, event.change.provider_id) is not None
                return [event.sequence for event in events]

            with ThreadPoolExecutor(4) as threads:
                loop = asyncio.get_running_loop()
                sequences = await asyncio.gather(
                    *(loop.run_in_executor(threads, lambda: asyncio.run(add_and_read())) for _ in range(4))
                )
            assert sorted(each for part in sequences for each in part) == list(range(1, 41))

        self.run(scenario)

    def test_a_caller_that_goes_away_disturbs_nobody(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            leaving = asyncio.ensure_future(add(store, caller, "left"))
            staying = asyncio.ensure_future(add(store, caller, "stayed"))
            await asyncio.sleep(0)
            leaving.cancel()
            assert await store.get(caller.instance_id, await staying) is not None
            assert len(await check(store, caller.instance_id)) in (1, 2)

        self.run(scenario)

    def test_what_is_stored_is_there_after_all_have_closed(self) -> None:
        async def scenario(world: World) -> None:
            caller = await world.caller()
            mine = await add(world.store, caller)
            await world.store.commit(caller, mine, activation(mine))
            before = await providers_of(world.store, caller.instance_id)
            default = await world.store.default_instance()
            await world.store.close()
            again = await world.another()
            assert await again.default_instance() == default
            assert await providers_of(again, caller.instance_id) == before
            assert (await again.add(caller, adding(again))).sequence == 3
            await check(again, caller.instance_id)

        self.run(scenario)

    def test_close_finishes_what_is_queued_and_later_calls_are_refused(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            queued = [asyncio.ensure_future(store.add(caller, adding(store))) for _ in range(5)]
            await asyncio.sleep(0)
            await store.close()
            assert sorted([(await event).sequence for event in queued]) == [1, 2, 3, 4, 5]
            for call in (
                store.add(caller, adding(store)),
                store.commit(caller, "1", does()),
                store.get(caller.instance_id, "1"),
                store.get_active(caller.instance_id),
                store.list(caller.instance_id, Page()),
                store.list_events(caller.instance_id, before=None, limit=1),
                store.find_token(bytes(32)),
                store.list_tokens(),
                store.sealed_samples(),
                store.rebuild(),
                store.ping(),
            ):
                with pytest.raises(StoreUnavailable):
                    await call
            await store.close()

        self.run(scenario)

    def test_ping_answers(self) -> None:
        async def scenario(world: World) -> None:
            await world.store.ping()

        self.run(scenario)


def look(seen: list[Situation]) -> Decide:
    def decide(situation: Situation) -> tuple[Change, ...]:
        seen.append(situation)
        return ()

    return decide


def _found(situation: Situation) -> tuple[Change, ...]:
    if situation.provider is None:
        raise ProviderNotFound("")
    return ()
