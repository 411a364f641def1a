"""One thread that writes, with group commit: who waits while a commit is on its way to the disk shares the next one.

Knows transactions and nothing of what is written. The laws kept here: a waiter hears of success only after COMMIT with
synchronous=FULL has returned; one waiter's failure undoes that waiter's writes alone; the thread outlives every error.
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from mailproof.domain.errors import StoreUnavailable
from mailproof.store.sqlite.faults import translate

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]

_log = logging.getLogger("mailproof.store")

MAX_BATCH = 512
"""Writes in one transaction; a bound on how long the first of them waits for the last."""


@dataclass(slots=True)
class _Result:
    result: Any = None
    error: Exception | None = None

    def resolve(self, future: Future[Any]) -> None:
        """Give the future this result."""
        if self.error is None:
            future.set_result(self.result)
        else:
            future.set_exception(self.error)


@dataclass(slots=True)
class _Waiter:
    job: Job[Any]
    future: Future[Any]


class Writer:
    """Runs jobs in the order of their arrival. Any thread may submit.

    Args:
        connection: The writer's from now on; closed by `stop`.

    Attributes:
        commits: Transactions that were committed. writes: jobs that were in them.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.commits = 0
        self.writes = 0
        self._connection = connection
        self._queue: queue.SimpleQueue[_Waiter | None] = queue.SimpleQueue()
        self._lock = threading.Lock()  # nothing is queued behind the None that ends the thread
        self._stopped: Future[None] | None = None
        self._thread = threading.Thread(target=self._run, name="mailproof-store-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job[T]) -> Future[T]:
        """Queue a job.

        Returns:
            A future with the job's result once it is on disk, or with its exception once it is undone. Cancelling it
            prevents a job that has not begun and no other.

        Raises:
            StoreUnavailable: The writer was stopped.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._stopped is not None:
                raise StoreUnavailable("the database is closed")
            self._queue.put(_Waiter(job, future))
        return future

    def stop(self) -> Future[None]:
        """Finish what is queued, then close the connection; the future says when. Again changes nothing."""
        with self._lock:
            if self._stopped is None:
                self._stopped = Future()
                self._queue.put(None)
            return self._stopped

    def _run(self) -> None:
        going = True
        while going:
            batch: list[_Waiter] = []
            going = self._collect(batch)
            if batch:
                for waiter, result in zip(batch, self._commit(batch), strict=True):
                    result.resolve(waiter.future)
        try:
            self._connection.close()
        except sqlite3.Error:
            _log.exception("closing the database failed")
        assert self._stopped is not None  # noqa: S101 - `stop` alone ends the loop
        self._stopped.set_result(None)

    def _collect(self, batch: list[_Waiter]) -> bool:
        """Wait for a job, then take all that came meanwhile; return False at the end."""
        item = self._queue.get()
        while item is not None:
            if item.future.set_running_or_notify_cancel():
                batch.append(item)
            if len(batch) >= MAX_BATCH:
                return True
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return True
        return False

    def _commit(self, batch: Sequence[_Waiter]) -> Sequence[_Result]:
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(waiter.job) for waiter in batch]
            connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - it is handed to every waiter
            self._roll_back()
            shared = translate(error)
            return [_Result(error=_own(shared)) for _ in batch]
        self.commits += 1
        self.writes += len(batch)
        return outcomes

    def _attempt(self, job: Job[Any]) -> _Result:
        """Run one job inside the shared transaction.

        Raises:
            sqlite3.Error: The whole transaction is lost (SQLite rolls it back by itself on a full disk and its kin).
        """
        connection = self._connection
        connection.execute("SAVEPOINT waiter")
        try:
            outcome = _Result(job(connection))
        except Exception as error:
            if not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO waiter")
            outcome = _Result(error=translate(error))
        connection.execute("RELEASE waiter")
        return outcome

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            _log.exception("rolling back failed")


def _own(error: Exception) -> Exception:
    """Return an exception of the waiter's own: one that many tasks raise collects all their tracebacks."""
    if isinstance(error, StoreUnavailable):
        return StoreUnavailable(error.message)
    return error
