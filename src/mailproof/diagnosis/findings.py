"""Turns the cause and the facts of a test into the findings of its report.

The sentences are a table in `diagnosis.sentences`, the warnings one in `_WARNINGS`. No octet of the server is shown
where the destination is forbidden or speaks no SMTP. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailproof.diagnosis.advice import Case
from mailproof.diagnosis.advice_rows import advice_for
from mailproof.diagnosis.flag_advice import FLAG_ADVICE, FLAG_ADVICE_AT
from mailproof.diagnosis.sentences import AT_STAGE, SENTENCES
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Audience, Evidence, Finding, Plan, TlsInfo
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.sasl.table import possible
from mailproof.smtp.vocabulary import Code, Depth, Severity, Stage, TlsMode
from mailproof.syntax.host import bracketed, join_host_port

EXPIRES_SOON = timedelta(days=14)
"""A certificate that expires sooner is warned of: automatic renewal happens 30 days ahead, so it must have failed."""

SMALL_SIZE = 1_000_000
"""Octets. A smaller limit is warned of, since ordinary attachments exceed it."""

CERTIFICATE_CODES = frozenset(
    {
        Code.TLS_CERT_EXPIRED,
        Code.TLS_CERT_NOT_YET_VALID,
        Code.TLS_HOSTNAME_MISMATCH,
        Code.TLS_SELF_SIGNED,
        Code.TLS_UNTRUSTED,
        Code.TLS_MISSING_INTERMEDIATE,
        Code.TLS_CERT_WEAK,
        Code.TLS_CERT_WRONG_PURPOSE,
    }
)
"""Codes of a failed certificate verification."""

_NO_EVIDENCE = Evidence()
_SILENT = frozenset({Code.NOT_SMTP, Code.EGRESS_DENIED})


def page(code: Code) -> str:
    """Return the path at which the service has the page on a code (GetFinding)."""
    return f"/v1/findings/{code.value}"


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that was observed in one test.

    Attributes:
        port: The port that was dialled.
        redact: Cleans texts and masks the plan's secrets in them.
        now: The time that certificates are judged at.
        tls: The TLS session; None without one.
        cause: Why the test failed; None where it passed.
        unverified: Why the certificate could not be verified where that is tolerated (opportunistic TLS); else None.
    """

    plan: Plan
    port: int
    facts: Facts
    redact: Redactor
    now: datetime
    tls: TlsInfo | None = None
    cause: Cause | None = None
    unverified: Code | None = None


def evidence(seen: Observed) -> Evidence:
    """Return the reply that decided the test; empty where there is none, or where it must not be shown."""
    cause = seen.cause
    if cause is None or cause.reply is None or cause.code in _SILENT:
        return _NO_EVIDENCE
    text = seen.redact(cause.reply.text)
    sasl_error = seen.redact(cause.sasl_error)
    return Evidence(cause.reply.code, cause.reply.enhanced, f"{text} ({sasl_error})".lstrip() if sasl_error else text)


def conclude(seen: Observed) -> tuple[Finding, ...]:
    """Return all findings: the root cause first where the test failed, then the warnings."""
    found = []
    if seen.cause is not None:
        found.append(_finding(seen, seen.cause.code, Severity.ERROR, seen.cause.stage, _detail_of(seen, seen.cause)))
    if seen.unverified is not None:
        detail = f", {_certificate_detail(seen)}" if _certificate_detail(seen) else ""
        found.append(_finding(seen, seen.unverified, Severity.WARNING, Stage.TLS, detail))
    for code, (stage, holds) in _WARNINGS.items():
        detail_or_none = holds(seen)
        if detail_or_none is not None:
            found.append(_finding(seen, code, Severity.WARNING, stage, detail_or_none))
    return tuple(found)


