"""Ids of records: decimal numbers that grow roughly with time and are unique without any coordination.

An id has 63 bits: 39 of time in units of 10 ms since 2020 (until 2194), 8 of a counter, and 16 that each process
chooses at random. Two processes that chose the same 16 bits can only make the same id within the same 10 ms; the
primary key refuses the second one. An id has 18 digits from the end of 2021 to 2038, then 19.
"""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime, timedelta

from mailproof.domain.clock import Clock

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_UNIT = timedelta(milliseconds=10)
_COUNTER_BITS = 8
_PROCESS_BITS = 16


class IdSource:
    """Makes ids, each greater than the one before. Any thread may use it.

    Args:
        clock: Returns the time. If it steps back, the ids count on from the last one.
        process: The process's 16 bits; chosen at random unless a test gives them.
    """

    def __init__(self, clock: Clock, process: int | None = None) -> None:
        self._clock = clock
        self._process = secrets.randbits(_PROCESS_BITS) if process is None else process
        self._lock = threading.Lock()
        self._last = 0  # time and counter in one number: a full counter runs over into the next 10 ms

    def next(self) -> str:
        """Return the next id."""
        now = max(0, (self._clock() - _EPOCH) // _UNIT) << _COUNTER_BITS
        with self._lock:
            self._last = max(now, self._last + 1)
            return str(self._last << _PROCESS_BITS | self._process)
