"""One thread that writes, with group commit: all writes that wait while a commit is written to disk share the next one.

Knows transactions and nothing of what is written. Three laws are kept here: a write is reported as done only after
COMMIT with synchronous=FULL has returned; if one write fails, only that one is undone; no error ends the thread. A job
may be run twice: if it fails after it has written something, all jobs of the transaction are undone and run again, each
under a savepoint.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.storing import storing
from mailproof.store.failures import CLOSED, copy_for_one
from mailproof.store.sqlite.faults import translate

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]

_log = logging.getLogger("mailproof.store")

MAX_BATCH = 512
"""How many writes share a transaction at most, which bounds how long the first waits for the last."""


_TRUNCATE_WAIT = 20
"""Milliseconds that readers are waited for, until the write-ahead log is emptied."""

_TRUNCATE_AGAIN = 0.5
"""Seconds until that is tried again."""


class CommitCount(Protocol):
    """Counts commits that have changed something, in the database and beside it."""

    def count(self, connection: sqlite3.Connection) -> None:
        """Count a commit, as the last statement of its transaction. What this raises undoes the transaction."""
        ...

    def committed(self) -> None:
        """Note the commit that was counted last: it is on disk now, and nobody has heard of it yet."""
        ...


@dataclass(slots=True)
class _Result:
    """The result of a job, or the exception that it raised."""

    result: Any = None
    error: Exception | None = None

    def resolve(self, future: Future[Any] | asyncio.Future[Any]) -> None:
        """Give the result to a future."""
        if self.error is None:
            future.set_result(self.result)
        else:
            future.set_exception(self.error)


@dataclass(slots=True)
class _Thread:
    """A job whose result a thread waits for, or nobody."""

    job: Job[Any]
    future: Future[Any]

    def begin(self) -> bool:
        """Return whether the job is still wanted."""
        return self.future.set_running_or_notify_cancel()


@dataclass(slots=True)
class _Task:
    """A job whose result a task of an event loop waits for."""

    job: Job[Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    claim: list[None] = field(default_factory=lambda: [None])  # popped by who begins the job, or by who withdraws it

    def begin(self) -> bool:
        """Return whether the job is still wanted."""
        return not self.future.cancelled() and self._claimed()

    def withdraw(self) -> bool:
        """Return whether the job will not be run: it has not begun. Any thread may call it, as it may `begin`."""
        return self._claimed()

    def _claimed(self) -> bool:
        try:
            self.claim.pop()
        except IndexError:
            return False
        return True


_Waiter = _Thread | _Task


class Writer:
    """Runs jobs in the order of their arrival. Any thread may submit one.

    Args:
        connection: A connection that nobody else uses from now on. `stop` closes it.
        counted: Counts the commits; None if nobody does.

    Attributes:
        commits: How many transactions were committed.
        writes: How many jobs were in them.
    """

    def __init__(self, connection: sqlite3.Connection, counted: CommitCount | None = None) -> None:
        self._counted = counted
        self.commits = 0
        self.writes = 0
        self._truncate = False
        self._connection = connection
        self._queue: queue.SimpleQueue[_Waiter | None] = queue.SimpleQueue()
        self._lock = threading.Lock()  # so that nothing is queued after the None that ends the thread
        self._stopped: Future[None] | None = None
        self._thread = threading.Thread(target=self._run, name="mailproof-store-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job[T]) -> Future[T]:
        """Queue a job.

        Returns:
            A future, which gets the job's result once it is on disk, or its exception once it is undone. If it is
            cancelled before the job has begun, the job is not run.

        Raises:
            StoreUnavailable: The writer was stopped.
        """
        future: Future[T] = Future()
        self._enqueue(_Thread(job, future))
        return future

    async def run(self, job: Job[T]) -> T:
        """Queue a job as `submit` does, and await its result. A commit wakes each loop once for all of its jobs."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        task = _Task(job, loop, future)
        self._enqueue(task)
        with storing(task.withdraw):
            return await future

    def truncate_soon(self) -> None:
        """Have the write-ahead log emptied after this commit: it holds pages as they were before.

        A job calls this. Where a reader still needs the log, it is tried again after a moment.
        """
        self._truncate = True

    def _enqueue(self, waiter: _Waiter) -> None:
        with self._lock:
            if self._stopped is not None:
                raise StoreUnavailable(CLOSED)
            self._queue.put(waiter)

    def stop(self) -> Future[None]:
        """Finish the queued jobs, then close the connection. A second call changes nothing.

        Returns:
            A future that gets a result once the connection is closed.
        """
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
                _resolve(zip(batch, self._commit(batch), strict=True))
        try:
            self._connection.close()
        except sqlite3.Error:
            _log.exception("closing the database failed")
        assert self._stopped is not None  # noqa: S101 - `stop` alone ends the loop
        self._stopped.set_result(None)

    def _collect(self, batch: list[_Waiter]) -> bool:
        """Wait for a job, then take all that are queued; return False if the thread is to end. There may be none."""
        try:
            item = self._queue.get(timeout=_TRUNCATE_AGAIN if self._truncate else None)
        except queue.Empty:
            self._empty_log()
            return True
        while item is not None:
            if item.begin():
                batch.append(item)
            if len(batch) >= MAX_BATCH:
                return True
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return True
        return False

    def _commit(self, batch: Sequence[_Waiter]) -> Sequence[_Result]:
        """Run jobs in one transaction and commit it; return the result of each."""
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            changes = connection.total_changes
            # No savepoints, one wake-up for all tasks of a loop, and `log.add`: save 36 % of the CPU of a write with 32
            # waiting, 5 % of an Add over gRPC (docs/performance.md, 2 cores). The plain way is in tests/plain_support.
            outcomes = self._together(batch)
            if outcomes is None:
                connection.execute("ROLLBACK")
                connection.execute("BEGIN IMMEDIATE")
                outcomes = [self._attempt(waiter.job) for waiter in batch]
            counted = self._counted if connection.total_changes != changes else None
            if counted is not None:
                counted.count(connection)
            connection.execute("COMMIT")
            if counted is not None:
                counted.committed()
        except Exception as error:  # noqa: BLE001 - every job gets it
            self._roll_back()
            shared = translate(error)
            return [_Result(error=copy_for_one(shared)) for _ in batch]
        self.commits += 1
        self.writes += len(batch)
        if self._truncate:
            self._empty_log()
        return outcomes

    def _empty_log(self) -> None:
        """Move the write-ahead log into the database and make it empty, unless a reader still needs it.

        SQLite waits for readers as long as for another writer, and nothing is written meanwhile, so the wait is short.
        """
        connection = self._connection
        try:
            usual = connection.execute("PRAGMA busy_timeout").fetchone()[0]
            connection.execute(f"PRAGMA busy_timeout = {_TRUNCATE_WAIT}")
            try:
                busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                connection.execute(f"PRAGMA busy_timeout = {usual}")
            self._truncate = bool(busy)
        except sqlite3.Error:
            _log.warning("the write-ahead log can't be emptied now; it is tried again", exc_info=True)

    def _together(self, batch: Sequence[_Waiter]) -> Sequence[_Result] | None:
        """Run the jobs without savepoints, which saves two statements for each job.

        Most jobs that fail are refused before they have written anything, so there is nothing to undo.

        Returns:
            The result of each job, or None if one failed after it had written something.

        Raises:
            Exception: The whole transaction is lost, or the job that failed was the only one.
        """
        connection = self._connection
        outcomes: list[_Result] = []
        for waiter in batch:
            changes = connection.total_changes
            try:
                outcome = _Result(waiter.job(connection))
            except Exception as error:
                if len(batch) == 1 or not connection.in_transaction:
                    raise
                if connection.total_changes != changes:
                    return None
                outcome = _Result(error=translate(error))
            outcomes.append(outcome)
        return outcomes

    def _attempt(self, job: Job[Any]) -> _Result:
        """Run one job inside the shared transaction.

        Raises:
            sqlite3.Error: The whole transaction is lost: SQLite itself rolls back if the disk is full, for example.
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


def _resolve(outcomes: Iterable[tuple[_Waiter, _Result]]) -> None:
    """Give each waiter its result; the tasks of one loop get theirs together."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], _Result]]] = {}
    for waiter, outcome in outcomes:
        if isinstance(waiter, _Task):
            loops.setdefault(waiter.loop, []).append((waiter.future, outcome))
        else:
            outcome.resolve(waiter.future)
    for loop, results in loops.items():
        with suppress(RuntimeError):  # the loop was closed, and its tasks with it
            loop.call_soon_threadsafe(_resolve_tasks, results)


def _resolve_tasks(results: Iterable[tuple[asyncio.Future[Any], _Result]]) -> None:
    for future, outcome in results:
        if not future.done():  # cancelled meanwhile
            outcome.resolve(future)
