"""Other hosts that may be meant, where the host of a test looks like a slip: the values, and why each is suggested.

`discovery.did_you_mean` finds them, `probe.suggestions` checks that they exist and tries them to EHLO, and
`diagnosis.fixes` makes fixes of them. Law: a fix names only what was looked up and exists, or a known provider's
server. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from mailproof.diagnosis.alternatives import STANDARD, Trial, TrialResult, covers, port_of
from mailproof.smtp.report import Plan
from mailproof.smtp.vocabulary import TlsMode

IMPLICIT_PORT, STARTTLS_PORT = STANDARD


class SuggestionReason(Enum):
    """Why another host may be meant."""

    MISSPELT = auto()  # it differs by a letter or two from a known provider's server or domain
    LOOKS_ALIKE = auto()  # other letters that look the same (Unicode's homographs)
    READS_MAIL = auto()  # the name is that of an IMAP or POP3 server
    MAIL_DOMAIN = auto()  # the name is that of a mail domain, or of its web pages, and not of a server
    UNKNOWN_REGION = auto()  # a region of Amazon SES that does not exist
    OTHER_NAME = auto()  # the server of the domain has another name


@dataclass(frozen=True, slots=True)
class SuggestedHost:
    """Another host that may be meant.

    Attributes:
        host: Its name in ASCII and lower case; empty where nothing better is known than the reason.
        reason: Why it may be meant.
        provider: The known provider that it belongs to, for people; empty for any other.
        servers: The ports that the provider publishes with their TLS modes, best first; empty for any other.
        note: What else is to be known, as a sentence; empty for nothing.
    """

    host: str
    reason: SuggestionReason
    provider: str = ""
    servers: tuple[tuple[int, TlsMode], ...] = ()
    note: str = ""

    @property
    def shown(self) -> str:
        """The host as a sentence names it."""
        return f"{self.host} ({self.provider})" if self.provider else self.host


@dataclass(frozen=True, slots=True)
class CheckedHost:
    """A suggested host that was looked up.

    Attributes:
        exists: Whether it was found. One that was not is kept only where no other one was.
        result: What a trial to EHLO, without credentials, has shown; None where none was made.
    """

    suggested: SuggestedHost
    result: TrialResult | None = None
    exists: bool = True

    @property
    def works(self) -> bool:
        """Whether the server answered the trial, and offers what the plan needs."""
        return self.result is not None and self.result.works


_READING_PORTS = {143: STARTTLS_PORT, 110: STARTTLS_PORT, 993: IMPLICIT_PORT, 995: IMPLICIT_PORT}
"""Ports of IMAP and POP3 -> what is used for sending in their place."""


def setting_of(plan: Plan, suggested: SuggestedHost) -> Trial:
    """Return how a suggested host is tried: with the plan's own port and TLS mode, where it may have them.

    Otherwise with the first that its provider publishes, or the port for sending in place of one for reading mail.
    """
    port, mode = port_of(plan), plan.tls_mode
    published = suggested.servers
    if published and not any(port == each and covers(mode, other) for each, other in published):
        port, mode = published[0]
    elif not published and port in _READING_PORTS:
        port, mode = _READING_PORTS[port]
    return Trial(port, mode, name=suggested.host)


class HostAdviser(Protocol):
    """Knows which hosts may be meant. Its answers are not checked."""

    def lookalike(self, host: str) -> SuggestedHost | None:
        """Return the known provider's server that a host is easily taken for; None for any other. No I/O, cheap."""
        ...

    async def suggest(self, host: str, *, exists: bool) -> tuple[SuggestedHost, ...]:
        """Return what may be meant by a host, the likeliest first.

        Args:
            host: A name in ASCII.
            exists: Whether the name has an address; only what is very like is suggested then.
        """
        ...
