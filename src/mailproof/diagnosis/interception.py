"""Finds what stands between here and the server, or that nothing does get out: a more exact root cause.

A certificate or greeting of somebody else at a known provider's host is no fault of the provider's: a virus scanner, a
proxy, a captive portal or the hosting's redirect answers in its place. Pure.
"""

from __future__ import annotations

import dataclasses

from mailproof.diagnosis.interceptors import KnownProvider, interceptor_of
from mailproof.diagnosis.knowledge import Observed
from mailproof.domain.phrase import Phrase, say
from mailproof.smtp.actions import Cause
from mailproof.smtp.report import Certificate
from mailproof.smtp.vocabulary import Code, Stage
from mailproof.syntax.host import check_host

_UNTRUSTED = frozenset({Code.TLS_SELF_SIGNED, Code.TLS_UNTRUSTED, Code.TLS_MISSING_INTERMEDIATE})
_MAKES_NO_SENSE = _UNTRUSTED | {Code.TLS_HOSTNAME_MISMATCH, Code.TLS_CERT_EXPIRED}
"""What is wrong with a certificate that no known provider lets happen."""

_IN_CLEAR = frozenset({Code.STARTTLS_NOT_OFFERED, Code.STARTTLS_REJECTED, Code.AUTH_NOT_OFFERED, Code.AUTH_REJECTED})


def root_cause(seen: Observed, cause: Cause) -> Cause:
    """Return the root cause, made more exact where the evidence names who answers in the server's place."""
    if seen.no_port_answers and (cause.code is not Code.CONNECTION_REFUSED or seen.provider is not None):
        ports = sorted({seen.port} | {result.trial.port for result in seen.results})
        detail = say("tried {ports} and {last}", ports=", ".join(map(str, ports[:-1])), last=ports[-1])
        return dataclasses.replace(cause, code=Code.OUTGOING_SMTP_BLOCKED, detail=detail)
    chain = seen.tls.chain if seen.tls else ()
    if cause.code in _MAKES_NO_SENSE and chain:
        return _by_certificate(seen, cause, chain)
    if seen.provider is not None and not seen.facts.secure:
        return _by_greeting(seen, cause, seen.provider)
    return cause


def certificate_cause(seen: Observed, code: Code) -> Cause:
    """Return why a certificate that was tolerated could not be verified, made more exact in the same way."""
    cause = Cause(Stage.TLS, code)
    chain = seen.tls.chain if seen.tls else ()
    return _by_certificate(seen, cause, chain) if code in _MAKES_NO_SENSE and chain else cause


def _by_certificate(seen: Observed, cause: Cause, chain: tuple[Certificate, ...]) -> Cause:
    leaf, provider = chain[0], seen.provider
    texts = [text for certificate in chain for text in (certificate.issuer, certificate.subject)]
    interceptor = interceptor_of(texts)
    if interceptor is not None and cause.code in _UNTRUSTED:
        maker = say("{name} ({kind})", name=interceptor.name, kind=Phrase(interceptor.kind.value, {}))
        return dataclasses.replace(cause, code=Code.TLS_INTERCEPTED, detail=maker)
    if provider is None:
        return cause
    names = [name.removeprefix("*.") for name in leaf.sans] or [_common_name(leaf.subject)]
    if any(provider.owns(name) for name in names):
        if cause.code not in _UNTRUSTED:
            return cause
        # A certificate in the provider's name that no public authority has signed is made on the way.
        maker = say(
            "an authority that is not public ({issuer}), as virus scanners and proxies make them",
            issuer=chain[-1].issuer,
        )
        return dataclasses.replace(cause, code=Code.TLS_INTERCEPTED, detail=maker)
    other = say(
        "whose certificate is for {names}, and not for {provider}", names=", ".join(names[:3]), provider=provider.name
    )
    return dataclasses.replace(cause, code=Code.SMTP_REDIRECTED, detail=other)


def _by_greeting(seen: Observed, cause: Cause, provider: KnownProvider) -> Cause:
    """Judge by the greeting, where the conversation was in clear and a provider that encrypts everywhere is not met."""
    name = _greeting_name(seen.facts.greeting)
    if cause.code not in _IN_CLEAR or cause.stage is Stage.CONNECT or not name or provider.owns(name):
        return cause
    detail = say("which calls itself {name} in its greeting, and not {provider}", name=name, provider=provider.name)
    return dataclasses.replace(cause, code=Code.SMTP_REDIRECTED, detail=detail)


def _greeting_name(greeting: str) -> str:
    """Return the host name that a greeting begins with (RFC 5321 section 4.2); empty where it begins otherwise."""
    word = greeting.split(" ", 1)[0].rstrip(".").lower()
    try:
        host = check_host(word)
    except ValueError:
        return ""
    return host if "." in host and ":" not in host and not host.rpartition(".")[2].isdigit() else ""


def _common_name(subject: str) -> str:
    parts = [part.strip() for part in subject.split(",")]
    return next((part[3:] for part in parts if part.upper().startswith("CN=")), subject)
