"""The keys of an installation, for the commands that look after them."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from pathlib import Path

import pytest

from mailproof.domain.errors import StartupError
from mailproof.service.encryption_keys import OwnKeys
from mailproof.service.settings import ServiceSettings
from mailproof.store.key_sources import KEY_FILE, KeyFileSource
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite.store import open_store
from mailproof.usecases.tokens import Tokens

OLD, NEW = bytes(32), bytes([1] * 32)


def test_no_key_is_made_where_the_one_of_the_service_is_kept_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="the encryption key of the service is needed"):
        OwnKeys(ServiceSettings(data_dir=tmp_path))
    assert not (tmp_path / KEY_FILE).exists()


def test_a_key_that_the_next_start_needs_is_not_given_up(tmp_path: Path) -> None:
    async def main() -> None:
        store = open_store(tmp_path / "mailproof.db")
        try:
            await Tokens(store, Sealer(OLD)).take_over()
            file = KeyFileSource(tmp_path / KEY_FILE)
            file.write([NEW, OLD])  # by hand, and no secret and no token is there that would be counted
            keys = OwnKeys(ServiceSettings(data_dir=tmp_path))
            with pytest.raises(StartupError, match="run mailproof keys rotate first"):
                await keys.retire(store)
            assert file.read() == (NEW, OLD)
            await keys.rotate(store, lambda done, of: None, accept_unbound=False)
            assert len(await keys.retire(store)) == 1
            assert (tmp_path / KEY_FILE).read_bytes() == b64encode(NEW) + b"\n"
        finally:
            await store.close()

    asyncio.run(main())
