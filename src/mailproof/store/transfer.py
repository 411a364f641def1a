"""Moves all data from one database to another, of either engine, and checks the copy before it is committed.

This module knows the tables and no engine. Rows are moved in batches, so memory does not grow with the data. They are
compared by the sum of their digests, which does not depend on their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from mailproof.domain.errors import StartupError
from mailproof.domain.ledger import LogBroken
from mailproof.store import keys, rows
from mailproof.store.kept_rows import REPORT, TEST
from mailproof.store.replay import Replay, Start

TableRow = tuple[Any, ...]

TABLES: Mapping[str, str] = {  # in an order that foreign keys allow
    "instances": "id, is_default, sequence, provider_count, active_id, created_at, thinned_through, thinned_count",
    "tokens": rows.TOKEN,
    "token_instances": "token_id, position, instance_id",
    "token_key_check": "id, sealed",
    "events": rows.EVENT,
    "providers": rows.PROVIDER,
    "idempotency_keys": keys.COLUMNS,
    "tests": f"{TEST}, number",
    "test_reports": REPORT,
}
"""Every table that is moved, with its columns. What belongs to one database stays: its versions, its witness of the
key, and its identity."""

BATCH = 1000

LOG = f"SELECT {rows.EVENT} FROM events WHERE instance_id = {{}} ORDER BY sequence"  # noqa: S608 - constants
"""The statement for an instance's events; `{}` stands for the parameter in the engine's spelling."""

_DIFFERS = "is not what its events say: run mailproof rebuild on it first; nothing was moved"
_SPACE = 2**256


class TransferSource(Protocol):
    """A database in one snapshot."""

    def read(self, table: str) -> AsyncIterator[Sequence[TableRow]]:
        """Return the rows of a table in batches, with the columns of `TABLES`.

        Booleans are returned as bool and other numbers as int, whatever the engine has.
        """
        ...


class TransferTarget(TransferSource, Protocol):
    """A database in one transaction, which reads its own writes."""

    async def write(self, table: str, batch: Sequence[TableRow]) -> None:
        """Insert rows into a table."""
        ...

    async def clear_instances(self) -> None:
        """Delete the default instance of a new database."""
        ...

    def read_log(self, instance_id: str) -> AsyncIterator[Sequence[TableRow]]:
        """Return the events of an instance in batches, in their order."""
        ...


class Database(Protocol):
    """A database that data can be moved from or to. Errors of its driver are raised as StartupError."""

    def reading(self) -> AbstractAsyncContextManager[TransferSource]:
        """Open it for reading."""
        ...

    def writing(self) -> AbstractAsyncContextManager[TransferTarget]:
        """Open it for writing. What was written is committed when the context ends without an exception."""
        ...


class Tally:
    """The number of rows, and the sum of their digests modulo 2**256."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, batch: Sequence[TableRow]) -> None:
        """Add rows."""
        self.count += len(batch)
        for row in batch:
            self._sum += int.from_bytes(hashlib.sha256(repr(row).encode()).digest())
        self._sum %= _SPACE

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tally) and (self.count, self._sum) == (other.count, other._sum)

    __hash__ = None  # type: ignore[assignment]  # it changes


async def transfer(source: Database, target: Database) -> dict[str, int]:
    """Move all data.

    Returns:
        The number of rows that were moved, for each table.

    Raises:
        StartupError: The target has data, the source contradicts itself, or one of them fails; nothing was moved.
    """
    # The source first, so that one that is refused leaves no empty target behind.
    async with source.reading() as reader, target.writing() as writer:
        await _refuse_data(writer)
        await writer.clear_instances()
        moved = {table: Tally() for table in TABLES}
        for table in TABLES:
            async for batch in reader.read(table):
                moved[table].add(batch)
                await writer.write(table, batch)
        await _verify(writer, moved)
    return {table: tally.count for table, tally in moved.items()}


def refuse_newer(newer: str) -> None:
    """Check that no newer release made a database, of whose tables and columns only those known here would be moved.

    Args:
        newer: The words that one did; empty if none did.

    Raises:
        StartupError: One did.
    """
    if newer:
        raise StartupError(f"{newer}: move it with that release; nothing was moved")


async def _refuse_data(writer: TransferTarget) -> None:
    """Check that a target is new: it has its default instance and no other rows.

    Raises:
        StartupError: It has other rows.
    """
    for table in TABLES:
        async for batch in writer.read(table):
            if table != "instances" or len(batch) > 1:
                raise StartupError(f"the target is not empty: its table {table} has rows; nothing was changed")


async def _verify(writer: TransferTarget, moved: Mapping[str, Tally]) -> None:
    for table, tally in moved.items():
        found = Tally()
        async for batch in writer.read(table):
            found.add(batch)
        if found != tally:
            raise StartupError(f"the table {table} did not arrive as it was sent; nothing was moved")
    await _check_state(writer)


async def _check_state(writer: TransferTarget) -> None:
    """Check that the state follows from the events, one instance after the other, to bound the memory.

    Raises:
        StartupError: The state is not what the events say.
    """
    stored, followed = Tally(), Tally()
    async for batch in writer.read("providers"):
        stored.add([rows.of_provider(rows.to_provider(row)) for row in batch])
    instances = [row async for batch in writer.read("instances") for row in batch]
    for instance_id, _, sequence, count, active_id, _, *start in instances:
        replay = Replay(instance_id, start=Start(*start))
        try:
            async for batch in writer.read_log(instance_id):
                for row in batch:
                    replay.follow(rows.to_event(row))
            replay.end(sequence)
        except LogBroken as error:
            raise StartupError(f"in the source, {error}; nothing was moved") from error
        if replay.head != (instance_id, sequence, count, active_id):
            raise StartupError(f"in the source, instance {instance_id} {_DIFFERS}")
        followed.add([rows.of_provider(provider) for provider in replay.providers.values()])
    if stored != followed:
        raise StartupError(f"in the source, the state of its configurations {_DIFFERS}")
