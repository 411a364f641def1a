"""The use case on searches: an address in, the events of a bounded search out.

As with tests, that nothing was found is an answer and no error. The law kept here: searches are bounded in number and
in time, since each of them dials a dozen servers.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from mailproof.discovery.progress import SearchProgress
from mailproof.domain.limits import Limits

DEFAULT_TIMEOUT = 30.0
"""Seconds of a search where the caller names none."""


class Searcher(Protocol):
    """Searches: clues and candidates as they come, and one result, last. Closing the generator closes the sockets."""

    def run(self, address: str, timeout: float) -> AsyncGenerator[SearchProgress, None]:
        """Search for the servers of an address."""
        ...


class Searches:
    """Searches for settings, bounded in number and in time."""

    def __init__(self, searcher: Searcher, limits: Limits) -> None:
        self._searcher = searcher
        self._limits = limits

    async def discover(
        self, address: str, limit: float = DEFAULT_TIMEOUT, *, remaining: float | None = None
    ) -> AsyncGenerator[SearchProgress, None]:
        """Run a search and yield its events, the result last.

        Args:
            limit: Seconds for everything together, as the caller wants it.
            remaining: Seconds until the caller's deadline, None without one.

        Raises:
            TooManyTests: As many run as allowed.
        """
        with self._limits.slot():
            async with aclosing(self._searcher.run(address, self._limits.timeout(limit, remaining))) as events:
                async for event in events:
                    yield event