def passed(seen: Observed) -> str:
    """Return the message of a test that passed, which says what was proven."""
    depth, facts = seen.plan.depth, seen.facts
    proven = "the connection stands"
    if depth is Depth.DATA:
        proven = f"the server took a message for {seen.plan.recipient}"
    elif depth is Depth.RCPT:
        proven = f"the server takes mail for {seen.plan.recipient}"
    elif depth is Depth.MAIL:
        proven = f"the server takes mail from {seen.plan.sender or 'the null sender'}"
    elif depth is Depth.AUTH and facts.mechanism:
        what = "user and password" if seen.plan.oauth is None else "the access token"
        proven = f"the server accepts {what} ({facts.mechanism})"
    elif depth.reaches(Depth.EHLO):
        proven = "the server answers"
    elif depth is Depth.TLS and facts.secure:
        proven = "the connection is encrypted"
    return SENTENCES[Code.OK][0].format(detail=proven)


def _finding(seen: Observed, code: Code, severity: Severity, stage: Stage, detail: str) -> Finding:
    place = (code, stage)
    message, advice = AT_STAGE.get(place) or SENTENCES[code]
    flag = seen.plan.audience is Audience.FLAG
    if flag:
        advice = FLAG_ADVICE_AT.get(place) or (advice if place in AT_STAGE else FLAG_ADVICE.get(code, advice))
    row = advice_for(_case(seen, code, stage)) if severity is Severity.ERROR else None
    if row is not None:
        message, advice = row.message or message, (flag and row.flag_advice) or row.advice
    words = _words(seen, stage, detail)
    return Finding(code, severity, stage, message.format_map(words), advice.format_map(words), page(code))


def _case(seen: Observed, code: Code, stage: Stage) -> Case:
    """Return what the rows of `diagnosis.advice_rows` are compared with."""
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


def _words(seen: Observed, stage: Stage, detail: str) -> dict[str, str]:
    """Return the fields of the templates, cleaned and masked."""
    plan, facts = seen.plan, seen.facts
    host = seen.redact(plan.host, 260)
    flag = plan.audience is Audience.FLAG
    reply = seen.cause.reply if seen.cause else None
    text = seen.redact(str(reply.text), 200) if reply else ""
    sasl_error = seen.redact(seen.cause.sasl_error, 200) if seen.cause else ""
    if sasl_error:
        text = f"{text.rstrip('. ')} ({sasl_error})".lstrip()
    return {
        "host": host,
        "port": str(seen.port),
        "at": bracketed(host),
        "server": join_host_port(host, seen.port),
        "stage": stage.value,
        "mode": plan.tls_mode.value,
        "tls": f"tls: {'true' if plan.tls_mode is TlsMode.AUTO else 'false'}" if flag else f"TLS mode {plan.tls_mode}",
        "mechanisms": seen.redact(", ".join(facts.ehlo.mechanisms if facts.ehlo else ()) or "none", 200),
        "spoken": seen.redact(plan.mechanism.upper(), 64) or ", ".join(possible(token=plan.oauth is not None)),
        "mechanism": facts.mechanism,
        "user": seen.redact(plan.credentials.user, 200) if plan.credentials else "",
        "sender": plan.sender or "<>",
        "recipient": plan.recipient or "the recipient",
        "ehlo": facts.ehlo_name,
        "detail": detail,
        "reply": f": {reply.code} {text}".rstrip(". ") if reply else "",
    }


def _detail_of(seen: Observed, cause: Cause) -> str:
    """Return the detail of the root cause as the sentence continues with it; empty for none."""
    phrase = cause.detail or (_certificate_detail(seen) if cause.code in CERTIFICATE_CODES else "")
    if not phrase and cause.reply is not None and cause.code is Code.PROTOCOL_ERROR:
        return f": it answered {cause.reply.code}"
    return f": {seen.redact(phrase, 200)}" if phrase else ""


