"""Turns a code and all that the test knows into a message, an advice, and fixes.

Laws: what was tried and works is the advice; nothing is advised that is in use or was tried in vain; where no reason is
known, the advice goes no further than the server's answer. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailproof.diagnosis.address_findings import is_cause_elsewhere, working_address
from mailproof.diagnosis.catalogue import CATALOGUE
from mailproof.diagnosis.definition import Advice, Prose, SettingsAdvice, Topic, Wording
from mailproof.diagnosis.fixes import (
    in_one_sentence,
    settings_fixes,
    suggested_fixes,
    suggestion_in_words,
    verified_fixes,
)
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.login_hints import LOGIN_HINTS
from mailproof.diagnosis.special_case import Case
from mailproof.diagnosis.special_cases import special_case
from mailproof.diagnosis.words import Fields
from mailproof.domain.phrase import Phrase, say, sentences, with_bare_link
from mailproof.smtp.report import Audience, Fix
from mailproof.smtp.vocabulary import Code, Severity, Stage

MAX_SENTENCES = 2
"""Advices that are told; more of them would hide the best."""


_OF_WRONG_HOST = frozenset({Topic.HOST, Topic.PORT, Topic.TLS_MODE})
_INSTEAD_OF_HOST = _OF_WRONG_HOST | {Topic.CLIENT}

_PROVEN = frozenset({Topic.TLS_MODE, Topic.USER, Topic.MECHANISM})
"""Topics whose settings the cause proves to be right; others are only worth a try."""


@dataclass(frozen=True, slots=True)
class Advised:
    """What is told about one code.

    Attributes:
        message: What happened.
        advice: What to change; empty where nothing is known to help.
        fixes: The changes of settings that the advice means, and others that were verified; best first.
    """

    message: str
    advice: str
    fixes: tuple[Fix, ...] = ()


def advise(seen: Observed, code: Code, severity: Severity, stage: Stage, detail: str) -> Advised:
    """Return what is told about a code.

    Args:
        seen: What was observed.
        code: The root cause, or a warning.
        severity: Whether it is the root cause.
        stage: Where it was found.
        detail: As the message continues with it; empty for none.
    """
    root = severity is Severity.ERROR
    wording = _wording(seen, code, stage, root=root)
    values = Fields(seen, stage, detail)
    message = _message(wording.message, values)
    suggestion = suggestion_in_words(seen) if root else ""
    address = working_address(seen) if root else ""
    fixes = verified_fixes(seen) if root else ()
    if fixes:
        advice = sentences((suggestion, fixes[0].sentence, address))
        return Advised(message, advice, (*suggested_fixes(seen), *fixes) if suggestion else fixes)
    if suggestion:
        suggested = suggested_fixes(seen)
        proven = any(fix.verified for fix in suggested)
        # What is advised of the host, and of ports of the wrong server, would only distract from what is proven.
        hidden = _OF_WRONG_HOST if suggested else frozenset()
        if proven or code is Code.DNS_NOT_FOUND:
            hidden = _INSTEAD_OF_HOST
        rest = tuple(item for item in wording.advice if item.topic not in hidden)
        words, others = _sentences(seen, rest, values, most=1)
        return Advised(message, sentences((suggestion, *words)), (*suggested, *others))
    if address and not is_cause_elsewhere(seen):
        return Advised(message, address)
    hints, hinted = _sentences(seen, LOGIN_HINTS.get(code, ()) if root else (), values)
    words, fixes = _sentences(seen, wording.advice, values, most=max(1, MAX_SENTENCES - len(hints)))
    return Advised(message, sentences((*hints, *words, address)), (*hinted, *fixes) if root else ())


def _message(template: str, values: Fields) -> str:
    """Return what happened, without the full stop that would become part of a link at its end."""
    words = Phrase(template, values)
    return with_bare_link(words)


def _wording(seen: Observed, code: Code, stage: Stage, *, root: bool) -> Wording:
    recognised = seen.cause is None or seen.cause.recognised or not root
    wording = CATALOGUE[code].worded(stage, recognised=recognised)
    row = special_case(_case(seen, code, stage)) if root and recognised else None
    return wording if row is None else Wording(row.message or wording.message, row.advice)


def _sentences(
    seen: Observed, advice: Sequence[Advice], values: Fields, most: int = MAX_SENTENCES
) -> tuple[list[str], tuple[Fix, ...]]:
    """Return the sentences that apply, best first and no more than `most`, and the fixes that they mean."""
    words: list[str] = []
    fixes: tuple[Fix, ...] = ()
    proven = False  # whether the cause proves a change that was told already; others are worth no try then
    for item in advice:
        if len(words) == most or not all(seen.holds(condition) for condition in item.when):
            continue
        if isinstance(item, SettingsAdvice):
            found = () if proven else settings_fixes(seen, item)
            if found:
                proven = item.topic in _PROVEN and not item.with_domain
                fixes += found
                sentence = in_one_sentence(seen, found, proven=proven, reason=item.reason)
                bad = _bad_certificate(seen, item)
                certificate = say("Then the certificate has to be put right as well: {bad}", bad=bad) if bad else ""
                words.append(sentences((sentence, certificate)))
        elif not (item.otherwise and words):
            words.append(Phrase(_in_words(seen, item), values))
    return words, fixes


def _bad_certificate(seen: Observed, advice: SettingsAdvice) -> str:
    """Return the sentence on the bad certificate that was met with the advised settings; empty where none was."""
    if advice.topic is Topic.TLS_MODE and advice.mode is not None:
        return seen.certificate_of(seen.port, advice.mode)
    ports = seen.untried_ports() if advice.topic is Topic.PORT else ()
    return seen.certificate_of(ports[0].port, ports[0].tls_mode) if ports else ""


def _in_words(seen: Observed, prose: Prose) -> str:
    return (seen.plan.audience is Audience.FLAG and prose.flag_text) or prose.text


def _case(seen: Observed, code: Code, stage: Stage) -> Case:
    """Return what the rows of `diagnosis.special_cases` are compared with."""
    plan, facts = seen.plan, seen.facts
    return Case(
        code=code,
        stage=stage,
        host=plan.host,
        reply=seen.cause.reply if seen.cause else None,
        mechanism=facts.mechanism,
        offered=facts.ehlo.mechanisms if facts.ehlo else (),
        user=plan.credentials.user if plan.credentials else "",
        token=plan.oauth is not None,
    )
