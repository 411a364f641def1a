"""The use case of searching settings: takes a mail address, and yields the progress of a bounded search.

A search that finds nothing is an answer and no error. Law: searches are bounded in number and in time, since each of
them dials a dozen servers.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from mailproof.discovery.progress import SearchProgress
from mailproof.domain.limits import Limits
from mailproof.domain.model import Caller
from mailproof.usecases.ahead import ahead
from mailproof.usecases.limited_work import work_of_search

DEFAULT_TIMEOUT = 30.0
"""Seconds for a search where the caller names no limit."""


class Searcher(Protocol):
    """Searches for settings. Closing the generator closes the sockets."""

    def run(self, address: str, timeout: float) -> AsyncGenerator[SearchProgress, None]:
        """Search for the servers of an address, and yield clues and candidates as they come, and one result, last."""
        ...


class Searches:
    """Searches for settings, bounded in number and in time.

    Args:
        searcher: Runs the searches.
        limits: Bounds the tests and searches of the whole process.
    """

    def __init__(self, searcher: Searcher, limits: Limits) -> None:
        self._searcher = searcher
        self._limits = limits

    async def discover(
        self, caller: Caller, address: str, limit: float = DEFAULT_TIMEOUT, *, remaining: float | None = None
    ) -> AsyncGenerator[SearchProgress, None]:
        """Run a search and yield its progress, the result last.

        Args:
            caller: For whom it is made.
            address: The mail address.
            limit: Seconds that the caller allows for the search.
            remaining: Seconds until the caller's deadline; None without one.

        Raises:
            TooManyTests: As many tests and searches run as are allowed.
            RateExceeded: As many were made lately as are allowed.
        """
        seconds = self._limits.timeout(limit, remaining)
        # The search does not wait for whoever reads its progress, so that its slot is free when it is over.
        async with aclosing(ahead(self._run(caller, address, seconds))) as events:
            async for event in events:
                yield event

    async def _run(self, caller: Caller, address: str, seconds: float) -> AsyncGenerator[SearchProgress, None]:
        async with (
            self._limits.slot(work_of_search(caller, address, seconds)),
            aclosing(self._searcher.run(address, seconds)) as events,
        ):
            async for event in events:
                yield event
