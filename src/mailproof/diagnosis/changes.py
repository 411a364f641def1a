"""Compares a failing report with the last good one of the same configuration: what has changed since it worked.

Laws: what is not known of both tests is not compared; no secret's value is told; only a change that the failure can
depend on is called likely (`likely_changes`). All texts come from reports and settings, and are cleaned and cut here
once more, since the settings are not a server's. Pure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mailproof.diagnosis.certificate_changes import certificate_changes
from mailproof.diagnosis.likely_changes import can_depend_on, order_of
from mailproof.diagnosis.report_facts import Conversation, conversation_of, mechanisms_of
from mailproof.domain.phrase import listed, say, sentences, without_stop
from mailproof.smtp.report import ObservedChange, Report, SinceLastGood
from mailproof.smtp.sanitize import clean_and_shorten
from mailproof.smtp.vocabulary import ChangeKind as Kind
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage, TlsMode
from mailproof.syntax.host import bracketed

MAX_CHANGES = 12
"""How many changes are told at most; the sentence says how many more there are."""

_MAX_VALUE = 120  # characters of a value before or after
_MAX_SHORT = 300  # characters
_IN_SENTENCE = 3  # changes in the sentence

_DEEPEST = {
    Stage.AUTH: Depth.AUTH,
    Stage.MAIL: Depth.MAIL,
    Stage.RCPT: Depth.RCPT,
    Stage.DATA: Depth.DATA,
}

_OF_DEPTH = frozenset({"recipient"})
"""Settings that a test has or has not, depending on how far it is to go."""

_WAYS = {TlsMode.IMPLICIT: say("implicit TLS"), TlsMode.STARTTLS: "STARTTLS", TlsMode.NONE: say("clear text")}


@dataclass(frozen=True, slots=True)
class PastTest:
    """The last good test.

    Attributes:
        id: Its id.
        started_at: When it began.
        report: Its report; None where it is not kept.
        depth: How far it went; None where that is not known.
    """

    id: str
    started_at: datetime
    report: Report | None = None
    depth: Depth | None = None


@dataclass(frozen=True, slots=True)
class SettingsSince:
    """What two tests were made with, as far as it is known.

    Attributes:
        before: The settings of the last good test by their names, without those that it had not; None where they are
            not known.
        after: Those of the failing one.
        secret: What its secret is called: "password", "client secret".
        secret_changed_at: When the secret was last replaced since; None where it was not, or nobody knows.
        sent: What the failing test logged in with that was sent with it, in place of the stored secret; empty for none.
    """

    before: Mapping[str, str] | None = None
    after: Mapping[str, str] | None = None
    secret: str = say("password")
    secret_changed_at: datetime | None = None
    sent: str = ""


NOTHING_KNOWN = SettingsSince()


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both tests' conversations and reports, and the failing test's time."""

    before: Conversation
    after: Conversation
    good: Report
    failed: Report
    now: datetime
    settled: frozenset[str] = field(default_factory=frozenset)  # settings whose change is known better


def since_last_good(
    failed: Report, last: PastTest, *, now: datetime, settings: SettingsSince = NOTHING_KNOWN
) -> SinceLastGood:
    """Return what has changed since the last good test.

    Args:
        failed: The report of the failing test.
        last: The last good test of the same configuration.
        now: When the failing test began.
        settings: What happened to the stored configuration in between.
    """
    found = list(_stored_changes(settings))
    if last.report is not None and last.report.outcome is Outcome.OK:
        settled = frozenset(change.name for change in found)
        pair = _Pair(conversation_of(last.report), conversation_of(failed), last.report, failed, now, settled)
        for compare in _COMPARISONS:
            found += compare(pair)
    found += _deeper(failed, last)
    ranked = _ranked(failed, found)
    sentence = _sentence(failed, last, ranked)
    return SinceLastGood(last.id, last.started_at, sentence, tuple(ranked[:MAX_CHANGES]))


def in_short(since: SinceLastGood) -> str:
    """Return what has changed as few words, for an answer that has no place for a report."""
    causes = [_clause(change) for change in since.changes if change.likely]
    if causes:
        return clean_and_shorten(listed(causes), _MAX_SHORT)
    others = any(change.kind is not Kind.REPLY for change in since.changes)
    return say("nothing that this failure is likely to depend on") if others else say("nothing that this test sees")


