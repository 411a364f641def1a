"""What time it is. Who needs to know is given a clock, so that a test can give another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the time, with its zone. Any thread may call it."""


def utc_now() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)
