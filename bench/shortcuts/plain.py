"""The shortcuts that the program takes, and how the plain way is put in the place of each.

The plain ways are those that the tests compare with (tests/plain_support).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mailproof.diagnosis import bounds
from mailproof.net.egress import Policy
from mailproof.probe.probe import Probe
from mailproof.rpc import call_log
from mailproof.rpc.calls import Call, Calls
from mailproof.smtp import sanitize
from plain_support.egress import listed
from plain_support.probe import report
from plain_support.text import printable


@dataclass(frozen=True)
class Shortcut:
    """One shortcut.

    Attributes:
        owner: The object, class or module that has it.
        name: Its attribute.
        plain: What the plain way has there.
    """

    owner: Any
    name: str
    plain: Any

    @contextmanager
    def off(self) -> Iterator[None]:
        """Take the plain way meanwhile."""
        taken = getattr(self.owner, self.name)
        setattr(self.owner, self.name, self.plain)
        try:
            yield
        finally:
            setattr(self.owner, self.name, taken)


def shortcuts_of_tests(probe: Probe, policy: Policy) -> dict[str, Shortcut]:
    """Return those of the probe's tests.

    Args:
        probe: The probe that runs the tests.
        policy: Its guard.
    """
    return {
        "a report without a stream": Shortcut(Probe, "report", report),
        "a text that is clean": Shortcut(sanitize, "_printable", printable),
        "a policy without lists": Shortcut(probe, "guard", listed(policy)),
        "a report that surely fits": Shortcut(bounds, "surely_fits", lambda _: False),
    }


def _log_end(calls: Calls, path: str, call: Call, started: float, outcome: str) -> None:
    seconds = time.monotonic() - started
    call_log.log_call(path, call.transport, call.peer, call.request_id, outcome, seconds, call.trace)


SHORTCUTS_OF_CALLS = {
    "the log line of a call": Shortcut(Calls, "_log_end", _log_end),
}
