"""All that a test knows when it advises: plan, cause, what the conversation showed, and what was tried. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from mailproof.diagnosis.addresses import AddressTable
from mailproof.diagnosis.alternatives import STANDARD, Trial, TrialResult, covers
from mailproof.diagnosis.catalogue import CERTIFICATE_CODES
from mailproof.diagnosis.definition import Condition
from mailproof.diagnosis.interceptors import KnownProvider, provider_of
from mailproof.diagnosis.suggested_hosts import CheckedHost
from mailproof.domain.phrase import say, without_stop
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Plan, TlsInfo
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.vocabulary import Code, Stage, TlsMode
from mailproof.syntax.mailbox import parse_mailbox
from mailproof.syntax.secret_shapes import SecretShape, secret_shapes
from mailproof.syntax.text import has_invisible

UNANSWERED = frozenset({Code.CONNECTION_REFUSED, Code.NETWORK_UNREACHABLE, Code.TIMEOUT})
"""Codes of a port that does not answer; at the stage `connect`."""

MANY_PORTS = 3
"""So many ports of a host that do not answer are taken for all of them."""

_SPOKEN = {
    Code.WRONG_TLS_MODE_USE_IMPLICIT: TlsMode.IMPLICIT,
    Code.WRONG_TLS_MODE_USE_STARTTLS: TlsMode.STARTTLS,
}
"""Code -> the TLS mode that the port speaks."""

_LINK = re.compile(r"https?://[^\s<>\"]{4,500}", re.IGNORECASE)

_KEY = re.compile(r"apikey|(?=.*[0-9])[a-z0-9_-]{16,}", re.IGNORECASE)  # a user that is a word or key of a service

_PROOFS = {
    "SPF": re.compile(r"\bSPF\b|sender policy framework", re.IGNORECASE),
    "DKIM": re.compile(r"\bDKIM\b|domainkeys", re.IGNORECASE),
    "DMARC": re.compile(r"\bDMARC\b", re.IGNORECASE),
}


@dataclass(frozen=True)
class Observed:
    """Everything that was observed in one test.

    Attributes:
        port: The port that was dialled.
        redact: Cleans texts and masks the plan's secrets in them.
        now: The time that certificates are judged at.
        tls: The TLS session; None without one.
        cause: Why the test failed; None where it passed.
        unverified: Why the certificate could not be verified where that is tolerated (opportunistic TLS); else None.
        results: The other settings that were tried.
        implicit: Whether the connection that decided began with TLS.
        heard: Whether the server has sent anything.
        suggested: The hosts that may be meant by the plan's, the best first.
        addresses: The host's addresses, where it has several and they were tried.
    """

    plan: Plan
    port: int
    facts: Facts
    redact: Redactor
    now: datetime
    tls: TlsInfo | None = None
    cause: Cause | None = None
    unverified: Code | None = None
    results: Sequence[TrialResult] = ()
    implicit: bool = False
    heard: bool = False
    suggested: Sequence[CheckedHost] = ()
    addresses: AddressTable = field(default_factory=AddressTable)

    @cached_property
    def provider(self) -> KnownProvider | None:
        """The known provider that the plan's host belongs to; None for any other host."""
        return provider_of(self.plan.host)

    def holds(self, condition: Condition) -> bool:
        """Return whether a condition of an advice holds."""
        return _CONDITIONS[condition](self)

    @property
    def no_port_answers(self) -> bool:
        """Whether neither the plan's port nor any other that was tried answers, and they are many."""
        if self.cause is None or not _unanswered(self.cause):
            return False
        ports = {self.port} | {result.trial.port for result in self.results}
        silent = all(result.cause is not None and _unanswered(result.cause) for result in self.results)
        return silent and len(ports) >= MANY_PORTS

    def in_use(self, port: int, mode: TlsMode) -> bool:
        """Return whether the plan uses a port with a TLS mode already."""
        return port == self.port and covers(self.plan.tls_mode, mode)

    def tried_in_vain(self, port: int, mode: TlsMode) -> bool:
        """Return whether a trial has shown that a port does not work with a TLS mode.

        A port that does not answer at all works with none. A bad certificate shows that the mode is right.
        """
        return any(
            result.cause is not None
            and result.cause.code not in CERTIFICATE_CODES
            and result.trial.port == port
            and (result.trial.tls_mode is mode or _unanswered(result.cause))
            and not result.trial.name
            for result in self.results
        )

    def certificate_of(self, port: int, mode: TlsMode) -> str:
        """Return the sentence on the bad certificate that a trial has met; empty where it met none."""
        for result in self.results:
            if (result.trial.port, result.trial.tls_mode) == (port, mode) and not result.trial.name and result.cause:
                return result.message if result.cause.code in CERTIFICATE_CODES else ""
        return ""

    def untried_ports(self) -> tuple[Trial, ...]:
        """Return the standard ports of submission that may work, best first: neither in use nor tried.

        Where anything was tried, what was not tried is forbidden or impossible; a port where only the certificate is
        bad may still be the right one.
        """
        if self.results:
            tried = (result.trial for result in self.results if result.trial.port != self.port)
            return tuple(trial for trial in tried if self.certificate_of(trial.port, trial.tls_mode))
        injected = self.cause is not None and self.cause.code is Code.STARTTLS_INJECTION
        return tuple(
            Trial(port, mode)
            for port, mode in STANDARD
            if port != self.port and not (injected and mode is not TlsMode.IMPLICIT)
        )


