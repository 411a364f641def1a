"""The event log page by page: order, filter, who did it, and that writers change no page."""

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailproof.domain.errors import InvalidFields
from mailproof.domain.model import Caller, SmtpSettings
from mailproof.domain.secret import Secret
from mailproof.store.contract import Store
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite.store import open_store
from mailproof.usecases.history import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, EventPage, History
from mailproof.usecases.providers import Auth, Providers, SmtpInput
from service_support.tokens import stored_token

VAULT = Sealer(b"k" * 32)
SMTP = SmtpSettings("a@example.com", "A", tls=True, host="mx.example.com:587", user="u")


def run(work: Awaitable[Any]) -> Any:
    async def wait() -> Any:
        return await work

    return asyncio.run(wait())


@dataclass
class World:
    store: Store
    caller: Caller
    stranger: Caller
    events: History

    def add(self, count: int = 1) -> list[str]:
        providers = Providers(self.store, VAULT)
        new = SmtpInput(SMTP, Secret("pw"), Auth.PLAIN)
        return [run(providers.add_smtp(self.caller, new)).change.provider_id for _ in range(count)]

    def list(self, **options: Any) -> EventPage:
        page: EventPage = run(self.events.list(self.caller, **{"page_size": 0, **options}))
        return page


def sequences(page: EventPage) -> list[int]:
    return [logged.event.sequence for logged in page.events]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = open_store(tmp_path / "mailproof.db")
    callers = [Caller(run(stored_token(store, name=f"token {i}", instance_ids=(i,))), i, "p:1") for i in ("100", "200")]
    yield World(store, callers[0], callers[1], History(store, VAULT))
    run(store.close())


def test_pages_are_newest_first_and_end(world: World) -> None:
    world.add(5)
    first = world.list(page_size=2)
    second = world.list(page_size=2, token=first.next_page_token)
    third = world.list(page_size=2, token=second.next_page_token)
    assert [sequences(page) for page in (first, second, third)] == [[5, 4], [3, 2], [1]]
    assert third.next_page_token == ""


def test_a_last_page_that_is_full_has_no_next(world: World) -> None:
    world.add(2)
    assert world.list(page_size=2).next_page_token == ""


def test_writers_change_no_page(world: World) -> None:
    world.add(4)
    first = world.list(page_size=2)
    world.add(3)
    assert sequences(world.list(page_size=2, token=first.next_page_token)) == [2, 1]


def test_the_page_size_may_change_between_pages(world: World) -> None:
    world.add(4)
    first = world.list(page_size=1)
    assert sequences(world.list(page_size=10, token=first.next_page_token)) == [3, 2, 1]


def test_a_filter_shows_one_provider(world: World) -> None:
    first, second = world.add(2)
    run(Providers(world.store, VAULT).remove(world.caller, first))
    assert sequences(world.list(provider_id=first)) == [3, 1]
    assert sequences(world.list(provider_id=second)) == [2]
    assert sequences(world.list(provider_id="1")) == []


def test_an_event_names_who_did_it(world: World) -> None:
    world.add()
    (logged,) = world.list().events
    assert (logged.actor_name, logged.event.actor_token_id) == ("token 100", world.caller.token.id)
    assert logged.event.peer == "p:1"


def test_other_instances_are_not_shown(world: World) -> None:
    world.add()
    assert run(world.events.list(world.stranger, page_size=0)).events == ()


def test_a_token_is_of_its_filter_and_instance(world: World) -> None:
    (provider, *_) = world.add(3)
    token = world.list(page_size=1).next_page_token
    with pytest.raises(InvalidFields, match="page_token"):
        world.list(token=token, provider_id=provider)
    with pytest.raises(InvalidFields, match="page_token"):
        run(world.events.list(world.stranger, page_size=1, token=token))


def test_all_that_is_wrong_is_named(world: World) -> None:
    with pytest.raises(InvalidFields) as caught:
        world.list(page_size=-1, token="x")
    assert [violation.field for violation in caught.value.violations] == ["page_size", "page_token"]


def test_sizes_have_a_default_and_a_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    async def list_events(_: str, *, before: int | None, limit: int, provider_id: str = "") -> tuple[()]:
        asked.append(limit)
        return ()

    monkeypatch.setattr(world.store, "list_events", list_events)
    for size in (0, 1, 1000, 1001, 2**31 - 1):
        world.list(page_size=size)
    assert asked == [DEFAULT_PAGE_SIZE + 1, 2, 1001, MAX_PAGE_SIZE + 1, MAX_PAGE_SIZE + 1]
