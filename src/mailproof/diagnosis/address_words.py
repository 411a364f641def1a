"""The phrases of the table of addresses: what came of one, how it differs from another, and what to ask of whom. Pure.

The phrases hold names that a server said: they have to be cleaned and masked before they are shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailproof.diagnosis.alternatives import TrialResult
from mailproof.diagnosis.catalogue import CATALOGUE
from mailproof.domain.phrase import Phrase, both, say
from mailproof.smtp.actions import Cause
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.vocabulary import Code, Stage

MAX_NAMES = 3
"""Names of a certificate, and addresses, that a sentence names."""

MAX_REPLY = 120
"""Characters of a server's reply."""

_CERTIFICATES = {
    Code.TLS_CERT_EXPIRED: "an expired certificate",
    Code.TLS_CERT_NOT_YET_VALID: "a certificate that is not valid yet",
    Code.TLS_SELF_SIGNED: "a self-signed certificate",
    Code.TLS_UNTRUSTED: "a certificate of an authority that is not trusted here",
    Code.TLS_MISSING_INTERMEDIATE: "a certificate whose intermediate is missing",
    Code.TLS_CERT_WEAK: "a certificate that is too weak",
    Code.TLS_CERT_WRONG_PURPOSE: "a certificate that is not for a server",
}

_PHRASES = {
    Code.CONNECTION_REFUSED: "refuses the connection",
    Code.NETWORK_UNREACHABLE: "can't be reached",
    Code.STARTTLS_NOT_OFFERED: "does not offer STARTTLS",
    Code.AUTH_NOT_OFFERED: "offers no login",
    Code.NOT_SMTP: "is no SMTP server",
    Code.WRONG_TLS_MODE_USE_IMPLICIT: "speaks TLS from the first byte",
    Code.WRONG_TLS_MODE_USE_STARTTLS: "speaks no TLS before STARTTLS",
    Code.WRONG_TLS_MODE_USE_NONE: "speaks no TLS",
}


def broken(result: TrialResult, host: str, duration: float, redact: Redactor, *, conclusive: bool) -> str:
    """Return what is wrong with an address that fails, as a phrase that follows it.

    Args:
        result: What came of it; with a cause.
        host: The name that the certificate is to be for.
        duration: Seconds until it failed, or that it was waited for.
        redact: Cleans and masks a reply before it is cut.
        conclusive: Whether it says something about the server.
    """
    cause = result.cause or Cause(Stage.CONNECT, Code.OK)
    code = cause.code
    if code is Code.NETWORK_UNREACHABLE and not conclusive:
        return say("has no route from this machine, so nothing is known of it")
    if code is Code.TIMEOUT:
        seconds = f"{duration:.1f}"
        if cause.stage is Stage.CONNECT:
            silent = say("did not answer the connect in {seconds} s", seconds=seconds)
        else:
            silent = say("did not answer in {seconds} s at the stage {stage}", seconds=seconds, stage=cause.stage.value)
        return silent if conclusive else say("{silent}, which may be too short", silent=silent)
    if code is Code.TLS_HOSTNAME_MISMATCH or code in _CERTIFICATES:
        return say("has {certificate}", certificate=_certificate(code, result, host))
    if code is Code.AUTH_MECHANISM_UNSUPPORTED:
        return say("offers only AUTH {mechanisms}", mechanisms=", ".join(_offered(result)))
    if cause.reply is not None and not CATALOGUE[code].silent:
        reply = cause.reply
        said = " ".join(filter(None, (str(reply.code), reply.enhanced, redact(reply.text, MAX_REPLY))))
        return say('answers "{reply}" at the stage {stage}', reply=said, stage=cause.stage.value)
    if code in _PHRASES:
        return Phrase(_PHRASES[code], {})
    if code in (Code.CONNECTION_CLOSED, Code.CONNECTION_RESET):
        return say("closes the connection at the stage {stage}", stage=cause.stage.value)
    return say("fails at the stage {stage} ({code})", stage=cause.stage.value, code=code.value)


