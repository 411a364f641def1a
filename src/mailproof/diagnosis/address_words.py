"""The phrases of the table of addresses: what came of one, how it differs from another, and what to ask of whom. Pure.

The phrases hold names that a server said: they have to be cleaned and masked before they are shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailproof.diagnosis.alternatives import TrialResult
from mailproof.diagnosis.catalogue import CATALOGUE
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
        return "has no route from this machine, so nothing is known of it"
    if code is Code.TIMEOUT:
        what = "the connect " if cause.stage is Stage.CONNECT else ""
        where = "" if what else f" at the stage {cause.stage}"
        return f"did not answer {what}in {duration:.1f} s{where}" + ("" if conclusive else ", which may be too short")
    if code is Code.TLS_HOSTNAME_MISMATCH or code in _CERTIFICATES:
        return f"has {_certificate(code, result, host)}"
    if code is Code.AUTH_MECHANISM_UNSUPPORTED:
        return f"offers only AUTH {', '.join(_offered(result))}"
    if cause.reply is not None and not CATALOGUE[code].silent:
        reply = cause.reply
        said = " ".join(filter(None, (str(reply.code), reply.enhanced, redact(reply.text, MAX_REPLY))))
        return f'answers "{said}" at the stage {cause.stage}'
    if code in _PHRASES:
        return _PHRASES[code]
    if code in (Code.CONNECTION_CLOSED, Code.CONNECTION_RESET):
        return f"closes the connection at the stage {cause.stage}"
    return f"fails at the stage {cause.stage} ({code})"


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
    found = []
    if facts.helo_only is not others.helo_only:
        found.append("knows only HELO" if facts.helo_only else "knows EHLO")
    if facts.starttls_offered is not others.starttls_offered:
        found.append("offers STARTTLS" if facts.starttls_offered else "does not offer STARTTLS")
    if unverified is not usual_unverified:
        found.append(f"has {_certificate(unverified, result, host)}" if unverified else "has a verified certificate")
    here, there = _offered(result), _offered(usual)
    if set(here) != set(there):
        found.append(f"offers {_login(here)} instead of {_login(there)}")
    return " and ".join(found) or "is secured otherwise"


def some_of(items: Sequence[str]) -> str:
    """Return items as a sentence lists them: "a, b and c", or "a, b, c and 4 more"."""
    named = [*items[:MAX_NAMES], f"{len(items) - MAX_NAMES} more"] if len(items) > MAX_NAMES else items
    return " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))


def repair(host: str, failing: Sequence[str]) -> str:
    """Return what to do about addresses that don't work, without a full stop: whom to ask for what, in general."""
    if host.lower().rstrip(".") == "localhost":  # no DNS has it (RFC 6761 section 6.3)
        it = "that" if len(failing) == 1 else "those"
        return f"Let the server listen on {some_of(failing)} too, or remove {it} from this machine's hosts file"
    kinds = [kind for kind, sign in (("A", "."), ("AAAA", ":")) if any(sign in one for one in failing)]
    whose, plural = ("its", "") if len(failing) == 1 else ("their", "s")
    records = f"{whose} {some_of(kinds)} record{plural}"
    return f"Ask whoever runs {host} to repair {some_of(failing)}, or to remove {records} from the DNS"


def way_to(failing: Sequence[str], provider: str) -> str:
    """Return what to do about addresses of a large provider that don't work, without a full stop."""
    place = "that address" if len(failing) == 1 else "those addresses"
    return (
        f"Have routes, firewalls and proxies between this machine and {some_of(failing)} checked, since {provider} "
        f"serves many others at {place}"
    )


def question(host: str, refusing: Sequence[str]) -> str:
    """Return whom to ask for what where a server refuses service in words, without a full stop."""
    verb = "refuses" if len(refusing) == 1 else "refuse"
    return f"Ask whoever runs {host} why {some_of(refusing)} {verb} this machine, whose address may be blocked there"


def _certificate(code: Code, result: TrialResult, host: str) -> str:
    if code is not Code.TLS_HOSTNAME_MISMATCH:
        return _CERTIFICATES.get(code, f"a certificate that can't be verified ({code})")
    names = result.tls.chain[0].sans if result.tls and result.tls.chain else ()
    shown = some_of(names) if names else "no name"
    return f"a certificate for {shown}, and not for {host}"


def _offered(result: TrialResult) -> tuple[str, ...]:
    return result.facts.ehlo.mechanisms if result.facts.ehlo else ()


def _login(mechanisms: Sequence[str]) -> str:
    return f"AUTH {', '.join(mechanisms)}" if mechanisms else "no login"
