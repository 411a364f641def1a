"""Which other settings are worth a try where a test attempt, in order of preference.

`probe.trials` dials what is listed here, `fixes` tells what came of it. Laws: nothing is listed where mode, port and
address can't be the problem; always the same host; never the plan itself; a bounded number. Pure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailproof.smtp.actions import Cause
from mailproof.smtp.plans import default_port
from mailproof.smtp.report import Plan
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode
from mailproof.syntax.host import check_host

MAX_TRIALS = 8
MAX_NAMES = 2  # of a certificate; those of a large hoster have hundreds

USUAL = (
    (465, TlsMode.IMPLICIT),  # RFC 8314 section 3.3 prefers it
    (587, TlsMode.STARTTLS),  # RFC 6409 section 3.1
    (2525, TlsMode.STARTTLS),  # the spare ports of providers
    (2465, TlsMode.IMPLICIT),
    (2587, TlsMode.STARTTLS),
    (25, TlsMode.STARTTLS),
)
"""Where submission is usually found and how it is secured there, best first."""

LOST = frozenset({Code.TIMEOUT, Code.CONNECTION_CLOSED, Code.CONNECTION_RESET})
"""An end without a word, which says nothing about whose fault it is."""

_EARLY = frozenset({Stage.CONNECT, Stage.GREETING, Stage.TLS})  # stages where a loss may be the port's fault
_OTHER_PORT = frozenset(
    {
        Code.CONNECTION_REFUSED,
        Code.NETWORK_UNREACHABLE,
        Code.NOT_SMTP,
        Code.WRONG_TLS_MODE_USE_IMPLICIT,
        Code.WRONG_TLS_MODE_USE_STARTTLS,
        Code.WRONG_TLS_MODE_USE_NONE,
        Code.STARTTLS_NOT_OFFERED,
        Code.STARTTLS_REJECTED,
        Code.STARTTLS_INJECTION,
        Code.TLS_HANDSHAKE_FAILED,
        Code.TLS_VERSION_TOO_OLD,
        Code.TLS_CLIENT_CERT_REQUIRED,
        Code.TLS_UNRECOGNIZED_NAME,
        Code.TLS_REQUIRED,
        Code.AUTH_NOT_OFFERED,
        Code.AUTH_NOT_ENABLED,
        Code.AUTH_REQUIRES_TLS,
    }
)
_DEMANDS_TLS = frozenset({Code.TLS_REQUIRED, Code.AUTH_REQUIRES_TLS})


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """What is known of an attempt that attempt, or is so slow that it may.

    Attributes:
        cause: For a slow one: a timeout at its stage.
        implicit: Whether it began with TLS.
        heard: Whether the server has said anything; a greeting that has begun proves the mode.
        names: The names on the certificate.
        other_family: "IPv4" or "IPv6" where the host has addresses of that family and this attempt used the other.
    """

    cause: Cause
    implicit: bool = False
    heard: bool = False
    names: tuple[str, ...] = ()
    other_family: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """Another setting to try.

    Attributes:
        tls_mode: Never `auto`.
        name: Another name of the same address, for SNI, the certificate and then the host setting.
        family: Only addresses of this family.
    """

    port: int
    tls_mode: TlsMode
    name: str = ""
    family: str = ""


def trials_after(plan: Plan, attempt: FailedAttempt) -> tuple[Trial, ...]:
    """Return what is worth a try after `failed`, best first."""
    found = dict.fromkeys((*_at_same_port(plan, attempt), *_at_other_ports(plan, attempt)))
    return tuple(found)[:MAX_TRIALS]


def is_near(plan: Plan, trial: Trial) -> bool:
    """Return whether a candidate is at the plan's own port: the smallest change, tried first."""
    return trial.port == port_of(plan)


def port_of(plan: Plan) -> int:
    """Return the port that a plan dials."""
    return plan.port or default_port(plan.tls_mode)


def trial_plan(plan: Plan, trial: Trial) -> Plan:
    """Return the plan of a candidate: to EHLO at most, and never with credentials or addresses."""
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
    port, cause = port_of(plan), attempt.cause
    current_mode = plan.tls_mode
    if current_mode is TlsMode.AUTO:
        current_mode = TlsMode.IMPLICIT if attempt.implicit else TlsMode.STARTTLS
    if (mode := _other_mode(plan, attempt)) is not None:
        yield Trial(port, mode)
    if cause.code is Code.TLS_HOSTNAME_MISMATCH:
        for name in _usable_names(plan, attempt.names):
            yield Trial(port, current_mode, name=name)
    lost = cause.code in LOST and cause.stage in (Stage.GREETING, Stage.TLS)
    if attempt.other_family and (lost or cause.code in (Code.NOT_SMTP, Code.TLS_HANDSHAKE_FAILED)):
        yield Trial(port, current_mode, family=attempt.other_family)


def _at_other_ports(plan: Plan, attempt: FailedAttempt) -> Iterator[Trial]:
    cause = attempt.cause
    if cause.code not in _OTHER_PORT and not (cause.code in LOST and cause.stage in _EARLY):
        return
    for port, mode in USUAL:
        # Whoever injects into STARTTLS would do so at each port that has it.
        injected = cause.code is Code.STARTTLS_INJECTION and mode is not TlsMode.IMPLICIT
        if port != port_of(plan) and not injected:
            yield Trial(port, mode)


def _other_mode(plan: Plan, attempt: FailedAttempt) -> TlsMode | None:
    """Return the mode that the plan's own port may speak instead; `auto` has tried both by itself."""
    cause = attempt.cause
    if plan.tls_mode is TlsMode.AUTO:
        return None
    if plan.tls_mode is TlsMode.IMPLICIT:
        lost = cause.stage is Stage.TLS and cause.code in LOST
        return TlsMode.STARTTLS if lost or cause.code is Code.WRONG_TLS_MODE_USE_STARTTLS else None
    # TLS beside a greeting that has begun would be taken for spam (Postfix's postscreen).
    silent = cause.stage is Stage.GREETING and cause.code in LOST and not attempt.heard
    if silent or cause.code is Code.WRONG_TLS_MODE_USE_IMPLICIT:
        return TlsMode.IMPLICIT
    return TlsMode.STARTTLS if plan.tls_mode is TlsMode.NONE and cause.code in _DEMANDS_TLS else None


def _usable_names(plan: Plan, names: Sequence[str]) -> list[str]:
    """Return names on a certificate that can be a host setting: no wildcard, no address, and not the host itself."""
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
    # A top label of digits is an address, in whatever form (RFC 6943 section 3.1.1).
    return "." in host and ":" not in host and not host.rpartition(".")[2].isdigit()
