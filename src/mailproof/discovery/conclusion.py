"""Judges the tried candidates, ranks them, and says in a sentence what to do. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from mailproof.discovery.candidates import IN_CLEAR
from mailproof.discovery.named_providers import filter_before
from mailproof.discovery.progress import Candidate, SearchResult, Source, TriedCandidate, Verdict
from mailproof.discovery.published import Published
from mailproof.discovery.spelling import meant_domain
from mailproof.domain.phrase import Phrase, both, say, sentences, without
from mailproof.smtp.report import Report
from mailproof.smtp.vocabulary import Code, Outcome, Stage, TlsMode
from mailproof.syntax.mailbox import Mailbox

_UNSTATED = frozenset({Source.GUESS, Source.CERTIFICATE, Source.SPF})  # sources that don't say: this is the server

# Why a guess has failed where there is no such server at all.
_NO_SERVER = frozenset(
    {Code.DNS_NOT_FOUND, Code.DNS_TEMPORARY, Code.DNS_ERROR, Code.INVALID_HOST, Code.EGRESS_DENIED}
    | {Code.CONNECTION_REFUSED, Code.NETWORK_UNREACHABLE, Code.TIMEOUT, Code.CONNECTION_RESET, Code.CONNECTION_CLOSED}
)

_MODES = {
    TlsMode.IMPLICIT: "implicit TLS",
    TlsMode.STARTTLS: "STARTTLS",
    TlsMode.OPPORTUNISTIC: "opportunistic TLS",
}


def judge(candidate: Candidate, report: Report) -> TriedCandidate:
    """Return a candidate with the result of its test, which went to EHLO and had no credentials."""
    offered: tuple[str, ...] = ()
    if report.ehlo:
        offered = report.ehlo.mechanisms_inside_tls
        if candidate.tls_mode is TlsMode.OPPORTUNISTIC and report.tls is None:
            offered = report.ehlo.mechanisms_before_tls
    if candidate.tls_mode is TlsMode.OPPORTUNISTIC and report.tls and report.tls.verified:
        # Published as unencrypted, but it offers STARTTLS with a good certificate: that is what to use.
        advice = without(candidate.advice, IN_CLEAR)
        candidate = dataclasses.replace(candidate, tls_mode=TlsMode.STARTTLS, advice=advice)
    if report.outcome is not Outcome.OK:
        verdict = Verdict.FAILED
    else:
        verdict = Verdict.VERIFIED if offered else Verdict.WITHOUT_AUTH
    return TriedCandidate(
        candidate,
        verdict,
        stage=report.stage,
        code=report.code,
        message=report.message,
        advice=report.advice,
        mechanisms=offered,
        tls_version=report.tls.version if report.tls else "",
        elapsed_ms=report.elapsed_ms,
    )


def not_tried(candidate: Candidate, *, complete: bool = False) -> TriedCandidate:
    """Return a candidate that was not tried to the end.

    Args:
        candidate: It.
        complete: Whether that is because another one was verified, and not because the time was up.
    """
    if complete:
        message = say("It was not tried to the end, since another server was verified before.")
        return TriedCandidate(candidate, Verdict.NOT_TRIED, Stage.CONNECT, Code.OK, message)
    return TriedCandidate(
        candidate, Verdict.NOT_TRIED, Stage.CONNECT, Code.TIMEOUT, say("There was no time left to try it.")
    )


def conclude(
    mailbox: Mailbox,
    published: Published,
    listed: Sequence[Candidate],
    tried: Mapping[tuple[str, int, TlsMode], TriedCandidate],
    *,
    complete: bool,
    elapsed: float,
    unanswered: int = 0,
) -> SearchResult:
    """Return the result of a search.

    Args:
        mailbox: The address that was searched for.
        published: What was found about its domain.
        listed: All candidates, as `discovery.candidates` ranks them.
        tried: The candidates that were tried, by host, port and the TLS mode of their plan.
        complete: Whether the search ended before its deadline.
        elapsed: Seconds that the search took.
        unanswered: How many questions had no answer when the search ended.
    """
    outcomes = []
    for candidate in listed:
        known = tried.get((candidate.host, candidate.port, candidate.tls_mode))
        if known is None:
            outcomes.append(not_tried(candidate, complete=complete))
        else:
            # It was tried when less was known: the settings come from the best source, the TLS mode from the trial.
            settled = dataclasses.replace(
                candidate, tls_mode=known.candidate.tls_mode, advice=_advice(candidate, known.candidate)
            )
            outcomes.append(dataclasses.replace(known, candidate=settled))
    outcomes.sort(key=lambda one: (one.verdict.rank, one.candidate.rank))
    ranked = tuple(
        dataclasses.replace(one, candidate=dataclasses.replace(one.candidate, rank=place))
        for place, one in enumerate(outcomes, 1)
    )
    message, advice = _words(mailbox, published, ranked, complete, unanswered)
    return SearchResult(ranked, message, advice, complete=complete, elapsed_ms=round(elapsed * 1000))


def _advice(listed: Candidate, known: Candidate) -> str:
    return known.advice if known.tls_mode is not listed.tls_mode else listed.advice


def _words(
    mailbox: Mailbox, published: Published, ranked: Sequence[TriedCandidate], complete: bool, unanswered: int
) -> tuple[str, str]:
    """Return the message and the advice of a result."""
    meant = meant_domain(mailbox.ascii_domain, exists=published.exists)
    if ranked and ranked[0].verdict is Verdict.VERIFIED:
        best = ranked[0]
        receives = _about(mailbox, published) if published.null_mx else ""
        late = ""
        if unanswered:
            late = (
                say("{count} questions that might have led to a better server had no answer in time.", count=unanswered)
                if unanswered > 1
                else say("1 question that might have led to a better server had no answer in time.")
            )
        advice = best.candidate.advice
        if meant and not best.candidate.provider:  # a misspelt domain's owner may wait for other people's passwords
            doubt = say(
                "{domain} is easily taken for {meant}: make sure that the address is spelt right.",
                domain=mailbox.domain,
                meant=meant,
            )
            advice = sentences((doubt, advice))
        return sentences((_found(best), receives, late)), advice
    relay = next((one for one in ranked if one.verdict is Verdict.WITHOUT_AUTH), None)
    if relay is not None:
        return (
            say(
                "{place} answers but offers no login; no other server was found that does.",
                place=_place(relay.candidate),
            ),
            say("Ask your mail provider whether it relays for your address, or which server takes logins."),
        )
    ask = say("Ask your mail provider for the host, port and TLS mode of its SMTP submission server.")
    stated = next((one for one in ranked if one.candidate.source not in _UNSTATED), None)
    if stated is not None and stated.verdict is Verdict.NOT_TRIED:
        return (
            say("There was no time to try {place}.", place=_place(stated.candidate)),
            say("Allow more time for the search."),
        )
    if stated is not None:
        return (
            say(
                "{place} is named for {domain} but did not work: {why}",
                place=_place(stated.candidate),
                domain=mailbox.domain,
                why=sentences((stated.message, stated.advice)),
            ),
            ask,
        )
    if published.declined:
        return (
            say(
                "{domain} says in its DNS that it does not offer {services} (RFC 6186), and no other submission server "
                "was found.",
                domain=mailbox.domain,
                services=both(sorted(published.declined)),
            ),
            ask,
        )
    if ranked and all(one.code is Code.EGRESS_DENIED for one in ranked):
        words = say(
            "This service's egress policy forbids every server that was tried for {domain}.", domain=mailbox.domain
        )
        return words, ""
    if not published.exists and all(one.code is Code.DNS_NOT_FOUND for one in ranked):
        spelling = say("Did you mean {host}?", host=meant) if meant else say("Check the spelling of the address.")
        return say("The DNS knows no domain {domain}.", domain=mailbox.domain), spelling
    nothing: list[str] = [
        say("No submission server was found for {domain}.", domain=mailbox.domain)
        if complete
        else say("No submission server was found for {domain} before the time was up.", domain=mailbox.domain)
    ]
    answering = next((one for one in ranked if one.verdict is Verdict.FAILED and one.code not in _NO_SERVER), None)
    if answering is not None:
        place = _place(answering.candidate)
        nothing.append(say("{place} answers, but can't be used: {why}", place=place, why=answering.message))
        ask = answering.advice or ask
    if published.null_mx:
        ask = say("Use the submission server of the service that sends for this domain.")
    mail_filter = filter_before(published)
    if mail_filter is not None and mail_filter.forwards:
        ask = say("Use the submission server of the mailbox that the mail is forwarded to, or of a sending service.")
    if meant:
        ask = sentences((say("Did you mean {host}?", host=meant), ask))
    return sentences((*nothing, _about(mailbox, published))), ask


def _about(mailbox: Mailbox, published: Published) -> str:
    """Return what else is to be known of the domain's mail, as a sentence; empty for nothing."""
    if published.null_mx:
        return say("{domain} says that it receives no mail (a null MX record, RFC 7505).", domain=mailbox.domain)
    mail_filter = filter_before(published)
    if mail_filter is None:
        return ""
    if mail_filter.forwards:
        return say(
            "Mail for {domain} is forwarded by {service}, which has no mailboxes.",
            domain=mailbox.domain,
            service=mail_filter.name,
        )
    return say(
        "Mail for {domain} passes {service}, a filter in front of the mailboxes.",
        domain=mailbox.domain,
        service=mail_filter.name,
    )


def _found(best: TriedCandidate) -> str:
    candidate = best.candidate
    place, mechanisms = _place(candidate), ", ".join(best.mechanisms)
    if candidate.user:
        use = say("Use {place} and user {user}.", place=place, user=candidate.user)
    else:
        use = say("Use {place}.", place=place)
    if candidate.tls_mode is TlsMode.OPPORTUNISTIC:
        offers = say("It answers and offers AUTH {mechanisms}.", mechanisms=mechanisms)
    else:
        offers = say("It answers with a verified certificate and offers AUTH {mechanisms}.", mechanisms=mechanisms)
    return sentences((use, offers, candidate.reason))


def _place(candidate: Candidate) -> str:
    mode = candidate.tls_mode
    return say(
        "{host}, port {port} with {mode}",
        host=candidate.host,
        port=candidate.port,
        mode=Phrase(_MODES[mode], {}) if mode in _MODES else mode.value,
    )
