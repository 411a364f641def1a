"""A database without its key, or a key without its database, is said, and nothing new is made beside it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mailproof.domain.errors import StartupError
from mailproof.domain.model import Role
from mailproof.domain.secret import Secret
from mailproof.service.encryption_keys import BOUND, prepare_secrets
from mailproof.service.engines import open_store
from mailproof.service.opening import open_data, refuse_lost_database
from mailproof.service.settings import ServiceSettings
from mailproof.store.key_sources import KEY_FILE
from mailproof.usecases.tokens import Tokens, new_token

KEY = "a2V5" * 10 + "a2U="


def settings(folder: Path, key: Secret | None = None) -> ServiceSettings:
    return ServiceSettings(data_dir=folder, encryption_key=key)


def start(chosen: ServiceSettings) -> None:
    """Open all as a start does, and close it."""

    async def main() -> None:
        store, keys = await open_data(chosen)
        try:
            await prepare_secrets(store, keys, chosen.data_dir)
            await Tokens(store, keys).create(new_token(), name="", role=Role.ADMIN, expires_at=None)
        finally:
            await store.close()

    asyncio.run(main())


def refused(chosen: ServiceSettings) -> str:
    before = set(chosen.data_dir.rglob("*"))
    with pytest.raises(StartupError) as error:
        start(chosen)
    assert set(chosen.data_dir.rglob("*")) == before, "nothing was made"
    return str(error.value)


def test_a_first_start_makes_both_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    start(settings(tmp_path / "d"))
    for what in ("data directory", "database", "encryption key"):
        assert f"made the {what}" in caplog.text
    caplog.clear()
    start(settings(tmp_path / "d"))
    assert "made the" not in caplog.text


def test_a_missing_database_is_not_made_where_a_service_has_run(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    start(chosen)
    for path in tmp_path.glob("mailproof.db*"):
        path.unlink()
    assert "there is no database" in refused(chosen)
    chosen.database.path.touch()
    assert "mailproof.db is empty, though a service has run with" in refused(chosen)
    with pytest.raises(StartupError):
        refuse_lost_database(chosen, init=True)


def test_a_key_alone_is_no_reason_for_an_empty_database(tmp_path: Path) -> None:
    start(settings(tmp_path / "d"))
    (tmp_path / "new").mkdir()
    (tmp_path / "d" / KEY_FILE).rename(tmp_path / "new" / KEY_FILE)
    chosen = settings(tmp_path / "new")
    assert "though there is an encryption key" in refused(chosen)
    refuse_lost_database(chosen, init=True)


def test_a_missing_key_is_not_made_anew_beside_what_is_sealed(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    start(chosen)
    (tmp_path / KEY_FILE).unlink()
    sentence = refused(chosen)
    assert f"there is no {tmp_path / KEY_FILE}" in sentence
    assert "sealed under the key" in sentence
    (tmp_path / BOUND).unlink()
    assert "sealed under the key" in refused(chosen)


def test_another_databases_directory_is_not_taken_over(tmp_path: Path) -> None:
    """The file was made anew by something else: it has tables, and nothing that was ever kept in it."""
    chosen = settings(tmp_path)
    start(chosen)
    with closing(sqlite3.connect(chosen.database.path)) as connection, connection:
        for table in ("token_instances", "tokens", "token_key_check", "key_witness"):
            connection.execute(f"DELETE FROM {table}")
    with pytest.raises(StartupError, match="is empty, though a service has run with"):
        start(chosen)


def test_a_bad_key_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="is not one"):
        start(settings(tmp_path / "d", key=Secret("short")))
    assert not (tmp_path / "d").exists()


def test_a_key_of_the_environment_begins_with_an_empty_directory(tmp_path: Path) -> None:
    start(settings(tmp_path, key=Secret(KEY)))
    assert not (tmp_path / KEY_FILE).exists()


def test_a_first_start_that_was_cut_short_is_no_loss(tmp_path: Path) -> None:
    """The database is made before the key, so that this is what a kill in between leaves."""
    chosen = settings(tmp_path)

    async def half() -> None:
        await (await open_store(chosen.database)).close()

    asyncio.run(half())
    start(chosen)
    assert (tmp_path / KEY_FILE).exists()