def _ranked(failed: Report, found: list[ObservedChange]) -> list[ObservedChange]:
    """Return the changes with their values cut and their likelihood, the likely cause first."""
    marked = [
        dataclasses.replace(
            change,
            name=_short(change.name),
            before=_short(change.before),
            after=_short(change.after),
            sentence=clean_and_shorten(change.sentence, 4 * _MAX_VALUE),
            likely=change.likely and can_depend_on(failed.stage, failed.code, change.kind, change.name),
        )
        for change in found
    ]
    return sorted(marked, key=lambda change: (not change.likely, order_of(change.kind)))


def _sentence(failed: Report, last: PastTest, ranked: list[ObservedChange]) -> str:
    moment, test = f"{last.started_at:%Y-%m-%d %H:%M} UTC", _short(last.id)
    begin = say("It last worked at {moment} (test {test}).", moment=moment, test=test)
    if any(change.kind is Kind.DEPTH and change.likely for change in ranked):
        begin = say("The last good test was at {moment} (test {test}).", moment=moment, test=test)
    causes = [change for change in ranked if change.likely]
    others = [change for change in ranked if not change.likely and change.kind is not Kind.REPLY]
    if causes:
        first, more = causes[:_IN_SENTENCE], len(causes) + len(others) - min(_IN_SENTENCE, len(causes))
        changes = say("Since then: {changes}.", changes=listed([_clause(change) for change in first]))
        return sentences([begin, changes, _others_seen(more)])
    if others:
        first, more = others[:_IN_SENTENCE], len(others) - min(_IN_SENTENCE, len(others))
        clauses = listed([_clause(change) for change in first])
        if more:
            clauses = say("{changes}; and {more} more", changes=clauses, more=more)
        seen = say(
            "Nothing that this failure is likely to depend on has changed; what has: {changes}.", changes=clauses
        )
        return sentences([begin, seen])
    if last.report is None:
        unknown = say("Its report is not kept, so no more than the settings is compared: they are the same.")
        return sentences([begin, unknown])
    return sentences([begin, say("Nothing that this test sees has changed since.")])


def _others_seen(count: int) -> str:
    if count > 1:
        return say("{count} other changes can be seen.", count=count)
    return say("1 other change can be seen.") if count else ""


def _clause(change: ObservedChange) -> str:
    return without_stop(change.sentence)


def _short(text: str) -> str:
    return clean_and_shorten(text, _MAX_VALUE)


def _change(kind: Kind, sentence: str, before: str = "", after: str = "", *, name: str = "") -> ObservedChange:
    return ObservedChange(kind, name, before, after, likely=True, sentence=sentence)


def _stored_changes(settings: SettingsSince) -> Iterator[ObservedChange]:
    """Yield the settings that differ, and whether the secret was replaced."""
    if settings.before is not None and settings.after is not None:
        for name in sorted(settings.before.keys() | settings.after.keys()):
            before, after = settings.before.get(name, ""), settings.after.get(name, "")
            if before != after and (name not in _OF_DEPTH or (before and after)):
                sentence = say(
                    "the setting {name} is {after} instead of {before}",
                    name=_short(name),
                    after=_shown(after),
                    before=_shown(before),
                )
                yield _change(Kind.SETTING, sentence, before, after, name=name)
    if settings.secret_changed_at is not None:
        moment = f"{settings.secret_changed_at:%Y-%m-%d %H:%M} UTC"
        sentence = say("the stored {secret} was replaced at {moment}", secret=settings.secret, moment=moment)
        yield _change(Kind.SECRET, sentence, name=settings.secret)
    if settings.sent:
        sentence = say(
            "this test used the {sent} that was sent with it, the last good one what was stored", sent=settings.sent
        )
        yield _change(Kind.SECRET, sentence, name=settings.sent)


def _shown(value: str) -> str:
    return f'"{_short(value)}"' if value else say("nothing")


def _deeper(failed: Report, last: PastTest) -> Iterator[ObservedChange]:
    """Yield that the failing stage was not tried by the last good test."""
    depth = _DEEPEST.get(failed.stage)
    if last.depth is not None and depth is not None and not last.depth.reaches(depth):
        sentence = say(
            "this test came to {stage}, which the last good one did not try: it ended at {depth}",
            stage=failed.stage.value,
            depth=last.depth.value,
        )
        yield _change(Kind.DEPTH, sentence, last.depth.value, depth.value)


