"""The store's contract: records of access tokens, and instances."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contract.store_world import Contract, World
from mailproof.domain.model import Permission, Role, Token
from mailproof.domain.token_record import TokenRecord
from mailproof.store.contract import TokenStore
from service_support.tokens import stored_token

MOMENT = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)


def record_of(store: TokenStore, digest: bytes, *instance_ids: str) -> TokenRecord:
    """Return a record that has a value in every place."""
    token = Token(
        store.new_id(),
        "Ann's 郵",
        Role.VIEWER,
        instance_ids,
        MOMENT,
        None,
        frozenset({Permission.SECRETS, Permission.WRITE}),
        MOMENT + timedelta(days=365),
        "0123456789ab",
    )
    return TokenRecord(token.id, token, digest, b"seal")


async def replaced(store: TokenStore, old: TokenRecord, seal: bytes, *, digest: bytes | None = None) -> TokenRecord:
    """Revoke a record, let it end later, and give it another seal."""
    assert old.token is not None
    token = replace(old.token, revoked_at=MOMENT, expires_at=MOMENT + timedelta(days=999))
    new = replace(old, token=token, sealed=seal, digest=digest or old.digest)
    assert await store.replace_token(old, new)
    return new


class TokensContract(Contract):
    def test_a_record_is_found_by_its_digest_with_all_that_it_says(self) -> None:
        async def scenario(world: World) -> None:
            store, other = world.store, await world.another()
            digest = bytes(range(32))
            made = record_of(store, digest, await store.default_instance())
            await store.create_token(made)
            for each in (store, other):
                assert await each.find_token(digest) == made
                assert await each.find_token(bytes(32)) is None
                assert await each.find_token(b"short") is None
                assert await each.list_tokens() == (made,)

        self.run(scenario)

    def test_a_record_is_replaced_as_long_as_it_has_its_seal(self) -> None:
        async def scenario(world: World) -> None:
            store, other = world.store, await world.another()
            first = record_of(store, bytes(32), "i")
            await store.create_token(first)
            revoked = await replaced(store, first, b"revoked", digest=bytes([1] * 32))
            for each in (store, other):
                assert await each.find_token(bytes([1] * 32)) == revoked, "a revoked one is found too"
                assert await each.find_token(bytes(32)) is None
                assert not await each.replace_token(first, replace(first, sealed=b"late")), "it has another seal by now"
                assert await each.list_tokens() == (revoked,)
            assert not await store.replace_token(replace(first, id="42"), first)

        self.run(scenario)

    def test_the_digests_are_those_of_all_that_are_not_revoked(self) -> None:
        async def scenario(world: World) -> None:
            store, other = world.store, await world.another()
            assert await store.token_digests() == frozenset()
            records = [record_of(store, bytes([n] * 32), "i") for n in range(3)]
            for each in records:
                await store.create_token(each)
            await replaced(store, records[1], b"revoked")
            for reader in (store, other):
                assert await reader.token_digests() == {records[0].digest, records[2].digest}

        self.run(scenario)

    def test_records_are_sealed_anew_together_under_the_key_check_that_is_kept(self) -> None:
        async def scenario(world: World) -> None:
            store, other = world.store, await world.another()
            old = [replace(record_of(store, bytes([n] * 32), "i"), sealed=None) for n in range(3)]
            for each in old:
                await store.create_token(each)
            new = [replace(each, sealed=b"new", digest=bytes([9 - n] * 32)) for n, each in enumerate(old)]
            assert await store.token_key_check() is None
            assert not await store.reseal_tokens([(old[0], new[0])], b"never kept", b"w"), "another one is kept: none"
            assert set(await store.list_tokens()) == set(old)
            changed = await replaced(store, old[2], b"meanwhile")
            changes = list(zip(old, new, strict=True))
            results = await asyncio.gather(
                store.reseal_tokens(changes, None, b"a"), other.reseal_tokens(changes, None, b"b")
            )
            assert sorted(results) == [False, True], "of two at once one does it"
            key_check = b"a" if results[0] else b"b"
            for reader in (store, other):
                assert await reader.token_key_check() == key_check
                assert set(await reader.list_tokens()) == {new[0], new[1], changed}
            assert await other.reseal_tokens([], key_check, b"next")
            assert await store.token_key_check() == b"next"

        self.run(scenario)

    def test_uses_are_stored_and_never_go_back(self) -> None:
        async def scenario(world: World) -> None:
            store = world.store
            one, two = [record_of(store, bytes([n] * 32), "i") for n in range(2)]
            await store.create_token(one)
            await store.create_token(two)
            await store.use_tokens({one.id: MOMENT, "42": MOMENT})
            await store.use_tokens({one.id: MOMENT - timedelta(days=1), two.id: MOMENT})
            for record in await store.list_tokens():
                assert record.token is not None
                assert record.token.last_used_at == MOMENT
                assert await store.find_token(record.digest) == record

        self.run(scenario)

    def test_a_permission_of_a_newer_release_is_kept(self) -> None:
        async def scenario(world: World) -> None:
            store = world.store
            await store.create_token(record_of(store, bytes(32), "i"))
            await world.database.tamper("UPDATE tokens SET permissions = 'iam.novel iam.secrets'")
            found = await store.find_token(bytes(32))
            assert found is not None
            assert found.token is not None
            assert found.token.extra_permissions == {"iam.novel", Permission.SECRETS}
            assert Permission.SECRETS in found.token.permissions

        self.run(scenario)

    def test_what_no_release_writes_is_a_record_without_a_token(self) -> None:
        async def scenario(world: World) -> None:
            store = world.store
            made = record_of(store, bytes(32), "i")
            await store.create_token(made)
            for column, odd in (("role", "'root'"), ("expires_at", f"{2**62}")):
                await world.database.tamper(f"UPDATE tokens SET {column} = {odd}")
                found = await store.find_token(bytes(32))
                assert found is not None
                assert (found.id, found.token, found.sealed) == (made.id, None, b"seal")
                assert await store.list_tokens() == (found,)
                await world.database.tamper("UPDATE tokens SET role = 'viewer', permissions = '', expires_at = NULL")

        self.run(scenario)

    def test_a_token_has_its_instances_in_their_order(self) -> None:
        async def scenario(world: World) -> None:
            store = world.store
            default = await store.default_instance()
            names = ("z", default, "a", "m", "b")
            made = record_of(store, bytes(32), *names)
            await store.create_token(made)
            assert await store.find_token(bytes(32)) == made
            assert await store.list_tokens() == (made,)
            assert await store.instances() == set(names)
            assert await store.default_instance() == default
            with pytest.raises(ValueError, match="one instance at least"):
                await store.create_token(record_of(store, bytes([1] * 32)))

        self.run(scenario)

    def test_tokens_are_listed_oldest_first(self) -> None:
        async def scenario(world: World) -> None:
            made = [(await world.caller(*names)).token for names in ((), ("b", "a"), ("a",), ("b",))]
            assert [record.token for record in await world.store.list_tokens()] == made
            assert [token.instance_ids for token in made[1:]] == [("b", "a"), ("a",), ("b",)]

        self.run(scenario)

    def test_a_digest_that_is_taken_is_refused_and_nobody_else_is(self) -> None:
        async def scenario(world: World) -> None:
            store, made = world.store, await world.caller()
            results = await asyncio.gather(
                stored_token(store, name="a"),
                stored_token(store, digest=bytes(32), name="taken", instance_ids=["never made"]),
                stored_token(store, name="b"),
                return_exceptions=True,
            )
            assert isinstance(results[1], Exception)
            names = sorted(record.token.name for record in await store.list_tokens() if record.token)
            assert names == sorted([made.token.name, "a", "b"])
            assert await store.instances() == {await store.default_instance()}

        self.run(scenario)

    def test_two_that_name_a_new_instance_at_once_both_have_it(self) -> None:
        async def scenario(world: World) -> None:
            stores = (world.store, await world.another())
            made = await asyncio.gather(*(stored_token(stores[n % 2], instance_ids=["new"]) for n in range(8)))
            assert {token.instance_ids for token in made} == {("new",)}
            assert await world.store.instances() == {"new", await world.store.default_instance()}

        self.run(scenario)

    def test_an_instance_is_made_once_and_can_be_used_at_once(self) -> None:
        async def scenario(world: World) -> None:
            store, other = world.store, await world.another()
            default = await store.default_instance()
            assert await store.create_instance("new")
            assert not await other.create_instance("new")
            assert not await store.create_instance(default)
            assert await other.instances() == {"new", default}
            assert await store.default_instance() == default
            assert (await stored_token(other, instance_ids=["new"])).instance_ids == ("new",)

        self.run(scenario)