def _unanswered(cause: Cause) -> bool:
    return cause.stage is Stage.CONNECT and cause.code in UNANSWERED


def _both_modes_tried(seen: Observed) -> bool:
    if seen.plan.tls_mode is TlsMode.AUTO:
        return True
    other = TlsMode.STARTTLS if seen.implicit else TlsMode.IMPLICIT
    return seen.tried_in_vain(seen.port, other)


def _has_reply(seen: Observed, first: str) -> bool:
    reply = seen.cause.reply if seen.cause else None
    return reply is not None and str(reply.code).startswith(first)


def _login_offered(seen: Observed) -> bool:
    facts = seen.facts
    hidden = facts.starttls_offered and not facts.secure  # AUTH may be offered inside TLS only (RFC 4954 section 4)
    return hidden or bool(facts.ehlo and facts.ehlo.mechanisms)


def _sender_is_login(seen: Observed) -> bool:
    user = seen.plan.credentials.user if seen.plan.credentials else ""
    return bool(user) and user.casefold() == seen.plan.sender.casefold()


def refused_secret(seen: Observed) -> str:
    """Return what the secret of the login is called that a person has typed."""
    return say("password") if seen.plan.oauth is None else say("client secret")


def _refused_shapes(seen: Observed) -> frozenset[SecretShape]:
    """Return which slips the secret shows that was refused; none where it was not refused itself."""
    plan, cause = seen.plan, seen.cause
    if cause is None or plan.credentials is None:
        return frozenset()
    if plan.oauth is None:
        return secret_shapes(plan.credentials.password)
    if plan.oauth.grant is None or not cause.client_refused:
        return frozenset()  # an access token is visible ASCII, and the secret that fetched one is right
    return secret_shapes(plan.oauth.grant.client_secret)


def user_with_domain(seen: Observed) -> str:
    """Return the user with the sender's domain, where the user has none and may want one; empty elsewhere."""
    _, at, domain = seen.plan.sender.rpartition("@")
    if not at or not _lacks_domain(seen):
        return ""
    user = f"{seen.plan.credentials.user if seen.plan.credentials else ''}@{domain}"
    try:
        parse_mailbox(user)
    except ValueError:
        return ""
    return user


def _lacks_domain(seen: Observed) -> bool:
    """Return whether the user is no address, where it may have to be: a key or a Windows account needs no domain."""
    user = seen.plan.credentials.user if seen.plan.credentials else ""
    keys = seen.provider is not None and not seen.provider.users_are_addresses
    return bool(user) and not keys and "@" not in user and "\\" not in user and not _KEY.fullmatch(user)


def _has_shape(shape: SecretShape) -> Callable[[Observed], bool]:
    return lambda seen: shape in _refused_shapes(seen)


def _user_has_blank(seen: Observed) -> bool:
    user = seen.plan.credentials.user if seen.plan.credentials else ""
    return " " in user or has_invisible(user)


def _login_given(seen: Observed) -> bool:
    return seen.plan.credentials is not None


def next_fault(seen: Observed) -> str:
    """Return why the port fails in the TLS mode that it speaks, without a full stop; empty where that was not shown.

    A bad certificate is left out: it has a sentence of its own.
    """
    mode = _SPOKEN.get(seen.cause.code) if seen.cause else None
    for result in seen.results:
        trial, cause = result.trial, result.cause
        if (trial.port, trial.tls_mode, trial.name) == (seen.port, mode, "") and cause is not None:
            says_more = cause.stage is not Stage.CONNECT and cause.code not in CERTIFICATE_CODES.union(_SPOKEN)
            return without_stop(result.message) if says_more else ""
    return ""


def link_in(seen: Observed) -> str:
    """Return the first link in the reply that decided the test, cleaned and masked; empty where it has none."""
    reply = seen.cause.reply if seen.cause else None
    found = _LINK.search(reply.text) if reply else None
    return seen.redact(found[0].rstrip(".,;:!?)>]'\""), 300) if found else ""


def proofs_named(seen: Observed) -> tuple[str, ...]:
    """Return which of SPF, DKIM and DMARC the reply that decided the test names."""
    reply = seen.cause.reply if seen.cause else None
    text = reply.text if reply else ""
    return tuple(name for name, pattern in _PROOFS.items() if pattern.search(text))


