"""How the garbage collector of a server's process is set: for hundreds of tests at once, each of which is short."""

from __future__ import annotations

import gc

THRESHOLDS = (10_000, 20, 50)
"""Python's own (700, 10, 10) walk everything alive again and again, 100 ms at a time with 2,000 tests under way.

A finished test is freed by its reference counts; what is left to the collector is what failures and strangers leave."""


def tune() -> None:
    """Collect more rarely, and never look again at what is alive now. Call it once, when all is built."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
