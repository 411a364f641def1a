"""Connections for reading: one for each thread that reads, so that no thread waits for another one.

Knows nothing of what is read.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from mailproof.domain.errors import StoreUnavailable
from mailproof.store.failures import CLOSED
from mailproof.store.sqlite import schema
from mailproof.store.sqlite.faults import translate

T = TypeVar("T")


class Readers:
    """Opens a connection for each thread that reads, when the thread first reads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: list[tuple[sqlite3.Connection, threading.Lock]] = []
        self._closed = False

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a read on the connection of this thread.

        Raises:
            StoreUnavailable: The database can't be read now, or `close` was called.
        """
        try:
            connection, lock = self._local.mine
        except AttributeError:
            connection, lock = self._local.mine = self._open()
        with lock:  # only `close` ever waits for it
            if self._closed:
                raise StoreUnavailable(CLOSED)
            try:
                return work(connection)
            except sqlite3.Error as error:
                raise translate(error) from error

    def all(self, statement: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Return all rows of a statement, which is run as `run` does."""
        return self.run(lambda connection: connection.execute(statement, parameters).fetchall())

    def _open(self) -> tuple[sqlite3.Connection, threading.Lock]:
        with self._lock:
            if self._closed:
                raise StoreUnavailable(CLOSED)
            try:
                mine = schema.connect_reader(self._path), threading.Lock()
            except sqlite3.Error as error:
                raise translate(error) from error
            self._all.append(mine)
            return mine

    def close(self) -> None:
        """Close all connections, each after the read that it is running."""
        with self._lock:
            self._closed = True
            for connection, lock in self._all:
                with lock:
                    connection.close()
            self._all.clear()
