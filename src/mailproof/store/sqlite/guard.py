"""Keeps a database file that was exchanged, or that has lost writes, from being served as if nothing had happened.

The header of the file has a stamp, a random number that changes each time one process alone opens the database, and a
row has the database's id and counts its commits. The note beside the file (`mailproof.store.sqlite.note`) has all
three. If the stamps differ, the file is another one than the note is about; if the database has fewer commits than
were acknowledged, its write-ahead log was removed or damaged: SQLite takes a frame whose checksum is wrong for the
log's end, and drops what follows without a word.

What is checked before the database is opened is only read, so that a start which is refused leaves every file as it is.
"""

from __future__ import annotations

import errno
import logging
import secrets
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.domain.phrase import say
from mailproof.store.sqlite.note import Note, Noted, note_path, read_note, side_path

_log = logging.getLogger("mailproof.store")

REPLACED = say(
    "the database file was exchanged while the service runs; nothing was stored: stop the service, and put a backup in "
    "place with mailproof restore"
)

MISSING = say(
    "the database file is not where the service opened it; nothing is stored until it is there again: put it back, or "
    "stop the service and start it where the file is"
)

_IDENTITY = "SELECT database_id, commits FROM database_identity WHERE id = 1"
_COUNT = "UPDATE database_identity SET commits = commits + 1 WHERE id = 1 RETURNING commits"
_LOOK_AGAIN = 1.0
"""Seconds between two looks at the stamp of the file in use; each takes a tenth of a millisecond."""

FileId = tuple[int, int]
"""The device and the number of a file on it."""

_NOWHERE: FileId = (0, 0)

_TRIES = 5
"""How often the two are compared: another process may change both meanwhile."""


@dataclass(frozen=True, slots=True)
class DatabaseIdentity:
    """What a database file says of itself.

    Attributes:
        database_id: The id; "" if it has none, as in a schema of an older release.
        commits: How many commits it has.
    """

    database_id: str
    commits: int


def intent_path(database: Path) -> Path:
    """Return the path of the file that is there while a backup is put in the place of a database."""
    return side_path(database, ".restoring.json")


def logs(database: Path) -> list[Path]:
    """Return the files beside a database file that hold pages of one: its write-ahead log, or a journal."""
    paths = [side_path(database, suffix) for suffix in ("-wal", "-journal")]
    return [path for path in paths if path.exists() and path.stat().st_size]


def file_stamp(database: Path) -> int:
    """Return the stamp in the header of the file itself, whatever a write-ahead log beside it says.

    It is read by SQLite: a file that this process opened and closed by itself would lose the locks of SQLite on it.

    Raises:
        sqlite3.Error: It is no database.
    """
    with closing(_connect(database, "immutable=1")) as connection:
        # Without it a file is taken for damaged that is shorter than its first page says, as a checkpoint leaves it
        # that was cut short: the write-ahead log has the rest. Nothing can be written here in any case.
        connection.execute("PRAGMA writable_schema = ON")
        stamp: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return stamp


def read_identity(database: Path, *, alone: bool = False) -> DatabaseIdentity:
    """Return what a database says of itself. Nothing is changed, nor is its write-ahead log moved.

    Args:
        database: The file.
        alone: Whether the file alone is read, without the write-ahead log.

    Raises:
        sqlite3.Error: It can't be read.
    """
    with closing(_connect(database, "immutable=1" if alone else "mode=ro")) as connection:
        return identity_of(connection)


def identity_of(connection: sqlite3.Connection) -> DatabaseIdentity:
    """Return what a database says of itself, by a connection to it."""
    try:
        row = connection.execute(_IDENTITY).fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        row = None  # there is no such table
    return DatabaseIdentity(*row) if row else DatabaseIdentity("", 0)


def _connect(database: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(database.absolute()))}?{how}", uri=True, timeout=5.0, isolation_level=None)


def check_before_opening(database: Path) -> None:
    """Check that a database is the one that lay here before, and has all that was acknowledged. Nothing is changed.

    A database that can't be read at all is left to those who open it.

    Raises:
        StartupError: A restore was cut short, the file is gone or another one, or writes are missing; the sentence
            says what to do.
    """
    try:
        problem = _compared(database)
    except OSError as error:
        raise StartupError(f"the database {database} can't be opened: {error.strerror}") from error
    if problem:
        raise StartupError(problem)


