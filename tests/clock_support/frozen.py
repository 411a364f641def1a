"""A clock that stands still, so that what a deadline leaves is known exactly."""

from __future__ import annotations

import time

import pytest


def freeze(monkeypatch: pytest.MonkeyPatch, at: float = 5000.0) -> None:
    """Let `time.monotonic` stand still until the test's end.

    A usual event loop stands still with it, and its timers never go off; one of `WaitedClock` goes on.

    Args:
        at: What the clock shows.
    """
    monkeypatch.setattr(time, "monotonic", lambda: at)
