"""Opens the store that a URL names. An engine is imported when it is the one, so that nobody pays for the other."""

from __future__ import annotations

from mailproof.database import DatabaseLimits, DatabaseUrl, Engine
from mailproof.store import Store


async def open_store(url: DatabaseUrl, limits: DatabaseLimits | None = None) -> Store:
    """Open the database, make or migrate it where needed.

    Raises:
        StartupError: It can't be opened, or a newer release made it.
    """
    if url.engine is Engine.SQLITE:
        from mailproof.store import sqlite

        return sqlite.open_store(url.path)
    from mailproof.store import postgres

    return await postgres.open_store(url, limits)