def _compared(database: Path) -> str:
    """Compare a database with its note; return the sentence on what is wrong, "" for nothing."""
    refuse_half_restored(database)
    if not database.exists():
        problem = _remains(database)
        if not database.exists():  # else another process has made it meanwhile, and what lies beside it
            return problem
    problem = ""
    for attempt in range(_TRIES):
        noted = read_note(database)
        if noted is None:
            if note_path(database).exists() and note_path(database).stat().st_size:
                _log.warning("the note %s is damaged: whether writes are missing can't be said", note_path(database))
            return ""
        try:
            problem = _problem(database, noted)
        except sqlite3.Error:
            return ""
        if not problem:
            return ""
        time.sleep(0.02 * attempt)
    return problem


def refuse_half_restored(database: Path) -> None:
    """Check that no restore was cut short.

    Raises:
        StartupError: One was, or is under way.
    """
    if intent_path(database).exists():
        raise StartupError(
            f"a restore of {database} was cut short, or is under way: run mailproof restore again, with the same "
            "backup or another one; nothing that was here is lost"
        )


def _remains(database: Path) -> str:
    """Return the sentence on what a database has left behind that is not there, "" for nothing."""
    noted = read_note(database)
    if noted is not None and (noted.commits or noted.stamp):
        return (
            f"there is no database {database}, but {note_path(database).name} says that there was one, with "
            f"{noted.commits} commits; nothing was made: put a backup in place with mailproof restore, or begin anew "
            "in another directory"
        )
    remains = logs(database)
    if remains:
        return (
            f"there is no database {database}, but {remains[0].name} lies there, which belongs to one; nothing was "
            "made: put the two together again, or restore a backup in another directory"
        )
    return ""


def _problem(database: Path, noted: Noted) -> str:
    """Return the sentence on what is wrong with a database, "" for nothing."""
    if file_stamp(database) not in (noted.stamp, noted.next_stamp):
        beside = logs(database)
        where = f", beside {beside[0].name} of the former one" if beside else ""
        first = f"move {beside[0].name} away, and then " if beside else ""
        return (
            f"{database} is not the file that was in use here: another copy was put in its place{where}; nothing was "
            f"changed: {first}put a backup in place with mailproof restore, or take the copy as it is with mailproof "
            "rebuild --accept-loss"
        )
    # Where there is no log, the file alone has all, and reading it makes no files beside it.
    found = read_identity(database, alone=not logs(database))
    if found.database_id != noted.database_id:
        return (
            f"{database} is another database than the one that was in use here; nothing was changed: put a backup in "
            "place with mailproof restore, or take it as it is with mailproof rebuild --accept-loss"
        )
    missing = noted.commits - found.commits
    if missing > 0:
        return (
            f"{missing} commits are missing in {database}, which were acknowledged ({found.commits} of {noted.commits} "
            "are there): its write-ahead log was removed or damaged, or the disk lost what it had confirmed; nothing "
            "was changed: put a backup in place with mailproof restore, or take what is left with mailproof rebuild "
            "--accept-loss"
        )
    return ""


