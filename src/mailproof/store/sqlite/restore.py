"""Puts the database of a backup into a directory that nobody uses, whole or not at all.

The copy is written and checked beside the old file. What was there (the file, its write-ahead log, its note) is then
moved into a directory of its own, together; only then the copy gets its name. A file with the intent lies there
meanwhile: while it does, nobody opens the database, and the next restore ends what was begun. So the old file and the
new one are never mixed, and nothing that was there is lost.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
import struct
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mailproof.domain.errors import StartupError
from mailproof.store.backup_file import Contents, Manifest, extract
from mailproof.store.file_lock import is_free, locked_directory
from mailproof.store.sqlite import backup, guard
from mailproof.store.sqlite.note import Note, give_to_owner, note_path, read_note

_SHARED_RANGE = 0x40000002, 510
"""Where SQLite's readers lock a database file: every connection does so as long as a write-ahead log is in use
(https://www.sqlite.org/src/file/src/os.h, SHARED_FIRST and SHARED_SIZE)."""

_LOG_HEADER = struct.Struct(">I")
_LOG_MAGIC = {0x377F0682, 0x377F0683}  # https://www.sqlite.org/fileformat2.html section 4.1


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done.

    Attributes:
        contents: What the database holds.
        aside: The directory with what was there before; None if nothing was.
    """

    contents: Contents
    aside: Path | None


def restore(path: Path, manifest: Manifest, database: Path, now: datetime) -> Restored:
    """Put the database of a backup in the place of another one, or where none is.

    Args:
        path: The backup.
        manifest: What it says of itself.
        database: The database file. Its directory exists.
        now: The time, after which the directory is named.

    Raises:
        StartupError: The backup is damaged, the database is in use, or a write-ahead log lies there that belongs to
            another file. Nothing was changed.
    """
    try:
        database = database.resolve() if database.is_symlink() else database  # the link stays, and leads to the backup
        with ExitStack() as locks:
            intent = _read_intent(database)
            _lock(locks, database)
            if intent is None:
                _refuse_foreign(database)
            copy = database.with_name(f"{database.name}.restored")
            contents = _unpack(path, manifest, copy)
            if intent is None:
                intent = _Intent(_name_aside(database, now), 0)
            elif database.exists() and _is_restored(database, intent):
                _remove(database)  # of the run that was cut short: it is in the backup that it was made of
            intent = _Intent(intent.aside, secrets.randbelow(2**31 - 1) + 1)
            _stamp(copy, intent.stamp)
            give_to_owner(copy, database if database.exists() else database.parent)
            _write_intent(database, intent)
            _move_aside(database, database.parent / intent.aside)
            copy.rename(database)
            _sync(database.parent)
            _note(database, contents, intent.stamp)
            if guard.read_identity(database) != guard.DatabaseIdentity(contents.database_id, contents.commits):
                raise StartupError(f"the database {database} is not what was written there: the disk does not work")
            guard.intent_path(database).unlink()
            _sync(database.parent)
    except OSError as error:
        raise StartupError(
            f"the backup can't be put in the place of {database}: {error.strerror}"
            + ("; run it again once that is mended" if guard.intent_path(database).exists() else "")
        ) from error
    except sqlite3.Error as error:
        raise StartupError(f"the backup can't be put in the place of {database}: {error}") from error
    aside = database.parent / intent.aside
    return Restored(contents, aside if aside.exists() else None)


@dataclass(frozen=True, slots=True)
class _Intent:
    """What a restore was about to do.

    Attributes:
        aside: The name of the directory for what was there.
        stamp: The stamp of the file that is put there.
    """

    aside: str
    stamp: int


def _read_intent(database: Path) -> _Intent | None:
    path = guard.intent_path(database)
    try:
        found: dict[str, Any] = json.loads(path.read_text())
        return _Intent(Path(found["aside"]).name, int(found["stamp"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise StartupError(f"{path} is damaged: move it away, once you know which database lies there") from error


def _write_intent(database: Path, intent: _Intent) -> None:
    path = guard.intent_path(database)
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("w") as file:
        json.dump({"aside": intent.aside, "stamp": intent.stamp}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    _sync(path.parent)


def _lock(locks: ExitStack, database: Path) -> None:
    """Keep others from the database until `locks` ends.

    Raises:
        StartupError: Somebody uses it.
    """
    in_use = StartupError(f"the database {database} is in use: stop the service, and all else that has it open, first")
    if not locks.enter_context(locked_directory(database.parent)):
        raise StartupError(f"another restore into {database.parent} is under way")
    if note_path(database).exists() and not locks.enter_context(closing(Note(database))).lock_alone():
        raise in_use
    # Of what does not know the note: an older release, or a program such as sqlite3. This process has no connection to
    # the file yet, which would lose its locks as this one is closed.
    if database.exists() and not is_free(database, *_SHARED_RANGE):
        raise in_use


def _refuse_foreign(database: Path) -> None:
    """Check that a write-ahead log or a journal that lies there belongs to the database file.

    Raises:
        StartupError: It does not.
    """
    for log in guard.logs(database):
        if not database.exists() or _is_foreign(database, log):
            beside = f"beside {database.name}, to which it does not belong" if database.exists() else "without its file"
            raise StartupError(
                f"{log} lies there {beside}; nothing was changed: move it away, or put it back to the file that it "
                "belongs to, then run this again"
            )


def _is_foreign(database: Path, log: Path) -> bool:
    if log.name.endswith("-journal"):
        return True  # this database has a write-ahead log, and never a journal
    with log.open("rb") as file:
        head = file.read(_LOG_HEADER.size)
    if len(head) < _LOG_HEADER.size or _LOG_HEADER.unpack(head)[0] not in _LOG_MAGIC:
        return True
    try:
        alone = guard.read_identity(database, alone=True)
    except sqlite3.Error:
        return False  # the file is damaged by itself, which is why it is to be replaced
    noted = read_note(database)
    if noted is not None and guard.file_stamp(database) not in (noted.stamp, noted.next_stamp):
        return True
    try:
        together = guard.read_identity(database)
    except sqlite3.Error:
        return True
    return bool(alone.database_id) and alone.database_id != together.database_id


def _unpack(path: Path, manifest: Manifest, copy: Path) -> Contents:
    """Write the database of a backup into a file of its own, and check it.

    Raises:
        StartupError: It is damaged, or not what the manifest says.
    """
    try:
        copy.unlink(missing_ok=True)
        with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            extract(path, manifest, file)
        contents = backup.examine(copy, f"the database in the backup {path}")
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    if contents != manifest.contents:
        copy.unlink()
        raise StartupError(f"the backup {path} is damaged: it does not hold what its manifest says")
    return contents


def _name_aside(database: Path, now: datetime) -> str:
    name = f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}"
    number = 1
    while (database.parent / name).exists():
        number += 1
        name = f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}-{number}"
    return name


def _parts(database: Path) -> list[Path]:
    """Return the files of a database that are there."""
    sides = [database.with_name(database.name + suffix) for suffix in ("-wal", "-shm", "-journal")]
    return [each for each in (database, *sides, note_path(database)) if each.exists()]


def _is_restored(database: Path, intent: _Intent) -> bool:
    try:
        return intent.stamp == guard.file_stamp(database)
    except sqlite3.Error:
        return False


def _remove(database: Path) -> None:
    for part in _parts(database):
        part.unlink()


def _move_aside(database: Path, aside: Path) -> None:
    parts = _parts(database)
    if not parts:
        return
    aside.mkdir(mode=0o700, exist_ok=True)
    give_to_owner(aside, database.parent)
    for part in parts:
        shutil.move(part, aside / part.name)
    _sync(aside)
    _sync(database.parent)


def _stamp(copy: Path, stamp: int) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA user_version = {stamp}")


def _note(database: Path, contents: Contents, stamp: int) -> None:
    if contents.database_id:  # else the next start brings its schema up to date, and makes the note
        with closing(Note(database)) as note:
            note.write_commits(contents.commits)
            note.write_identity(contents.database_id, stamp, stamp)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
