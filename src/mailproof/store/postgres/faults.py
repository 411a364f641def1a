"""Translates errors of PostgreSQL: what they mean for the statement that met them, and what may be shown of them.

One law is kept here: no error of the driver leaves the adapter, since it may quote an address or a password.
"""

from __future__ import annotations

import logging
from enum import Enum

import asyncpg

from mailproof.domain.errors import Failure, StoreUnavailable
from mailproof.domain.phrase import say
from mailproof.store.failures import DISK_FULL

_log = logging.getLogger("mailproof.store")

LOST = say("the connection to the database was lost, and whether the change was stored is not known")


class PostgresFault(Enum):
    """What an error means for the statement that met it."""

    LOST = "lost"  # the connection is gone; the statement may have been carried out, or may yet be
    UNDONE = "undone"  # it was not carried out, and may be sent again
    REFUSED = "refused"  # it was not carried out, and can't be until an operator mends something
    OURS = "ours"  # a mistake of this code


# https://www.postgresql.org/docs/current/errcodes-appendix.html; a class of two letters, or one code of it.
_FAULTS = {
    "08": PostgresFault.LOST,
    "40003": PostgresFault.LOST,  # statement_completion_unknown: CockroachDB says so of a COMMIT
    "57P01": PostgresFault.LOST,  # shut down while it ran
    "57P02": PostgresFault.LOST,
    "57P05": PostgresFault.LOST,  # idle too long
    "25P03": PostgresFault.LOST,  # idle in a transaction for too long
    "57P03": PostgresFault.UNDONE,  # starting up, or shutting down: no session was given
    "40001": PostgresFault.UNDONE,  # serialization_failure
    "40P01": PostgresFault.UNDONE,  # deadlock_detected
    "55P03": PostgresFault.UNDONE,  # lock_not_available
    "57014": PostgresFault.UNDONE,  # query_canceled
    "53300": PostgresFault.UNDONE,  # too_many_connections
    "25006": PostgresFault.LOST,  # a standby by now: the next connection may be to the new primary
    "53": PostgresFault.REFUSED,  # disk full, out of memory
    "58": PostgresFault.REFUSED,  # the server's disk fails
    "28": PostgresFault.REFUSED,  # authentication
    "3D": PostgresFault.REFUSED,  # no such database
    "42501": PostgresFault.REFUSED,  # insufficient_privilege
    "XX": PostgresFault.REFUSED,  # internal error, corrupted data
}
_SENTENCES = {
    "53100": DISK_FULL,
    "53": say("the database has no resources left; nothing was stored"),
}


def fault_of(error: Exception) -> PostgresFault:
    """Return what an error of the driver, or of the event loop below it, means."""
    if isinstance(error, asyncpg.PostgresError):
        code = error.sqlstate or ""
        return _FAULTS.get(code) or _FAULTS.get(code[:2], PostgresFault.OURS)
    if isinstance(error, OSError | TimeoutError | EOFError | asyncpg.InternalClientError):
        return PostgresFault.LOST
    if isinstance(error, asyncpg.InterfaceError):
        # The driver raises it for a connection that was lost between two statements; the others are mistakes in a call.
        return PostgresFault.OURS if isinstance(error, asyncpg.DataError | ValueError) else PostgresFault.LOST
    return PostgresFault.OURS


def is_foreign(error: Exception) -> bool:
    """Return whether an error is the driver's or the network's, which must not leave the adapter."""
    return isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | asyncpg.InternalClientError | OSError)


def describe(error: Exception) -> str:
    """Return what may be shown of an error: a sentence of the server or the system, or else only the kind of error."""
    if isinstance(error, asyncpg.PostgresError):
        return str(error.args[0]) if error.args else type(error).__name__
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, OSError):
        return error.strerror or "it can't be reached"
    return type(error).__name__


def translate(error: Exception, *, maybe_stored: bool = False) -> Exception:
    """Return the error to raise instead of the driver's or the network's one. Other errors are returned as they are.

    Args:
        error: What was raised.
        maybe_stored: Whether a write was sent that may have been carried out or not.
    """
    if isinstance(error, Failure) or not is_foreign(error):
        return error
    fault = fault_of(error)
    if fault is PostgresFault.OURS:
        code = error.sqlstate if isinstance(error, asyncpg.PostgresError) else type(error).__name__
        return RuntimeError(f"the database refused a statement ({code}): {describe(error)}")
    if fault is PostgresFault.REFUSED:
        _log.error("the database failed: %s", describe(error))
        code = str(getattr(error, "sqlstate", ""))
        sentence = _SENTENCES.get(code) or _SENTENCES.get(code[:2])
        return StoreUnavailable(sentence) if sentence else StoreUnavailable()
    _log.warning("the database can't be used: %s", describe(error))
    return StoreUnavailable(LOST) if maybe_stored else StoreUnavailable()
