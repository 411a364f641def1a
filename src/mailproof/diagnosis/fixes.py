"""What the trials of other settings prove: a more exact root cause, and advice that was checked.

Law: clear text is advised only where nothing encrypted works, and with a warning where the plan demands TLS. Pure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailproof.diagnosis.alternatives import LOST, USUAL, Trial, is_near
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Alternative, Audience, Plan, TlsInfo
from mailproof.smtp.sasl.table import choose
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode
from mailproof.syntax.host import join_host_port

_CLEAR_TEXT_ALLOWED = frozenset({TlsMode.NONE, TlsMode.OPPORTUNISTIC})
_SECURED_BY = {
    TlsMode.IMPLICIT: " with implicit TLS",
    TlsMode.STARTTLS: " with STARTTLS",
    TlsMode.OPPORTUNISTIC: " with STARTTLS",
    TlsMode.NONE: " without encryption",
}


@dataclass(frozen=True, slots=True)
class TrialResult:
    """The result of a trial.

    Attributes:
        trial: The setting that was tried.
        cause: Why it does not work; None where it works.
        facts: What the conversation has shown.
        tls: The TLS session; None without one.
        message: A sentence on the result.
    """

    trial: Trial
    cause: Cause | None
    facts: Facts = field(default_factory=Facts)
    tls: TlsInfo | None = None
    message: str = ""

    @property
    def works(self) -> bool:
        """Whether the server answers with this setting and offers what the plan needs."""
        return self.cause is None

    @property
    def spoke_tls(self) -> bool:
        """Whether there was a TLS handshake, whether the certificate was verified or not."""
        return self.facts.secure or self.tls is not None


def assess(plan: Plan, result: TrialResult) -> TrialResult:
    """Return a trial's result as it counts for a plan.

    A server without STARTTLS works in clear text where the plan allows that, or where the plan's TLS mode is wrong for
    its port. A server works only where it offers a mechanism that the plan's credentials can use.
    """
    trial, cause, ehlo = result.trial, result.cause, result.facts.ehlo
    if cause is not None and cause.code is Code.STARTTLS_NOT_OFFERED and ehlo is not None:
        wrong_mode = plan.tls_mode is TlsMode.IMPLICIT and is_near(plan, trial)
        if plan.tls_mode in _CLEAR_TEXT_ALLOWED or wrong_mode:
            trial, cause = dataclasses.replace(trial, tls_mode=TlsMode.NONE), None
    if cause is None and ehlo is not None and plan.credentials and plan.depth.reaches(Depth.AUTH):
        if not ehlo.mechanisms:
            cause = Cause(Stage.AUTH, Code.AUTH_NOT_OFFERED)
        elif not choose(
            ehlo.mechanisms,
            plan.mechanism,
            token=plan.oauth is not None,
            has_binding=result.facts.secure,
            verified=result.facts.verified,
        ):
            cause = Cause(Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED)
    return dataclasses.replace(result, trial=trial, cause=cause)


def refine(plan: Plan, cause: Cause, results: Sequence[TrialResult]) -> Cause:
    """Return the root cause, which is a wrong TLS mode where a trial at the plan's own port proves that."""
    for result in results:
        if not is_near(plan, result.trial) or result.trial.name or result.trial.family:
            continue
        implicit = result.trial.tls_mode is TlsMode.IMPLICIT
        if plan.tls_mode is TlsMode.IMPLICIT and not implicit and _greeted(result):
            if cause.stage is not Stage.TLS or cause.code not in LOST | {Code.WRONG_TLS_MODE_USE_STARTTLS}:
                continue
            clear = result.trial.tls_mode is TlsMode.NONE
            code = Code.WRONG_TLS_MODE_USE_NONE if clear else Code.WRONG_TLS_MODE_USE_STARTTLS
            return dataclasses.replace(cause, code=code)
        silent = cause.stage is Stage.GREETING and cause.code in LOST
        if silent and implicit and plan.tls_mode is not TlsMode.AUTO and result.spoke_tls:
            return dataclasses.replace(cause, code=Code.WRONG_TLS_MODE_USE_IMPLICIT)
    return cause


def settles(plan: Plan, result: TrialResult) -> bool:
    """Return whether a trial ends the search: it works, and in clear text only where the plan allows that."""
    return result.works and (plan.tls_mode in _CLEAR_TEXT_ALLOWED or result.trial.tls_mode is not TlsMode.NONE)


