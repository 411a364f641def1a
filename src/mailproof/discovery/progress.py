"""What a search yields: clues, tried candidates, heartbeats and the result, as frozen values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailproof.smtp.vocabulary import Code, Stage, TlsMode


class Source(StrEnum):
    """Where a candidate comes from, the most trustworthy first."""

    PROVIDER = "provider"  # our data on the provider that the mail domain belongs to
    SRV = "srv"  # RFC 6186, RFC 8314 section 5.1
    AUTOCONFIG = "autoconfig"
    MX = "mx"  # our data on the provider that the domain's MX belongs to
    GUESS = "guess"

    @property
    def rank(self) -> int:
        """Position in the order of the definition, from 0."""
        return list(Source).index(self)


class Verdict(StrEnum):
    """What came of trying a candidate, the best first."""

    VERIFIED = "verified"  # answers as stated and offers AUTH
    WITHOUT_AUTH = "without_auth"  # answers as stated but offers no AUTH: perhaps a relay by address
    FAILED = "failed"
    NOT_TRIED = "not_tried"  # time was up

    @property
    def rank(self) -> int:
        """Position in the order of the definition, from 0."""
        return list(Verdict).index(self)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Settings that may be right.

    Attributes:
        user: The login; empty where it can't be derived or there is none.
        rank: From 1, among the candidates known when it was made; in a result its final place.
        advice: What to know of it, whether it works or not.
        provider: Name of the known provider whose server it is; empty for others.
    """

    host: str
    port: int
    tls_mode: TlsMode
    user: str
    source: Source
    rank: int = 0
    advice: str = ""
    provider: str = ""

    @property
    def endpoint(self) -> tuple[str, int, bool]:
        """What no two candidates of a list share: host, port, and whether TLS comes first."""
        return self.host, self.port, self.tls_mode is TlsMode.IMPLICIT


@dataclass(frozen=True, slots=True)
class Clue:
    """One question that was asked about the domain, and its answer."""

    source: Source
    question: str  # e.g. "SRV _submissions._tcp.example.org"
    answer: str  # what it said, or why it said nothing; sanitised
    code: Code = Code.OK  # OK where there was an answer, also "none"


@dataclass(frozen=True, slots=True)
class TriedCandidate:
    """A candidate and what came of it: the diagnosis' stage, code, message and advice, and what the server offers."""

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
    """The heartbeat: says that the search is still under way."""

    elapsed: float  # seconds


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result: every candidate, best first, and a sentence with what to do."""

    tried: tuple[TriedCandidate, ...]
    message: str
    advice: str = ""
    complete: bool = True  # whether the search ended before its deadline
    elapsed_ms: int = 0

    @property
    def best(self) -> TriedCandidate | None:
        """The candidate to use, None where none is verified."""
        return self.tried[0] if self.tried and self.tried[0].verdict is Verdict.VERIFIED else None


SearchProgress = Clue | TriedCandidate | SearchHeartbeat | SearchResult
