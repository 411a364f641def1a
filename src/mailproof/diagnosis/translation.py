"""Tells what a test streams, its report above all, in a language.

Only sentences of ours change: codes, stages, settings, and what the server said stay as they are. Law: a report in
another language fits the same bounds; a text that had to be cut to fit them before stays in English. Pure.
"""

from __future__ import annotations

import dataclasses

from mailproof.diagnosis.bounds import bounded
from mailproof.languages.language import Language
from mailproof.languages.translation import in_language
from mailproof.smtp.report import Alternative, Progress, Report, SinceLastGood, Step


def event_in(event: Progress, language: Language) -> Progress:
    """Return one event of a test with its sentences in a language."""
    if language is Language.ENGLISH:
        return event
    if isinstance(event, Report):
        return report_in(event, language)
    if isinstance(event, Step):
        return _step(event, language)
    return _alternative(event, language) if isinstance(event, Alternative) else event


def report_in(report: Report, language: Language) -> Report:
    """Return a report with its sentences in a language."""
    if language is Language.ENGLISH:
        return report
    tls = report.tls
    if tls is not None:
        chain = (dataclasses.replace(one, problem=in_language(one.problem, language)) for one in tls.chain)
        tls = dataclasses.replace(tls, chain=tuple(chain))
    translated = dataclasses.replace(
        report,
        message=in_language(report.message, language),
        advice=in_language(report.advice, language),
        tls=tls,
        findings=tuple(
            dataclasses.replace(
                finding,
                message=in_language(finding.message, language),
                advice=in_language(finding.advice, language),
            )
            for finding in report.findings
        ),
        alternatives=tuple(_alternative(other, language) for other in report.alternatives),
        steps=tuple(_step(step, language) for step in report.steps),
        fixes=tuple(dataclasses.replace(fix, sentence=in_language(fix.sentence, language)) for fix in report.fixes),
        addresses=tuple(
            dataclasses.replace(row, message=in_language(row.message, language)) for row in report.addresses
        ),
        since_last_good=_since(report.since_last_good, language) if report.since_last_good else None,
    )
    return bounded(translated)


def _alternative(other: Alternative, language: Language) -> Alternative:
    return dataclasses.replace(other, message=in_language(other.message, language))


def _since(since: SinceLastGood, language: Language) -> SinceLastGood:
    changes = (dataclasses.replace(it, sentence=in_language(it.sentence, language)) for it in since.changes)
    return dataclasses.replace(since, sentence=in_language(since.sentence, language), changes=tuple(changes))


def _step(step: Step, language: Language) -> Step:
    return dataclasses.replace(step, received=in_language(step.received, language))
