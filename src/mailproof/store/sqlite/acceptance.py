"""Takes a database as it is, though its note says that it is another one or that writes are missing.

Only one that is sound is taken: a copy of it is checked first, every page of it, and that its state can be made from
its events. Until then nothing is changed, the note included.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.store.sqlite import backup, guard, rebuild
from mailproof.store.sqlite.note import Note, note_path, read_note


def accept(database: Path) -> tuple[int, int]:
    """Take a database as it is, from the next start on.

    Returns:
        How many commits it has, and how many the note counted.

    Raises:
        StartupError: It is in use, damaged, or beside a write-ahead log of another file; nothing was changed.
        LogBroken: Its events make no sense; nothing was changed.
    """
    guard.refuse_half_restored(database)
    if not database.exists():
        raise StartupError(f"there is no database {database}")
    noted = read_note(database)
    try:
        with closing(Note(database)) as note:
            if not note.lock_alone():
                raise StartupError(f"the database {database} is in use: stop the service first")
            if noted is not None:
                guard.refuse_mixture(database, noted)
            found = _examine(database)
            note_path(database).unlink()
    except sqlite3.Error as error:
        raise StartupError(f"the database {database} is damaged: {error}; nothing was changed") from error
    except OSError as error:
        raise StartupError(f"the database {database} can't be checked: {error.strerror}") from error
    return found.commits, noted.commits if noted else found.commits


def _examine(database: Path) -> guard.DatabaseIdentity:
    with tempfile.TemporaryDirectory(prefix=".mailproof-", dir=database.parent) as folder:
        copy = Path(folder) / database.name
        backup.copy(database, copy)
        backup.check_pages(copy, f"the database {database}")
        try:
            rebuild.rebuild(copy, check=False)
        except StoreUnavailable as error:
            raise StartupError(f"the database {database} can't be checked: {error.message}") from error
    return guard.read_identity(database)
