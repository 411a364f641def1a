"""Connections for reading: one per thread that reads, since SQLite's are no faster shared and these need no waiting.

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
    """A connection for each thread that reads, made when first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: list[tuple[sqlite3.Connection, threading.Lock]] = []
        self._closed = False

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do a read on this thread's connection.

        Raises:
            StoreUnavailable: The database can't be read now, or `close` was called.
        """
        try:
            connection, lock = self._local.mine
        except AttributeError:
            connection, lock = self._local.mine = self._open()
        with lock:  # never waited for but by `close`
            if self._closed:
                raise StoreUnavailable(CLOSED)
            try:
                return work(connection)
            except sqlite3.Error as error:
                raise translate(error) from error

    def all(self, statement: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Return the rows of a statement, as `run` does."""
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
        """Close all; reads under way end first."""
        with self._lock:
            self._closed = True
            for connection, lock in self._all:
                with lock:
                    connection.close()
            self._all.clear()
