"""The providers of an instance while its log is replayed: some in memory, the others in a temporary table.

So memory grows with neither the log nor the providers, and an event about a provider that was just changed costs no
statement.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, MutableMapping

from mailproof.domain.model import Provider
from mailproof.store import rows

_COLUMNS = rows.PROVIDER.split(", ")
TABLE = f"CREATE TEMP TABLE rebuilt_providers ({rows.PROVIDER.replace('id,', 'id TEXT PRIMARY KEY,', 1)}) WITHOUT ROWID"
_FIND = f"SELECT {rows.PROVIDER} FROM temp.rebuilt_providers WHERE id = ?"  # noqa: S608 - constants
_PUT = (
    f"INSERT OR REPLACE INTO temp.rebuilt_providers ({rows.PROVIDER}) "  # noqa: S608 - constants
    f"VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_DELETE = "DELETE FROM temp.rebuilt_providers WHERE id = ?"
_IDS = "SELECT id FROM temp.rebuilt_providers WHERE instance_id = ?"

_IN_MEMORY = 10_000
"""Providers that are in memory at most, some 1 KiB each."""


class SpilledProviders(MutableMapping[str, Provider]):
    """Providers by their ids.

    Args:
        connection: Has the temporary table `TABLE`.
        instance_id: Whose they are.
    """

    def __init__(self, connection: sqlite3.Connection, instance_id: str) -> None:
        self._connection = connection
        self._instance_id = instance_id
        self._memory: dict[str, Provider | None] = {}  # None for one that is not there
        self._changed: set[str] = set()

    def spill(self) -> None:
        """Write what has changed into the table, and keep nothing in memory."""
        changed = [(each, self._memory[each]) for each in self._changed]
        self._connection.executemany(_PUT, [rows.of_provider(each) for _, each in changed if each is not None])
        self._connection.executemany(_DELETE, [(each,) for each, provider in changed if provider is None])
        self._memory.clear()
        self._changed.clear()

    def __getitem__(self, provider_id: str) -> Provider:
        if provider_id not in self._memory:
            row = self._connection.execute(_FIND, (provider_id,)).fetchone()
            if row and row[1] != self._instance_id:
                raise ValueError(f"{provider_id} is a provider of another instance")
            self._remember(provider_id, rows.to_provider(row) if row else None)
        provider = self._memory[provider_id]
        if provider is None:
            raise KeyError(provider_id)
        return provider

    def __setitem__(self, provider_id: str, provider: Provider) -> None:
        self._remember(provider_id, provider)
        self._changed.add(provider_id)

    def __delitem__(self, provider_id: str) -> None:
        self._remember(provider_id, None)
        self._changed.add(provider_id)

    def __iter__(self) -> Iterator[str]:
        self.spill()
        return (row[0] for row in self._connection.execute(_IDS, (self._instance_id,)).fetchall())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _remember(self, provider_id: str, provider: Provider | None) -> None:
        if len(self._memory) >= _IN_MEMORY:
            self.spill()
        self._memory[provider_id] = provider
