"""Makes, checks and restores backups of the database that the settings name, and knows where its keys are.

Laws: a file of a backup's name is either the whole, checked backup, or as it was before; nothing is restored whose keys
are not there; and the key is in no backup.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mailproof
from mailproof.domain.clock import utc_now
from mailproof.domain.database import Engine
from mailproof.domain.errors import StartupError
from mailproof.service.encryption_keys import BOUND, open_existing_keys
from mailproof.service.settings import ServiceSettings
from mailproof.store.backup_file import Manifest, check_digest, digest_of, extract, read_manifest, write_backup
from mailproof.store.file_lock import lock
from mailproof.store.key_sources import KEY_FILE
from mailproof.store.sealing import key_id
from mailproof.store.sqlite import acceptance, backup, restore
from mailproof.store.sqlite.note import give_to_owner

_POSTGRES = (
    "mailproof backup and restore are for SQLite: back PostgreSQL up with pg_dump or its own continuous archiving, and "
    "keep the encryption key apart (docs/backup.md)"
)


def make(path: Path, settings: ServiceSettings, *, replace: bool) -> Manifest:
    """Make a backup, and return what it says of itself.

    Args:
        path: The file to make.
        settings: The settings that name the database; a service may use it.
        replace: Whether a file of that name is replaced.

    Raises:
        StartupError: It can't be made; the file is as it was then.
    """
    _refuse_postgres(settings)
    _refuse_target(path, settings)
    if path.exists() and not replace:
        raise _taken(path)
    try:
        with _temporary(path) as (archive, copy):
            with backup.in_use(settings.database.path):
                taken_at = utc_now()
                backup.copy(settings.database.path, copy)
            contents = backup.examine(copy, f"the database {settings.database.path}")
            prepared = (settings.data_dir / BOUND).exists()
            size, digest = copy.stat().st_size, digest_of(copy)
            manifest = Manifest(mailproof.__version__, taken_at, prepared, size, digest, contents)
            with archive.open("wb") as file:
                write_backup(file, manifest, copy)
            check_digest(archive, manifest)  # so what is in it is the copy that was examined
            _publish(archive, path, replace=replace)
    except OSError as error:
        raise StartupError(f"the backup {path} can't be written: {error.strerror}") from error
    return manifest


def verify(path: Path) -> Manifest:
    """Check a backup by taking the database out of it, and return what it says of itself.

    Raises:
        StartupError: It is damaged, or there is no room for its database beside it.
    """
    manifest = read_manifest(path)
    beside = path.parent if os.access(path.parent, os.W_OK) else None
    try:
        with tempfile.TemporaryDirectory(prefix=".mailproof-", dir=beside) as folder:
            copy = Path(folder) / "mailproof.db"
            with copy.open("wb") as file:
                extract(path, manifest, file)
            contents = backup.examine(copy, f"the database in {path}")
    except OSError as error:
        raise StartupError(f"the backup {path} can't be checked: {error.strerror}") from error
    if contents != manifest.contents:
        raise StartupError(f"the backup {path} is damaged: it does not hold what its manifest says")
    return manifest


def put_back(path: Path, settings: ServiceSettings) -> tuple[Manifest, Path | None]:
    """Put a backup in the place of the database.

    Args:
        path: The backup.
        settings: The settings that name the database, which nobody uses, and the keys.

    Returns:
        What the backup says of itself, and the directory with what was there before; None if nothing was.

    Raises:
        StartupError: The backup is damaged, a key is missing, or the database is in use; nothing was changed.
    """
    _refuse_postgres(settings)
    manifest = read_manifest(path)
    missing = missing_keys(manifest, settings)[0]
    if missing:
        raise StartupError(
            f"the backup is sealed under the key {', '.join(missing)}, which is not in {place_of_keys(settings)}; "
            "nothing was changed: put the key there from where you keep it, then run this again"
        )
    done = restore.restore(path, manifest, settings.database.path, utc_now())
    if manifest.prepared:  # secrets in the form of older releases are not to be taken over once more
        try:
            (settings.data_dir / BOUND).touch(mode=0o600)
            give_to_owner(settings.data_dir / BOUND, settings.data_dir)
        except OSError as error:
            raise StartupError(f"the mark {settings.data_dir / BOUND} can't be made: {error.strerror}") from error
    return manifest, done.aside


def accept_loss(settings: ServiceSettings) -> tuple[int, int]:
    """Take the database as it is, though it lacks commits or is another copy.

    Returns:
        How many commits it has, and how many were acknowledged.

    Raises:
        StartupError: It is in use, damaged, or on PostgreSQL; nothing was changed.
        LogBroken: Its events make no sense; nothing was changed.
    """
    if settings.database.engine is not Engine.SQLITE:
        raise StartupError("--accept-loss is for SQLite; of PostgreSQL nothing is noted beside it")
    return acceptance.accept(settings.database.path)


def place_of_keys(settings: ServiceSettings) -> str:
    """Return where the settings have the encryption keys."""
    if settings.encryption_key:
        return "MAILPROOF_ENCRYPTION_KEY"
    if settings.encryption_key_file:
        return str(settings.encryption_key_file)
    if settings.encryption_key_command:
        return "what the encryption_key_command prints"
    return str(settings.data_dir / KEY_FILE)


def missing_keys(manifest: Manifest, settings: ServiceSettings) -> tuple[tuple[str, ...], str]:
    """Return the ids of the keys that a backup needs and the settings don't have, and why they have none, if so."""
    needed, known, problem = manifest.contents.keys, set[str](), ""
    if needed:
        try:
            known = {key_id(key).hex() for key in open_existing_keys(settings).source.read()}
        except StartupError as error:
            problem = str(error)
    return tuple(each for each in needed if each not in known), problem


def _refuse_postgres(settings: ServiceSettings) -> None:
    if settings.database.engine is not Engine.SQLITE:
        raise StartupError(_POSTGRES)


def _refuse_target(path: Path, settings: ServiceSettings) -> None:
    """Check that a backup takes the place of nothing that the service needs, nor of a device.

    Raises:
        StartupError: It would.
    """
    if str(path) == "-" or (path.exists() and not (path.is_file() or path.is_dir())):
        raise StartupError(f"a backup is a file, and {path} is none: name a file")
    database, place = settings.database.path.resolve(), path.resolve()
    keys = [settings.data_dir / KEY_FILE, settings.data_dir / BOUND, settings.encryption_key_file]
    of_database = place.parent == database.parent and place.name.startswith(database.name)
    if of_database or any(each is not None and place == each.resolve() for each in keys):
        raise StartupError(f"{path} is a file of the service itself: name another one for the backup")


def _taken(path: Path) -> StartupError:
    return StartupError(f"there is a file {path} already: name another one, or replace it with --force")


@contextmanager
def _temporary(path: Path) -> Iterator[tuple[Path, Path]]:
    """Make two files beside a backup that is to be made: for the archive, and for the copy that goes into it.

    Their names are always the same for the same backup, so that what a run leaves that was killed goes with the next.

    Raises:
        StartupError: Another run makes the same backup now.
    """
    archive, copy = path.with_name(f".{path.name}.part"), path.with_name(f".{path.name}.part-db")
    descriptor = os.open(archive, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not lock(descriptor):
            raise StartupError(f"the backup {path} is being made by another process")
        os.ftruncate(descriptor, 0)
        copy.unlink(missing_ok=True)
        os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            yield archive, copy
        finally:
            copy.unlink(missing_ok=True)
            archive.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _publish(archive: Path, path: Path, *, replace: bool) -> None:
    if path.exists() and not replace:  # made by somebody meanwhile
        raise _taken(path)
    archive.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