def _destination(pair: _Pair) -> Iterator[ObservedChange]:
    """Yield where the test went, unless a stored setting's change says it."""
    old, new = pair.before, pair.after
    if (
        "host" not in pair.settled
        and old.host is not None
        and new.host is not None
        and old.host.lower() != new.host.lower()
    ):
        hosts = {"after": _short(new.host), "before": _short(old.host)}
        sentence = say("this test went to {after}, the last good one to {before}", **hosts)
        yield _change(Kind.SETTING, sentence, old.host, new.host, name="host")
    if "port" not in pair.settled and old.port is not None and new.port is not None and old.port != new.port:
        ports = {"after": new.port, "before": old.port}
        sentence = say("this test went to port {after}, the last good one to port {before}", **ports)
        yield _change(Kind.SETTING, sentence, str(old.port), str(new.port), name="port")


def _address(pair: _Pair) -> Iterator[ObservedChange]:
    """Yield another address; after the connection it matters only where the host has none of its addresses any more."""
    old, new = pair.before, pair.after
    if old.host is None or new.host is None or old.host.lower() != new.host.lower():
        return  # another host has other addresses
    if old.addresses is None or new.addresses is None:
        return
    used = old.address or "", new.address or ""
    if not old.addresses & new.addresses:
        before, after = ", ".join(sorted(old.addresses)), ", ".join(sorted(new.addresses))
        sentence = say(
            "{host} has other addresses: {after} instead of {before}",
            host=_short(bracketed(new.host)),
            after=_short(after),
            before=_short(before),
        )
        yield _change(Kind.ADDRESS, sentence, before, after)
    elif used[0] and used[1] and used[0] != used[1]:
        sentence = say("this test used the address {after}, the last good one {before}", after=used[1], before=used[0])
        yield ObservedChange(Kind.ADDRESS, "", *used, likely=pair.failed.stage in _EARLY, sentence=sentence)
    elif old.addresses != new.addresses:
        before, after = ", ".join(sorted(old.addresses)), ", ".join(sorted(new.addresses))
        sentence = say(
            "the host's addresses are {after} instead of {before}", after=_short(after), before=_short(before)
        )
        yield ObservedChange(Kind.ADDRESS, "", before, after, likely=not used[1], sentence=sentence)


_EARLY = frozenset({Stage.CONNECT, Stage.TLS, Stage.GREETING, Stage.EHLO, Stage.STARTTLS})
"""Stages at which one of a host's servers may well fail alone."""


def _security(pair: _Pair) -> Iterator[ObservedChange]:
    old, new = pair.before.tls_mode, pair.after.tls_mode
    if old is not None and new is not None and old is not new:
        ways = {"after": _WAYS[new], "before": _WAYS[old]}
        sentence = say("the connection used {after}, that of the last good test {before}", **ways)
        yield _change(Kind.TLS_MODE, sentence, old.value, new.value)
    good, failed = pair.good.tls, pair.failed.tls
    if good is None or failed is None:
        return
    if good.version and failed.version and good.version != failed.version:
        versions = {"after": _short(failed.version), "before": _short(good.version)}
        sentence = say("the server agrees on {after} instead of {before}", **versions)
        yield _change(Kind.TLS_VERSION, sentence, good.version, failed.version)
    elif good.cipher and failed.cipher and good.cipher != failed.cipher:
        ciphers = {"after": _short(failed.cipher), "before": _short(good.cipher)}
        sentence = say("the server agrees on the cipher {after} instead of {before}", **ciphers)
        yield _change(Kind.CIPHER, sentence, good.cipher, failed.cipher)


def _certificates(pair: _Pair) -> Iterator[ObservedChange]:
    if pair.good.tls is not None and pair.failed.tls is not None:
        yield from certificate_changes(pair.good.tls, pair.failed.tls, pair.now)


def _software(pair: _Pair) -> Iterator[ObservedChange]:
    old, new = pair.before.software, pair.after.software
    if old is not None and new is not None and old != new:
        sentence = say("the server says that it is {after} instead of {before}", after=_short(new), before=_short(old))
        yield _change(Kind.SOFTWARE, sentence, old, new)


