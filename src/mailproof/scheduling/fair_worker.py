"""Runs what strangers can make dear (key derivations, large documents) on a thread, fairly and within a bound.

Laws: nothing waits without end: what would have to wait behind too much is refused at once; each share has its turn in
rotation, so whoever asks for much delays another share by no more than the one piece that runs; what was cancelled
while it waited is never begun.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from mailproof.domain.limit_errors import TooMuchWork

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Piece:
    work: Callable[[], Any]
    cost: int
    future: Future[Any]


class FairWorker:
    """Threads that work off pieces of work, those of each share in turn. Usable from several event loops.

    Args:
        name: The beginning of the threads' names.
        most: The cost of all that may wait, in a unit that the callers choose.
        most_of_share: The cost of what may wait for one share. A single piece may always wait where the share has none.
        threads: How many pieces may run at once.
    """

    def __init__(self, name: str, *, most: int, most_of_share: int, threads: int = 1) -> None:
        self._most = most
        self._most_of_share = most_of_share
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, deque[_Piece]] = OrderedDict()  # share -> its pieces; the next share first
        self._threads = ThreadPoolExecutor(threads, name)

    async def run(self, share: str, work: Callable[[], T], *, cost: int = 1) -> T:
        """Run a piece of work on a thread and return its result; what it raises is raised here.

        Args:
            share: Whose work it is.
            work: The piece. Where the caller is cancelled before it has begun, it is dropped.
            cost: About how long it takes.

        Raises:
            TooMuchWork: So much waits already, of this share or in all, that this piece is refused.
        """
        piece = _Piece(work, cost, Future())
        with self._lock:
            self._admit(share, piece)
        self._threads.submit(self._work_off)
        try:
            result: T = await asyncio.wrap_future(piece.future)
        except asyncio.CancelledError:
            self._drop(share, piece)
            raise
        finally:
            del piece  # else an error, by its traceback, and the piece keep each other and all that was read
        return result

    def close(self) -> None:
        """End the threads after the pieces that are running; drop those that wait."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _admit(self, share: str, piece: _Piece) -> None:
        own = self._waiting.get(share)
        of_share = sum(each.cost for each in own or ())
        of_all = sum(each.cost for pieces in self._waiting.values() for each in pieces)
        if of_share and of_share + piece.cost > self._most_of_share:
            raise TooMuchWork
        if of_all and of_all + piece.cost > self._most:
            raise TooMuchWork
        if own is None:
            own = self._waiting[share] = deque()
        own.append(piece)

    def _drop(self, share: str, piece: _Piece) -> None:
        with self._lock:
            own = self._waiting.get(share)
            if own is not None and piece in own:
                own.remove(piece)
                if not own:
                    del self._waiting[share]

    def _take(self) -> _Piece | None:
        """Return the next piece; None where it was dropped."""
        with self._lock:
            if not self._waiting:
                return None
            share, pieces = next(iter(self._waiting.items()))
            piece = pieces.popleft()
            if pieces:
                self._waiting.move_to_end(share)
            else:
                del self._waiting[share]
            return piece

    def _work_off(self) -> None:
        piece = self._take()
        if piece is None or not piece.future.set_running_or_notify_cancel():
            return
        try:
            result = piece.work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the caller
            piece.future.set_exception(error)
        else:
            piece.future.set_result(result)
        finally:
            del piece  # as in `run`
