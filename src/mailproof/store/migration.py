"""How a schema comes to the version that this release knows: one migration after the other. Pure.

A migration is a tuple of statements; its place in an engine's list is the version that it starts from. A released one
is never edited. The engine runs each in a transaction of its own, under a lock that keeps other processes from it.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailproof.domain.errors import StartupError

Migrations = Sequence[Sequence[str]]

VERSION = "SELECT coalesce(max(version), 0) FROM schema_version"
PING = "SELECT version FROM schema_version LIMIT 1"
"""Reads from a table that every database has."""


def is_current(version: int, migrations: Migrations) -> bool:
    """Return whether a schema has the version that this release knows.

    Raises:
        StartupError: A newer release made it.
    """
    if version > len(migrations):
        raise StartupError(
            f"a newer release of mailproof made this database (schema {version}, this release knows "
            f"{len(migrations)}): use that release, or restore a backup"
        )
    return version == len(migrations)
