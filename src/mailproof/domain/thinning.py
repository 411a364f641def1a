"""How much of an event log is kept: by age and by number. Pure.

What is thinned away is replaced: of each provider that exists, a snapshot stays that says what those events had made of
it (`domain.ledger.Snapshot`). So the state still follows from the log, and can be held against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

UNTOUCHED = timedelta(hours=1)
"""Events that are younger stay, whatever the policy: a call that has lost its answer still looks for its own."""


@dataclass(frozen=True, slots=True)
class ThinningPolicy:
    """Which events of an instance are thinned away: the older ones, as soon as one of the bounds says so.

    Attributes:
        max_age: Events that are older go; None for no such bound.
        keep: Of the newest, so many stay at most; 0 for any number.
    """

    max_age: timedelta | None = None
    keep: int = 0

    def __bool__(self) -> bool:
        """Whether it thins anything at all."""
        return self.max_age is not None or self.keep > 0

    def goes(self, sequence: int, created_at: datetime, last: int, now: datetime) -> bool:
        """Return whether an event goes.

        Args:
            sequence: Its sequence.
            created_at: When it happened.
            last: The sequence of the instance's last event.
            now: The time.
        """
        age = now - created_at
        if age < UNTOUCHED:
            return False
        return (self.max_age is not None and age > self.max_age) or 0 < self.keep <= last - sequence
