"""What a refusal means: (reply, circumstances) -> what has to change. Pure.

Laws: the sentence decides over the code where they differ; a cause is recognised only by words or codes that a rule
knows; where no rule knows them, the judgement says no more than which command was refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.smtp.refusals.lexicon import Found
from mailproof.smtp.refusals.rule import RefusalRule, Strength
from mailproof.smtp.refusals.table import compiled
from mailproof.smtp.refusals.words import Words, words_of
from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import Reply

MAX_FEW = 4
"""Two words, or four characters of Chinese or Japanese: in a reply of more the words count, not the code."""

MAX_WORDS = 120
"""Characters of the words that decided."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What surrounds a refusal.

    Attributes:
        stage: The stage of the command that was refused.
        secure: Whether the connection is inside TLS.
        anonymous: Whether the server offers a login and the plan has none.
        logged_in: Whether a login was accepted before.
    """

    stage: Stage
    secure: bool = False
    anonymous: bool = False
    logged_in: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a refusal means.

    Attributes:
        code: What has to change; where it is not recognised, what was refused.
        recognised: Whether the reply gives a reason that is known. If not, no advice may go beyond the command.
        words: The words of the reply that decided, in the form in which they were compared.
        source: Where the meaning of these words is documented.
        rule: The rule that decided; None where none did.
    """

    code: Code
    recognised: bool
    words: str = ""
    source: str = ""
    rule: RefusalRule | None = None


_DEFAULTS = {
    Stage.EHLO: Code.EHLO_REJECTED,
    Stage.STARTTLS: Code.STARTTLS_REJECTED,
    Stage.AUTH: Code.AUTH_REJECTED,
    Stage.MAIL: Code.SENDER_REJECTED,
    Stage.RCPT: Code.RECIPIENT_REJECTED,
    Stage.DATA: Code.MESSAGE_REJECTED,
}
_ENVELOPE = frozenset({Stage.MAIL, Stage.RCPT, Stage.DATA})
_NO_SERVICE = frozenset({521, 550, 553, 554, 556, 571})  # RFC 5321 section 3.1, RFC 7504; address block lists


def judge(reply: Reply, circumstances: Circumstances) -> Judgement:
    """Return what a reply means that refuses a command."""
    if reply.code < 400:  # a positive or intermediate reply that does not fit the command
        return Judgement(Code.PROTOCOL_ERROR, recognised=True)
    words = words_of(reply.text)
    enhanced = reply.enhanced or words.enhanced
    table = compiled()
    few = _few(words)
    clauses = [found for found in map(table.lexicon.find, words.clauses) if found.mask]
    for rule, patterns in table.rows:
        if reply.code >= 500 and rule.code is Code.TEMPORARY_FAILURE:  # RFC 5321 section 4.2.1: a 5xx is final
            continue
        if not _holds(rule, reply, circumstances, enhanced):
            continue
        if not patterns:
            if rule.strength >= Strength.CODE and rule.recognised and not few:
                continue
            return Judgement(rule.code, rule.recognised, "", rule.source, rule)
        for found in [_joined(clauses)] if rule.anywhere else clauses:
            for pattern in patterns:
                place = pattern.find(found, rule.span)
                if place is not None:
                    shown = _shown(words, place) if rule.recognised else ""
                    return Judgement(rule.code, rule.recognised, shown, rule.source, rule)
    return Judgement(_default(reply, circumstances.stage), recognised=False)


def _holds(rule: RefusalRule, reply: Reply, circumstances: Circumstances, enhanced: str) -> bool:
    return (
        (not rule.stages or circumstances.stage in rule.stages)
        and (not rule.replies or str(reply.code).startswith(rule.replies))
        and (not rule.enhanced or any(_same(enhanced, code) for code in rule.enhanced))
        and (rule.secure is None or rule.secure is circumstances.secure)
        and (rule.anonymous is None or rule.anonymous is circumstances.anonymous)
        and (rule.logged_in is None or rule.logged_in is circumstances.logged_in)
    )


def _same(enhanced: str, code: str) -> bool:
    return enhanced[1:] == code if code.startswith(".") else enhanced == code


def _few(words: Words) -> bool:
    """Return whether a reply says next to nothing, so that its code is all there is to go by."""
    letters = sum(1 if word.word[0] >= "\u3040" else 2 for clause in words.clauses for word in clause)
    return letters <= MAX_FEW


def _joined(clauses: list[Found]) -> Found:
    whole = Found()
    for found in clauses:
        whole.add(found)
    return whole


def _shown(words: Words, place: tuple[int, int]) -> str:
    text = words.text[place[0] : place[1]]
    return text if len(text) <= MAX_WORDS else text[: MAX_WORDS - 1] + "…"


def _default(reply: Reply, stage: Stage) -> Code:
    """Return what is known of a refusal without a reason: which command it was, and whether it may pass."""
    if stage is Stage.STARTTLS:
        return Code.STARTTLS_REJECTED
    if reply.code < 500:
        if reply.code == 421 and stage is not Stage.AUTH:
            return Code.SERVICE_UNAVAILABLE
        return Code.AUTH_TEMPORARY_FAILURE if stage is Stage.AUTH else Code.TEMPORARY_FAILURE
    if stage is Stage.GREETING:
        return Code.SERVICE_UNAVAILABLE if reply.code in _NO_SERVICE else Code.PROTOCOL_ERROR
    if stage in _ENVELOPE and reply.code in (500, 502, 503):  # RFC 5321 section 4.2.4
        return Code.PROTOCOL_ERROR
    return _DEFAULTS.get(stage, Code.PROTOCOL_ERROR)
