"""What the trials of other settings prove: which of them work, and a more exact root cause. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mailproof.diagnosis.alternatives import CLEAR_TEXT_ALLOWED, LOST, USUAL, TrialResult, is_near
from mailproof.domain.phrase import Phrase, say
from mailproof.smtp.actions import Cause
from mailproof.smtp.report import Alternative, Plan
from mailproof.smtp.sasl.table import choose
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode

_SECURED_BY = {
    TlsMode.IMPLICIT: "{server} with implicit TLS",
    TlsMode.STARTTLS: "{server} with STARTTLS",
    TlsMode.OPPORTUNISTIC: "{server} with STARTTLS",
    TlsMode.NONE: "{server} without encryption",
}


def assess(plan: Plan, result: TrialResult) -> TrialResult:
    """Return a trial's result as it counts for a plan.

    A server without STARTTLS works in clear text where the plan allows that, or where the plan's TLS mode is wrong for
    its port. A server works only where it offers a mechanism that the plan's credentials can use.
    """
    trial, cause, ehlo = result.trial, result.cause, result.facts.ehlo
    if cause is not None and cause.code is Code.STARTTLS_NOT_OFFERED and ehlo is not None:
        wrong_mode = plan.tls_mode is TlsMode.IMPLICIT and is_near(plan, trial)
        if plan.tls_mode in CLEAR_TEXT_ALLOWED or wrong_mode:
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
        if not is_near(plan, result.trial) or result.trial.name:
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
    return result.works and (plan.tls_mode in CLEAR_TEXT_ALLOWED or result.trial.tls_mode is not TlsMode.NONE)


def working(results: Sequence[TrialResult], plan: Plan) -> list[TrialResult]:
    """Return the trials that work, best first: an encrypted one, then one at the plan's own port."""
    return sorted((result for result in results if result.works), key=lambda result: _rank(plan, result))


def answers(server: str, result: TrialResult) -> str:
    """Return the sentence on a trial that works; `server` is the host and port to show."""
    trial, ehlo = result.trial, result.facts.ehlo
    secure = result.facts.secure
    where = Phrase(_SECURED_BY[trial.tls_mode if secure else TlsMode.NONE], {"server": server})
    if ehlo is None:
        return say("{where} answers.", where=where) if secure else say("{where} can be reached.", where=server)
    if not ehlo.mechanisms:
        return say("{where} answers and offers no authentication.", where=where)
    return say("{where} answers and offers AUTH {mechanisms}.", where=where, mechanisms=", ".join(ehlo.mechanisms))


def alternative(result: TrialResult) -> Alternative:
    """Return a trial's result as the report has it."""
    return Alternative(
        result.trial.port,
        result.trial.tls_mode,
        result.cause.code if result.cause else Code.OK,
        result.message,
        host=result.trial.name,
        started_at=result.started_at,
        duration=result.duration,
    )


def _greeted(result: TrialResult) -> bool:
    """Return whether the server answered a trial that began in clear in SMTP."""
    return result.facts.ehlo is not None or result.facts.starttls_offered


def _rank(plan: Plan, result: TrialResult) -> tuple[bool, bool, int]:
    trial = result.trial
    order = [port for port, _ in USUAL]
    place = order.index(trial.port) if trial.port in order else len(order)
    return not result.facts.secure, not is_near(plan, trial), place
