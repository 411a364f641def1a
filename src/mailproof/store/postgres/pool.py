"""Connections to PostgreSQL: a pool for each event loop, and the repetition of calls whose connection is lost.

A pool of the driver belongs to one loop, and the service has several: gRPC's, HTTP's, and short ones at the start and
in commands. A pool is opened when its loop first needs it, and closed with its loop: an async generator holds it, and
asyncio promises to close generators before a loop ends. This module knows nothing of what is asked of the database. Two
laws are kept here: every wait has an end, and a connection on which anything went wrong is not used again.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar, cast

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from mailproof.domain.database import DatabaseLimits, DatabaseUrl
from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.store.failures import CLOSED
from mailproof.store.postgres.faults import PostgresFault, describe, fault_of, translate
from mailproof.store.postgres.opening_problem import opening_problem

T = TypeVar("T")
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Work = Callable[[Connection], Awaitable[T]]

_log = logging.getLogger("mailproof.store")

_TRIES = 7
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
_CLOSING = 2.0
"""Seconds until a connection that is being closed is cut."""

_IDLE = 10.0
"""Seconds that the server waits, in the middle of a transaction, for the next statement."""


@dataclass(eq=False, slots=True)
class Share:
    """The pool of one event loop, and its calls. Only that loop uses it.

    Attributes:
        loop: The event loop.
        keeper: The generator that holds the pool; None before the first call.
        pool: The pool; None before the first call.
        opening: Held while the pool is opened or closed.
        calls: How many calls are running.
        idle: Set when the last running call ends.
    """

    loop: asyncio.AbstractEventLoop
    keeper: AsyncGenerator[Pool, None] | None = None
    pool: Pool | None = None
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    calls: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Retries:
    """What the repetitions of a call know of its earlier tries.

    Attributes:
        maybe_stored: Whether a write was sent that may have been carried out or not; set by the code that sends it.
    """

    maybe_stored: bool = False


class Pools:
    """Runs calls on the database. Any event loop may use it, in any thread.

    Attributes:
        limits: Bounds on connections and time.
    """

    def __init__(self, url: DatabaseUrl, limits: DatabaseLimits) -> None:
        self._url = url
        self.limits = limits
        self._lock = threading.Lock()
        self._shares: dict[asyncio.AbstractEventLoop, Share] = {}
        self._closed = False

    async def run(self, work: Work[T], attempts: Retries | None = None, *, tries: int = _TRIES) -> T:
        """Run `work` on a connection, and again on another one if the first is lost or its statement was undone.

        Args:
            work: What is run. It may be called more than once, so a write must recognise its own earlier try.
            attempts: What is known of a write's earlier tries.
            tries: How often `work` is called at most.

        Raises:
            StoreUnavailable: The database can't be used now, or `close` was called.
        """
        with self.entered() as share:
            return await self.run_on(share, work, attempts, tries=tries)

    async def run_on(self, share: Share, work: Work[T], attempts: Retries | None = None, *, tries: int = _TRIES) -> T:
        """Do what `run` does within `entered`, so that it also works while `close` waits for the call."""
        attempts = attempts or Retries()
        try:
            async with asyncio.timeout(self.limits.call_timeout):
                return await self._repeat(share, work, tries)
        except Exception as error:  # noqa: BLE001 - each is raised, translated
            raise translate(error, maybe_stored=attempts.maybe_stored) from _reason(error)

    async def opening(self, work: Work[T]) -> T:
        """Run `work` once, at the start of the service. Only the time of connecting is bounded.

        Raises:
            StartupError: The database can't be used; the sentence is for operators.
        """
        with self.entered() as share:
            try:
                return await self._attempt(share, work)
            except StartupError:
                raise
            except Exception as error:  # noqa: BLE001 - a cause could quote the URL
                raise StartupError(
                    f"the database {self._url} can't be used: {opening_problem(error, self._url)}"
                ) from _reason(error)

    async def once(self, work: Work[T]) -> T:
        """Run `work` once, without a bound on its time.

        Raises:
            StoreUnavailable: The database can't be used now.
        """
        with self.entered() as share:
            try:
                return await self._attempt(share, work)
            except Exception as error:  # noqa: BLE001 - likewise
                raise translate(error) from _reason(error)

    async def close(self) -> None:
        """Wait for the running calls, then close all connections. Later calls raise StoreUnavailable."""
        with self._lock:
            self._closed = True
            shares = list(self._shares.values())
        here = asyncio.get_running_loop()
        for share in shares:
            if share.loop is here:
                await self._close(share)
            elif share.loop.is_running():
                closing = asyncio.run_coroutine_threadsafe(self._close(share), share.loop)
                with suppress(TimeoutError):  # a loop that ended meanwhile closed its pool itself
                    await asyncio.wait_for(asyncio.wrap_future(closing), self.limits.call_timeout + 2 * _CLOSING)

    async def _repeat(self, share: Share, work: Work[T], tries: int) -> T:
        pause = _FIRST_PAUSE
        for tries_left in reversed(range(tries)):
            try:
                return await self._attempt(share, work)
            except Exception as error:
                fault = fault_of(error)
                if fault not in {PostgresFault.LOST, PostgresFault.UNDONE} or tries_left == 0:
                    raise
                _log.info("a call to the database is repeated: %s", describe(error))
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that not all come at once
                pause = min(2 * pause, _LONGEST_PAUSE)
        raise AssertionError("the last try returns or raises")

    async def _attempt(self, share: Share, work: Work[T]) -> T:
        pool = share.pool or await self._open(share)
        lent = await pool.acquire()
        connection = cast("Connection", lent)
        try:
            return await work(connection)
        except Exception as error:
            if fault_of(error) is PostgresFault.LOST and not isinstance(error, TimeoutError):
                _spoil(connection)
            raise
        finally:  # if a statement was cancelled, the driver waits here for its end, or cuts the connection
            with suppress(OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
                await pool.release(lent, timeout=_CLOSING)

    @contextmanager
    def entered(self) -> Iterator[Share]:
        """Count a call as running, so that `close` waits for it."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._closed:
                raise StoreUnavailable(CLOSED)
            share = self._shares.get(loop)
            if share is None:
                share = self._shares[loop] = Share(loop)
        share.calls += 1
        share.idle.clear()
        try:
            yield share
        finally:
            share.calls -= 1
            if not share.calls:
                share.idle.set()

    async def _open(self, share: Share) -> Pool:
        async with share.opening:
            if share.pool is None:
                share.keeper = self._keep(share)
                share.pool = await anext(share.keeper)
        return share.pool

    async def _keep(self, share: Share) -> AsyncGenerator[Pool, None]:
        limits = self.limits
        pool = asyncpg.create_pool(
            self._url.reveal(),
            min_size=0,
            max_size=limits.connections,
            timeout=limits.connect_timeout,
            statement_cache_size=limits.prepared,
            reset=_do_nothing,  # sessions are never changed here, and a reset is a round trip
            target_session_attrs=SessionAttribute(self._url.session_attributes),
        )
        await pool
        try:
            yield pool
        finally:
            with self._lock:
                self._shares.pop(share.loop, None)
            share.pool = None
            try:
                async with asyncio.timeout(_CLOSING):
                    await pool.close()
            except (TimeoutError, OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
                pool.terminate()

    async def _close(self, share: Share) -> None:
        if share.calls:
            with suppress(TimeoutError):
                await asyncio.wait_for(share.idle.wait(), self.limits.call_timeout + _CLOSING)
        async with share.opening:
            if share.keeper is not None:
                await share.keeper.aclose()


@asynccontextmanager
async def transaction(connection: Connection, mode: str = "READ COMMITTED", idle: float = _IDLE) -> AsyncIterator[None]:
    """Begin a transaction, and commit it at the end, or roll it back after an exception.

    The server ends the transaction by itself if no statement comes for a time, so that no lock outlives a replica that
    vanished. This is set after BEGIN, and not at the start of the session, since poolers in between pass it on.

    Args:
        connection: The connection to use.
        mode: The isolation level.
        idle: The seconds that the server waits for a statement.
    """
    try:
        await connection.execute(
            f"BEGIN ISOLATION LEVEL {mode}; SET LOCAL idle_in_transaction_session_timeout = {int(idle * 1000)}"
        )
        yield
    except Exception:
        await _roll_back(connection)
        raise
    except BaseException:  # cancelled: how far it got is not known
        _spoil(connection)
        raise
    try:
        await connection.execute("COMMIT")
    except BaseException:  # likewise
        _spoil(connection)
        raise


async def _roll_back(connection: Connection) -> None:
    try:
        await connection.execute("ROLLBACK", timeout=_CLOSING)
    except (OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
        _spoil(connection)


def _spoil(connection: Connection) -> None:
    """Cut a connection; the pool opens another one in its place."""
    with suppress(asyncpg.InterfaceError):  # the pool knows already
        connection.terminate()


async def _do_nothing(_: Any) -> None:
    pass


def _reason(error: Exception) -> Exception | None:
    """Return the cause that the log may show: the driver's errors about the configuration could quote the address."""
    return error if isinstance(error, asyncpg.PostgresError) else None
