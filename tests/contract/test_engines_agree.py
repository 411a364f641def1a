"""The same random commands on SQLite and on PostgreSQL have the same answers, refusals and logs."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.postgres_audit import audit
from mailproof.domain.database import parse_url
from mailproof.domain.errors import Failure
from mailproof.domain.ledger import Change, CommitResult, Event, EventType, IdempotencyKey, Situation
from mailproof.domain.model import (
    Caller,
    HttpSettings,
    Page,
    Provider,
    ProviderPage,
    ProviderSettings,
    Role,
    SmtpSettings,
)
from mailproof.domain.provider_errors import ProviderExists, ProviderNotFound
from mailproof.domain.token_record import TokenRecord
from mailproof.store.contract import Store
from mailproof.store.postgres import store as postgres
from mailproof.store.sqlite import store as sqlite
from service_support.tokens import stored_token

COMMANDS = 150
INSTANCES = ("one", "two")


class Pair:
    """Two stores that are told the same. Ids of providers are given to both; those of tokens are each its own."""

    def __init__(self, stores: tuple[Store, Store], callers: tuple[list[Caller], list[Caller]]) -> None:
        self.stores = stores
        self.callers = callers

    async def ask(self, who: int, name: str, *arguments: Any, **named: Any) -> Any:
        """Call a method of both and return what they agree on."""
        answers = []
        for store, callers in zip(self.stores, self.callers, strict=True):
            first = callers[who] if name in {"add", "commit"} else callers[who].instance_id
            answers.append(await heard(getattr(store, name)(first, *arguments, **named)))
        assert answers[0] == answers[1], f"{name} {arguments}"
        return answers[0]


async def heard(call: Awaitable[Any]) -> Any:
    try:
        return plain(await call)
    except Failure as error:
        return type(error).__name__, error.message


def plain(answer: Any) -> Any:
    """Return an answer without what may differ: times and ids of tokens."""
    if isinstance(answer, Event):
        return ("event", answer.instance_id, answer.sequence, answer.change, answer.peer)
    if isinstance(answer, Provider):
        details = answer.details
        return ("provider", answer.id, answer.settings, answer.state, details.sequence, details.resource_owner,
                answer.added_sequence, answer.sealed)  # fmt: skip
    if isinstance(answer, CommitResult):
        return ("outcome", plain(answer.provider), plain(answer.events), answer.replayed)
    if isinstance(answer, ProviderPage):
        return ("page", plain(answer.providers), answer.total, answer.sequence)
    if isinstance(answer, TokenRecord):
        token = answer.token
        assert token is not None
        return ("token", token.name, token.role, token.instance_ids, token.revoked_at is None, answer.digest)
    return tuple(map(plain, answer)) if isinstance(answer, tuple | list) else answer


async def command(pair: Pair, chance: random.Random, number: int) -> None:
    who = chance.randrange(len(INSTANCES))
    page = Page(chance.randrange(4), chance.randrange(1, 6), chance.random() < 0.5)
    listed = await pair.ask(who, "list", page)
    ids = [each[1] for each in listed[1]] + ["no such", str(number)]
    chosen = chance.choice(ids)
    smtp = SmtpSettings("post@example.com", str(number), True, "smtp.example.com:587", description="\0\ud800 郵")
    settings: ProviderSettings = smtp if chance.random() < 0.5 else HttpSettings("https://example.com", str(number))
    added = EventType.SMTP_ADDED if isinstance(settings, SmtpSettings) else EventType.HTTP_ADDED
    fresh = Change(added, f"{number}", settings, chance.choice([None, chance.randbytes(30)]))
    key = chance.choice([None, None, IdempotencyKey(str(chance.randrange(8)), (bytes([chance.randrange(2)]) * 32,))])
    action = chance.randrange(9)

    def decide(situation: Situation) -> list[Change]:
        provider = situation.provider
        if provider is None:
            raise ProviderNotFound(chosen)
        active = situation.active.id if situation.active else ""
        same_kind = replace(provider.settings, description=str(number))
        replaced = EventType.SMTP_CHANGED if isinstance(same_kind, SmtpSettings) else EventType.HTTP_CHANGED
        changed = Change(replaced, provider.id, same_kind, provider.sealed, ("description",))
        activated = Change(EventType.ACTIVATED, provider.id, deactivated="" if active == provider.id else active)
        return [
            [changed],
            [activated],
            [Change(EventType.DEACTIVATED, provider.id)],
            [Change(EventType.REMOVED, provider.id)],
            [Change(EventType.PASSWORD_CHANGED, provider.id, sealed=bytes([number % 256]) * 30)],
            [Change(EventType.REMOVED, provider.id), fresh],
            [changed, activated, Change(EventType.DEACTIVATED, provider.id)],
            [],
        ][action % 8]

    def only_one(situation: Situation) -> list[Change]:
        if situation.count > 6:
            raise ProviderExists
        return [fresh]

    if action < 3 or not listed[1]:
        await pair.ask(who, "add", fresh, key=key)
    elif action == 8:
        await pair.ask(who, "commit", "", only_one, key=key)
    else:
        await pair.ask(who, "commit", chosen, decide, key=key)
    await pair.ask(who, "get", chosen)
    await pair.ask(who, "get_active")
    await pair.ask(
        who, "list_events", before=chance.choice([None, 5]), limit=4, provider_id=chance.choice(["", chosen])
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_same_commands_have_the_same_answers(url: str, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)

    async def main() -> None:
        stores: tuple[Store, Store] = (sqlite.open_store(tmp_path / "x.db"), await postgres.open_store(parse_url(url)))
        try:
            callers: tuple[list[Caller], list[Caller]] = ([], [])
            for store, mine in zip(stores, callers, strict=True):
                for number, instance in enumerate(INSTANCES):
                    token = await stored_token(
                        store, digest=bytes([number]) * 32, name=instance, role=Role.ADMIN, instance_ids=[instance]
                    )
                    mine.append(Caller(token, instance, "192.0.2.7:1"))
            pair = Pair(stores, callers)
            for number in range(COMMANDS):
                await command(pair, chance, number)
            for store in stores:
                assert await store.rebuild() == 0
            assert plain(await stores[0].list_tokens()) == plain(await stores[1].list_tokens())
            samples = [await store.sealed_samples() for store in stores]
            assert {plain(each)[7][:9] for each in samples[0]} == {plain(each)[7][:9] for each in samples[1]}
        finally:
            for store in stores:
                await store.close()

    asyncio.run(main())
    assert len(audit(url)) > COMMANDS // 4
