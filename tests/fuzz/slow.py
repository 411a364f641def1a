"""A slow input is a finding: the time that a target's inputs may take, for their size.

The fuzzer runs instrumented code, some ten times slower than plain code, on machines that are busy: the bound is wide,
and an input that breaks it is tried again. Law: what is linear stays far below it, what is quadratic does not.
"""

from __future__ import annotations

import time
from collections.abc import Callable

BASE = 2.0  # seconds of processor time for any input; the first refusal compiles the rules
PER_KIB = 0.25
TRIES = 3


class SlowInput(Exception):
    """An input took longer than its size allows, at each try."""


def timed(check: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Return a target that also fails where an input takes too long."""

    def measured(data: bytes) -> None:
        bound = BASE + PER_KIB * len(data) / 1024
        taken = min_of(check, data, bound)
        if taken > bound:
            raise SlowInput(f"{taken:.1f} s for {len(data)} bytes")

    return measured


def min_of(check: Callable[[bytes], None], data: bytes, bound: float) -> float:
    """Return the least time that an input took; more tries are made only where it is too long."""
    least = float("inf")
    for _ in range(TRIES):
        began = time.process_time()
        check(data)
        least = min(least, time.process_time() - began)
        if least <= bound:
            break
    return least
