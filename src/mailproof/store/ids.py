"""Record ids: decimal numbers that grow roughly with time and are unique without asking anybody.

63 bits: 39 of time in units of 10 ms since 2020 (until 2194), 8 of a counter, 16 chosen at random by each process. Two
processes that chose alike could only collide within the same 10 ms; the primary key would tell, and the writer takes
the next id. 18 digits from the end of 2021 to 2038, then 19.
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
    """Makes ids, strictly growing within one source. Any thread may use it.

    Args:
        clock: Says what time it is; one that steps back is waited for by counting on.
        process: The random part; given only in tests.
    """

    def __init__(self, clock: Clock, process: int | None = None) -> None:
        self._clock = clock
        self._process = secrets.randbits(_PROCESS_BITS) if process is None else process
        self._lock = threading.Lock()
        self._last = 0  # time and counter together: a full counter runs over into the next 10 ms

    def next(self) -> str:
        """Return the next id."""
        now = max(0, (self._clock() - _EPOCH) // _UNIT) << _COUNTER_BITS
        with self._lock:
            self._last = max(now, self._last + 1)
            return str(self._last << _PROCESS_BITS | self._process)
