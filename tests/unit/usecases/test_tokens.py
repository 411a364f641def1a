from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailproof.domain.caller_errors import Unauthenticated
from mailproof.domain.errors import StartupError
from mailproof.domain.model import Permission, Role, Token
from mailproof.domain.secret import SealBroken
from mailproof.store.key_sources import KeyFileSource
from mailproof.store.sealing import Keyring, Sealer
from mailproof.store.sqlite import schema
from mailproof.store.sqlite.store import SqliteStore, open_store
from mailproof.usecases.access import Access
from mailproof.usecases.token_seals import TokenSeals, hash_of
from mailproof.usecases.tokens import Tokens, TokenState, new_token

START = datetime(2026, 1, 1, tzinfo=UTC)
OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32
VAULT = Sealer(OLD_KEY)
DATABASE = "x.db"


def run(path: Path, work: Callable[[SqliteStore], Awaitable[None]]) -> None:
    async def main() -> None:
        store = open_store(path / DATABASE, clock=lambda: START)
        try:
            await work(store)
        finally:
            await store.close()

    asyncio.run(main())


def sql(path: Path, statement: str, *parameters: object) -> None:
    with closing(sqlite3.connect(path / DATABASE)) as connection, connection:
        connection.execute(statement, parameters)


def tokens_of(store: SqliteStore, vault: Sealer = VAULT) -> Tokens:
    return Tokens(store, vault, lambda: START)


async def is_accepted(store: SqliteStore, text: str, vault: Sealer = VAULT) -> bool:
    try:
        await Access(store, vault, lambda: START).authenticate(f"Bearer {text}", "")
    except Unauthenticated:
        return False
    return True


def test_tokens_are_recognisable_long_and_never_the_same() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100
    assert all(token.startswith("mp_") and len(token) == 46 for token in made)


def test_a_token_is_hashed_whatever_its_characters() -> None:
    assert hash_of("abc") == hashlib.sha256(b"abc").digest()
    assert len(hash_of("\ud800")) == 32


