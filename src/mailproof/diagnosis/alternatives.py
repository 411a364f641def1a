"""Which other settings are worth trying after a failed test, in order of preference.

`probe.trials` tries what is listed here, `diagnosis.fixes` judges the results. Laws: nothing is listed where TLS mode,
port and address can't be the problem; the host stays the same; the plan itself is never listed; the number is bounded.
Pure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailproof.diagnosis.catalogue import is_worth
from mailproof.diagnosis.definition import Try
from mailproof.diagnosis.interceptors import provider_of
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.plans import default_port
from mailproof.smtp.report import NEVER, Plan, TlsInfo
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode
from mailproof.syntax.host import check_host

MAX_TRIALS = 8
MAX_NAMES = 2  # names of a certificate that are tried; a large hoster's has hundreds

STANDARD = (
    (465, TlsMode.IMPLICIT),  # RFC 8314 section 3.3 prefers it
    (587, TlsMode.STARTTLS),  # RFC 6409 section 3.1
)
"""The standard ports of submission with their TLS modes, best first."""

SMTP_PORT = 25  # between servers (RFC 5321 section 4.5.4.2)

USUAL = (
    *STANDARD,
    (2525, TlsMode.STARTTLS),  # ports that providers offer besides
    (2465, TlsMode.IMPLICIT),
    (2587, TlsMode.STARTTLS),
    (SMTP_PORT, TlsMode.STARTTLS),
)
"""The usual ports of submission, those besides the standard included, with their TLS modes, best first."""

CLEAR_TEXT_ALLOWED = frozenset({TlsMode.NONE, TlsMode.OPPORTUNISTIC})
"""TLS modes of plans that allow clear text."""

LOST = frozenset({Code.TIMEOUT, Code.CONNECTION_CLOSED, Code.CONNECTION_RESET})
"""Ends without a reply, which do not show what is wrong."""

_EARLY = frozenset({Stage.CONNECT, Stage.GREETING, Stage.TLS})  # stages where such an end may be due to the port


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """What is known of an attempt that has failed, or is so slow that it may fail.

    Attributes:
        cause: Why it failed; for a slow one a timeout at its current stage.
        implicit: Whether it began with TLS.
        heard: Whether the server has sent anything; a greeting that has begun proves the TLS mode.
        names: The names on the server's certificate.
    """

    cause: Cause
    implicit: bool = False
    heard: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """Another setting to try.

    Attributes:
        port: 1 to 65535.
        tls_mode: Never `AUTO`.
        name: Another name of the same server, used for SNI and the certificate check, and as the host that is advised;
            empty for the plan's host.
    """

    port: int
    tls_mode: TlsMode
    name: str = ""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """The result of a trial.

    Attributes:
        trial: The setting that was tried.
        cause: Why it does not work; None where it works.
        facts: What the conversation has shown.
        tls: The TLS session; None without one.
        message: A sentence on the result.
        started_at: When the trial began.
        duration: Seconds that it took, or had taken when it was given up.
    """

    trial: Trial
    cause: Cause | None
    facts: Facts = field(default_factory=Facts)
    tls: TlsInfo | None = None
    message: str = ""
    started_at: datetime = NEVER
    duration: float = 0.0

    @property
    def works(self) -> bool:
        """Whether the server answers with this setting and offers what the plan needs."""
        return self.cause is None

    @property
    def spoke_tls(self) -> bool:
        """Whether there was a TLS handshake, whether the certificate was verified or not."""
        return self.facts.secure or self.tls is not None


def trials_after(plan: Plan, attempt: FailedAttempt) -> tuple[Trial, ...]:
    """Return the settings that are worth trying after an attempt, best first; at most `MAX_TRIALS`."""
    found = dict.fromkeys((*_at_same_port(plan, attempt), *_at_other_ports(plan, attempt)))
    return tuple(found)[:MAX_TRIALS]


def is_near(plan: Plan, trial: Trial) -> bool:
    """Return whether a trial is at the plan's own port: the smallest change, which is tried first."""
    return trial.port == port_of(plan)


def port_of(plan: Plan) -> int:
    """Return the port that a plan dials."""
    return plan.port or default_port(plan.tls_mode)


