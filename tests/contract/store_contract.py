"""What every store must do. An adapter's tests subclass `StoreContract` and say how one is opened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproof.errors import StoreUnavailable
from mailproof.model import Caller, ConfigState, Details, NewConfig, Page, Role, SmtpConfig, SmtpSettings
from mailproof.secret import Secret
from mailproof.store import Store

Scenario = Callable[[Store], Awaitable[None]]

SETTINGS = SmtpSettings(
    sender_address="post@example.com",
    sender_name="Poßt 郵",
    tls=True,
    host="smtp.example.com:587",
    user="u",
    reply_to_address="help@example.com",
    description='quotes " and \\',
)


class Clock:
    """Advances by a second each time it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


async def admin(store: Store, instance_id: str = "") -> Caller:
    """Return a caller with a fresh token."""
    count = len(await store.list_tokens())
    token = await store.create_token(
        digest=count.to_bytes(32, "big"), name=f"t{count}", role=Role.ADMIN, instance_id=instance_id
    )
    return Caller(token, "192.0.2.7:4321")


def new(name: str = "n", password: str = "", host: str = "smtp.example.com:587") -> NewConfig:
    """Return a configuration to add, told apart by its sender's name."""
    return NewConfig(SmtpSettings("post@example.com", name, True, host), Secret(password))


