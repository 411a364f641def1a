"""Turns the cause and the facts of a test into the findings of its report.

The sentences stand in `diagnosis.catalogue`, what detects a warning in `_WARNINGS`. No octet of the server is shown
where the destination is forbidden or speaks no SMTP. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from mailproof.diagnosis.address_findings import difference
from mailproof.diagnosis.advising import Advised, advise
from mailproof.diagnosis.catalogue import CATALOGUE, CERTIFICATE_CODES
from mailproof.diagnosis.interception import certificate_cause
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.words import Fields, reply_in_words
from mailproof.domain.phrase import Phrase, both, say, sentences
from mailproof.smtp.actions import Cause
from mailproof.smtp.report import Certificate, Evidence, Finding, Fix
from mailproof.smtp.vocabulary import Code, Depth, Severity, Stage

EXPIRES_SOON = timedelta(days=14)
"""A certificate that expires sooner is warned of: automatic renewal happens 30 days ahead, so it must have failed."""

SMALL_SIZE = 1_000_000
"""Octets. A smaller limit is warned of, since ordinary attachments exceed it."""

_NO_EVIDENCE = Evidence()
_WITHIN = frozenset({Code.TLS_INTERCEPTED, Code.SMTP_REDIRECTED})  # their sentences hold the detail in the middle


def page(code: Code) -> str:
    """Return the path at which the service has the page on a code (GetFinding)."""
    return f"/v1/findings/{code.value}"


def evidence(seen: Observed) -> Evidence:
    """Return the reply that decided the test; empty where there is none, or where it must not be shown."""
    cause = seen.cause
    if cause is None or cause.reply is None or CATALOGUE[cause.code].silent:
        return _NO_EVIDENCE
    text = seen.redact("\n".join(cause.reply.texts), lines=True)
    sasl_error = seen.redact(cause.sasl_error)
    return Evidence(cause.reply.code, cause.reply.enhanced, f"{text} ({sasl_error})".lstrip() if sasl_error else text)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """All that is told about a test: the findings, the root cause first where it failed, and the root cause's fixes."""

    findings: tuple[Finding, ...]
    fixes: tuple[Fix, ...] = ()


def conclude(seen: Observed) -> Conclusion:
    """Return all findings, and the fixes of the root cause."""
    found: list[Finding] = []
    fixes: tuple[Fix, ...] = ()
    if seen.cause is not None:
        code, stage = seen.cause.code, seen.cause.stage
        advised = advise(seen, code, Severity.ERROR, stage, _detail_of(seen, seen.cause))
        found.append(_finding(code, Severity.ERROR, stage, advised))
        fixes = advised.fixes
    warnings = [
        (code, stage, detail) for code, (stage, detect) in _WARNINGS.items() if (detail := detect(seen)) is not None
    ]
    if seen.unverified is not None:
        cause = certificate_cause(seen, seen.unverified)
        detail = cause.detail or _continued(seen.redact(_certificate_detail(seen), 300))
        warnings.insert(0, (cause.code, Stage.TLS, detail))
    for code, stage, detail in warnings:
        found.append(_finding(code, Severity.WARNING, stage, advise(seen, code, Severity.WARNING, stage, detail)))
    return Conclusion(tuple(found), fixes)


def passed(seen: Observed) -> str:
    """Return the message of a test that passed, which says what was proven, and what was not tested."""
    depth, facts, plan = seen.plan.depth, seen.facts, seen.plan
    login = ""
    if facts.logged_in:
        login = (
            say("the server accepts user and password ({mechanism})", mechanism=facts.mechanism)
            if plan.oauth is None
            else say("the server accepts the access token ({mechanism})", mechanism=facts.mechanism)
        )
    proven: str
    if depth is Depth.DATA:
        proven = say("the server took a message for {recipient}", recipient=plan.recipient)
    elif depth is Depth.RCPT:
        proven = say("the server takes mail for {recipient}", recipient=plan.recipient)
    elif depth is Depth.MAIL:
        proven = say("the server takes mail from {sender}", sender=plan.sender or say("the null sender"))
    elif login:
        proven, login = login, ""
    elif depth.reaches(Depth.EHLO):
        proven = say("the server answers")
    elif depth is Depth.TLS and facts.secure:
        proven = say("the connection is encrypted")
    else:
        proven = say("the connection stands")
    parts: list[str] = [
        Phrase(CATALOGUE[Code.OK].wording.message, {"detail": both((login, proven)) if login else proven})
    ]
    if depth is not Depth.DATA:
        parts.append(say("No message was sent."))
    if seen.suggested:
        host, other = seen.redact(plan.host, 260), seen.suggested[0].suggested.shown
        parts.append(
            say("Make sure that {host} is the server that is meant: it is not {other}.", host=host, other=other)
        )
    return sentences(parts)