def covers(used: TlsMode, mode: TlsMode) -> bool:
    """Return whether a TLS mode finds what a server speaks by itself: `AUTO` either kind of TLS, and so on."""
    encrypted = mode in (TlsMode.IMPLICIT, TlsMode.STARTTLS)
    opportunistic = used is TlsMode.OPPORTUNISTIC and mode is not TlsMode.IMPLICIT
    return used is mode or (used is TlsMode.AUTO and encrypted) or opportunistic


def trial_plan(plan: Plan, trial: Trial) -> Plan:
    """Return the plan of a trial: to EHLO at most, and without credentials, sender and recipient."""
    return dataclasses.replace(
        plan,
        host=trial.name or plan.host,
        port=trial.port,
        tls_mode=trial.tls_mode,
        credentials=None,
        oauth=None,
        mechanism="",
        sender="",
        recipient="",
        depth=plan.depth if Depth.EHLO.reaches(plan.depth) else Depth.EHLO,
        verify_alternatives=False,
    )


def _at_same_port(plan: Plan, attempt: FailedAttempt) -> Iterator[Trial]:
    """Yield the settings to try at the plan's own port."""
    port, cause = port_of(plan), attempt.cause
    current_mode = plan.tls_mode
    if current_mode is TlsMode.AUTO:
        current_mode = TlsMode.IMPLICIT if attempt.implicit else TlsMode.STARTTLS
    if (mode := _other_mode(plan, attempt)) is not None:
        yield Trial(port, mode)
    # Whatever answers in the place of a known provider is not to be given that provider's login.
    if is_worth(cause.code, Try.NAMES) and provider_of(plan.host) is None:
        for name in usable_names(plan, attempt.names):
            yield Trial(port, current_mode, name=name)


def _at_other_ports(plan: Plan, attempt: FailedAttempt) -> Iterator[Trial]:
    """Yield the settings to try at the other usual ports."""
    cause = attempt.cause
    early = cause.stage in _EARLY and is_worth(cause.code, Try.PORTS_IF_EARLY)
    if not early and not is_worth(cause.code, Try.PORTS):
        return
    for port, mode in USUAL:
        # An attacker who injects into STARTTLS can do so at each port that offers it.
        injected = cause.code is Code.STARTTLS_INJECTION and mode is not TlsMode.IMPLICIT
        if port != port_of(plan) and not injected:
            yield Trial(port, mode)


def _other_mode(plan: Plan, attempt: FailedAttempt) -> TlsMode | None:
    """Return the TLS mode that the plan's port may speak instead; None where there is none. `AUTO` has tried both."""
    cause = attempt.cause
    if plan.tls_mode is TlsMode.AUTO:
        return None
    if plan.tls_mode is TlsMode.IMPLICIT:
        lost = cause.stage is Stage.TLS and cause.code in LOST
        return TlsMode.STARTTLS if lost or cause.code is Code.WRONG_TLS_MODE_USE_STARTTLS else None
    # Where a greeting has begun, a second connection with TLS would look like spam (Postfix's postscreen).
    silent = cause.stage is Stage.GREETING and cause.code in LOST and not attempt.heard
    if silent or cause.code is Code.WRONG_TLS_MODE_USE_IMPLICIT:
        return TlsMode.IMPLICIT
    return TlsMode.STARTTLS if plan.tls_mode is TlsMode.NONE and is_worth(cause.code, Try.ENCRYPTED) else None


def usable_names(plan: Plan, names: Sequence[str]) -> list[str]:
    """Return the names of a certificate that can be set as the host: no wildcard, no address, not the host itself."""
    found: list[str] = []
    for name in names:
        plain = name.rstrip(".").lower()
        if len(found) < MAX_NAMES and plain != plan.host.rstrip(".").lower() and plain not in found and _is_name(plain):
            found.append(plain)
    return found


def _is_name(text: str) -> bool:
    try:
        host = check_host(text)
    except ValueError:
        return False
    # A name whose last label is a number is read as an address (RFC 6943 section 3.1.1).
    return "." in host and ":" not in host and not host.rpartition(".")[2].isdigit()
