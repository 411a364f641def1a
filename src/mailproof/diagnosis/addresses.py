"""The addresses of a host as they were tried, and whether all of them answer alike.

`probe.address_survey` tries them, `diagnosis.address_findings` puts them into words. Law: an address is compared only
by what says something about the server, so neither a missing route of this machine nor a limit that the survey itself
may have hit makes a difference. Pure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mailproof.diagnosis.alternatives import TrialResult
from mailproof.smtp.actions import Cause
from mailproof.smtp.vocabulary import Code, Stage

_UP_TO_EHLO = frozenset({Stage.CONNECT, Stage.TLS, Stage.GREETING, Stage.EHLO, Stage.STARTTLS})
_UNREACHED = frozenset({Code.TIMEOUT, Code.NETWORK_UNREACHABLE})
_PERHAPS_OUR_DOING = frozenset({Code.TOO_MANY_CONNECTIONS, Code.RATE_LIMITED})


@dataclass(frozen=True, slots=True)
class AddressTrial:
    """One address of the host, tried to EHLO without credentials.

    Attributes:
        address: IPv4 or IPv6.
        result: What came of it, judged for the plan.
        unverified: Why the certificate could not be verified where that was tolerated; else None.
        duration: Seconds until EHLO was answered or it failed, or that it was waited for.
        used: Whether it is the test's own connection.
        conclusive: Whether it says something about the server: not where this machine has no route to the address, or
            the time was too short for an answer.
    """

    address: str
    result: TrialResult
    unverified: Code | None = None
    duration: float = 0.0
    used: bool = False
    conclusive: bool = True

    @property
    def family(self) -> str:
        """The address family."""
        return family_of(self.address)

    @property
    def counts(self) -> bool:
        """Whether it is compared with the others."""
        cause = self.result.cause
        return self.conclusive and (self.used or cause is None or cause.code not in _PERHAPS_OUR_DOING)

    @property
    def fails(self) -> bool:
        """Whether the plan's settings don't work over this address."""
        return self.counts and not self.result.works

    @property
    def answer(self) -> tuple[object, ...]:
        """What addresses that answer alike have in common."""
        cause, facts = self.result.cause, self.result.facts
        if cause is not None:
            return cause.stage, cause.code
        offered = frozenset(facts.ehlo.mechanisms) if facts.ehlo else frozenset()
        return offered, facts.starttls_offered, facts.secure, facts.helo_only, self.unverified


@dataclass(frozen=True, slots=True)
class AddressTable:
    """The addresses of a host that were tried, the test's own first.

    Attributes:
        trials: One for each address.
        untried: How many more addresses the host has.
    """

    trials: tuple[AddressTrial, ...] = ()
    untried: int = 0

    @property
    def differs(self) -> bool:
        """Whether one fails or answers otherwise than another."""
        return len(self.trials) > 1 and len({trial.answer for trial in self.trials if trial.counts}) > 1

    @property
    def used(self) -> AddressTrial | None:
        """The test's own connection; None where it made none."""
        return next((trial for trial in self.trials if trial.used), None)

    @property
    def failing(self) -> tuple[AddressTrial, ...]:
        """Those over which the plan's settings don't work."""
        return tuple(trial for trial in self.trials if trial.fails)

    @property
    def working(self) -> AddressTrial | None:
        """The first address over which the plan's settings work; None where there is none."""
        return next((trial for trial in self.trials if trial.result.works), None)

    @property
    def usual(self) -> AddressTrial | None:
        """The one that the others are compared with: the test's own, or one that answers as most do."""
        if self.used is not None and self.used.result.works:
            return self.used
        answering = [trial for trial in self.trials if trial.result.works]
        if not answering:
            return None
        (most, _), *_ = Counter(trial.answer for trial in answering).most_common(1)
        return next(trial for trial in answering if trial.answer == most)

    @property
    def unreached_family(self) -> str:
        """A family of which no address could be reached, while the other one can be; empty where there is none."""
        reached: dict[str, bool] = {}
        for trial in self.trials:
            if trial.counts:
                reached[trial.family] = reached.get(trial.family, False) or not _is_unreached(trial.result.cause)
        silent = [family for family, one in reached.items() if not one]
        return silent[0] if len(silent) == 1 and len(reached) == 2 else ""


def family_of(address: str) -> str:
    """Return the family of an address."""
    return "IPv6" if ":" in address else "IPv4"


def up_to_ehlo(cause: Cause | None) -> Cause | None:
    """Return why a test failed as far as its trials go; None where it came further."""
    return cause if cause is not None and cause.stage in _UP_TO_EHLO else None


def _is_unreached(cause: Cause | None) -> bool:
    return cause is not None and cause.stage is Stage.CONNECT and cause.code in _UNREACHED
