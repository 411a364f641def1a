"""What a call has begun to store: its deadline waits for that a moment, so that the answer is what came of it.

A store says when it stores something; whoever runs the call says what that means for its time. Outside of a call it
means nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar

Withdraw = Callable[[], bool]
"""Takes back what waits to be stored, and returns whether it did: False where that has begun."""

Grace = Callable[[Withdraw], AbstractContextManager[None]]

_grace: ContextVar[Grace | None] = ContextVar("grace", default=None)


def grant(grace: Grace) -> None:
    """Set what the stores do for the current call while they store something."""
    _grace.set(grace)


def storing(withdraw: Withdraw) -> AbstractContextManager[None]:
    """Return the context in which a store waits for what it writes.

    Args:
        withdraw: Called if the call's deadline passes meanwhile.
    """
    grace = _grace.get()
    return nullcontext() if grace is None else grace(withdraw)
