"""What reports make of candidates, and what the result says."""

import pytest

from mailproof.discovery.autoconfig import OutgoingServer
from mailproof.discovery.candidates import IN_CLEAR, candidates
from mailproof.discovery.conclusion import conclude, judge
from mailproof.discovery.progress import Candidate, SearchResult, Source, TriedCandidate, Verdict
from mailproof.discovery.published import Published, SrvRecord
from mailproof.smtp.report import EhloInfo, Report, TlsInfo
from mailproof.smtp.vocabulary import Code, Outcome, Stage, TlsMode
from mailproof.syntax.mailbox import Mailbox

JO = Mailbox("jo", "example.test")
GUESSES = Published(guess=True)
SRV = Published(srv=(SrvRecord("_submission", "s.example.test", 587),), guess=True)
PLAIN = Published(autoconfig=(OutgoingServer("a.test", 587, TlsMode.OPPORTUNISTIC, "jo", ()),))

GOOD = Report(
    Outcome.OK,
    Stage.QUIT,
    Code.OK,
    "The test passed.",
    tls=TlsInfo(version="TLSv1.3", verified=True),
    ehlo=EhloInfo(mechanisms_inside_tls=("PLAIN",)),
)
BARE = Report(Outcome.OK, Stage.QUIT, Code.OK, "The test passed.", tls=TlsInfo(verified=True), ehlo=EhloInfo())
CLEAR = Report(Outcome.OK, Stage.QUIT, Code.OK, "Passed.", ehlo=EhloInfo(mechanisms_before_tls=("LOGIN",)))
UNVERIFIED = Report(
    Outcome.OK,
    Stage.QUIT,
    Code.OK,
    "Passed.",
    tls=TlsInfo(version="TLSv1.3", verified=False),
    ehlo=EhloInfo(mechanisms_before_tls=("LOGIN",), mechanisms_inside_tls=("PLAIN",)),
)
REFUSED = Report(Outcome.FAIL, Stage.CONNECT, Code.CONNECTION_REFUSED, "Nothing listens.", "Check the port.")
DENIED = Report(Outcome.FAIL, Stage.POLICY, Code.EGRESS_DENIED, "Forbidden.")


def result(evidence: Published, *reports: Report | None, complete: bool = True) -> SearchResult:
    """Conclude with the reports of the first candidates; None was not tried, the rest was refused."""
    listed = candidates(JO, evidence)
    tried: dict[tuple[str, int, TlsMode], TriedCandidate] = {}
    for number, candidate in enumerate(listed):
        report = reports[number] if number < len(reports) else REFUSED
        if report is not None:
            tried[candidate.host, candidate.port, candidate.tls_mode] = judge(candidate, report)
    return conclude(JO, evidence, listed, tried, complete=complete, elapsed=1.2345)


@pytest.mark.parametrize(
    ("report", "mode", "verdict", "mechanisms"),
    [
        (GOOD, TlsMode.IMPLICIT, Verdict.VERIFIED, ("PLAIN",)),
        (BARE, TlsMode.STARTTLS, Verdict.WITHOUT_AUTH, ()),
        (REFUSED, TlsMode.STARTTLS, Verdict.FAILED, ()),
        (CLEAR, TlsMode.STARTTLS, Verdict.WITHOUT_AUTH, ()),  # what is said in clear counts for nothing
        (CLEAR, TlsMode.OPPORTUNISTIC, Verdict.VERIFIED, ("LOGIN",)),
        (UNVERIFIED, TlsMode.OPPORTUNISTIC, Verdict.VERIFIED, ("PLAIN",)),
    ],
)
def test_a_report_is_judged(report: Report, mode: TlsMode, verdict: Verdict, mechanisms: tuple[str, ...]) -> None:
    tried = judge(Candidate("a.test", 587, mode, "jo", Source.SRV), report)
    assert (tried.verdict, tried.mechanisms, tried.candidate.tls_mode) == (verdict, mechanisms, mode)


def test_a_plain_server_that_offers_starttls_is_to_be_used_with_it() -> None:
    tried = judge(Candidate("a.test", 587, TlsMode.OPPORTUNISTIC, "jo", Source.AUTOCONFIG, advice=IN_CLEAR), GOOD)
    assert tried.candidate.tls_mode is TlsMode.STARTTLS
    assert tried.candidate.advice == ""
    found = result(PLAIN, GOOD)
    assert found.best is not None
    assert found.best.candidate.tls_mode is TlsMode.STARTTLS
    assert found.advice == ""


def test_what_works_comes_first_and_ranks_are_renewed() -> None:
    found = result(GUESSES, REFUSED, BARE, None, GOOD)
    assert [one.verdict.value for one in found.tried] == [
        "verified", "without_auth", "failed", "failed", "failed", "not_tried",
    ]  # fmt: skip
    assert [one.candidate.rank for one in found.tried] == [1, 2, 3, 4, 5, 6]
    assert found.best is not None
    assert found.best.candidate.host == "mail.example.test"
    assert found.elapsed_ms == 1234


@pytest.mark.parametrize(
    ("found", "message", "advice"),
    [
        (result(SRV, GOOD), "Use s.example.test, port 587 with STARTTLS and user jo@example.test. It answers", ""),
        (result(PLAIN, CLEAR), "Use a.test, port 587 with opportunistic TLS and user jo. It answers and", IN_CLEAR),
        (result(SRV, BARE), "answers but offers no login", "Ask your mail provider whether it relays"),
        (
            result(SRV),
            "s.example.test, port 587 with STARTTLS is named for example.test but did not work: Nothing",
            "A",
        ),
        (result(SRV, None, complete=False), "There was no time to try s.example.test", "Allow more time"),
        (result(GUESSES), "No submission server was found for example.test.", "Ask"),
        (result(GUESSES, complete=False), "No submission server was found for example.test before the time", "Ask"),
        (result(GUESSES, *[DENIED] * 6), "egress policy forbids every server", ""),
        (
            result(Published(srv=(SrvRecord("_submission", ".", 0),), guess=True)),
            "example.test says in its DNS that it does not offer _submission (RFC 6186)",
            "Ask",
        ),
    ],
)
def test_the_message_and_advice_of_a_result(found: SearchResult, message: str, advice: str) -> None:
    assert message in found.message
    assert found.advice.startswith(advice)
    assert bool(found.advice) == bool(advice)


def test_only_a_verified_candidate_is_the_best() -> None:
    assert result(SRV, BARE).best is None
    assert result(GUESSES).best is None
    assert result(Published()).best is None


def test_a_candidate_that_a_better_source_names_later_keeps_its_trial() -> None:
    """It was tried as a guess; the list now knows it from an SRV record."""
    guess = next(one for one in candidates(JO, GUESSES) if one.port == 587)
    tried = {(guess.host, guess.port, guess.tls_mode): judge(guess, GOOD)}
    evidence = Published(srv=(SrvRecord("_submission", guess.host, 587),))
    found = conclude(JO, evidence, candidates(JO, evidence), tried, complete=True, elapsed=0)
    assert found.best is not None
    assert found.best.candidate.source is Source.SRV