def behind_cisco_firewall(facts: Facts) -> bool:
    """Return whether a Cisco PIX or ASA masks the traffic.

    It overwrites the greeting with asterisks, and extensions such as STARTTLS with the letter X
    (https://www.cisco.com/c/en/us/support/docs/security/pix-500-series-security-appliances/63118-fixup-smtp.html).
    """
    greeting = facts.greeting.replace(" ", "")
    masked = len(greeting) >= 8 and greeting.count("*") * 2 > len(greeting)
    extensions = facts.ehlo.extensions if facts.ehlo else {}
    return masked or any(word.rstrip("ABCDE") == "X" * 7 for word in extensions)


_CONDITIONS: dict[Condition, Callable[[Observed], bool]] = {
    Condition.LOGIN_GIVEN: _login_given,
    Condition.NO_LOGIN_GIVEN: lambda seen: not _login_given(seen),
    Condition.PASSWORD_WITHOUT_USER: lambda seen: seen.plan.password_without_user,
    Condition.SECRET_IS_SPACED_APP_PASSWORD: _has_shape(SecretShape.APP_PASSWORD_SPACES),
    Condition.SECRET_HAS_LINE_BREAK: _has_shape(SecretShape.LINE_BREAK),
    Condition.SECRET_HAS_BLANK: _has_shape(SecretShape.BLANK),
    Condition.SECRET_HAS_INVISIBLE: _has_shape(SecretShape.INVISIBLE),
    Condition.SECRET_HAS_LOOK_ALIKE: _has_shape(SecretShape.LOOK_ALIKE),
    Condition.USER_HAS_BLANK: _user_has_blank,
    Condition.PROVIDER_WANTS_ADDRESS: lambda seen: seen.provider is not None and _lacks_domain(seen),
    Condition.LOGGED_IN: lambda seen: seen.facts.logged_in,
    Condition.NOT_LOGGED_IN: lambda seen: not seen.facts.logged_in,
    Condition.TOKEN: lambda seen: seen.plan.oauth is not None,
    Condition.PASSWORD: lambda seen: seen.plan.oauth is None,
    Condition.LOGIN_OFFERED: _login_offered,
    Condition.LOGIN_NOT_OFFERED: lambda seen: not _login_offered(seen),
    Condition.LONGER_ALLOWED: lambda seen: not seen.plan.has_all_time,
    Condition.NO_LONGER_ALLOWED: lambda seen: seen.plan.has_all_time,
    Condition.TEMPORARY: lambda seen: _has_reply(seen, "4"),
    Condition.PERMANENT: lambda seen: _has_reply(seen, "5"),
    Condition.NO_PORT_ANSWERS: lambda seen: seen.no_port_answers,
    Condition.SOME_PORT_ANSWERS: lambda seen: bool(seen.results) and not seen.no_port_answers,
    Condition.OTHER_HOST_SUGGESTED: lambda seen: bool(seen.suggested),
    Condition.FAILS_IN_RIGHT_MODE: lambda seen: bool(next_fault(seen)),
    Condition.KNOWN_PROVIDER: lambda seen: seen.provider is not None,
    Condition.UNKNOWN_PROVIDER: lambda seen: seen.provider is None,
    Condition.ENCRYPTED: lambda seen: seen.facts.secure,
    Condition.BOTH_MODES_TRIED: lambda seen: not seen.heard and _both_modes_tried(seen),
    Condition.GREETING_BEGUN: lambda seen: seen.heard,
    Condition.SENDER_IS_LOGIN: _sender_is_login,
    Condition.SENDER_IS_NOT_LOGIN: lambda seen: not _sender_is_login(seen),
    Condition.LINK_GIVEN: lambda seen: bool(link_in(seen)),
    Condition.SPF_NAMED: lambda seen: "SPF" in proofs_named(seen),
    Condition.DKIM_NAMED: lambda seen: "DKIM" in proofs_named(seen),
    Condition.DMARC_NAMED: lambda seen: "DMARC" in proofs_named(seen),
    Condition.NO_PROOF_NAMED: lambda seen: not proofs_named(seen),
    Condition.FIREWALL_BANNER: lambda seen: behind_cisco_firewall(seen.facts),
    Condition.ADDRESS_FAILS: lambda seen: bool(seen.addresses.failing),
    Condition.NO_ADDRESS_FAILS: lambda seen: not seen.addresses.failing,
    Condition.MAY_BE_FORBIDDEN: lambda seen: seen.cause is not None and seen.cause.may_be_forbidden,
    Condition.FAMILY_UNREACHED: lambda seen: bool(seen.addresses.unreached_family),
}
"""Condition -> whether it holds."""
