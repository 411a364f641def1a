"""The fields of the sentences: what was observed, in words, cleaned and masked. Pure.

{host}, {port}, {at} (the host as it stands before a port), {server} (host:port), {stage}, {tls} (the TLS setting),
{mechanisms} (what the server offers), {spoken} (what is possible here), {mechanism} (the one last begun), {weaker} (one
that works with hashed passwords), {user}, {sender}, {recipient}, {ehlo} (the name that we gave), {provider}, {proofs}
(SPF, DKIM, DMARC), {link} (in the reply), {detail}, {reply}.
"""

from __future__ import annotations

from mailproof.diagnosis.knowledge import Observed, link_in, proofs_named
from mailproof.smtp.report import Audience
from mailproof.smtp.sanitize import MAX_SENTENCE
from mailproof.smtp.sasl.table import possible
from mailproof.smtp.vocabulary import Stage, TlsMode
from mailproof.syntax.host import bracketed, join_host_port


def fields(seen: Observed, stage: Stage, detail: str) -> dict[str, str]:
    """Return the fields' values for a sentence.

    Args:
        seen: What was observed.
        stage: The stage that the sentence is about.
        detail: As the sentence continues with it; empty for none.
    """
    plan, facts = seen.plan, seen.facts
    host = seen.redact(plan.host, 260)
    offered = facts.ehlo.mechanisms if facts.ehlo else ()
    flag = plan.audience is Audience.FLAG
    return {
        "host": host,
        "port": str(seen.port),
        "at": bracketed(host),
        "server": join_host_port(host, seen.port),
        "stage": stage.value,
        "tls": f"tls: {'true' if plan.tls_mode is TlsMode.AUTO else 'false'}" if flag else f"TLS mode {plan.tls_mode}",
        "mechanisms": seen.redact(", ".join(offered) or "none", 200),
        "spoken": seen.redact(plan.mechanism.upper(), 64) or ", ".join(possible(token=plan.oauth is not None)),
        "mechanism": facts.mechanism,
        "weaker": "PLAIN" if "PLAIN" in offered else "LOGIN",
        "user": seen.redact(plan.credentials.user, 200) if plan.credentials else "",
        "sender": plan.sender or "<>",
        "recipient": plan.recipient or "the recipient",
        "ehlo": facts.ehlo_name,
        "provider": seen.provider.name if seen.provider else "the provider",
        "proofs": _proofs(seen),
        "link": link_in(seen),
        "detail": detail,
        "reply": reply_in_words(seen),
    }


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
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"
