"""The store's contract: the state made anew from the events, and the keys that secrets are sealed under."""

from __future__ import annotations

import asyncio

import pytest

from contract.store_world import Contract, World, activation, add, adding, change, check, does, providers_of, smtp
from mailproof.domain.ledger import Change, EventType, LogBroken
from mailproof.domain.model import Caller, HttpSettings, Provider
from mailproof.domain.secret import RecordIdentity, Secret
from mailproof.store.contract import Store
from mailproof.store.sealing import HEADER_BYTES, Sealer

TAMPERED = {
    "nothing": ("", 0),
    "a state": ("UPDATE providers SET state = 2 WHERE id = '{active}'", 1),
    "a blob": ("UPDATE providers SET sealed = NULL WHERE id = '{active}'", 1),
    "settings": ("UPDATE providers SET settings = '{{\"kind\":\"http\"}}' WHERE id = '{active}'", 1),
    "times": ("UPDATE providers SET changed_at = changed_at + 1, sequence = sequence + 1", 3),
    "one is gone": ("DELETE FROM providers WHERE id = '{active}'", 1),
    "all are gone": ("DELETE FROM providers", 3),
    "another id": ("UPDATE providers SET id = 'ghost' WHERE id = '{other}'", 2),
}


async def history(store: Store, caller: Caller) -> tuple[str, str]:
    """Make two providers of the caller's, and one that is removed; return the active one's id and the other's."""
    active = adding(store, smtp("active"), b"sealed")
    await store.add(caller, active)
    other = await add(store, caller, "other")
    gone = adding(store, HttpSettings("https://example.com"))
    await store.add(caller, gone)
    for each in (other, gone.provider_id, active.provider_id):
        await store.commit(caller, each, activation(each))
    await store.commit(caller, gone.provider_id, change(EventType.REMOVED, gone.provider_id))
    return active.provider_id, other


