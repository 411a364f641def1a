"""The fields of the sentences: what was observed, in words, cleaned and masked. Pure.

{host}, {port}, {at} (the host as it stands before a port), {server} (host:port), {stage}, {clear_first}, {tls_first}
and {demands} (what the settings for encryption do, as the caller knows them), {mechanisms} (what the server offers),
{spoken} (what is possible here), {mechanism} (the one last begun), {weaker} (one that works with hashed passwords),
{user}, {secret} (that was refused), {sender}, {recipient}, {ehlo} (the name that we gave), {provider}, {proofs} (SPF,
DKIM, DMARC), {link} (in the reply), {in_time} (how long was waited), {allowed} (how long the test might take),
{next_fault} (why the port fails in the TLS mode that it speaks), {repair} (what to ask of whom about the addresses
that fail), {reachable} (which addresses a name has none of), {family} (the one that could not be reached), {detail},
{reply}.
"""

from __future__ import annotations

from collections.abc import Callable

from mailproof.diagnosis.address_findings import repair_of_failing
from mailproof.diagnosis.knowledge import Observed, link_in, next_fault, proofs_named, refused_secret
from mailproof.domain.phrase import say
from mailproof.smtp.report import Audience
from mailproof.smtp.sanitize import MAX_SENTENCE
from mailproof.smtp.sasl.table import possible
from mailproof.smtp.vocabulary import Stage, TlsMode
from mailproof.syntax.host import bracketed, join_host_port


class Fields(dict[str, str]):
    """The fields' values for a sentence. Each is worked out when the sentence first asks for it: most ask for few.

    Args:
        seen: What was observed.
        stage: The stage that the sentence is about.
        detail: As the sentence continues with it; empty for none.
    """

    def __init__(self, seen: Observed, stage: Stage, detail: str) -> None:
        super().__init__(stage=stage.value, detail=detail)
        self._seen = seen

    def __missing__(self, name: str) -> str:
        value = self[name] = _VALUES[name](self._seen)
        return value


def reply_in_words(seen: Observed) -> str:
    """Return the reply that decided the test as a sentence continues with it; empty where there was none."""
    reply = seen.cause.reply if seen.cause else None
    if seen.cause is None or reply is None:
        return ""
    text = seen.redact(reply.text, MAX_SENTENCE)
    sasl_error = seen.redact(seen.cause.sasl_error, MAX_SENTENCE)
    if sasl_error:
        text = f"{text.rstrip('. ')} ({sasl_error})".lstrip()
    return f": {' '.join(part for part in (str(reply.code), reply.enhanced, text) if part)}".rstrip(". ")


def _proofs(seen: Observed) -> str:
    """Return which of SPF, DKIM and DMARC have failed, as far as the reply says."""
    named = proofs_named(seen) or ("SPF", "DKIM", "DMARC")
    return named[0] if len(named) == 1 else say("{names} or {last}", names=", ".join(named[:-1]), last=named[-1])


def _host(seen: Observed) -> str:
    return seen.redact(seen.plan.host, 260)


def _in_time(seen: Observed) -> str:
    waited = seen.cause.waited if seen.cause else 0.0
    return say("within {seconds} s", seconds=f"{waited:.1f}") if waited else say("in time")


def _reachable(seen: Observed) -> str:
    return say(" that this service may connect to") if seen.cause and seen.cause.may_be_forbidden else ""


def _offered(seen: Observed) -> tuple[str, ...]:
    return seen.facts.ehlo.mechanisms if seen.facts.ehlo else ()


def _says_only_whether(seen: Observed) -> bool:
    """Return whether the settings say only whether to encrypt, so that no TLS mode was chosen by name."""
    return seen.plan.audience is Audience.FLAG or seen.plan.tls_mode in {TlsMode.AUTO, TlsMode.OPPORTUNISTIC}


def _clear_first(seen: Observed) -> str:
    if _says_only_whether(seen):
        return say("these settings begin in clear text")
    return say("TLS mode {mode} begins in clear text", mode=seen.plan.tls_mode.value)


def _tls_first(seen: Observed) -> str:
    if _says_only_whether(seen):
        return say("these settings begin with TLS")
    return say("TLS mode {mode} begins with TLS", mode=seen.plan.tls_mode.value)


def _demands(seen: Observed) -> str:
    if _says_only_whether(seen):
        return say("these settings demand encryption")
    return say("TLS mode {mode} demands encryption", mode=seen.plan.tls_mode.value)


def _spoken(seen: Observed) -> str:
    plan = seen.plan
    return seen.redact(plan.mechanism.upper(), 64) or ", ".join(possible(token=plan.oauth is not None))


_VALUES: dict[str, Callable[[Observed], str]] = {
    "host": _host,
    "port": lambda seen: str(seen.port),
    "at": lambda seen: bracketed(_host(seen)),
    "server": lambda seen: join_host_port(_host(seen), seen.port),
    "clear_first": _clear_first,
    "tls_first": _tls_first,
    "demands": _demands,
    "mechanisms": lambda seen: seen.redact(", ".join(_offered(seen)), 200) or say("none"),
    "spoken": _spoken,
    "mechanism": lambda seen: seen.facts.mechanism,
    "weaker": lambda seen: "PLAIN" if "PLAIN" in _offered(seen) else "LOGIN",
    "user": lambda seen: seen.redact(seen.plan.credentials.user, 200) if seen.plan.credentials else "",
    "secret": refused_secret,
    "sender": lambda seen: seen.plan.sender or "<>",
    "recipient": lambda seen: seen.plan.recipient or say("the recipient"),
    "ehlo": lambda seen: seen.facts.ehlo_name,
    "provider": lambda seen: seen.provider.name if seen.provider else say("the provider"),
    "proofs": _proofs,
    "link": link_in,
    "in_time": _in_time,
    "allowed": lambda seen: f"{seen.plan.timeout:g} s",
    "next_fault": next_fault,
    "repair": repair_of_failing,
    "reachable": _reachable,
    "family": lambda seen: seen.addresses.unreached_family,
    "reply": reply_in_words,
}
"""Field -> what it is; `Fields` has the stage and the detail besides."""
