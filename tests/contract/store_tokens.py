"""The store's contract: access tokens and instances."""

from __future__ import annotations

import asyncio

from contract.store_world import Contract, World
from mailproof.domain.model import Role


class TokensContract(Contract):
    def test_a_token_is_found_by_its_digest_until_it_is_revoked(self) -> None:
        async def scenario(world: World) -> None:
            store, other = world.store, await world.another()
            digest = bytes(range(32))
            before = world.clock.now
            made = await store.create_token(digest=digest, name="Ann's 郵", role=Role.VIEWER, instance_ids=())
            assert (made.name, made.role, made.revoked_at) == ("Ann's 郵", Role.VIEWER, None)
            assert made.instance_ids == (await store.default_instance(),)
            assert made.created_at > before
            for each in (store, other):
                assert await each.find_token(digest) == made
                assert await each.find_token(bytes(32)) is None
                assert await each.find_token(b"short") is None
                assert await each.token_digests() == {digest}
            revoked = await store.revoke_token(made.id)
            assert revoked is not None
            assert revoked.revoked_at is not None
            for each in (store, other):
                assert await each.find_token(digest) is None
                assert await each.token_digests() == frozenset()
                assert await each.revoke_token(made.id) == revoked, "revoking again keeps the first time"
                assert await each.list_tokens() == (revoked,)

        self.run(scenario)

    def test_a_token_has_its_instances_in_their_order(self) -> None:
        async def scenario(world: World) -> None:
            store = world.store
            default = await store.default_instance()
            names = ["z", default, "a", "m", "b"]
            made = await store.create_token(digest=bytes(32), name="", role=Role.ADMIN, instance_ids=names)
            assert made.instance_ids == tuple(names)
            assert await store.find_token(bytes(32)) == made
            assert await store.list_tokens() == (made,)
            revoked = await store.revoke_token(made.id)
            assert revoked is not None
            assert revoked.instance_ids == tuple(names)
            assert await store.instances() == set(names)
            assert await store.default_instance() == default

        self.run(scenario)

    def test_tokens_are_listed_oldest_first(self) -> None:
        async def scenario(world: World) -> None:
            made = [(await world.caller(*names)).token for names in ((), ("b", "a"), ("a",), ("b",))]
            assert await world.store.list_tokens() == tuple(made)
            assert [token.instance_ids for token in made[1:]] == [("b", "a"), ("a",), ("b",)]

        self.run(scenario)

    def test_a_digest_that_is_taken_is_refused_and_nobody_else_is(self) -> None:
        async def scenario(world: World) -> None:
            store, made = world.store, await world.caller()
            results = await asyncio.gather(
                store.create_token(digest=bytes([1] * 32), name="a", role=Role.ADMIN, instance_ids=()),
                store.create_token(digest=bytes(32), name="taken", role=Role.ADMIN, instance_ids=["never made"]),
                store.create_token(digest=bytes([2] * 32), name="b", role=Role.ADMIN, instance_ids=()),
                return_exceptions=True,
            )
            assert isinstance(results[1], Exception)
            names = sorted(token.name for token in await store.list_tokens())
            assert names == sorted([made.token.name, "a", "b"])
            assert await store.instances() == {await store.default_instance()}

        self.run(scenario)

    def test_two_that_name_a_new_instance_at_once_both_have_it(self) -> None:
        async def scenario(world: World) -> None:
            stores = (world.store, await world.another())
            made = await asyncio.gather(
                *(
                    stores[n % 2].create_token(digest=bytes([n] * 32), name="", role=Role.ADMIN, instance_ids=["new"])
                    for n in range(8)
                )
            )
            assert {token.instance_ids for token in made} == {("new",)}
            assert await world.store.instances() == {"new", await world.store.default_instance()}

        self.run(scenario)
