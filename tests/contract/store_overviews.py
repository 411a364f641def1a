"""The store's contract: overviews."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from contract.store_tests import MOMENT, failed, keep, kept, overriding
from contract.store_world import SETTINGS, Contract, World, activation, adding, does
from mailproof.domain.ledger import Change, EventType
from mailproof.domain.model import Caller, HttpSettings, ProviderSettings
from mailproof.domain.overview import DEFAULT_ORDER, OVERVIEW_FIELDS, UNIQUE, OverviewPage, OverviewQuery
from mailproof.domain.thinning import ThinningPolicy
from mailproof.store.contract import Store
from mailproof.syntax.filter import parse_filter
from mailproof.syntax.order_by import parse_order_by


async def page(
    store: Store,
    caller: Caller,
    filter_: str = "",
    order_by: str = "",
    *,
    after: OverviewPage | None = None,
    limit: int = 9,
) -> OverviewPage:
    """Return a page; the one after another page where that is given."""
    order = parse_order_by(order_by, OVERVIEW_FIELDS, default=DEFAULT_ORDER, unique=UNIQUE)
    keys = after.rows[-1].keys if after is not None else ()
    query = OverviewQuery(parse_filter(filter_, OVERVIEW_FIELDS), order, keys, limit)
    return await store.list_overviews(caller.instance_id, query)


def ids(found: OverviewPage) -> list[str]:
    return [row.provider.id for row in found.rows]


async def add(store: Store, caller: Caller, settings: ProviderSettings = SETTINGS, sealed: bytes | None = None) -> str:
    return (await store.add(caller, adding(store, settings, sealed))).change.provider_id


class OverviewsContract(Contract):
    def test_an_overview_has_the_provider_and_what_its_tests_say(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller("i")
            tested = await add(store, caller, sealed=b"blob")
            other = await add(store, caller)
            newer = does(Change(EventType.PASSWORD_CHANGED, tested, sealed=b"newer", changed=("password",)))
            event = (await store.commit(caller, tested, newer)).events[0]
            plain = replace(kept(store, 2, tested), tls_version="", certificate_expires_at=None)
            await keep(store, kept(store, 0, tested), failed(plain), overriding(kept(store, 3, tested)))
            found = await page(store, caller, order_by="create_time")
            assert found.count == 2
            first, second = found.rows
            assert first.provider == await store.get("i", tested)
            assert [(test.outcome, test.code, test.started_at, test.depth) for test in first.tests] == [
                ("fail", "auth_rejected", MOMENT + timedelta(minutes=2), "auth"),
                ("ok", "ok", MOMENT, "auth"),
            ]
            assert first.secret_at == event.created_at
            assert (first.tls_version, first.certificate_expires_at) == ("TLSv1.3", MOMENT + timedelta(days=90))
            assert second.provider == await store.get("i", other)
            assert (second.tests, second.secret_at, second.tls_version, second.certificate_expires_at) == (
                (),
                None,
                "",
                None,
            )
            for minute in range(4, 30):
                await keep(store, kept(store, minute, other))
            many = (await page(store, caller)).rows[0].tests
            assert [test.started_at for test in many] == [MOMENT + timedelta(minutes=29 - n) for n in range(20)]
            assert ids(await page(store, caller, "last_test.code = auth_rejected")) == [tested]
            assert ids(await page(store, caller, "NOT last_test.code = auth_rejected")) == [other]

        self.run(scenario)

    def test_each_field_filters_and_orders(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller("i")
            smtp = await add(store, caller, replace(SETTINGS, description="Büro \U0001f600", tls=False))
            http = await add(store, caller, HttpSettings("https://hooks.example.org/x", "Hook"))
            odd = await add(store, caller, replace(SETTINGS, description="a\0b\ud800", host="h:25", user=""))
            await store.commit(caller, http, activation(http))
            await keep(store, kept(store, 0, smtp), failed(kept(store, 1, http)))
            for text, wanted in (
                (f"id = {smtp}", {smtp}),
                ("state = active", {http}),
                ("kind = smtp", {smtp, odd}),
                ("description:'BüRO \U0001f600'", {smtp}),
                ("description = Hook", {http}),
                ("host = smtp.example.com:587", {smtp}),
                ("host:*", {smtp, odd}),
                ("user = u", {smtp}),
                ("user:*", {smtp}),
                ("sender_address:POST@", {smtp, odd}),
                ("sender_name = 'Poßt 郵'", {smtp, odd}),
                ("endpoint = https*", {http}),
                ("hooks.example.ORG", {http}),
                ("tls = true", {odd}),
                ("tls = false", {smtp}),
                ("create_time > 2020-01-01 AND update_time > 2020-01-01", {smtp, http, odd}),
                ("last_test.outcome = OK", {smtp}),
                ("last_test.outcome != ok", {http}),
                ("last_test.stage = auth", {http}),
                ("last_test.elapsed_ms >= 1234 AND last_test.id > 0", {smtp, http}),
                ("last_test.start_time < 2026-03-04T05:06:30Z", {smtp}),
                ("tls_version = TLSv1.3 AND certificate_expire_time < 2027-01-01", {smtp, http}),
                ("NOT certificate_expire_time:*", {odd}),
            ):
                assert set(ids(await page(store, caller, text))) == wanted, text
            for field in OVERVIEW_FIELDS:
                for direction in ("", " desc"):
                    whole = ids(await page(store, caller, order_by=field + direction))
                    assert sorted(whole) == sorted([smtp, http, odd])
                    first = await page(store, caller, order_by=field + direction, limit=2)
                    rest = await page(store, caller, order_by=field + direction, after=first)
                    assert [*ids(first), *ids(rest)] == whole, field
            assert ids(await page(store, caller)) == [http, odd, smtp]
            assert ids(await page(store, caller, order_by="last_test.start_time desc")) == [http, smtp, odd]
            assert ids(await page(store, caller, order_by="user desc")) == [smtp, odd, http]

        self.run(scenario)

    def test_a_page_that_is_empty_has_the_count_and_no_other_instance_is_seen(self) -> None:
        async def scenario(world: World) -> None:
            store, caller, other = world.store, await world.caller("i"), await world.caller("j")
            mine = await add(store, caller)
            found = await page(store, caller, "description = nothing")
            assert (found.rows, found.count) == ((), 1)
            assert ids(await page(store, caller, after=await page(store, caller))) == []
            assert await page(store, other) == OverviewPage((), 0)
            unknown = OverviewQuery(None, parse_order_by("", OVERVIEW_FIELDS, default=(), unique=UNIQUE))
            assert await store.list_overviews("unknown", unknown) == OverviewPage((), 0)
            await keep(store, kept(store, 0, mine, instance_id="j"))
            assert ids(await page(store, caller, "last_test.id:*")) == []

        self.run(scenario)

    def test_a_log_that_was_thinned_says_no_more_when_a_secret_was_entered(self) -> None:
        async def scenario(world: World) -> None:
            store, caller = world.store, await world.caller()
            thinned = await add(store, caller, sealed=b"blob")
            world.clock.advance(timedelta(hours=3))
            change = Change(EventType.PASSWORD_CHANGED, thinned, sealed=b"newer", changed=("password",))
            entered = (await store.commit(caller, thinned, does(change))).events[0].created_at
            assert (await page(store, caller)).rows[0].secret_at == entered
            world.clock.advance(timedelta(hours=3))
            await store.thin(caller.instance_id, ThinningPolicy(timedelta(hours=1)))
            (row,) = (await page(store, caller)).rows
            assert (row.provider.sealed, row.secret_at) == (b"newer", None)
            later = Change(EventType.PASSWORD_CHANGED, thinned, sealed=b"newest", changed=("password",))
            event = (await store.commit(caller, thinned, does(later))).events[0]
            assert (await page(store, caller)).rows[0].secret_at == event.created_at

        self.run(scenario)
