"""What the trials of other settings prove and advise: the root cause made exact, and the fix that was checked.

Pure. Law: clear text is advised only where nothing encrypted works, and with a warning where the plan demands TLS.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailproof.diagnosis.alternatives import LOST, USUAL, Candidate, is_near
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Alternative, Plan, Terms, TlsInfo
from mailproof.smtp.sasl.table import choose
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode

_CLEAR_ENOUGH = frozenset({TlsMode.NONE, TlsMode.OPPORTUNISTIC})
_HOW = {
    TlsMode.IMPLICIT: " with implicit TLS",
    TlsMode.STARTTLS: " with STARTTLS",
    TlsMode.OPPORTUNISTIC: " with STARTTLS",
    TlsMode.NONE: " without encryption",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a candidate; `cause` is None where it works."""

    candidate: Candidate
    cause: Cause | None
    facts: Facts = field(default_factory=Facts)
    tls: TlsInfo | None = None
    message: str = ""

    @property
    def works(self) -> bool:
        """Whether it answers and offers what the plan needs."""
        return self.cause is None

    @property
    def spoke_tls(self) -> bool:
        """Whether there was a handshake, with a good or a bad certificate."""
        return self.facts.secure or self.tls is not None


def assess(plan: Plan, tried: Tried) -> Tried:
    """Return what a trial means for a plan: clear text may do after all, and a login needs an offer of it."""
    candidate, cause, ehlo = tried.candidate, tried.cause, tried.facts.ehlo
    if cause is not None and cause.code is Code.STARTTLS_NOT_OFFERED and ehlo is not None:
        wrong_mode = plan.tls_mode is TlsMode.IMPLICIT and is_near(plan, candidate)
        if plan.tls_mode in _CLEAR_ENOUGH or wrong_mode:
            candidate, cause = dataclasses.replace(candidate, tls_mode=TlsMode.NONE), None
    if cause is None and ehlo is not None and plan.credentials and plan.depth.reaches(Depth.AUTH):
        if not ehlo.mechanisms:
            cause = Cause(Stage.AUTH, Code.AUTH_NOT_OFFERED)
        elif not choose(ehlo.mechanisms, plan.mechanism, token=plan.oauth is not None, bound=tried.facts.secure):
            cause = Cause(Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED)
    return dataclasses.replace(tried, candidate=candidate, cause=cause)


def refine(plan: Plan, cause: Cause, trials: Sequence[Tried]) -> Cause:
    """Return the root cause as the trials at the plan's own port prove it: the mode, where there was mere silence."""
    for tried in trials:
        if not is_near(plan, tried.candidate) or tried.candidate.name or tried.candidate.family:
            continue
        implicit = tried.candidate.tls_mode is TlsMode.IMPLICIT
        if plan.tls_mode is TlsMode.IMPLICIT and not implicit and _greeted(tried):
            if cause.stage is not Stage.TLS or cause.code not in LOST | {Code.WRONG_TLS_MODE_USE_STARTTLS}:
                continue
            clear = tried.candidate.tls_mode is TlsMode.NONE
            code = Code.WRONG_TLS_MODE_USE_NONE if clear else Code.WRONG_TLS_MODE_USE_STARTTLS
            return dataclasses.replace(cause, code=code)
        silent = cause.stage is Stage.GREETING and cause.code in LOST
        if silent and implicit and plan.tls_mode is not TlsMode.AUTO and tried.spoke_tls:
            return dataclasses.replace(cause, code=Code.WRONG_TLS_MODE_USE_IMPLICIT)
    return cause


def settles(plan: Plan, tried: Tried) -> bool:
    """Return whether a trial ends the search: it works, and not at the price of the encryption that is demanded."""
    return tried.works and (plan.tls_mode in _CLEAR_ENOUGH or tried.candidate.tls_mode is not TlsMode.NONE)


def best(trials: Sequence[Tried], plan: Plan) -> Tried | None:
    """Return the trial to advise: the first that works, clear text only where nothing else does."""
    working = [tried for tried in trials if tried.works]
    return min(working, key=lambda tried: _rank(plan, tried), default=None)


