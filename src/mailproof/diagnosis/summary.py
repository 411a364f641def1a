"""Makes the report of a test from what was observed. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mailproof.diagnosis.address_findings import rows
from mailproof.diagnosis.bounds import bounded
from mailproof.diagnosis.findings import conclude, evidence, passed
from mailproof.diagnosis.interception import root_cause
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.trial_results import alternative
from mailproof.smtp.actions import Facts
from mailproof.smtp.report import EhloInfo, Report, Step
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.vocabulary import Code, Outcome, Stage

MAX_NAME = 64  # characters shown of an EHLO keyword and of a mechanism's name
MAX_PARAMETERS = 300  # characters shown of an EHLO keyword's parameters


def summarize(seen: Observed, steps: Sequence[Step], *, elapsed: float, round_trips: int) -> Report:
    """Return the report.

    Args:
        seen: What was observed.
        steps: The steps of the test.
        elapsed: Seconds until the verdict.
        round_trips: How often the server was waited for until the verdict.
    """
    if seen.cause is not None:
        seen = dataclasses.replace(seen, cause=root_cause(seen, seen.cause))
    cause = seen.cause
    said = evidence(seen)
    ehlo = _ehlo_info(seen.facts, seen.redact)
    concluded = conclude(seen)
    findings = concluded.findings
    root = findings[0] if cause else None
    report = Report(
        outcome=Outcome.FAIL if cause else Outcome.OK,
        stage=cause.stage if cause else Stage.QUIT,
        code=cause.code if cause else Code.OK,
        message=root.message if root else passed(seen),
        advice=root.advice if root else "",
        evidence=said,
        tls=seen.tls,
        ehlo=ehlo,
        findings=findings,
        alternatives=tuple(alternative(result) for result in seen.results),
        steps=tuple(steps),
        elapsed_ms=round(elapsed * 1000),
        round_trips=round_trips,
        fixes=concluded.fixes,
        addresses=rows(seen),
        timeout=seen.plan.timeout,
    )
    return bounded(report)


def _ehlo_info(facts: Facts, redact: Redactor) -> EhloInfo | None:
    """Return the EHLO reply as the report has it, cleaned and masked; None without one."""
    before, inside = facts.mechanisms_before_tls, facts.mechanisms_inside_tls
    if facts.ehlo is None and not before:
        return None
    extensions = facts.ehlo.extensions if facts.ehlo else {}
    show = redact.together((*(text for pair in extensions.items() for text in pair), *before, *inside))
    return EhloInfo(
        name=facts.ehlo_name,
        extensions={show(word, MAX_NAME): show(parameters, MAX_PARAMETERS) for word, parameters in extensions.items()},
        mechanisms_before_tls=tuple(show(name, MAX_NAME) for name in before),
        mechanisms_inside_tls=tuple(show(name, MAX_NAME) for name in inside),
    )