def best(results: Sequence[TrialResult], plan: Plan) -> TrialResult | None:
    """Return the trial to advise: an encrypted one first, then one at the plan's own port; None where none works."""
    working = [result for result in results if result.works]
    return min(working, key=lambda result: _rank(plan, result), default=None)


def advise(plan: Plan, results: Sequence[TrialResult], unverified: str) -> str:
    """Return the advice: the fix that was checked, or else the unverified advice and what was tried without success.

    Args:
        results: The results of the trials.
        unverified: The advice for the root cause, from the tables.
    """
    if (fix := best(results, plan)) is not None:
        return f"{_change(plan, fix.trial)}: verified, {fix.message}"
    if not results:
        return unverified
    failures: dict[str, list[str]] = {}
    for result in results:
        if result.cause is not None:
            failures.setdefault(result.cause.code.value.replace("_", " "), []).append(label(result.trial))
    vain = "; ".join(f"{', '.join(labels)} ({why})" for why, labels in failures.items())
    return f"{unverified} Also tried on this host, without success: {vain}."


def answers(server: str, result: TrialResult) -> str:
    """Return the sentence on a trial that works; `server` is the host and port to show."""
    trial, ehlo = result.trial, result.facts.ehlo
    how = _SECURED_BY[trial.tls_mode if result.facts.secure else TlsMode.NONE]
    if ehlo is None:
        return f"{server}{how if result.facts.secure else ''} {'answers' if result.facts.secure else 'can be reached'}."
    over = f" over {trial.family}" if trial.family else ""
    offer = f"offers AUTH {', '.join(ehlo.mechanisms)}" if ehlo.mechanisms else "offers no authentication"
    return f"{server}{over}{how} answers and {offer}."


def label(trial: Trial) -> str:
    """Return a short description of a trial: port, TLS mode, and the family or name where it has one."""
    more = "".join(f" {text}" for text in (trial.family, trial.name) if text)
    return f"{trial.port} {trial.tls_mode}{more}"


def alternative(result: TrialResult) -> Alternative:
    """Return a trial's result as the report has it."""
    code = result.cause.code if result.cause else Code.OK
    return Alternative(result.trial.port, result.trial.tls_mode, code, result.message)


def _greeted(result: TrialResult) -> bool:
    """Return whether the server answered a trial that began in clear in SMTP."""
    return result.facts.ehlo is not None or result.facts.starttls_offered


def _rank(plan: Plan, result: TrialResult) -> tuple[bool, bool, int]:
    trial = result.trial
    order = [port for port, _ in USUAL]
    place = order.index(trial.port) if trial.port in order else len(order)
    return not result.facts.secure, not is_near(plan, trial), place


def _change(plan: Plan, trial: Trial) -> str:
    """Return the settings to change and their values."""
    if plan.audience is Audience.FLAG and not trial.family:
        return _flag_change(plan, trial)
    if trial.name:
        return f"Set the host to {trial.name}"
    if trial.family:
        other = "IPv4" if trial.family == "IPv6" else "IPv6"
        return f"Set the host to its {trial.family} address, or have {other} repaired there"
    # `AUTO` finds STARTTLS and implicit TLS by itself, `OPPORTUNISTIC` finds STARTTLS.
    kept = plan.tls_mode is TlsMode.AUTO or trial.tls_mode is plan.tls_mode
    kept = kept or (plan.tls_mode is TlsMode.OPPORTUNISTIC and trial.tls_mode is not TlsMode.IMPLICIT)
    parts = [] if kept else [f"the TLS mode to {trial.tls_mode}"]
    if not is_near(plan, trial):
        parts.append(f"the port to {trial.port}")
    risk = ""
    if trial.tls_mode is TlsMode.NONE and plan.tls_mode not in _CLEAR_TEXT_ALLOWED:
        risk = ", if clear text is acceptable on this network"
    return f"Set {' and '.join(parts)}{risk}"


def _flag_change(plan: Plan, trial: Trial) -> str:
    """Return the change for the audience `FLAG`, whose `tls: true` finds either kind of TLS."""
    parts = []
    if plan.tls_mode is not TlsMode.AUTO and trial.tls_mode is TlsMode.IMPLICIT:
        parts.append("tls to true")
    if trial.name or not is_near(plan, trial):
        host = trial.name or plan.host
        parts.append(f'host to "{join_host_port(host, trial.port)}"')
    return f"Set {' and '.join(parts)}"
