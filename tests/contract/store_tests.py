"""The store's contract: kept tests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contract.store_world import Contract, World, add, change, check
from mailproof.domain.filters import AnyOf, Comparator, Comparison, Negation, OrderKey, Presence, TextMatch, TextPart
from mailproof.domain.kept_test import KeptOutcome, KeptTest, TestQuery, TestTrigger
from mailproof.domain.ledger import EventType
from mailproof.store.contract import TestStore
from mailproof.store.kept_rows import filter_columns
from mailproof.store.rows import micros

MOMENT = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)
MANY = 1000


def kept(store: TestStore, minute: int = 0, config_id: str = "7", *, instance_id: str = "i") -> KeptTest:
    """Return a good test that has a value in every place."""
    return KeptTest(
        store.new_test_id(),
        instance_id,
        config_id,
        42,
        "token",
        "[2001:db8::1]:4321",
        TestTrigger.DIAGNOSE,
        "auth",
        KeptOutcome.OK,
        "quit",
        "ok",
        MOMENT + timedelta(minutes=minute),
        1234,
        (("resolve", 0), ("tls", 30), ("ehlo", 4)),
        "TLSv1.3",
        MOMENT + timedelta(days=90),
        bytes(range(256)),
        (),
        (("host", "smtp.example.com"), ("user", 'Poßt 郵 " \\ \0 \ud800'), ("empty", "")),
        250,
    )


def bare(store: TestStore, minute: int = 0, config_id: str = "7") -> KeptTest:
    """Return a cancelled test that has as little as one may have."""
    made = kept(store, minute, config_id)
    return replace(
        made,
        config_sequence=0,
        peer="",
        trigger=TestTrigger.TEST_HTTP_PROVIDER,
        depth="",
        outcome=KeptOutcome.CANCELLED,
        stage="",
        code="unfinished",
        elapsed_ms=0,
        phases=(),
        tls_version="",
        certificate_expires_at=None,
        report=b"",
        tested=(),
        reply_code=0,
    )


def failed(test: KeptTest) -> KeptTest:
    return replace(test, outcome=KeptOutcome.FAIL, stage="auth", code="auth_rejected")


def overriding(test: KeptTest) -> KeptTest:
    return replace(test, overridden=("host", "tls_mode"))


def listed(*tests: KeptTest) -> tuple[KeptTest, ...]:
    """Return tests as lists have them, which is without their reports."""
    return tuple(replace(test, report=b"") for test in tests)


async def keep(store: TestStore, *tests: KeptTest, most: int = MANY) -> None:
    for test in tests:
        await store.keep_test(test, most=most)


async def all_of(store: TestStore, config_id: str = "", instance_id: str = "i") -> list[str]:
    return [test.id for test in await store.list_tests(instance_id, TestQuery(config_id, limit=MANY))]


class TestsContract(Contract):
    def test_a_test_is_found_by_its_id_with_all_that_it_says_and_in_no_other_instance(self) -> None:
        async def scenario(world: World) -> None:
            store, other = world.store, await world.another()
            tests = (kept(store), bare(store, 1), overriding(kept(store, 2)))
            await keep(store, *tests)
            for each in (store, other):
                for test in tests:
                    assert await each.get_test("i", test.id) == test
                    assert await each.get_test("other", test.id) is None
                for odd in (
                    "",
                    "x",
                    "-1",
                    "\u0661",
                    f"0{tests[0].id}",
                    f" {tests[0].id}",
                    "9" * 19,
                    "9" * 5000,
                    "\0",
                    "1.0",
                ):
                    assert await each.get_test("i", odd) is None
                assert await each.get_test("\0", tests[0].id) is None

        self.run(scenario)

    def test_ids_grow_and_one_is_kept_once(self) -> None:
        async def scenario(world: World) -> None:
            store = world.store
            first, second = kept(store), kept(store)
            assert int(first.id) < int(second.id)
            await keep(store, first, second, failed(first))
            assert await store.get_test("i", first.id) == first
            assert len(await all_of(store)) == 2

        self.run(scenario)

    def test_lists_have_the_newest_first_and_no_report(self) -> None:
        async def scenario(world: World) -> None:
            store, other = world.store, await world.another()
            late, early, same = kept(store, 9), bare(store, 1), kept(store, 9, "8")
            strange = kept(store, 5, instance_id="other")
            await keep(store, late, early, same, strange)
            for each in (store, other):
                assert await each.list_tests("i", TestQuery()) == listed(same, late, early)
                assert await each.list_tests("i", TestQuery("7")) == listed(late, early)
                assert await each.list_tests("i", TestQuery(limit=1)) == listed(same)
                assert await each.list_tests("other", TestQuery()) == listed(strange)
                assert not await each.list_tests("none", TestQuery())
                assert not await each.list_tests("i", TestQuery("\0"))

        self.run(scenario)

    def test_lists_are_filtered_ordered_and_paged(self) -> None:
        async def scenario(world: World) -> None:
            store = world.store
            tests = [kept(store, 1), failed(kept(store, 2)), bare(store, 3), overriding(kept(store, 4, "8"))]
            await keep(store, *tests)
            for field, found in (
                (Comparison("outcome", Comparator.EQUAL, "ok"), [3, 0]),
                (Comparison("start_time", Comparator.LESS, tests[2].started_at), [1, 0]),
                (Comparison("id", Comparator.EQUAL, int(tests[1].id)), [1]),
                (Negation(Presence("certificate_expire_time")), [2]),
                (TextMatch("overridden", TextPart.ANYWHERE, "tls_mode"), [3]),
                (TextMatch("code", TextPart.START, "auth_"), [1]),
                (AnyOf((Comparison("trigger", Comparator.EQUAL, "diagnose"), Presence("stage"))), [3, 1, 0]),
            ):
                query = TestQuery(condition=field)
                assert await store.list_tests("i", query) == listed(*(tests[place] for place in found)), field
                alone = [tests[place] for place in found if place != 3]
                assert await store.list_tests("i", replace(query, config_id="7")) == listed(*alone), field
            order = (OrderKey("certificate_expire_time"), OrderKey("id", descending=True))
            first = await store.list_tests("i", TestQuery(order=order, limit=2))
            assert first == listed(tests[3], tests[1])
            after = (micros(tests[1].certificate_expires_at or MOMENT), int(tests[1].id))
            assert await store.list_tests("i", TestQuery(order=order, after=after)) == listed(tests[0], tests[2])
            after = (micros(tests[2].started_at), int(tests[2].id))
            assert await store.list_tests("i", TestQuery(after=after)) == listed(tests[1], tests[0])
            for field_name in filter_columns():
                assert len(await store.list_tests("i", TestQuery(order=(OrderKey(field_name), OrderKey("id"))))) == 4

        self.run(scenario)

    def test_of_a_configuration_the_last_tests_stay_and_its_last_good_one(self) -> None:
        async def scenario(world: World) -> None:
            store = world.store
            old, good, alien = kept(store, 0), kept(store, 1), kept(store, 0, "8")
            bad = [failed(kept(store, 2 + n)) for n in range(5)]
            await keep(store, alien, old, good, *bad[:2], most=3)
            assert await all_of(store, "7") == [bad[1].id, bad[0].id, good.id], "the good one is among the three"
            await keep(store, *bad[2:], most=3)
            assert await all_of(store, "7") == [bad[4].id, bad[3].id, bad[2].id, good.id]
            assert await store.last_good_test("i", "7") == good
            newer = kept(store, 8)
            await keep(store, newer, most=3)
            assert await all_of(store, "7") == [newer.id, bad[4].id, bad[3].id]
            await keep(store, kept(store, 9), most=1)
            assert len(await all_of(store, "7")) == 1
            assert await all_of(store, "8") == [alien.id]
            assert await store.get_test("i", good.id) is None

        self.run(scenario)

    def test_the_last_good_test_is_one_of_the_stored_settings_and_comes_with_its_report(self) -> None:
        async def scenario(world: World) -> None:
            store, other = world.store, await world.another()
            assert await store.last_good_test("i", "7") is None
            first, second = kept(store, 1), kept(store, 2)
            await keep(store, first, second, failed(kept(store, 3)), overriding(kept(store, 4)), bare(store, 5))
            await keep(store, kept(store, 6, "8"), kept(store, 7, instance_id="other"))
            for each in (store, other):
                assert await each.last_good_test("i", "7") == second
                assert await each.last_good_test("i", "7", before=second.started_at) == first
                assert await each.last_good_test("i", "7", before=first.started_at) is None

        self.run(scenario)

    def test_old_tests_are_deleted_in_batches_the_oldest_first(self) -> None:
        async def scenario(world: World) -> None:
            store, other = world.store, await world.another()
            tests = [kept(store, n, str(n % 3)) for n in range(6)]
            await keep(store, *reversed(tests))
            bound = tests[4].started_at
            assert await store.delete_tests_before(bound, 3) == 3
            assert await all_of(other) == [test.id for test in reversed(tests[3:])]
            assert await other.delete_tests_before(bound, 3) == 1
            assert await store.delete_tests_before(bound, 3) == 0
            assert await all_of(store) == [tests[5].id, tests[4].id]
            assert await store.last_good_test("i", "0") is None
            await keep(store, kept(store, 9, "0"), most=1)
            assert len(await all_of(store, "0")) == 1

        self.run(scenario)

    def test_what_an_instance_has_beyond_its_bound_is_deleted(self) -> None:
        async def scenario(world: World) -> None:
            store = world.store
            tests = [kept(store, n // 2, str(n)) for n in range(6)]
            alien = kept(store, 0, instance_id="other")
            await keep(store, *tests, alien)
            assert await store.delete_tests_beyond("i", 6, 10) == 0
            assert await store.delete_tests_beyond("i", 2, 3) == 3
            assert await store.delete_tests_beyond("i", 2, 3) == 1
            assert await all_of(store) == [tests[5].id, tests[4].id]
            assert await all_of(store, instance_id="other") == [alien.id]

        self.run(scenario)

    def test_replicas_that_keep_and_delete_at_once_lose_nothing_that_is_to_stay(self) -> None:
        async def scenario(world: World) -> None:
            stores = (world.store, await world.another())
            tests = [kept(stores[n % 2], n) for n in range(40)]
            old = [kept(stores[0], -1000 - n, "9") for n in range(20)]
            await keep(stores[0], *old)
            await asyncio.gather(
                *(stores[n % 2].keep_test(test, most=10) for n, test in enumerate(tests)),
                *(stores[n % 2].delete_tests_before(MOMENT, 5) for n in range(8)),
            )
            await keep(stores[0], last := kept(stores[0], 99), most=10)
            found = await all_of(stores[1], "7")
            assert last.id in found
            assert len(found) == 10
            while await stores[1].delete_tests_before(MOMENT, 5):
                pass
            assert not await all_of(stores[0], "9")

        self.run(scenario)

    def test_the_log_knows_nothing_of_kept_tests_and_removal_leaves_them(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            config_id = await add(store, caller)
            test = kept(store, 0, config_id, instance_id=caller.instance_id)
            await keep(store, test)
            before = await check(store, caller.instance_id)
            assert await store.rebuild() == 0
            await store.commit(caller, config_id, change(EventType.REMOVED, config_id))
            assert len(before) + 1 == len(await check(store, caller.instance_id))
            assert await store.rebuild() == 0
            assert await store.get_test(caller.instance_id, test.id) == test

        self.run(scenario)