def _extensions(pair: _Pair) -> Iterator[ObservedChange]:
    """Yield what EHLO offers no more, or offers now: outside TLS and inside it each compared with its like."""
    for old, new, where in (
        (pair.before.clear, pair.after.clear, say("outside TLS")),
        (pair.before.secure, pair.after.secure, say("inside TLS")),
    ):
        if old is None or new is None:
            continue
        yield from _named(Kind.EXTENSION, set(old) - {"AUTH"}, set(new) - {"AUTH"}, where)
        offered = _named(Kind.OFFERED_MECHANISM, mechanisms_of(old), mechanisms_of(new), where)
        used = pair.before.mechanism, pair.after.mechanism
        for change in offered:  # of those that neither login used none is the cause
            wanted = change.name == used[1] if change.after else used[0] in (None, change.name)
            yield dataclasses.replace(change, likely=wanted)
        limit = old.get("SIZE", ""), new.get("SIZE", "")
        if limit[0] != limit[1] and all(map(str.isdecimal, limit)):
            sentence = say(
                "the server takes messages of {after} octets instead of {before}", after=limit[1], before=limit[0]
            )
            yield _change(Kind.SIZE_LIMIT, sentence, *limit)


def _named(
    kind: Kind, old: set[str] | frozenset[str], new: set[str] | frozenset[str], where: str
) -> Iterator[ObservedChange]:
    for name in sorted(old - new):
        sentence = say("the server offers the mechanism {name} no more {where}", name=_short(name), where=where)
        if kind is Kind.EXTENSION:
            sentence = say("the server offers the extension {name} no more {where}", name=_short(name), where=where)
        yield _change(kind, sentence, name, "", name=name)
    for name in sorted(new - old):
        words = {"name": _short(name), "where": where}
        sentence = say("the server offers the mechanism {name} {where}, which it did not", **words)
        if kind is Kind.EXTENSION:
            sentence = say("the server offers the extension {name} {where}, which it did not", **words)
        yield ObservedChange(kind, name, "", name, likely=kind is Kind.OFFERED_MECHANISM, sentence=sentence)


def _login(pair: _Pair) -> Iterator[ObservedChange]:
    old, new = pair.before.mechanism, pair.after.mechanism
    if old is not None and new is not None and old != new:
        sentence = say("the login used {after} instead of {before}", after=_short(new), before=_short(old))
        yield _change(Kind.MECHANISM, sentence, old, new)


def _envelope(pair: _Pair) -> Iterator[ObservedChange]:
    """Yield the addresses that were named to the server, unless a stored setting's change says it."""
    old, new = pair.before, pair.after
    if "sender" not in pair.settled and None not in (old.sender, new.sender) and old.sender != new.sender:
        shown = {"after": _shown(new.sender or ""), "before": _shown(old.sender or "")}
        words = say("the sender is {after} instead of {before}", **shown)
        yield _change(Kind.SETTING, words, old.sender or "", new.sender or "", name="sender")
    if (
        "recipient" not in pair.settled
        and None not in (old.recipient, new.recipient)
        and old.recipient != new.recipient
    ):
        shown = {"after": _shown(new.recipient or ""), "before": _shown(old.recipient or "")}
        words = say("the recipient is {after} instead of {before}", **shown)
        yield _change(Kind.SETTING, words, old.recipient or "", new.recipient or "", name="recipient")


def _reply(pair: _Pair) -> Iterator[ObservedChange]:
    """Yield the server's reply at the stage that failed, which is the failure itself and no cause of it."""
    evidence, stage = pair.failed.evidence, pair.failed.stage
    good = [step for step in pair.before.steps if step.stage is stage and step.code is Code.OK and step.received]
    if not evidence.reply_code or not good or not good[-1].received[:3].isdecimal():
        return
    after = " ".join(part for part in (str(evidence.reply_code), evidence.enhanced_code, evidence.text) if part)
    before = good[-1].received.split("\n")[0]
    if before != after:
        replies = {"after": _shown(after), "before": _shown(before)}
        sentence = say("at {stage} the server answers {after} instead of {before}", stage=stage.value, **replies)
        yield ObservedChange(Kind.REPLY, "", before, after, sentence=sentence)


_COMPARISONS: tuple[Callable[[_Pair], Iterator[ObservedChange]], ...] = (
    _destination,
    _address,
    _security,
    _certificates,
    _software,
    _extensions,
    _login,
    _envelope,
    _reply,
)
