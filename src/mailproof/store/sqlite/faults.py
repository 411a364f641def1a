"""Translates errors of SQLite: what an operator can mend becomes `StoreUnavailable`; our own mistakes stay."""

from __future__ import annotations

import logging
import sqlite3

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.phrase import say
from mailproof.store.failures import BUSY, DISK_FULL

_log = logging.getLogger("mailproof.store")

# Mistakes of this code, not trouble with the disk or the file: a call that meets one is answered with INTERNAL.
_OURS = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)

DAMAGED = say("the database file is damaged: stop the service and restore a backup")

_SENTENCES = {
    sqlite3.SQLITE_FULL: DISK_FULL,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_IOERR: say("the disk that holds the database does not work; nothing was stored"),
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_READONLY: say("the database can't be written; nothing was stored"),
}


def translate(error: Exception) -> Exception:
    """Return the error to raise instead of a driver's one. Other errors are returned as they are."""
    if not isinstance(error, sqlite3.Error) or isinstance(error, _OURS):
        return error
    code = getattr(error, "sqlite_errorcode", 0)
    _log.error("the database failed: %s (%s)", error, getattr(error, "sqlite_errorname", "no code"))
    sentence = _SENTENCES.get(code & 0xFF)  # the low byte is the primary code of an extended one
    return StoreUnavailable(sentence) if sentence else StoreUnavailable()
