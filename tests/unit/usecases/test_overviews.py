"""The list of configurations: whether a secret opens, bounds of a page, and what is wrong with what is asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from sqlite3 import Connection

import pytest

from mailproof.domain.clock import utc_now
from mailproof.domain.errors import InvalidFields
from mailproof.domain.ledger import Change, EventType
from mailproof.domain.limit_errors import TooMuchWork
from mailproof.domain.model import Caller, HttpSettings, Role, SmtpSettings, Token
from mailproof.domain.overview import OverviewPage, OverviewQuery
from mailproof.domain.secret import Secret
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite.store import SqliteStore, open_store
from mailproof.usecases import overviews
from mailproof.usecases.list_reads import MAX_READING_OF_INSTANCE
from mailproof.usecases.overviews import OverviewList, Overviews, SecretStanding
from mailproof.usecases.provider_secrets import identity
from service_support.tokens import stored_token

VAULT = Sealer(bytes(32))
PLAIN = SmtpSettings("a@example.com", "A", True, "mx.example.com:587")
HOOK = HttpSettings("https://hooks.example.com/x")


def run(tmp_path: Path, scenario: Callable[[SqliteStore, Caller], Awaitable[None]]) -> None:
    async def main() -> None:
        store = open_store(tmp_path / "x.db")
        token = await stored_token(store)
        try:
            await scenario(store, Caller(token, token.instance_ids[0]))
        finally:
            await store.close()

    asyncio.run(main())


async def add(
    store: SqliteStore, caller: Caller, settings: SmtpSettings | HttpSettings, secret: str = "", vault: Sealer = VAULT
) -> str:
    provider_id = store.new_id()
    sealed = vault.seal(Secret(secret), identity(caller.instance_id, provider_id, settings)) if secret else None
    kind = EventType.HTTP_ADDED if isinstance(settings, HttpSettings) else EventType.SMTP_ADDED
    await store.add(caller, Change(kind, provider_id, settings, sealed))
    return provider_id


async def listed(
    store: SqliteStore, caller: Caller, *, page_size: int = 0, token: str = "", filter_: str = "", order_by: str = ""
) -> OverviewList:
    use_case = Overviews(store, VAULT)
    return await use_case.list(caller, page_size=page_size, token=token, filter_=filter_, order_by=order_by)


def test_whether_a_secret_is_there_and_opens(tmp_path: Path) -> None:
    async def scenario(store: SqliteStore, caller: Caller) -> None:
        user = replace(PLAIN, user="u")
        expected = {
            await add(store, caller, user, "password"): SecretStanding.STORED,
            await add(store, caller, PLAIN, "password"): SecretStanding.STORED,
            await add(store, caller, user): SecretStanding.MISSING,
            await add(store, caller, PLAIN): SecretStanding.NOT_NEEDED,
            await add(store, caller, HOOK, "key"): SecretStanding.STORED,
            await add(store, caller, HOOK): SecretStanding.MISSING,
            await add(store, caller, user, "password", Sealer(b"x" * 32)): SecretStanding.UNREADABLE,
        }
        found = await listed(store, caller)
        assert {each.row.provider.id: each.secret for each in found.overviews} == expected
        assert all((each.row.secret_at is None) == (each.row.provider.sealed is None) for each in found.overviews)

    run(tmp_path, scenario)


def test_a_page_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overviews, "DEFAULT_PAGE_SIZE", 2)
    monkeypatch.setattr(overviews, "MAX_PAGE_SIZE", 3)

    async def scenario(store: SqliteStore, caller: Caller) -> None:
        for _ in range(4):
            await add(store, caller, PLAIN)
        for asked, count in ((0, 2), (1, 1), (3, 3), (1000, 3)):
            page = await listed(store, caller, page_size=asked)
            assert len(page.overviews) == count
            assert page.count == 4
            rest = await listed(store, caller, page_size=3, token=page.next_page_token)
            assert len(rest.overviews) == min(3, 4 - count)

    run(tmp_path, scenario)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    async def scenario(store: SqliteStore, caller: Caller) -> None:
        with pytest.raises(InvalidFields) as caught:
            await listed(store, caller, page_size=-1, token="x", filter_="(", order_by=",")
        assert [each.field for each in caught.value.violations] == ["page_size", "filter", "order_by", "page_token"]

    run(tmp_path, scenario)


def test_terms_on_what_tests_say_are_few(tmp_path: Path) -> None:
    async def scenario(store: SqliteStore, caller: Caller) -> None:
        terms = ["-(tls_version:a OR last_test.code = ok)", "NOT certificate_expire_time:*"] * 3
        await listed(store, caller, filter_=" AND ".join([*terms, "tls_version:a", "host:b", "user:c"]))
        with pytest.raises(InvalidFields, match="not have more than 10 terms on last_test") as caught:
            await listed(store, caller, filter_=" AND ".join([*terms, "tls_version:a", "last_test.id > 1"]))
        assert [each.field for each in caught.value.violations] == ["filter"]

    run(tmp_path, scenario)


def test_a_page_is_read_beside_the_event_loop(tmp_path: Path) -> None:
    async def scenario(store: SqliteStore, caller: Caller) -> None:
        threads = set()
        read = store._read

        def spied(work: Callable[[Connection], object]) -> object:
            threads.add(threading.get_ident())
            return read(work)

        store._read = spied  # type: ignore[method-assign,assignment]
        await listed(store, caller, filter_="tls_version:a")
        assert threads
        assert threading.get_ident() not in threads

    run(tmp_path, scenario)


def test_so_many_filtered_lists_are_read_at_once() -> None:
    class Slow:
        def __init__(self) -> None:
            self.open = asyncio.Event()

        async def list_overviews(self, _instance_id: str, _query: OverviewQuery) -> OverviewPage:
            await self.open.wait()
            return OverviewPage((), 0)

    async def main() -> None:
        store = Slow()
        use_case = Overviews(store, VAULT)
        caller = Caller(Token("t", "n", Role.VIEWER, ("i",), utc_now()), "i")

        def begin(filter_: str) -> asyncio.Task[OverviewList]:
            return asyncio.ensure_future(use_case.list(caller, page_size=0, token="", filter_=filter_, order_by=""))

        running = [begin("host:a") for _ in range(MAX_READING_OF_INSTANCE)]
        await asyncio.sleep(0)
        with pytest.raises(TooMuchWork):
            await begin("host:a")
        running.append(begin(""))  # reads the tests of its page alone
        store.open.set()
        await asyncio.gather(*running)

    asyncio.run(main())
