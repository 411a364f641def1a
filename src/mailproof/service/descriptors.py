"""How many files and sockets the process may have open, and which part of them connections of clients may take."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from mailproof.transport.grpc_sockets import slack

_BASE = 128
"""Descriptors of the process itself: its files, event loops, logs and name lookups."""

_PER_TEST = 8
"""Sockets of a test with its trials and other addresses, or of a search, at most at once."""

_LEAST = 16
"""Connections that each listener is left with, however few descriptors there are."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How the descriptors are divided.

    Attributes:
        http: Connections of the HTTP port at most.
        grpc: Connections of the gRPC port at most.
    """

    http: int
    grpc: int


def raise_limit() -> int:
    """Raise the soft limit of open files to the hard one, and return it."""
    hard = 0
    if sys.platform != "win32":  # for the type checker, which also checks for other systems
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def share(descriptors: int, *, tests: int, database: int, http: int, grpc: int) -> Shares:
    """Divide the descriptors: half of them at most is kept for tests, database and health, the rest is for clients.

    Args:
        descriptors: How many there are.
        tests: Tests that may run at once.
        database: Connections to the database.
        http: Connections of the HTTP port that are wanted.
        grpc: Connections of the gRPC port that are wanted.
    """
    kept = min(_BASE + _PER_TEST * tests + database, descriptors // 2)
    free = descriptors - kept
    if http + grpc + slack(grpc) <= free:
        return Shares(http, grpc)
    third = free // 3
    of_grpc = max(min(grpc, third - slack(third)), _LEAST)
    return Shares(max(min(http, free - of_grpc - slack(of_grpc)), _LEAST), of_grpc)
