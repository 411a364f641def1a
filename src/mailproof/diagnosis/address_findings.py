"""Puts the addresses of a host into the report: the table, the warning that they differ, and the advice.

Law: no advice names an address as the host, since no certificate would fit it. Pure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mailproof.diagnosis.address_words import broken, contrast, repair
from mailproof.diagnosis.addresses import AddressTrial
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.trial_results import answers
from mailproof.smtp.report import AddressResult
from mailproof.smtp.vocabulary import Code, Depth, Stage
from mailproof.syntax.host import join_host_port

MAX_NAMED = 3
"""Addresses that a sentence names; the table has all."""

MAX_PHRASE = 300
"""Characters of what came of one address."""

_LAST_STAGES = {Depth.CONNECT: Stage.CONNECT, Depth.TLS: Stage.TLS}


def rows(seen: Observed) -> tuple[AddressResult, ...]:
    """Return the table as the report has it; empty where all addresses answer alike."""
    table = seen.addresses
    if not table.differs:
        return ()
    found = [_row(seen, trial) for trial in table.trials]
    if table.untried:
        last = found[-1]
        words = f"{last.message} … {table.untried} more addresses, which were not tried"
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
    usual = used.answer
    others = [trial for trial in table.trials if trial.counts and trial.answer != usual]
    named = "; ".join(f"{trial.address} {phrase(seen, trial)}" for trial in others[:MAX_NAMED])
    more = f"; {len(others) - MAX_NAMED} more differ" if len(others) > MAX_NAMED else ""
    passed = "the test passed" if seen.cause is None else "the test ran"
    return f": {passed} over {used.address}, but {named}{more}".rstrip(".")


def phrase(seen: Observed, trial: AddressTrial) -> str:
    """Return what came of an address, as a phrase that follows it, cleaned and masked."""
    result, usual = trial.result, seen.addresses.usual
    if result.cause is not None:
        words = broken(result, seen.plan.host, trial.duration, seen.redact, conclusive=trial.conclusive)
    elif usual is not None and trial.answer != usual.answer:
        words = f"answers, but {contrast(result, trial.unverified, usual.result, usual.unverified, seen.plan.host)}"
    else:
        words = answers("", result).strip().rstrip(".")
    return seen.redact(words, MAX_PHRASE)


def repair_of_failing(seen: Observed) -> str:
    """Return what to ask of whom about the addresses that fail, without a full stop; empty where none fails."""
    return _repair(seen, seen.addresses.failing)


def working_address(seen: Observed) -> str:
    """Return the advice where the test's own address fails and another one works; empty where that was not shown.

    No setting chooses an address, and an address as the host would fail the check of the certificate's name.
    """
    table = seen.addresses
    used, works = table.used, table.working
    if used is None or not used.fails or works is None:
        return ""
    server = join_host_port(seen.redact(seen.plan.host, 260), seen.port)
    proof = seen.redact(answers(f"{server} over {works.address}", works.result), MAX_PHRASE)
    return f"{_repair(seen, [used])}: verified, {proof}"


def _repair(seen: Observed, failing: Sequence[AddressTrial]) -> str:
    refusing = [trial.address for trial in failing if _refuses(trial)]
    others = [trial.address for trial in failing if not _refuses(trial)]
    return repair(seen.redact(seen.plan.host, 260), others[:MAX_NAMED], refusing[:MAX_NAMED]) if failing else ""


def _refuses(trial: AddressTrial) -> bool:
    """Return whether a server refuses service in words: then it may dislike this machine's address of that family."""
    cause = trial.result.cause
    return cause is not None and cause.reply is not None and cause.stage in (Stage.GREETING, Stage.EHLO)


def _row(seen: Observed, trial: AddressTrial) -> AddressResult:
    cause, usual = trial.result.cause, seen.addresses.usual
    code = Code.OK
    if cause is not None:
        code = cause.code
    elif usual is not None and trial.answer != usual.answer:
        code = Code.ADDRESSES_DIFFER
    stage = cause.stage if cause else _LAST_STAGES.get(seen.plan.depth, Stage.EHLO)
    words = phrase(seen, trial) + (" (this test's own)" if trial.used else "")
    return AddressResult(trial.address, trial.family, stage, code, words, trial.duration)