class StoreContract:
    def open(self, clock: Callable[[], datetime]) -> AbstractAsyncContextManager[Store]:
        """Return an empty store that is closed at the end."""
        raise NotImplementedError

    def run(self, scenario: Scenario) -> None:
        async def main() -> None:
            async with self.open(Clock()) as store:
                await scenario(store)

        asyncio.run(main())

    def test_a_new_config_is_inactive_and_carries_its_event(self) -> None:
        async def scenario(store: Store) -> None:
            caller = await admin(store)
            before = Clock().now
            added = await store.add_config(caller, NewConfig(SETTINGS, Secret("pw")))
            assert added.settings == SETTINGS
            assert added.state is ConfigState.INACTIVE
            assert added.id.isdecimal()
            assert added.details.sequence == 1
            assert added.details.creation_date == added.details.change_date
            assert added.details.change_date > before
            assert added.details.resource_owner == caller.instance_id
            assert await store.get_config(caller.instance_id, added.id) == added

        self.run(scenario)

    def test_sequences_have_no_gaps_and_are_each_instances_own(self) -> None:
        async def scenario(store: Store) -> None:
            one, two = await admin(store), await admin(store, "two")
            assert [(await store.add_config(one, new())).details.sequence for _ in range(3)] == [1, 2, 3]
            assert [(await store.add_config(two, new())).details.sequence for _ in range(2)] == [1, 2]
            assert (await store.add_config(one, new())).details.sequence == 4

        self.run(scenario)

    def test_another_instance_sees_nothing_of_a_record(self) -> None:
        async def scenario(store: Store) -> None:
            one, two = await admin(store), await admin(store, "two")
            added = await store.add_config(one, new(password="pw"))
            assert await store.get_config(two.instance_id, added.id) is None
            assert await store.get_password(two.instance_id, added.id) is None
            assert (await store.list_configs(two.instance_id, Page())).configs == ()

        self.run(scenario)

    @pytest.mark.parametrize("config_id", ["", "1", "no such", "'; DROP TABLE smtp_configs; --", "\0", "9" * 100])
    def test_an_unknown_id_is_none(self, config_id: str) -> None:
        async def scenario(store: Store) -> None:
            caller = await admin(store)
            await store.add_config(caller, new())
            assert await store.get_config(caller.instance_id, config_id) is None
            assert await store.get_password(caller.instance_id, config_id) is None

        self.run(scenario)

    @pytest.mark.parametrize("password", ["pw", " ", "pässwörd 密", "x" * 10_000, "\0\n"])
    def test_a_password_comes_back_as_it_was(self, password: str) -> None:
        async def scenario(store: Store) -> None:
            caller = await admin(store)
            added = await store.add_config(caller, new(password=password))
            stored = await store.get_password(caller.instance_id, added.id)
            assert stored is not None
            assert stored.reveal() == password

        self.run(scenario)

    def test_no_password_is_none(self) -> None:
        async def scenario(store: Store) -> None:
            caller = await admin(store)
            added = await store.add_config(caller, new(password=""))
            assert await store.get_password(caller.instance_id, added.id) is None

        self.run(scenario)

    def test_a_list_is_in_the_order_of_creation_newest_first_with_the_count_of_all(self) -> None:
        async def scenario(store: Store) -> None:
            caller = await admin(store)
            made = [await store.add_config(caller, new(f"c{i}")) for i in range(7)]
            newest_first = tuple(reversed(made))

            async def page(offset: int, limit: int, ascending: bool = False) -> tuple[SmtpConfig, ...]:
                listed = await store.list_configs(caller.instance_id, Page(offset, limit, ascending))
                assert (listed.total, listed.sequence) == (7, 7)
                return listed.configs

            assert await page(0, 100) == newest_first
            assert await page(0, 100, ascending=True) == tuple(made)
            assert await page(2, 3) == newest_first[2:5]
            assert await page(5, 5, ascending=True) == tuple(made[5:])
            assert await page(7, 1) == ()
            assert await page(2**64 - 1, 2**32 - 1) == ()

        self.run(scenario)

    def test_an_empty_or_unknown_instance_lists_nothing(self) -> None:
        async def scenario(store: Store) -> None:
            for instance_id in (await store.default_instance(), "unknown"):
                page = await store.list_configs(instance_id, Page())
                assert (page.configs, page.total, page.sequence) == ((), 0, 0)

        self.run(scenario)

    def test_a_token_is_found_by_its_digest_until_it_is_revoked(self) -> None:
        async def scenario(store: Store) -> None:
            digest = bytes(range(32))
            made = await store.create_token(digest=digest, name="n", role=Role.VIEWER, instance_id="")
            assert (made.name, made.role, made.revoked_at) == ("n", Role.VIEWER, None)
            assert made.instance_id == await store.default_instance()
            assert await store.find_token(digest) == made
            assert await store.find_token(bytes(32)) is None
            assert await store.find_token(b"short") is None
            revoked = await store.revoke_token(made.id)
            assert revoked is not None
            assert revoked.revoked_at is not None
            assert await store.find_token(digest) is None
            assert await store.revoke_token(made.id) == revoked, "revoking again keeps the first time"
            assert await store.list_tokens() == (revoked,)
            assert await store.revoke_token("no such") is None

        self.run(scenario)

    def test_tokens_are_listed_oldest_first(self) -> None:
        async def scenario(store: Store) -> None:
            made = [(await admin(store, instance)).token for instance in ("", "b", "a", "b")]
            assert await store.list_tokens() == tuple(made)
            assert [token.instance_id for token in made[1:]] == ["b", "a", "b"]

        self.run(scenario)

    def test_a_digest_that_is_taken_is_refused_and_nobody_else_is(self) -> None:
        async def scenario(store: Store) -> None:
            made = await admin(store)
            results = await asyncio.gather(
                store.create_token(digest=bytes([1] * 32), name="a", role=Role.ADMIN, instance_id=""),
                store.create_token(digest=bytes(32), name="taken", role=Role.ADMIN, instance_id="never made"),
                store.create_token(digest=bytes([2] * 32), name="b", role=Role.ADMIN, instance_id=""),
                return_exceptions=True,
            )
            assert isinstance(results[1], Exception)
            assert [token.name for token in await store.list_tokens()] == [made.token.name, "a", "b"]

        self.run(scenario)

    def test_many_loops_in_many_threads_share_one_store(self) -> None:
        async def scenario(store: Store) -> None:
            caller = await admin(store)

            async def add_and_read() -> list[Details]:
                added = await asyncio.gather(*(store.add_config(caller, new()) for _ in range(10)))
                for config in added:
                    assert await store.get_config(caller.instance_id, config.id) == config
                return [config.details for config in added]

            with ThreadPoolExecutor(4) as threads:
                loop = asyncio.get_running_loop()
                details = await asyncio.gather(
                    *(loop.run_in_executor(threads, lambda: asyncio.run(add_and_read())) for _ in range(4))
                )
            assert sorted(detail.sequence for part in details for detail in part) == list(range(1, 41))

        self.run(scenario)

    def test_a_caller_that_goes_away_disturbs_nobody(self) -> None:
        async def scenario(store: Store) -> None:
            caller = await admin(store)
            leaving = asyncio.ensure_future(store.add_config(caller, new("left")))
            staying = asyncio.ensure_future(store.add_config(caller, new("stayed")))
            await asyncio.sleep(0)
            leaving.cancel()
            added = await staying
            assert await store.get_config(caller.instance_id, added.id) == added
            page = await store.list_configs(caller.instance_id, Page())
            assert page.total == page.sequence == len(page.configs) == added.details.sequence

        self.run(scenario)

    def test_close_finishes_what_is_queued_and_later_calls_are_refused(self) -> None:
        async def scenario(store: Store) -> None:
            caller = await admin(store)
            queued = [asyncio.ensure_future(store.add_config(caller, new())) for _ in range(5)]
            await asyncio.sleep(0)
            await store.close()
            assert sorted([(await config).details.sequence for config in queued]) == [1, 2, 3, 4, 5]
            for call in (
                store.add_config(caller, new()),
                store.get_config(caller.instance_id, "1"),
                store.list_configs(caller.instance_id, Page()),
                store.find_token(bytes(32)),
                store.ping(),
            ):
                with pytest.raises(StoreUnavailable):
                    await call
            await store.close()

        self.run(scenario)

    def test_ping_answers(self) -> None:
        async def scenario(store: Store) -> None:
            await store.ping()

        self.run(scenario)

    @settings(max_examples=30, deadline=None)
    @given(st.data())
    def test_random_commands_agree_with_a_simple_model(self, data: st.DataObject) -> None:
        """The model is a list of records for each instance and a set of live digests."""
        commands = data.draw(st.lists(st.sampled_from(["add", "add many", "read", "token", "revoke"]), max_size=12))

        async def scenario(store: Store) -> None:
            callers = [await admin(store), await admin(store, "two")]
            model: dict[str, list[SmtpConfig]] = {caller.instance_id: [] for caller in callers}
            passwords: dict[str, str] = {}
            live = {caller.token.id: caller.token for caller in callers}
            for command in commands:
                caller = data.draw(st.sampled_from(callers))
                records = model[caller.instance_id]
                if command.startswith("add"):
                    texts = data.draw(st.lists(st.text(max_size=8), min_size=1, max_size=6 if "many" in command else 1))
                    added = await asyncio.gather(*(store.add_config(caller, new(text, text)) for text in texts))
                    passwords |= {config.id: text for config, text in zip(added, texts, strict=True)}
                    records += sorted(added, key=lambda config: config.details.sequence)
                elif command == "read":
                    offset, limit, ascending = data.draw(
                        st.tuples(st.integers(0, 10), st.integers(1, 10), st.booleans())
                    )
                    expected = records if ascending else records[::-1]
                    page = await store.list_configs(caller.instance_id, Page(offset, limit, ascending))
                    assert page.configs == tuple(expected[offset : offset + limit])
                    assert page.total == page.sequence == len(records)
                elif command == "token":
                    token = (await admin(store, caller.instance_id)).token
                    live[token.id] = token
                elif live:
                    gone = data.draw(st.sampled_from(sorted(live)))
                    assert await store.revoke_token(gone)
                    del live[gone]
            for instance_id, records in model.items():
                assert [config.details.sequence for config in records] == list(range(1, len(records) + 1))
                for config in records:
                    assert await store.get_config(instance_id, config.id) == config
                    stored = await store.get_password(instance_id, config.id)
                    assert (stored.reveal() if stored else "") == passwords[config.id]
            assert {token.id for token in await store.list_tokens() if token.revoked_at is None} == set(live)

        self.run(scenario)