def advise(plan: Plan, trials: Sequence[Tried], unverified: str) -> str:
    """Return the advice: the fix that was checked, else the unverified one and what was tried in vain."""
    if (fix := best(trials, plan)) is not None:
        return f"{_change(plan, fix.candidate)}: verified, {fix.message}"
    if not trials:
        return unverified
    failures: dict[str, list[str]] = {}
    for tried in trials:
        if tried.cause is not None:
            failures.setdefault(tried.cause.code.value.replace("_", " "), []).append(label(tried.candidate))
    vain = "; ".join(f"{', '.join(labels)} ({why})" for why, labels in failures.items())
    return f"{unverified} Also tried on this host, without success: {vain}."


def answers(server: str, tried: Tried) -> str:
    """Return the sentence on a trial that works."""
    candidate, ehlo = tried.candidate, tried.facts.ehlo
    how = _HOW[candidate.tls_mode if tried.facts.secure else TlsMode.NONE]
    if ehlo is None:
        return f"{server}{how if tried.facts.secure else ''} {'answers' if tried.facts.secure else 'can be reached'}."
    over = f" over {candidate.family}" if candidate.family else ""
    offer = f"offers AUTH {', '.join(ehlo.mechanisms)}" if ehlo.mechanisms else "offers no authentication"
    return f"{server}{over}{how} answers and {offer}."


def label(candidate: Candidate) -> str:
    """Return a candidate in few words."""
    more = "".join(f" {text}" for text in (candidate.family, candidate.name) if text)
    return f"{candidate.port} {candidate.tls_mode}{more}"


def row(tried: Tried) -> Alternative:
    """Return a trial as the report shows it."""
    code = tried.cause.code if tried.cause else Code.OK
    return Alternative(tried.candidate.port, tried.candidate.tls_mode, code, tried.message)


def _greeted(tried: Tried) -> bool:
    """Return whether a trial that began in clear was answered in SMTP."""
    return tried.facts.ehlo is not None or tried.facts.starttls_offered


def _rank(plan: Plan, tried: Tried) -> tuple[bool, bool, int]:
    candidate = tried.candidate
    order = [port for port, _ in USUAL]
    place = order.index(candidate.port) if candidate.port in order else len(order)
    return not tried.facts.secure, not is_near(plan, candidate), place


def _change(plan: Plan, candidate: Candidate) -> str:
    """Return the settings to change and their values."""
    if plan.terms is Terms.FLAG and not candidate.family:
        return _flag_change(plan, candidate)
    if candidate.name:
        return f"Set the host to {candidate.name}"
    if candidate.family:
        other = "IPv4" if candidate.family == "IPv6" else "IPv6"
        return f"Set the host to its {candidate.family} address, or have {other} repaired there"
    # These modes find STARTTLS, and `auto` implicit TLS as well.
    kept = plan.tls_mode is TlsMode.AUTO or candidate.tls_mode is plan.tls_mode
    kept = kept or (plan.tls_mode is TlsMode.OPPORTUNISTIC and candidate.tls_mode is not TlsMode.IMPLICIT)
    parts = [] if kept else [f"the TLS mode to {candidate.tls_mode}"]
    if not is_near(plan, candidate):
        parts.append(f"the port to {candidate.port}")
    risk = ""
    if candidate.tls_mode is TlsMode.NONE and plan.tls_mode not in _CLEAR_ENOUGH:
        risk = ", if clear text is acceptable on this network"
    return f"Set {' and '.join(parts)}{risk}"


def _flag_change(plan: Plan, candidate: Candidate) -> str:
    """Return the same for a caller who has a flag and a host with its port: the flag finds either kind of TLS."""
    parts = []
    if plan.tls_mode is not TlsMode.AUTO and candidate.tls_mode is TlsMode.IMPLICIT:
        parts.append("tls to true")
    if candidate.name or not is_near(plan, candidate):
        host = candidate.name or plan.host
        parts.append(f'host to "[{host}]:{candidate.port}"' if ":" in host else f'host to "{host}:{candidate.port}"')
    return f"Set {' and '.join(parts)}"