def _finding(code: Code, severity: Severity, stage: Stage, advised: Advised) -> Finding:
    return Finding(code, severity, stage, advised.message, advised.advice, page(code))


def _detail_of(seen: Observed, cause: Cause) -> str:
    """Return the detail of the root cause as the sentence continues with it; empty for none."""
    phrase = cause.detail or (_certificate_detail(seen) if cause.code in CERTIFICATE_CODES else "")
    if not phrase and cause.reply is not None and cause.code is Code.PROTOCOL_ERROR:
        return say(": it answered {reply}", reply=reply_in_words(seen).removeprefix(": "))
    phrase = seen.redact(phrase, 300)
    return phrase if cause.code in _WITHIN else _continued(phrase)


def _continued(phrase: str) -> str:
    return say(": {detail}", detail=phrase) if phrase else ""


def _certificate_detail(seen: Observed) -> str:
    """Return what the chain shows of why the verification failed; empty where it shows nothing."""
    code = seen.cause.code if seen.cause and seen.cause.code in CERTIFICATE_CODES else seen.unverified
    chain = seen.tls.chain if seen.tls else ()
    if not chain:
        return ""
    if code is Code.TLS_HOSTNAME_MISMATCH:
        if not chain[0].sans:
            return say("it names no host in subjectAltName")
        return say("it is for {names}", names=_names(chain[0]))
    for certificate in chain:
        if certificate.problem:
            if certificate is chain[0]:
                return certificate.problem
            return say(
                "the {role} certificate {subject} {problem}",
                role=Phrase(certificate.role.value, {}),
                subject=certificate.subject,
                problem=certificate.problem,
            )
    return ""


def _names(certificate: Certificate) -> str:
    shown, more = certificate.sans[:5], max(0, len(certificate.sans) - 5) + certificate.more_sans
    names = ", ".join(shown)
    return say("{names} and {more} more", names=names, more=more) if more > 0 else names


def _expires_soon(seen: Observed) -> str | None:
    if seen.tls is None or not seen.tls.chain or not seen.tls.verified:
        return None
    left = seen.tls.chain[0].not_after - seen.now
    return say(": on {day}", day=f"{seen.tls.chain[0].not_after:%Y-%m-%d}") if left < EXPIRES_SOON else None


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
        return say("User and password were sent unencrypted ({mechanism})", mechanism=mechanism)
    if mechanism in ("XOAUTH2", "OAUTHBEARER"):
        return say(
            "User and access token were sent unencrypted ({mechanism}): a listener can use it until it expires",
            mechanism=mechanism,
        )
    return say(
        "The login was unencrypted: {mechanism} sends no password, but a listener can read the user and guess the "
        "password offline",
        mechanism=mechanism,
    )


def _small_size(seen: Observed) -> str | None:
    limit = seen.facts.ehlo.size_limit if seen.facts.ehlo else 0
    return say("{limit} bytes", limit=limit) if 0 < limit < SMALL_SIZE else None


def _login_not_tested(seen: Observed) -> str | None:
    """Return what a login was missed for, where one was in reach: then the test says less than it seems to."""
    plan, ehlo = seen.plan, seen.facts.ehlo
    if not plan.depth.reaches(Depth.AUTH):
        return None
    if plan.password_without_user:
        return say("a password is stored: no user is set")
    untested = seen.cause is None and plan.credentials is None and ehlo is not None and ehlo.mechanisms
    if plan.depth.reaches(Depth.RCPT) or not untested:
        return None
    values = Fields(seen, Stage.AUTH, "")
    return say(
        "{server} offers one ({mechanisms}): whether it takes mail without is not known",
        server=values["server"],
        mechanisms=values["mechanisms"],
    )


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
    Code.LOGIN_NOT_TESTED: (Stage.AUTH, _login_not_tested),
    Code.ADDRESSES_DIFFER: (Stage.CONNECT, difference),
    Code.QUIT_IGNORED: (Stage.QUIT, _when(lambda seen: seen.facts.quit_answered is False)),
}
"""Warning -> its stage, and a function that returns the detail of its sentence, or None where it does not apply."""
