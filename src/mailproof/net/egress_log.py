"""Logs what the egress policy denies, for the operator: the destination, the rule and who asked.

The caller's answer says none of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mailproof.domain.asker import asker
from mailproof.net.guard import EgressDenied, EgressGuard

log = logging.getLogger("mailproof.egress")


@dataclass(frozen=True, slots=True)
class LoggingGuard:
    """An `EgressGuard` that logs the denials of another."""

    guard: EgressGuard

    @property
    def conceals_names(self) -> bool:
        """Whether a name with forbidden addresses alone is told as one that does not exist."""
        return self.guard.conceals_names

    def check_name(self, host: str, port: int) -> None:
        """Judge a destination before anything is resolved. See `EgressGuard.check_name`."""
        with _logged(host, port):
            self.guard.check_name(host, port)

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> Sequence[str]:
        """Return the addresses that may be dialled. See `EgressGuard.check_addresses`."""
        with _logged(host, port):
            return self.guard.check_addresses(host, port, addresses)


@contextmanager
def _logged(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except EgressDenied as denied:
        facts = {"host": host[:300], "port": port, "rule": denied.cause, **asker()}
        log.warning("the egress policy denied a destination", extra=facts)
        raise
