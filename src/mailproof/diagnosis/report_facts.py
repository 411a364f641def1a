"""Reads out of a report what two tests can be compared by: where the test went, how, and who answered.

A report may have been shortened (`diagnosis.bounds`), and a test may have ended early. Law: what can't be known is
None, and never a guess. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailproof.smtp.report import EhloInfo, Report, Step
from mailproof.smtp.vocabulary import Code, Outcome, Stage, TlsMode
from mailproof.syntax.host import read_port, take_apart

_CUT = "…"
"""Stands in every text and list of a report that was shortened."""

_AUTH = re.compile(r"AUTH ([A-Z0-9_-]{1,20})(?: |$)")  # RFC 4954 section 4
_MAIL = re.compile(r"MAIL FROM:<([^>]*)>", re.IGNORECASE)  # RFC 5321 section 4.1.1.2
_RCPT = re.compile(r"RCPT TO:<([^>]*)>", re.IGNORECASE)
_EHLO_LINE = re.compile(r"250[ -]([A-Za-z0-9][A-Za-z0-9-]*)(?:[ =](.*))?")  # RFC 5321 section 4.1.1.1

# What greetings name their software by, with the version where some tell it: "ESMTP Exim 4.96".
_SOFTWARE = re.compile(
    r"\b(Postfix|Exim|Sendmail|Haraka|OpenSMTPD|qmail|MDaemon|Zimbra|hMailServer|Mailu|Stalwart|Maddy|Postal|KumoMTA"
    r"|PowerMTA|GreenArrow|MailEnable|SmarterMail|Kerio Connect|IceWarp|CommuniGate Pro|Lotus Domino|Domino|gsmtp"
    r"|Microsoft ESMTP MAIL Service|Dovecot|James|Courier|Proofpoint|Mimecast|Barracuda|IronPort|Symantec|Axigen"
    r"|OpenSMTPD|ProtonMail|Yahoo|Zoho)\b(?:[ /](?:ESMTP )?\(?(v?[0-9][0-9A-Za-z.]*))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a report tells of the one connection that decided the test; None for what it does not tell.

    Attributes:
        host: The name or address that was looked up.
        port: The port that was dialled.
        addresses: The addresses that the host had.
        address: The one that was used.
        tls_mode: How the connection was secured: IMPLICIT, STARTTLS or NONE.
        software: What the greeting names, with its version where it tells one.
        clear: The extensions that were offered outside TLS.
        secure: The extensions that were offered inside TLS.
        mechanism: The SASL mechanism that was used.
        sender: The address of MAIL FROM.
        recipient: The address of RCPT TO.
        steps: The connection's steps.
    """

    host: str | None
    port: int | None
    addresses: frozenset[str] | None
    address: str | None
    tls_mode: TlsMode | None
    software: str | None
    clear: Mapping[str, str] | None
    secure: Mapping[str, str] | None
    mechanism: str | None
    sender: str | None
    recipient: str | None
    steps: tuple[Step, ...]


def conversation_of(report: Report) -> Conversation:
    """Return what a report tells of the connection that decided the test."""
    steps = _deciding_steps(report)
    resolved = next((step for step in report.steps if step.stage is Stage.RESOLVE and step.code is Code.OK), None)
    address, port = _peer(steps)
    inside = _secure_from(steps)
    clear, secure = _extensions(report.ehlo, steps, inside)
    return Conversation(
        host=_whole(resolved.sent) if resolved else None,
        port=port,
        addresses=_addresses(resolved.received) if resolved else None,
        address=address,
        tls_mode=_tls_mode(report, steps, inside),
        software=_software(steps),
        clear=clear,
        secure=secure,
        mechanism=_argument(_AUTH, steps, Stage.AUTH),
        sender=_argument(_MAIL, steps, Stage.MAIL),
        recipient=_argument(_RCPT, steps, Stage.RCPT),
        steps=steps,
    )


def reached(steps: Sequence[Step]) -> tuple[Stage, ...]:
    """Return the stages that ended well, in their order."""
    done = {step.stage for step in steps if step.code is Code.OK}
    return tuple(stage for stage in Stage if stage in done)


