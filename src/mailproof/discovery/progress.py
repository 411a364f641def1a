"""What a search yields, as frozen values: clues, tried candidates, heartbeats and the result. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailproof.smtp.vocabulary import Code, Stage, TlsMode


class Source(StrEnum):
    """Where a candidate comes from; the most trustworthy source first."""

    PROVIDER = "provider"  # the preset of the provider that the mail domain belongs to
    DATABASE = "database"  # Mozilla's provider database, by the mail domain
    SRV = "srv"  # RFC 6186, RFC 8314 section 5.1
    AUTOCONFIG = "autoconfig"  # the domain's own document, over HTTPS
    EXCHANGE = "exchange"  # the domain's own Autodiscover, over HTTPS
    MX = "mx"  # the provider that the domain's MX belongs to
    RECORDS = "records"  # the provider that other records of the domain lead to: the alias of autodiscover.DOMAIN …
    PLAIN_HTTP = "plain_http"  # the domain's own document, over HTTP without TLS
    GUESS = "guess"
    CERTIFICATE = "certificate"  # the name on the certificate of a server that was tried by another name
    SPF = "spf"  # the provider whose servers may send for the domain; its mailboxes may be elsewhere

    @property
    def rank(self) -> int:
        """Position in the order of the definition, from 0."""
        return list(Source).index(self)


class Verdict(StrEnum):
    """The result of trying a candidate; the best one first."""

    VERIFIED = "verified"  # answers as stated and offers AUTH
    WITHOUT_AUTH = "without_auth"  # answers as stated but offers no AUTH: perhaps a relay for known addresses
    FAILED = "failed"
    NOT_TRIED = "not_tried"  # there was no time left

    @property
    def rank(self) -> int:
        """Position in the order of the definition, from 0."""
        return list(Verdict).index(self)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Settings that may be right.

    Attributes:
        tls_mode: How the server is said to be secured.
        user: The user to log in with; empty where it can't be derived or none is needed.
        source: Where the candidate comes from.
        rank: From 1, among the candidates known at that time; in a result the final rank.
        advice: What to know about it, whether it works or not.
        provider: Name of the known provider whose server it is; empty for others.
        reason: Who names the server, as a sentence.
    """

    host: str
    port: int
    tls_mode: TlsMode
    user: str
    source: Source
    rank: int = 0
    advice: str = ""
    provider: str = ""
    reason: str = ""

    @property
    def endpoint(self) -> tuple[str, int, bool]:
        """What no two candidates of a list share: host, port, and whether TLS is implicit."""
        return self.host, self.port, self.tls_mode is TlsMode.IMPLICIT


@dataclass(frozen=True, slots=True)
class Clue:
    """One question about the mail domain, and its answer."""

    source: Source
    question: str  # e.g. "SRV _submissions._tcp.example.org"
    answer: str  # the answer, or why there was none; sanitised
    code: Code = Code.OK  # OK where there was an answer, be it "none"
    found: bool = True  # whether the answer says anything


@dataclass(frozen=True, slots=True)
class TriedCandidate:
    """A candidate with the result of its test.

    Attributes:
        candidate: What was tried.
        verdict: Whether it works.
        stage: The report's stage.
        code: The report's code.
        message: The report's message.
        advice: The report's advice.
        mechanisms: The SASL mechanisms that the server offers.
        tls_version: The negotiated TLS version; empty without TLS.
        elapsed_ms: Milliseconds that the test took.
    """

    candidate: Candidate
    verdict: Verdict
    stage: Stage = Stage.POLICY
    code: Code = Code.OK
    message: str = ""
    advice: str = ""
    mechanisms: tuple[str, ...] = ()
    tls_version: str = ""
    elapsed_ms: int = 0


@dataclass(frozen=True, slots=True)
class SearchHeartbeat:
    """Reports that the search is still running."""

    elapsed: float  # seconds since the search began


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search.

    Attributes:
        tried: Every candidate, best first.
        message: A sentence that says what to use, or why nothing was found.
        advice: What to do then; empty for nothing.
        complete: Whether the search ended before its deadline.
        elapsed_ms: Milliseconds that the search took.
    """

    tried: tuple[TriedCandidate, ...]
    message: str
    advice: str = ""
    complete: bool = True
    elapsed_ms: int = 0

    @property
    def best(self) -> TriedCandidate | None:
        """The candidate to use; None where none is verified."""
        return self.tried[0] if self.tried and self.tried[0].verdict is Verdict.VERIFIED else None


SearchProgress = Clue | TriedCandidate | SearchHeartbeat | SearchResult
