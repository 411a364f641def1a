"""Opens the database that a URL names. Only the engine in use is imported, so that nobody pays for the other one."""

from __future__ import annotations

from mailproof.domain.database import DatabaseLimits, DatabaseUrl, Engine
from mailproof.domain.errors import StartupError
from mailproof.store.contract import Store
from mailproof.store.transfer import Database


async def open_store(
    url: DatabaseUrl, limits: DatabaseLimits | None = None, *, create: bool = True, serving: bool = False
) -> Store:
    """Open the database; create or migrate it if that is needed.

    Args:
        url: Which database.
        limits: Bounds on the use of PostgreSQL; None for the defaults.
        create: Whether a missing SQLite file is created. False keeps a mistyped path from becoming an empty database.
        serving: Whether that is for a server, of which a SQLite file has one at most.

    Raises:
        StartupError: It can't be opened, a newer release made it, or another server has it.
    """
    if url.engine is Engine.SQLITE:
        from mailproof.store.sqlite import store as sqlite

        if not create and not url.path.exists():
            raise StartupError(f"there is no database {url.path}")
        return sqlite.open_store(url.path, serving=serving)
    from mailproof.store.postgres import store as postgres

    return await postgres.open_store(url, limits)


def transfer_side(url: DatabaseUrl) -> Database:
    """Return the database of a URL as the source or the target of a move."""
    if url.engine is Engine.SQLITE:
        from mailproof.store.sqlite.transfer import SqliteDatabase

        return SqliteDatabase(url.path)
    from mailproof.store.postgres.transfer import PostgresDatabase

    return PostgresDatabase(url, DatabaseLimits())
