"""Puts the addresses of a host into the report: the table, the warning that they differ, and the advice.

Law: no advice names an address as the host, since no certificate would fit it. Pure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mailproof.diagnosis.address_words import broken, contrast, question, repair, some_of, way_to
from mailproof.diagnosis.addresses import AddressTrial
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.trial_results import answers
from mailproof.domain.phrase import listed, say, without_stop
from mailproof.smtp.report import AddressResult
from mailproof.smtp.vocabulary import Code, Depth, Stage
from mailproof.syntax.host import join_host_port

MAX_NAMED = 3
"""Ways in which addresses differ that a sentence names; the table has all."""

MAX_PHRASE = 300
"""Characters of what came of one address."""

_BETWEEN = frozenset({Code.TLS_INTERCEPTED, Code.SMTP_REDIRECTED, Code.OUTGOING_SMTP_BLOCKED})
_LAST_STAGES = {Depth.CONNECT: Stage.CONNECT, Depth.TLS: Stage.TLS}


def rows(seen: Observed) -> tuple[AddressResult, ...]:
    """Return the table as the report has it; empty where all addresses answer alike."""
    table = seen.addresses
    if not table.differs:
        return ()
    found = [_row(seen, trial) for trial in table.trials]
    if table.untried:
        last = found[-1]
        words = say(
            "{message} … {untried} more addresses, which were not tried", message=last.message, untried=table.untried
        )
        found[-1] = dataclasses.replace(last, message=words)
    return tuple(found)


def difference(seen: Observed) -> str | None:
    """Return how the addresses differ, as the warning's sentence continues with it; None where it is not given.

    It is not given where the test failed on its own address before the login: then the cause and its advice tell of it.
    """
    table = seen.addresses
    used = table.used
    if not table.differs or used is None or used.fails:
        return None
    groups: dict[object, list[AddressTrial]] = {}
    for trial in table.trials:
        if trial.counts and trial.answer != used.answer:
            groups.setdefault(trial.answer, []).append(trial)
    found = [_group(seen, first, rest) for first, *rest in groups.values()]
    rest = len(found) - MAX_NAMED
    named: list[str] = found[:MAX_NAMED]
    if rest == 1:
        named.append(say("1 more differs otherwise"))
    elif rest > 1:
        named.append(say("{count} more differ otherwise", count=rest))
    if seen.cause is None:
        return say(": the test passed over {address}, but {others}", address=used.address, others=listed(named))
    return say(": the test ran over {address}, but {others}", address=used.address, others=listed(named))


def phrase(seen: Observed, trial: AddressTrial) -> str:
    """Return what came of an address, as a phrase that follows it, cleaned and masked."""
    result, usual = trial.result, seen.addresses.usual
    if result.cause is not None:
        words = broken(result, seen.plan.host, trial.duration, seen.redact, conclusive=trial.conclusive)
    elif usual is not None and trial.answer != usual.answer:
        words = contrast(result, trial.unverified, usual.result, usual.unverified, seen.plan.host)
    else:
        words = without_stop(answers("", result))
    return seen.redact(words, MAX_PHRASE)


def repair_of_failing(seen: Observed) -> str:
    """Return what to ask of whom about the addresses that fail, without a full stop; empty where none fails."""
    failing = seen.addresses.failing
    refusing = [trial.address for trial in failing if _refuses(trial)]
    others = [trial.address for trial in failing if not _refuses(trial)]
    asked: list[str] = []
    if others:
        remedy = _remedy(seen, others)
        asked.append(remedy if seen.provider else say("{remedy}: clients that are led there fail", remedy=remedy))
    if refusing:
        asked.append(question(_host(seen), refusing))
    if len(asked) > 1:
        return say("{first}. {second}", first=asked[0], second=asked[1])
    return asked[0] if asked else ""


def is_cause_elsewhere(seen: Observed) -> bool:
    """Return whether the test failed over its own address for a reason that is not the address.

    The server refuses in words, perhaps since it dislikes this machine, or something stands between.
    """
    used = seen.addresses.used
    between = seen.cause is not None and seen.cause.code in _BETWEEN
    return between or (used is not None and _refuses(used))


def working_address(seen: Observed) -> str:
    """Return the advice where the test's own address fails and another one works; empty where that was not shown.

    No setting chooses an address, and an address as the host would fail the check of the certificate's name.
    """
    table = seen.addresses
    used, works = table.used, table.working
    if used is None or not used.fails or works is None:
        return ""
    server = join_host_port(_host(seen), seen.port)
    over = say("{server} over {address}", server=server, address=works.address)
    proof = seen.redact(answers(over, works.result), MAX_PHRASE)
    if is_cause_elsewhere(seen):
        return say("Another address of the host works: verified, {proof}", proof=proof)
    return say("{remedy}: verified, {proof}", remedy=_remedy(seen, [used.address]), proof=proof)


def _remedy(seen: Observed, failing: Sequence[str]) -> str:
    if seen.provider:  # which serves many others at the same time
        return way_to(failing, seen.provider.name)
    return repair(_host(seen), failing)


def _host(seen: Observed) -> str:
    return seen.redact(seen.plan.host, 260)


def _group(seen: Observed, first: AddressTrial, rest: Sequence[AddressTrial]) -> str:
    """Return what came of addresses that answer alike."""
    words = say("{address} {result}", address=first.address, result=phrase(seen, first))
    if len(rest) == 1:
        return say("{words}, as does {address}", words=words, address=rest[0].address)
    if rest:
        return say("{words}, as do {addresses}", words=words, addresses=some_of([trial.address for trial in rest]))
    return words


def _refuses(trial: AddressTrial) -> bool:
    """Return whether a server refuses service in words: then it may dislike this machine's address of that family."""
    cause = trial.result.cause
    reply = cause.reply if cause is not None and cause.stage in (Stage.GREETING, Stage.EHLO) else None
    return cause is not None and reply is not None and reply.code >= 400 and cause.code is not Code.NOT_SMTP


def _row(seen: Observed, trial: AddressTrial) -> AddressResult:
    cause, usual = trial.result.cause, seen.addresses.usual
    code = Code.OK
    if cause is not None:
        code = cause.code
    elif usual is not None and trial.answer != usual.answer:
        code = Code.ADDRESSES_DIFFER
    stage = cause.stage if cause else _LAST_STAGES.get(seen.plan.depth, Stage.EHLO)
    words = phrase(seen, trial)
    if trial.used:
        words = say("{result} (used by this test)", result=words)
    return AddressResult(trial.address, trial.family, stage, code, words, trial.duration)
