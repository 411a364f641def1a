"""Runs one action of a subcommand on the database itself, whether or not a server runs.

The law kept here: what a command makes besides what it was asked for, it says on stderr; and a directory that does not
exist is made for `--init` alone, since a mistyped path must not become an empty database.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from mailproof.service.settings import ServiceSettings
    from mailproof.store.contract import Store

T = TypeVar("T")


def add_init(parser: argparse.ArgumentParser) -> None:
    """Add `--init`."""
    parser.add_argument("--init", action="store_true", help="make the data directory where it does not exist")


def run_on_store(
    chosen: ServiceSettings,
    action: Callable[[Store], Coroutine[Any, Any, T]],
    *,
    create: bool = False,
    init: bool = False,
) -> T:
    """Open the database, run an action on it, and close it.

    Args:
        chosen: The settings, of which those on the database count.
        action: What to do.
        create: Whether a database that does not exist is made.
        init: Whether its directory is made too.

    Returns:
        What the action returns.

    Raises:
        StartupError: The database can't be used.
    """
    import asyncio

    from mailproof.domain.errors import StartupError, StoreUnavailable
    from mailproof.service.engines import open_store
    from mailproof.service.opening import has_database

    if create:
        _check_place(chosen, init=init)

    async def work() -> T:
        makes = not has_database(chosen)
        store = await open_store(chosen.database, chosen.database_limits, create=create)
        try:
            if makes:
                print(f"mailproof: made the database {chosen.database}", file=sys.stderr)
            return await action(store)
        finally:
            await store.close()

    try:
        return asyncio.run(work())
    except StoreUnavailable as error:
        raise StartupError(error.message) from error


def _check_place(chosen: ServiceSettings, *, init: bool) -> None:
    """Check that a database may be made where the settings say, if none is there.

    Raises:
        StartupError: The directory does not exist, or a database was lost there.
    """
    from mailproof.domain.errors import StartupError
    from mailproof.service.opening import has_database, refuse_lost_database

    refuse_lost_database(chosen, init=init)
    missing = [folder for folder in _folders(chosen) if not folder.exists()]
    if missing and not init and not (has_database(chosen) and _has_key(chosen)):
        raise StartupError(
            f"there is no directory {missing[0]}, and nothing was made: check its spelling, or make it with --init"
        )


def _has_key(chosen: ServiceSettings) -> bool:
    """Return whether no key will be made in the data directory."""
    from mailproof.service.encryption_keys import has_own_key

    return not has_own_key(chosen)


def _folders(chosen: ServiceSettings) -> list[Path]:
    """Return the directories of the key and of the database, as far as files are made in them."""
    from mailproof.domain.database import Engine

    keys = [] if _has_key(chosen) else [chosen.data_dir]
    return [*keys, chosen.database.path.parent] if chosen.database.engine is Engine.SQLITE else keys
