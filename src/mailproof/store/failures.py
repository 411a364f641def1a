"""What both engines say when they refuse a call. Pure."""

from __future__ import annotations

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.phrase import say

ID_TAKEN = say("the new id is taken; nothing was stored")
BUSY = say("the database is busy; nothing was stored")
CLOSED = say("the database is closed")
DISK_FULL = say("the disk that holds the database is full; nothing was stored")
NO_DEFAULT_INSTANCE = say("the database has no default instance")


def unknown_instance(instance_id: str) -> LookupError:
    """Return what to raise for an instance that is not in the database: a token names none such."""
    return LookupError(f"there is no instance {instance_id}")


def copy_for_one(error: Exception) -> Exception:
    """Return an exception for one of many tasks that wait for the same write.

    An exception that several tasks raise collects all their tracebacks.
    """
    return StoreUnavailable(error.message) if isinstance(error, StoreUnavailable) else error
