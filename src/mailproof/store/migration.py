"""How a schema comes to the version that this release knows, and which releases can live with it. Pure.

A migration's place in an engine's list is the version that it starts from. A released one is never edited. The engine
runs each in a transaction of its own, under a lock that keeps other processes from it, and stores what the migration
says of older releases. So a release that knows fewer migrations opens the database of a newer one exactly where the
newer one says that it may: docs/upgrades.md, and the recipe in docs/contributing.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.domain.phrase import say


@dataclass(frozen=True, slots=True)
class Migration:
    """A step from one version of the schema to the next one.

    Attributes:
        statements: What is run, in order.
        oldest: The version of the oldest release that can read and write the schema after it, beside this release and
            after it. None where the database could not keep that yet: then no release before it can.
    """

    statements: tuple[str, ...]
    oldest: int | None = None


Migrations = Sequence[Migration]

VERSION = "SELECT coalesce(max(version), 0) FROM schema_version"
OLDEST = "SELECT max(coalesce(oldest, version)) FROM schema_version"
"""The version of the oldest release that can live with the database. Only a release that knows fewer migrations than
were run needs to ask: the column is there then."""


def is_current(version: int, migrations: Migrations) -> bool:
    """Return whether no migration is left to run: the schema is the one that this release knows, or a newer one."""
    return version >= len(migrations)


def is_newer(version: int, migrations: Migrations) -> bool:
    """Return whether a newer release made a schema, so that `check_oldest` decides."""
    return version > len(migrations)


def check_oldest(version: int, oldest: int, migrations: Migrations) -> None:
    """Check that this release can live with the schema of a newer one.

    Args:
        version: The version of the schema.
        oldest: What `OLDEST` found.
        migrations: Those that this release knows.

    Raises:
        StartupError: It can't.
    """
    if oldest > len(migrations):
        raise StartupError(
            f"a newer release of mailproof made this database (schema {version}, which releases from schema {oldest} "
            f"on can use; this one knows schema {len(migrations)}): use a newer release, or restore a backup"
        )


def check_living(oldest: int, migrations: Migrations) -> None:
    """Check in the midst of work that this release can still live with the schema.

    Raises:
        StoreUnavailable: A newer release has changed it meanwhile, so that this one can't.
    """
    if oldest > len(migrations):
        raise StoreUnavailable(say("a newer release has changed the database, and this one can't use it any more"))


def newer_words(version: int, migrations: Migrations) -> str:
    """Return why something that concerns all of the data is left to the newer release that made a schema."""
    return say(
        "a newer release of mailproof made this database (schema {version}, this one knows {known})",
        version=version,
        known=len(migrations),
    )
