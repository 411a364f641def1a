"""What a configuration's last good test says of the advice on a failing one. Pure.

Law: no setting is advised to be changed whose value is the one that worked, where nothing else explains the failure. It
is kept for logins, where a test can know it: the same user was let in, so the user is right.
"""

from __future__ import annotations

import dataclasses

from mailproof.diagnosis.report_facts import conversation_of
from mailproof.domain.phrase import Composed, say, sentences
from mailproof.smtp.report import ObservedChange, Report
from mailproof.smtp.vocabulary import ChangeKind, Stage

USER = "user"


def corrected(report: Report, past: Report | None) -> Report:
    """Return a failing report whose advice its own comparison with the last good test doesn't refute.

    Args:
        report: The report, with `since_last_good`.
        past: The last good test's; None where it is not kept.
    """
    since = report.since_last_good
    if since is None or past is None or report.stage is not Stage.AUTH or not conversation_of(past).mechanism:
        return report
    if any(change.kind is ChangeKind.SETTING and change.name == USER for change in since.changes):
        return report
    refuted = [fix for fix in report.fixes if not fix.verified and any(it.setting == USER for it in fix.changes)]
    values = [it.to for fix in refuted for it in fix.changes if it.setting == USER]
    lead = _lead(since.changes)
    findings = tuple(
        dataclasses.replace(finding, advice=_advice(lead, finding.advice, values))
        if finding.code is report.code
        else finding
        for finding in report.findings
    )
    fixes = tuple(fix for fix in report.fixes if fix not in refuted)
    return dataclasses.replace(report, advice=_advice(lead, report.advice, values), findings=findings, fixes=fixes)


def _lead(changes: tuple[ObservedChange, ...]) -> str:
    for change in changes:
        if change.likely and change.kind is ChangeKind.SECRET:
            return say(
                "The same user has logged in with another {secret}: check the new one first.", secret=change.name
            )
    return ""


def _advice(lead: str, advice: str, values: list[str]) -> str:
    """Return the advice behind a first sentence, without sentences that quote one of some values, as advice does."""
    parts = advice.parts if isinstance(advice, Composed) else (advice,)
    return sentences([lead, *(part for part in parts if not any(f'"{value}"' in part for value in values))])