def test_no_digest_is_made_without_the_key(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        await tokens_of(store).create("mp_a", role=Role.ADMIN)
        [record] = await store.list_tokens()
        assert record.digest != hash_of("mp_a")
        assert record.digest in TokenSeals(VAULT).digests(hash_of("mp_a"))
        assert record.digest not in TokenSeals(Sealer(NEW_KEY)).digests(hash_of("mp_a"))
        assert record.digest not in VAULT.fingerprints(hash_of("mp_a")), "a key of its own"
        assert record.sealed is not None
        assert hash_of("mp_a") not in record.sealed

    run(tmp_path, main)


def test_a_fingerprint_is_what_sha256sum_prints_first(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        made = await tokens_of(store).create("mp_a", role=Role.ADMIN)
        assert made.fingerprint == hashlib.sha256(b"mp_a").hexdigest()[:12]
        found = await tokens_of(store).find("mp_a")
        assert found is not None
        assert found.token == made
        assert await tokens_of(store).find("mp_b") is None

    run(tmp_path, main)


@pytest.mark.parametrize(
    "change",
    [
        {"role": Role.ADMIN},
        {"instance_ids": ("a", "b")},
        {"instance_ids": ("b",)},
        {"extra_permissions": frozenset({Permission.SECRETS})},
        {"expires_at": None},
        {"expires_at": START + timedelta(days=9000)},
        {"created_at": START + timedelta(days=1)},
        {"revoked_at": START},
        {"name": "another"},
        {"id": "42"},
        {"fingerprint": "000000000000"},
    ],
    ids=lambda change: "-".join(change),
)
def test_a_seal_opens_for_nothing_but_what_was_sealed(change: dict[str, object]) -> None:
    seals = TokenSeals(VAULT)
    token = Token(
        "1", "n", Role.VIEWER, ("a",), START, expires_at=START + timedelta(days=1), fingerprint="0123456789ab"
    )
    record = seals.seal(token, hash_of("mp_a"))
    assert seals.open(record) == (token, hash_of("mp_a"))
    used = replace(token, last_used_at=START)
    assert seals.open(replace(record, token=used))[0] == used, "all but the last use"
    changed = replace(token, **change)  # type: ignore[arg-type] # fields of the token
    with pytest.raises(SealBroken):
        seals.open(replace(record, id=changed.id, token=changed))


def test_digests_of_two_records_can_not_change_places(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        tokens = tokens_of(store)
        admin = await tokens.create("mp_admin", role=Role.ADMIN)
        viewer = await tokens.create("mp_viewer", role=Role.VIEWER)
        digests = {record.id: record.digest for record in await store.list_tokens()}
        sql(tmp_path, "UPDATE tokens SET digest = ? WHERE id = ?", bytes(32), viewer.id)
        sql(tmp_path, "UPDATE tokens SET digest = ? WHERE id = ?", digests[viewer.id], admin.id)
        sql(tmp_path, "UPDATE tokens SET digest = ? WHERE id = ?", digests[admin.id], viewer.id)
        for text in ("mp_admin", "mp_viewer"):
            assert not await is_accepted(store, text)
        assert [each.state for each in await tokens.list()] == [TokenState.ALTERED] * 2

    run(tmp_path, main)


def test_the_list_says_what_became_of_each(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        tokens = tokens_of(store)
        made = {name: await tokens.create(name, role=Role.VIEWER, name=name) for name in ("good", "gone", "raised")}
        await tokens.create("late", role=Role.VIEWER, name="late", expires_at=START)
        assert await tokens.revoke(made["gone"].id)
        assert await tokens.revoke(made["gone"].id), "again changes nothing"
        assert not await tokens.revoke("42")
        sql(tmp_path, "UPDATE tokens SET role = 'admin' WHERE name = 'raised'")
        states = {each.token.name: each.state.value for each in await tokens.list() if each.token}
        assert states == {"good": "active", "gone": "revoked", "raised": "altered", "late": "expired"}
        sql(tmp_path, "UPDATE tokens SET role = 'root' WHERE name = 'good'")
        assert [each.token for each in await tokens.list() if each.id == made["good"].id] == [None]
        assert await tokens.revoke(made["good"].id)

    run(tmp_path, main)


def test_a_record_that_was_changed_is_revoked_for_good(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        made = await tokens_of(store).create("mp_a", role=Role.VIEWER)
        sql(tmp_path, "UPDATE tokens SET role = 'admin'")
        assert await tokens_of(store).revoke(made.id)
        sql(tmp_path, "UPDATE tokens SET role = 'viewer', revoked_at = NULL")
        assert not await is_accepted(store, "mp_a")

    run(tmp_path, main)


def test_two_who_revoke_at_once_both_succeed(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        made = await tokens_of(store).create("mp_a", role=Role.VIEWER)
        assert await asyncio.gather(*(tokens_of(store).revoke(made.id) for _ in range(4))) == [True] * 4
        assert not await is_accepted(store, "mp_a")

    run(tmp_path, main)


def test_only_a_token_that_works_is_prolonged_and_never_cut(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        tokens, later = tokens_of(store), START + timedelta(days=9)
        texts = [new_token() for _ in range(3)]
        ends = (START + timedelta(days=1), START, None)
        short, over, endless = [
            await tokens.create(text, role=Role.VIEWER, expires_at=end) for text, end in zip(texts, ends, strict=True)
        ]
        assert [await tokens.prolong(each.id, later) for each in (short, over, endless)] == [True, False, True]
        assert await tokens.prolong(short.id, START + timedelta(days=5))
        found = {each.id: each.token.expires_at for each in await tokens.list() if each.token}
        assert found == {short.id: later, over.id: START, endless.id: None}
        assert await is_accepted(store, texts[0])
        await tokens.revoke(short.id)
        assert not await tokens.prolong(short.id, later)
        assert not await is_accepted(store, texts[0])
        assert not await tokens.prolong("404", later)

    run(tmp_path, work)


def old_database(path: Path) -> None:
    """Make a database as the older release left it: its schema, a token of each kind, plain digests."""
    with closing(sqlite3.connect(path / DATABASE)) as connection, connection:
        for statement in (
            "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT",
            *schema.MIGRATIONS[0].statements,
            "INSERT INTO schema_version VALUES (1, 0)",
            "INSERT INTO instances (id, is_default, created_at) VALUES ('i', 1, 0), ('j', 0, 0)",
        ):
            connection.execute(statement)
        for number, (name, role, revoked) in enumerate(
            (("ann", "admin", None), ("bob", "viewer", None), ("eve", "admin", 5))
        ):
            row = (str(number), hash_of(f"mp_{name}"), name, role, number, revoked)
            connection.execute(
                "INSERT INTO tokens (id, digest, name, role, created_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?)", row
            )
            connection.execute("INSERT INTO token_instances VALUES (?, 0, 'j'), (?, 1, 'i')", (row[0], row[0]))


def insert_old(path: Path, text: str, token_id: str = "666") -> None:
    """Insert an administrator's token in the form of the older release, as who can write the database would."""
    sql(
        path,
        "INSERT INTO tokens (id, digest, name, role, created_at) VALUES (?, ?, 'x', 'admin', 0)",
        token_id,
        hash_of(text),
    )
    sql(path, "INSERT INTO token_instances SELECT ?, 0, id FROM instances WHERE is_default = 1", token_id)


def test_tokens_of_an_older_release_go_on_working_once_the_service_has_started(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def before(store: SqliteStore) -> None:
        assert not await is_accepted(store, "mp_ann")
        with pytest.raises(StartupError, match="start the service once"):
            await tokens_of(store).check_key()
        await tokens_of(store).take_over()
        assert [await is_accepted(store, text) for text in ("mp_ann", "mp_bob", "mp_eve")] == [True, True, False]
        ann, _, eve = await tokens_of(store).list()
        assert ann.token is not None
        assert ann.token.fingerprint == hash_of("mp_ann").hex()[:12]
        assert (ann.token.instance_ids, ann.token.expires_at) == (("j", "i"), None)
        assert eve.state is TokenState.REVOKED

    async def again(store: SqliteStore) -> None:
        await tokens_of(store).take_over()
        assert await is_accepted(store, "mp_ann")

    old_database(tmp_path)
    run(tmp_path, before)
    run(tmp_path, again)
    assert len([record for record in caplog.records if "took over" in record.getMessage()]) == 3
    assert "mp_" not in caplog.text


def test_a_row_in_the_old_form_that_comes_later_is_not_taken_over(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        tokens = tokens_of(store)
        await tokens.take_over()
        await tokens.create("mp_a", role=Role.VIEWER)
        insert_old(tmp_path, "mp_mine")
        await tokens.take_over()
        assert not await is_accepted(store, "mp_mine")
        sql(tmp_path, "DELETE FROM token_key_check")
        await tokens.take_over()
        assert not await is_accepted(store, "mp_mine"), "a sealed record says that this was done before"
        assert await is_accepted(store, "mp_a")
        assert await store.token_key_check() is not None

    run(tmp_path, main)


def test_a_row_in_a_new_database_that_no_service_made_is_not_taken_over(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        await tokens_of(store).take_over()
        insert_old(tmp_path, "mp_mine")
        await tokens_of(store).take_over()
        assert not await is_accepted(store, "mp_mine")

    run(tmp_path, main)


def test_a_database_that_was_emptied_to_look_old_gives_no_administrator(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        await tokens_of(store).take_over()
        insert_old(tmp_path, "mp_mine")
        sql(tmp_path, "DELETE FROM token_key_check")
        await tokens_of(store).take_over(accept_old=False)
        assert not await is_accepted(store, "mp_mine")
        assert [each.state for each in await tokens_of(store).list()] == [TokenState.ALTERED]
        assert await store.token_key_check() is not None

    run(tmp_path, main)


def test_another_key_than_the_tokens_is_said_and_changes_nothing(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        other = tokens_of(store, Sealer(NEW_KEY))
        await tokens_of(store).take_over()
        await tokens_of(store).create("mp_a", role=Role.ADMIN)
        for attempt in (other.check_key, other.take_over, other.rekey):
            with pytest.raises(StartupError, match="not the one"):
                await attempt()
        sql(tmp_path, "DELETE FROM token_key_check")
        with pytest.raises(StartupError, match="not the one"):
            await other.take_over()
        assert not await is_accepted(store, "mp_a", Sealer(NEW_KEY))
        assert await is_accepted(store, "mp_a")

    run(tmp_path, main)


def test_a_running_service_finds_and_revokes_its_tokens_once_the_key_was_rotated(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        keys = KeyFileSource(tmp_path / "keys")
        keys.write([OLD_KEY])
        running = Tokens(store, Keyring(keys), lambda: START)
        await running.take_over()
        made = await running.create("mp_a", role=Role.ADMIN)
        keys.write([NEW_KEY, OLD_KEY])
        await tokens_of(store, Sealer(NEW_KEY, OLD_KEY)).rekey()
        keys.write([NEW_KEY])
        assert [each.state for each in await running.list()] == [TokenState.ACTIVE]
        found = await running.find("mp_a")
        assert found is not None
        assert found.state is TokenState.ACTIVE
        assert await running.revoke(made.id)
        assert [each.state for each in await running.list()] == [TokenState.REVOKED]

    run(tmp_path, main)


def test_a_new_key_keeps_every_token_and_then_the_old_one_can_go(tmp_path: Path) -> None:
    async def main(store: SqliteStore) -> None:
        await tokens_of(store).take_over()
        await tokens_of(store).create("mp_a", role=Role.ADMIN)
        revoked = await tokens_of(store).create("mp_b", role=Role.ADMIN)
        await tokens_of(store).revoke(revoked.id)
        insert_old(tmp_path, "mp_mine")
        before = [(each.id, each.state) for each in await tokens_of(store).list()]
        both, new = Sealer(NEW_KEY, OLD_KEY), Sealer(NEW_KEY)
        assert await is_accepted(store, "mp_a", both), "while two keys are known"
        assert await tokens_of(store, both).rekey() == 2
        assert await tokens_of(store, both).rekey() == 0
        assert [(each.id, each.state) for each in await tokens_of(store, new).list()] == before
        assert await is_accepted(store, "mp_a", new)
        assert await is_accepted(store, "mp_a", both)
        for text in ("mp_b", "mp_mine"):
            assert not await is_accepted(store, text, new)
        await tokens_of(store, new).check_key()
        assert not await is_accepted(store, "mp_a")

    run(tmp_path, main)