class Guard:
    """Watches over a database that is open: counts its commits, notes them, and sees if the file is exchanged.

    `begin` makes it. `count` and `committed` are called by the thread that writes, the others by any.
    """

    def __init__(self, database: Path, note: Note, commits: int) -> None:
        self._database = database
        self._note = note
        self._commits = commits
        self._inode = file_id(database)
        self._looked = time.monotonic()
        self._replaced = self._released = False
        self._said = ""
        self._can_note = True

    @classmethod
    def begin(cls, database: Path, connection: sqlite3.Connection, opened: FileId) -> Guard:
        """Lock the note, and give the file another stamp if nobody else has the database open.

        Args:
            database: The file.
            connection: The connection that writes, with the schema up to date.
            opened: The file that the connection has open.

        Raises:
            StartupError: The note can't be written, or a backup is being put in the file's place.
        """
        try:
            note = Note(database)
        except OSError as error:
            raise StartupError(f"the note {note_path(database)} can't be opened: {error.strerror}") from error
        try:
            alone = note.lock_alone()
            if not alone:
                _share(note, database)
            refuse_half_restored(database)
            if file_id(database) != opened:
                _refuse_exchange(database)
            found, noted = identity_of(connection), note.read()
            if alone or noted is None:
                try:
                    _stamp(database, connection, note, found)
                    note.write_commits(found.commits)
                except (sqlite3.Error, OSError) as error:
                    if not _is_full(error):
                        raise
                    # What is stored can be read all the same; the note and the file still agree.
                    _log.warning("the disk is full: the note %s is not renewed", note.path)
            _share(note, database)
            return cls(database, note, found.commits)
        except sqlite3.Error as error:
            note.close()
            raise StartupError(f"the database {database} can't be opened: {error}") from error
        except OSError as error:
            note.close()
            raise StartupError(f"the note {note_path(database)} can't be written: {error.strerror}") from error
        except BaseException:
            note.close()
            raise

    def count(self, connection: sqlite3.Connection) -> None:
        """Count a commit, as the last statement of its transaction.

        Raises:
            StoreUnavailable: The file was exchanged.
        """
        self.check_file()
        # `fetchall`, since a statement that is not at its end keeps the transaction from ending.
        self._commits = connection.execute(_COUNT).fetchall()[0][0]

    def committed(self) -> None:
        """Note the commit that was counted last, before anybody hears of it."""
        try:
            self._note.write_commits(self._commits)
        except OSError as error:
            if self._can_note:
                _log.error("the note %s can't be written: %s", self._note.path, error.strerror)
            self._can_note = False
        else:
            self._can_note = True

    def check_file(self, *, now: bool = False) -> None:
        """Check that the file in use is still the one that lies there.

        Args:
            now: Whether its stamp is read too, which is else done once a second.

        Raises:
            StoreUnavailable: It is another one.
        """
        if not self._replaced and not self._released:
            found = file_id(self._database)
            problem = MISSING if found == _NOWHERE else REPLACED if self._is_replaced(found, now=now) else ""
            if problem != self._said and problem:
                _log.error("%s: %s", self._database, problem)
            self._said = problem
            # Where the note is another one too, the whole directory was exchanged: this one's files are as they were.
            self._replaced = problem == REPLACED and self._note.is_in_place()
            if self._replaced:
                # A later start must see it too, also where this process mixes the two files as it closes its own.
                with suppress(OSError):
                    self._note.write_identity("replaced", 0, 0)
            if problem:
                raise StoreUnavailable(problem)
        if self._replaced:
            raise StoreUnavailable(REPLACED)

    def _is_replaced(self, found: FileId, *, now: bool) -> bool:
        if found != self._inode:
            return True
        if not now and time.monotonic() - self._looked < _LOOK_AGAIN:
            return False
        self._looked = time.monotonic()
        for attempt in range(_TRIES):
            try:
                stamp, noted = file_stamp(self._database), read_note(self._database)
            except sqlite3.NotSupportedError:
                return False
            except sqlite3.DatabaseError as error:
                return (error.sqlite_errorcode & 0xFF) == sqlite3.SQLITE_NOTADB
            if noted is None or stamp in (noted.stamp, noted.next_stamp):
                return False
            time.sleep(0.02 * attempt)
        return True

    def release(self) -> None:
        """End the lock, once the database is closed."""
        self._released = True
        self._note.close()


def _share(note: Note, database: Path) -> None:
    if not note.lock_shared():
        _refuse_exchange(database)


def _refuse_exchange(database: Path) -> NoReturn:
    raise StartupError(f"the database {database} is being exchanged by mailproof restore")


def file_id(path: Path) -> FileId:
    """Return what tells a file from another one that gets its name."""
    try:
        found = path.stat()
    except OSError:
        return _NOWHERE
    return found.st_dev, found.st_ino


def _stamp(database: Path, connection: sqlite3.Connection, note: Note, found: DatabaseIdentity) -> None:
    """Give the file another stamp. If this is cut short, the note knows both."""
    _checkpoint(connection)
    before, latest = file_stamp(database), connection.execute("PRAGMA user_version").fetchone()[0]
    if before != latest:  # still in the write-ahead log, for a reader's sake: a third stamp would be one too many
        note.write_identity(found.database_id, before, latest)
        return
    after = secrets.randbelow(2**31 - 1) + 1
    note.write_identity(found.database_id, before, after)
    connection.execute(f"PRAGMA user_version = {after}")
    if _checkpoint(connection):
        note.write_identity(found.database_id, after, after)


def _checkpoint(connection: sqlite3.Connection) -> bool:
    """Move the write-ahead log into the file, as far as no reader needs it; return whether all of it was moved."""
    _, frames, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return bool(frames == moved)


def _is_full(error: sqlite3.Error | OSError) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL


def refuse_mixture(database: Path, noted: Noted) -> None:
    """Check that no write-ahead log lies beside a file that it does not belong to.

    Raises:
        StartupError: One does.
        sqlite3.Error: The file can't be read.
    """
    if file_stamp(database) not in (noted.stamp, noted.next_stamp) and logs(database):
        raise StartupError(
            f"{logs(database)[0]} belongs to the file that was here before: move it away first, so that the two are "
            "not mixed; nothing was changed"
        )
