"""Opens the database and the keys that the settings name, together: neither is made where the other one is in use.

A new key opens nothing of what lies in a database, and a new database beside a key hides that another one was lost. So
a start that finds the one without the other says so, and makes nothing. Where both are new, they are made, and the log
says so.
"""

from __future__ import annotations

import logging
from pathlib import Path

from mailproof.domain.database import Engine
from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.service.encryption_keys import BOUND, has_own_key, open_keys
from mailproof.service.engines import open_store
from mailproof.service.settings import ServiceSettings
from mailproof.store.contract import Store
from mailproof.store.key_sources import KEY_FILE
from mailproof.store.sealing import Keyring, key_id_of

_log = logging.getLogger("mailproof")

KEEP_APART = "keep a copy of it, apart from the backups"
"""What is said of a new key."""


def has_database(settings: ServiceSettings) -> bool:
    """Return whether there is a database; only a server knows that of PostgreSQL, so there it is taken for granted.

    Raises:
        StartupError: The directory is not for this user.
    """
    if settings.database.engine is not Engine.SQLITE:
        return True
    path = settings.database.path
    try:
        real = path.resolve() if path.is_symlink() else path  # SQLite has its write-ahead log there
        log = real.with_name(f"{real.name}-wal")
        return path.exists() and any(each.exists() and each.stat().st_size for each in (path, log))
    except OSError as error:
        raise StartupError(f"the database {path} can't be opened: {error.strerror}") from error


def refuse_lost_database(settings: ServiceSettings, *, init: bool = False) -> None:
    """Check that no key, and no mark of an earlier start, lies where there is no database.

    Args:
        settings: The settings.
        init: Whether a database may be made beside a key that no service has used here.

    Raises:
        StartupError: The database is gone.
    """
    if has_database(settings):
        return
    key, mark = settings.data_dir / KEY_FILE, settings.data_dir / BOUND
    gone = f"there is no database {settings.database.path}"
    if settings.database.path.exists():
        gone = f"the database {settings.database.path} is empty"
    if mark.exists():
        raise StartupError(
            f"{gone}, though a service has run with {settings.data_dir}; nothing was made: put a backup in place with "
            "mailproof restore, or begin anew with another directory"
        )
    if has_own_key(settings) and key.exists() and not init:
        raise StartupError(
            f"{gone}, though there is an encryption key {key}; nothing was made: put a backup in place with mailproof "
            "restore, or, to begin with this key, run mailproof token create --init"
        )


async def refuse_emptied_database(store: Store, settings: ServiceSettings) -> None:
    """Check that a database in which nothing was ever kept is not that of a directory that a service has run with.

    Raises:
        StartupError: It is, so that the directory's own database is another one.
    """
    if not (settings.data_dir / BOUND).exists() or await _sealed_under(store) or await store.list_tokens():
        return
    raise StartupError(
        f"the database {settings.database} is empty, though a service has run with {settings.data_dir}: name the "
        "database that belongs to it, put a backup in place, or begin anew with another directory"
    )


async def refuse_lost_key(store: Store, settings: ServiceSettings) -> None:
    """Check that nothing in the database is sealed where the service's own key is missing.

    Raises:
        StartupError: Something is, and the sentence names the key.
    """
    key = settings.data_dir / KEY_FILE
    if not has_own_key(settings) or key.exists():
        return
    ids = await _sealed_under(store)
    if ids:
        raise StartupError(
            f"the encryption key of the service is needed: there is no {key}, and the database {settings.database} has "
            f"secrets or tokens that are sealed under the key {', '.join(sorted(ids))}; no key was made, since another "
            "one opens none of them: put the file back from where you keep it"
        )


async def open_or_make_keys(store: Store, settings: ServiceSettings) -> tuple[Keyring, Path | None]:
    """Return the keys, and the file that was made for one where there was none and nothing is sealed.

    Raises:
        StartupError: A key is missing, or can't be used.
    """
    await refuse_lost_key(store, settings)
    key = settings.data_dir / KEY_FILE
    makes = has_own_key(settings) and not key.exists()
    return open_keys(settings), key if makes else None


async def _sealed_under(store: Store) -> set[str]:
    """Return the ids of the keys that anything in a database is sealed under."""
    single = [await store.token_key_check(), await store.key_proof()]
    headers = [*(await store.sealed_counts()), *(blob for blob in single if blob is not None)]
    return {key_id_of(header).hex() for header in headers}


async def open_data(settings: ServiceSettings) -> tuple[Store, Keyring]:
    """Open the database and the keys; make both where neither is there, and say so in the log.

    Raises:
        StartupError: One of them can't be opened, or is missing beside the other one; or another server has the
            database.
    """
    refuse_lost_database(settings)
    own = settings.data_dir / KEY_FILE
    keys, made = None, None
    if own.exists() or not has_own_key(settings):
        keys = open_keys(settings)  # a bad key is refused before anything is made
    makes_directory, makes_database = not settings.data_dir.exists(), not has_database(settings)
    store = await open_store(settings.database, settings.database_limits, serving=True)
    try:
        await refuse_emptied_database(store, settings)
        if keys is None:
            keys, made = await open_or_make_keys(store, settings)
    except StoreUnavailable as error:
        await store.close()
        raise StartupError(error.message) from error
    except BaseException:
        await store.close()
        raise
    if makes_directory:
        _log.info("made the data directory %s", settings.data_dir)
    if makes_database:
        _log.info("made the database %s", settings.database)
    if made is not None:
        _log.info("made the encryption key %s: %s", made, KEEP_APART)
    return store, keys
