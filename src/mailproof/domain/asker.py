"""Who asks for what this task does, for the operator's log: ids only. Tasks that it starts are for the same."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

_asker: ContextVar[Mapping[str, str]] = ContextVar("asker", default={})  # noqa: B039 - never changed in place


def on_behalf_of(**ids: str) -> None:
    """Name who is asked for from here on, as the log is to name them."""
    _asker.set(ids)


def asker() -> Mapping[str, str]:
    """Return the ids of who asks; none outside of a call."""
    return _asker.get()
