"""Runs one action of a subcommand on the database itself, whether or not a server runs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from mailproof.service.settings import ServiceSettings
    from mailproof.store.contract import Store

T = TypeVar("T")


def run_on_store(
    chosen: ServiceSettings, action: Callable[[Store], Coroutine[Any, Any, T]], *, create: bool = False
) -> T:
    """Open the database, run an action on it, and close it.

    Args:
        chosen: The settings, of which those on the database count.
        action: What to do.
        create: Whether a database that does not exist is made.

    Returns:
        What the action returns.

    Raises:
        StartupError: The database can't be used.
    """
    import asyncio

    from mailproof.domain.errors import StartupError, StoreUnavailable
    from mailproof.service.engines import open_store

    async def work() -> T:
        store = await open_store(chosen.database, chosen.database_limits, create=create)
        try:
            return await action(store)
        finally:
            await store.close()

    try:
        return asyncio.run(work())
    except StoreUnavailable as error:
        raise StartupError(error.message) from error
