"""The settings of the interpreter for a server that runs hundreds of short tests at once, on two event loops."""

from __future__ import annotations

import gc
import sys

THRESHOLDS = (10_000, 20, 50)
"""With Python's own (700, 10, 10) the collector stops everything for 100 ms at a time while 2,000 tests are running.

Reference counts free a finished test; only the cycles of references that failed tests leave need the collector.
"""

SWITCH_INTERVAL = 0.001
"""Seconds after which a thread that wants to run Python gets its turn; Python's own 5 ms are spent at each wake-up of a
loop while the other loop, or a large request, is busy."""


def collect_rarely() -> None:
    """Collect as rarely while a program is loaded, all of which stays: that took a fifth of the start."""
    gc.set_threshold(*THRESHOLDS)


def tune() -> None:
    """Collect more rarely, exempt all present objects from collection, and switch threads sooner.

    Call it once, after start-up.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    gc.collect()
    gc.freeze()
    collect_rarely()