class LogContract(Contract):
    @pytest.mark.parametrize("name", TAMPERED)
    def test_the_state_is_made_anew_from_the_events(self, name: str) -> None:
        async def scenario(world: World) -> None:
            store, one, two = world.store, await world.caller(), await world.caller("two")
            active, other = await history(store, one)
            await add(store, two)
            before = await providers_of(store, one.instance_id)
            statement, differ = TAMPERED[name]
            if statement:
                await world.database.tamper(statement.format(active=active, other=other))
            assert await store.rebuild(check=True) == differ
            assert await store.rebuild(check=True) == differ, "a check changes nothing"
            assert await store.rebuild() == differ
            assert await store.rebuild() == 0
            assert await providers_of(store, one.instance_id) == before
            await check(store, one.instance_id)
            await check(await world.another(), two.instance_id)
            assert (await store.add(one, adding(store))).sequence == 8
            await check(store, one.instance_id)

        self.run(scenario)

    def test_an_empty_database_is_as_its_events_say(self) -> None:
        async def scenario(world: World) -> None:
            assert await world.store.rebuild() == 0

        self.run(scenario)

    def test_writes_go_on_while_the_state_is_made_anew(self) -> None:
        async def scenario(world: World) -> None:
            store, other, caller = world.store, await world.another(), await world.caller()
            await history(store, caller)

            async def write() -> None:
                for _ in range(20):
                    mine = await add(other, caller)
                    await other.commit(caller, mine, activation(mine))

            async def rebuild() -> None:
                for number in range(6):
                    assert await store.rebuild(check=number % 2 == 0) == 0

            await asyncio.gather(write(), write(), rebuild())
            assert len(await check(store, caller.instance_id)) == 7 + 80

        self.run(scenario)

    def test_a_gap_in_the_log_is_found_and_nothing_is_changed(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            await history(store, caller)
            before = await providers_of(store, caller.instance_id)
            await world.database.tamper("DELETE FROM events WHERE sequence = 5")
            for only_check in (True, False):
                with pytest.raises(LogBroken, match=f"event 5 of instance {caller.instance_id} is missing"):
                    await store.rebuild(check=only_check)
            assert await providers_of(store, caller.instance_id) == before

        self.run(scenario)

    def test_an_event_of_a_newer_release_is_said(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            await history(store, caller)
            before = await providers_of(store, caller.instance_id)
            await world.database.tamper("UPDATE events SET type = 'smtp.frobbed' WHERE sequence = 2")
            for only_check in (True, False):
                with pytest.raises(LogBroken, match=r"event 2 .*'smtp\.frobbed' and may have changed the state"):
                    await store.rebuild(check=only_check)
            found = (await store.list_events(caller.instance_id, before=None, limit=9))[-2]
            assert found.change == Change(EventType.UNKNOWN, found.change.provider_id, unknown="smtp.frobbed")
            assert found.change.provider_id
            assert (found.sequence, found.actor_token_id) == (2, caller.token.id)
            assert await providers_of(store, caller.instance_id) == before

        self.run(scenario)

    def test_an_event_of_a_newer_release_that_changes_nothing_is_no_hindrance(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            await history(store, caller)
            await store.commit(caller, "", does(Change(EventType.SECRETS_EXPORTED, "", count=1)))
            await world.database.tamper("UPDATE events SET type = 'noted.seen' WHERE type = 'secrets.exported'")
            assert await store.rebuild(check=True) == await store.rebuild() == 0

        self.run(scenario)

    def test_members_that_a_newer_release_has_stored_outlive_what_is_not_about_settings(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            one, other = await add(store, caller), await add(store, caller)
            await world.database.tamper("UPDATE providers SET settings = '{\"novel\":[1],' || substr(settings, 2)")
            await store.commit(caller, one, activation(one))
            await store.commit(caller, other, activation(other))
            await store.commit(caller, one, change(EventType.PASSWORD_CHANGED, one))
            await world.database.tamper("DELETE FROM providers WHERE settings NOT LIKE '%novel%'")
            assert [await store.get(caller.instance_id, each) is not None for each in (one, other)] == [True, True]
            await store.commit(caller, one, does(Change(EventType.SMTP_CHANGED, one, smtp("changed"))))
            await world.database.tamper("DELETE FROM providers WHERE settings NOT LIKE '%novel%'")
            assert [await store.get(caller.instance_id, each) is not None for each in (one, other)] == [False, True]

        self.run(scenario)

    def test_members_that_a_newer_release_adds_are_passed_over(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            await history(store, caller)
            for table, column in (("events", "payload"), ("providers", "settings")):
                await world.database.tamper(
                    f"UPDATE {table} SET {column} = '{{\"novel\":[1],' || substr({column}, 2) WHERE {column} <> '{{}}'"
                )
            assert len(await check(store, caller.instance_id)) == 7

        self.run(scenario)

    def test_there_is_a_sample_of_each_key_that_is_in_use(self) -> None:
        async def scenario(world: World) -> None:
            store, callers = world.store, [await world.caller(), await world.caller("two")]
            sealers = [Sealer(bytes([number] * 32)) for number in range(3)]
            made: list[tuple[Caller, str, Sealer]] = []
            for number in range(12):
                caller, sealer = callers[number % 2], sealers[number % 3]
                fresh = adding(store, smtp(), sealer.seal(Secret("x"), RecordIdentity("i", "k", "r", "f")))
                await store.add(caller, fresh)
                made.append((caller, fresh.provider_id, sealer))
            await add(store, callers[0])

            async def samples() -> list[bytes]:
                found = await store.sealed_samples()
                for provider in found:
                    assert isinstance(provider, Provider)
                    assert await store.get(provider.details.resource_owner, provider.id) == provider
                return sorted(provider.sealed[:HEADER_BYTES] for provider in found if provider.sealed)

            assert await samples() == sorted(sealer.header for sealer in sealers)
            for caller, provider_id, sealer in made:
                if sealer is sealers[1]:
                    await store.commit(caller, provider_id, change(EventType.REMOVED, provider_id))
                if sealer is sealers[2]:
                    await store.commit(caller, provider_id, change(EventType.PASSWORD_CHANGED, provider_id))
            assert await samples() == [sealers[0].header]

        self.run(scenario)
