"""The rules that both engines share, apart from any engine."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from mailproof import store
from mailproof.domain.errors import Failure, IdempotencyKeyReused, StartupError, StoreUnavailable
from mailproof.domain.ledger import Change, EventType, IdempotencyKey, LogBroken, Situation
from mailproof.domain.model import Caller, Details, HttpSettings, Provider, ProviderState, Role, Token
from mailproof.store import keys, rows
from mailproof.store.decisions import events_of, growth, providers_of
from mailproof.store.failures import copy_for_one
from mailproof.store.migration import Migration, check_living, check_oldest, is_current, is_newer
from mailproof.store.postgres import schema as postgres_schema
from mailproof.store.replay import check_end, check_next
from mailproof.store.sqlite import schema as sqlite_schema

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
KEY = IdempotencyKey("k", (b"current", b"former"))
CALLER = Caller(Token("9", "test", Role.ADMIN, ("100",), NOW), "100", "192.0.2.1")


@pytest.mark.parametrize("digest", KEY.digests)
def test_a_key_shows_the_events_of_its_first_call(digest: bytes) -> None:
    assert keys.first_call((digest, 7, 2, rows.micros(NOW)), KEY, NOW) == range(7, 9)


def test_a_key_is_kept_for_a_day_and_no_longer() -> None:
    day_old = rows.micros(NOW - timedelta(hours=24))
    assert keys.first_call((b"current", 7, 1, day_old), KEY, NOW) == range(7, 8)
    assert keys.first_call((b"current", 7, 1, day_old - 1), KEY, NOW) is None
    assert keys.first_call((b"other", 7, 1, day_old - 1), KEY, NOW) is None
    assert keys.first_call(None, KEY, NOW) is None


def test_a_key_is_refused_with_another_request() -> None:
    with pytest.raises(IdempotencyKeyReused):
        keys.first_call((b"other", 7, 1, rows.micros(NOW)), KEY, NOW)


def test_a_schema_is_brought_to_this_release_and_not_back() -> None:
    migrations = (Migration(("one",)), Migration(("two",), oldest=2))
    assert [is_current(version, migrations) for version in range(4)] == [False, False, True, True]
    assert [is_newer(version, migrations) for version in range(4)] == [False, False, False, True]


def test_a_newer_schema_is_used_where_it_says_so() -> None:
    migrations = (Migration(("one",)), Migration(("two",), oldest=2))
    check_oldest(4, 2, migrations)
    check_living(2, migrations)
    sentence = r"schema 4, which releases from schema 3 on can use; this one knows schema 2\): use a newer release"
    with pytest.raises(StartupError, match=sentence):
        check_oldest(4, 3, migrations)
    with pytest.raises(StoreUnavailable, match="can't use it any more"):
        check_living(3, migrations)


@pytest.mark.parametrize("engine", [sqlite_schema, postgres_schema])
def test_a_migration_says_an_older_release_or_its_own(engine: ModuleType) -> None:
    for version, migration in enumerate(engine.MIGRATIONS, 1):
        assert migration.statements
        assert migration.oldest is None or migration.oldest <= version
    said = [migration.oldest is not None for migration in engine.MIGRATIONS]
    assert said == sorted(said), "since databases keep it, each migration says it"
    assert said[-1]


def test_a_statement_names_its_columns_since_a_newer_release_may_have_added_some() -> None:
    unnamed = re.compile(r"INTO\s+[\w.{}]+\s+(VALUES|SELECT)|SELECT\s+\*(?!\s+FROM\s+unnest)", re.IGNORECASE)
    assert unnamed.search("INSERT OR REPLACE INTO temp.x VALUES (1)")
    assert unnamed.search("SELECT * FROM tokens")
    sources = list(Path(store.__file__).parent.rglob("*.py"))
    assert len(sources) > 20
    for path in sources:
        joined = re.sub(r"\"\s*(?:#[^\n]*)?\n\s*f?\"", "", path.read_text())
        assert unnamed.findall(joined) == [], path.name


def test_the_index_of_keys_is_over_what_the_samples_read() -> None:
    indexes = [statement for statement in sqlite_schema.MIGRATIONS[0].statements if "providers_key" in statement]
    assert indexes == ["CREATE INDEX providers_key ON providers (substr(sealed, 1, 9)) WHERE sealed IS NOT NULL"]
    assert rows.SAMPLE.count("substr(sealed, 1, 9)") == 3


def test_numbers_are_bounded_to_what_databases_hold() -> None:
    assert [rows.bounded(number) for number in (0, 2**63 - 1, 2**63, 2**64 - 1, None)] == [0, *[2**63 - 1] * 4]


def test_events_follow_each_other() -> None:
    changes = [Change(EventType.REMOVED, "1"), Change(EventType.ACTIVATED, "2")]
    events = events_of(CALLER, changes, 5, NOW)
    assert [(event.sequence, event.change) for event in events] == list(zip((5, 6), changes, strict=True))
    assert {(event.instance_id, event.actor_token_id, event.peer, event.created_at) for event in events} == {
        ("100", "9", "192.0.2.1", NOW)
    }


def test_growth_counts_what_is_added_and_removed() -> None:
    each = {kind: growth([Change(kind, "1")]) for kind in EventType}
    assert {kind: count for kind, count in each.items() if count} == {
        EventType.SMTP_ADDED: 1,
        EventType.HTTP_ADDED: 1,
        EventType.REMOVED: -1,
    }
    assert growth(Change(kind, "1") for kind in EventType) == 1


def test_a_situation_has_its_providers_once() -> None:
    details = Details(1, NOW, NOW, "100")
    one, other = (Provider(each, HttpSettings("https://x/"), ProviderState.ACTIVE, details, 1) for each in "12")
    assert providers_of(Situation(None, None, 0)) == {}
    assert providers_of(Situation(one, one, 1)) == {"1": one}
    assert providers_of(Situation(one, other, 2)) == {"1": one, "2": other}


def test_a_gap_in_the_log_is_named() -> None:
    five, six = events_of(CALLER, [Change(EventType.REMOVED, "1"), Change(EventType.REMOVED, "2")], 5, NOW)
    check_next(4, five)
    check_end("100", 5, 5)
    with pytest.raises(LogBroken, match="event 5 of instance 100 is missing"):
        check_next(4, six)
    with pytest.raises(LogBroken, match="event 5 of instance 100 is missing"):
        check_end("100", 4, 6)


def test_each_of_many_waiters_has_an_exception_of_its_own() -> None:
    shared: list[Failure | ValueError] = [StoreUnavailable("the disk is full"), ValueError("a mistake")]
    copies = [copy_for_one(error) for error in shared]
    assert copies[0] is not shared[0]
    assert str(copies[0]) == "the disk is full"
    assert copies[1] is shared[1]