def is_whole(text: str) -> bool:
    """Return whether nothing was cut from a text."""
    return _CUT not in text


def mechanisms_of(extensions: Mapping[str, str]) -> frozenset[str]:
    """Return the SASL mechanisms that EHLO offers (RFC 4954 section 3)."""
    return frozenset(extensions.get("AUTH", "").upper().split())


def _deciding_steps(report: Report) -> tuple[Step, ...]:
    """Return the steps of the connection that decided: where it failed, or the last one."""
    connected = [step for step in report.steps if step.connection]
    if not connected:
        return ()
    failed = [step for step in connected if step.stage is report.stage and step.code is not Code.OK]
    decided = failed if failed and report.outcome is Outcome.FAIL else connected
    number = decided[-1].connection
    return tuple(step for step in connected if step.connection == number)


def _peer(steps: Sequence[Step]) -> tuple[str | None, int | None]:
    for step in reversed(steps):
        if step.peer and is_whole(step.peer):
            found = take_apart(step.peer)
            return found.host or None, read_port(found.port or "")
    return None, None


def _whole(text: str) -> str | None:
    return text if text and is_whole(text) else None


def _addresses(text: str) -> frozenset[str] | None:
    return frozenset(part.strip() for part in text.split(",")) if _whole(text) else None


def _secure_from(steps: Sequence[Step]) -> int | None:
    """Return the place of the first step after TLS began; None where it did not."""
    for place, step in enumerate(steps):
        if step.stage is Stage.TLS and step.code is Code.OK:
            return place + 1
    return None


def _tls_mode(report: Report, steps: Sequence[Step], inside: int | None) -> TlsMode | None:
    if any(not is_whole(step.received) for step in steps if step.stage in (Stage.CONNECT, Stage.GREETING)):
        return None  # steps may be missing between these
    if inside is not None:
        before = [step.stage for step in steps[:inside]]
        if Stage.STARTTLS in before:
            return TlsMode.STARTTLS
        return None if Stage.GREETING in before else TlsMode.IMPLICIT
    if report.tls is None and any(step.stage in (Stage.AUTH, Stage.MAIL, Stage.QUIT) for step in steps):
        return TlsMode.NONE if report.ehlo is not None else None
    return None


def _software(steps: Sequence[Step]) -> str | None:
    for step in steps:
        if step.stage is Stage.GREETING and step.code is Code.OK and (found := _SOFTWARE.search(step.received)):
            return " ".join(part for part in found.groups() if part)
    return None


def _extensions(
    ehlo: EhloInfo | None, steps: Sequence[Step], inside: int | None
) -> tuple[Mapping[str, str] | None, Mapping[str, str] | None]:
    """Return what EHLO offered outside and inside TLS."""
    spoken = [(place, step) for place, step in enumerate(steps) if step.stage is Stage.EHLO and step.code is Code.OK]
    outside = [step for place, step in spoken if inside is None or place < inside]
    within = [step for place, step in spoken if inside is not None and place >= inside]
    last = ehlo.extensions if ehlo is not None and _is_whole_list(ehlo.extensions) else None
    if within:
        return _read_extensions(outside), last
    return last if outside else None, None


def _is_whole_list(extensions: Mapping[str, str]) -> bool:
    return all(map(is_whole, extensions)) and all(map(is_whole, extensions.values()))


def _read_extensions(steps: Sequence[Step]) -> Mapping[str, str] | None:
    """Return the extensions of the reply to the last EHLO, as its step shows it."""
    if not steps or not is_whole(steps[-1].received) or not steps[-1].sent.upper().startswith("EHLO"):
        return None
    _, *lines = steps[-1].received.split("\n")
    found = [line for line in map(_EHLO_LINE.fullmatch, lines) if line]
    return {line[1].upper(): (line[2] or "").strip() for line in found}


def _argument(pattern: re.Pattern[str], steps: Sequence[Step], stage: Stage) -> str | None:
    for step in reversed(steps):
        if step.stage is stage and is_whole(step.sent) and (found := pattern.match(step.sent)):
            return found[1]
    return None