def contrast(
    result: TrialResult, unverified: Code | None, usual: TrialResult, usual_unverified: Code | None, host: str
) -> str:
    """Return how an address that answers differs from another one that does, as a phrase that follows it.

    Args:
        result: What came of it.
        unverified: Why its certificate could not be verified; None where it was, or there is none.
        usual: The same of the one that it is compared with.
        usual_unverified: The same of that one.
        host: The name that the certificate is to be for.
    """
    facts, others = result.facts, usual.facts
    found: list[str] = []
    if facts.helo_only is not others.helo_only:
        found.append(say("knows only HELO") if facts.helo_only else say("knows EHLO"))
    if facts.starttls_offered is not others.starttls_offered:
        found.append(say("offers STARTTLS") if facts.starttls_offered else say("does not offer STARTTLS"))
    if unverified is not usual_unverified:
        found.append(
            say("has {certificate}", certificate=_certificate(unverified, result, host))
            if unverified
            else say("has a verified certificate")
        )
    here, there = _offered(result), _offered(usual)
    if set(here) != set(there):
        found.append(say("offers {login} instead of {other}", login=_login(here), other=_login(there)))
    return both(found) if found else say("is secured otherwise")


def some_of(items: Sequence[str]) -> str:
    """Return items as a sentence lists them: "a, b and c", or "a, b, c and 4 more"."""
    if len(items) > MAX_NAMES:
        return say("{names} and {more} more", names=", ".join(items[:MAX_NAMES]), more=len(items) - MAX_NAMES)
    return both((", ".join(items[:-1]), items[-1])) if len(items) > 1 else "".join(items)


def repair(host: str, failing: Sequence[str]) -> str:
    """Return what to do about addresses that don't work, without a full stop: whom to ask for what, in general."""
    if host.lower().rstrip(".") == "localhost":  # no DNS has it (RFC 6761 section 6.3)
        if len(failing) == 1:
            return say(
                "Let the server listen on {address} too, or remove that from this machine's hosts file",
                address=failing[0],
            )
        return say(
            "Let the server listen on {addresses} too, or remove those from this machine's hosts file",
            addresses=some_of(failing),
        )
    kinds = [kind for kind, sign in (("A", "."), ("AAAA", ":")) if any(sign in one for one in failing)]
    if len(failing) == 1:
        return say(
            "Ask whoever runs {host} to repair {address}, or to remove its {kind} record from the DNS",
            host=host,
            address=failing[0],
            kind=some_of(kinds),
        )
    return say(
        "Ask whoever runs {host} to repair {addresses}, or to remove their {kinds} records from the DNS",
        host=host,
        addresses=some_of(failing),
        kinds=some_of(kinds),
    )


def way_to(failing: Sequence[str], provider: str) -> str:
    """Return what to do about addresses of a large provider that don't work, without a full stop."""
    if len(failing) == 1:
        return say(
            "Have routes, firewalls and proxies between this machine and {address} checked, since {provider} serves "
            "many others at that address",
            address=failing[0],
            provider=provider,
        )
    return say(
        "Have routes, firewalls and proxies between this machine and {addresses} checked, since {provider} serves many "
        "others at those addresses",
        addresses=some_of(failing),
        provider=provider,
    )


def question(host: str, refusing: Sequence[str]) -> str:
    """Return whom to ask for what where a server refuses service in words, without a full stop."""
    if len(refusing) == 1:
        return say(
            "Ask whoever runs {host} why {address} refuses this machine, whose address may be blocked there",
            host=host,
            address=refusing[0],
        )
    return say(
        "Ask whoever runs {host} why {addresses} refuse this machine, whose address may be blocked there",
        host=host,
        addresses=some_of(refusing),
    )


def _certificate(code: Code, result: TrialResult, host: str) -> str:
    if code is not Code.TLS_HOSTNAME_MISMATCH:
        if code in _CERTIFICATES:
            return Phrase(_CERTIFICATES[code], {})
        return say("a certificate that can't be verified ({code})", code=code.value)
    names = result.tls.chain[0].sans if result.tls and result.tls.chain else ()
    shown = some_of(names) if names else say("no name")
    return say("a certificate for {names}, and not for {host}", names=shown, host=host)


def _offered(result: TrialResult) -> tuple[str, ...]:
    return result.facts.ehlo.mechanisms if result.facts.ehlo else ()


def _login(mechanisms: Sequence[str]) -> str:
    return f"AUTH {', '.join(mechanisms)}" if mechanisms else say("no login")
