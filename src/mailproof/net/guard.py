"""The interface of the egress policy, which is asked before every dial, and its refusal.

`net.egress.Policy` implements it. No I/O. Law: a name is judged before it is resolved, every address of it before it is
dialled, and the address that was judged is the one that is dialled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class EgressDenied(Exception):
    """The policy forbids the destination.

    `str()` of it says only that, since callers see it.

    Attributes:
        cause: Which rule forbids it; only for the operator's log.
    """

    def __init__(self, cause: str = "") -> None:
        super().__init__("this service's egress policy forbids the destination")
        self.cause = cause


class EgressGuard(Protocol):
    """Judges destinations. Both methods are cheap and may be called from any thread; no name is looked up."""

    @property
    def conceals_names(self) -> bool:
        """Whether a name with forbidden addresses alone is told as one that does not exist; see `net.judged_lookup`."""
        ...

    def check_name(self, host: str, port: int) -> None:
        """Judge a destination before anything is resolved.

        Args:
            host: The name or address literal as it was given, without brackets.
            port: The port to be dialled.

        Raises:
            EgressDenied: The port, the name or the literal is forbidden.
        """
        ...

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> Sequence[str]:
        """Return those of the resolved addresses that may be dialled, in the given order.

        Args:
            host: The name that was resolved.
            port: The port to be dialled.
            addresses: Every address of the name; each may have an IPv6 zone ("%eth0").

        Raises:
            EgressDenied: None of them may be dialled.
        """
        ...