def _certificate_detail(seen: Observed) -> str:
    """Return the leaf certificate's detail that explains the failed verification; empty where it has none."""
    code = seen.cause.code if seen.cause and seen.cause.code in CERTIFICATE_CODES else seen.unverified
    if seen.tls is None or not seen.tls.chain:
        return ""
    leaf = seen.tls.chain[0]
    match code:
        case Code.TLS_CERT_EXPIRED:
            # An expired intermediate has the same code; then the leaf's date would mislead.
            return f"it was valid until {leaf.not_after:%Y-%m-%d}" if leaf.not_after <= seen.now else ""
        case Code.TLS_CERT_NOT_YET_VALID:
            return f"it is valid from {leaf.not_before:%Y-%m-%d}" if leaf.not_before > seen.now else ""
        case Code.TLS_HOSTNAME_MISMATCH:
            return f"it is for {', '.join(leaf.sans[:5])}" if leaf.sans else "it names no host in subjectAltName"
        case Code.TLS_UNTRUSTED | Code.TLS_MISSING_INTERMEDIATE:
            return f"its issuer is {seen.tls.chain[-1].issuer}"
        case _:
            return ""


def _expires_soon(seen: Observed) -> str | None:
    if seen.tls is None or not seen.tls.chain or not seen.tls.verified:
        return None
    left = seen.tls.chain[0].not_after - seen.now
    return f": on {seen.tls.chain[0].not_after:%Y-%m-%d}" if left < EXPIRES_SOON else None


def _old_tls(seen: Observed) -> str | None:
    old = seen.tls is not None and seen.tls.version in ("SSLv3", "TLSv1", "TLSv1.1")
    return f": {seen.tls.version}" if seen.tls and old else None


def _starttls_off(seen: Observed) -> str | None:
    return "" if seen.facts.starttls_offered and not seen.facts.secure and not seen.cause else None


def _in_clear(seen: Observed) -> str | None:
    """Return what an eavesdropper has learned, which depends on the mechanism; None where nothing was sent in clear."""
    mechanism = seen.facts.mechanism
    if not seen.facts.credentials_in_clear:
        return None
    if mechanism in ("PLAIN", "LOGIN"):
        return f"User and password were sent unencrypted ({mechanism})"
    if mechanism in ("XOAUTH2", "OAUTHBEARER"):
        return f"User and access token were sent unencrypted ({mechanism}): a listener can use it until it expires"
    return (
        f"The login was unencrypted: {mechanism} sends no password, but a listener can read the user and guess the "
        "password offline"
    )


def _small_size(seen: Observed) -> str | None:
    limit = seen.facts.ehlo.size_limit if seen.facts.ehlo else 0
    return f"{limit} bytes" if 0 < limit < SMALL_SIZE else None


def _when(holds: Callable[[Observed], bool]) -> Callable[[Observed], str | None]:
    return lambda seen: "" if holds(seen) else None


_WARNINGS: dict[Code, tuple[Stage, Callable[[Observed], str | None]]] = {
    Code.CLEARTEXT_CREDENTIALS: (Stage.AUTH, _in_clear),
    Code.STARTTLS_AVAILABLE_BUT_OFF: (Stage.STARTTLS, _starttls_off),
    Code.CERT_EXPIRES_SOON: (Stage.TLS, _expires_soon),
    Code.OLD_TLS_VERSION: (Stage.TLS, _old_tls),
    Code.HELO_ONLY_SERVER: (Stage.EHLO, _when(lambda seen: seen.facts.helo_only)),
    Code.AUTH_OVER_LEGACY_SYNTAX: (
        Stage.EHLO,
        _when(lambda seen: seen.facts.ehlo is not None and seen.facts.ehlo.legacy_auth),
    ),
    Code.SIZE_LIMIT_SMALL: (Stage.EHLO, _small_size),
    Code.SERVER_ECHOES_SECRET: (Stage.AUTH, _when(lambda seen: seen.redact.echoed)),
    Code.QUIT_IGNORED: (Stage.QUIT, _when(lambda seen: seen.facts.quit_answered is False)),
}
"""Warning -> its stage, and a function that returns the detail of its sentence, or None where it does not apply."""
