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


SELF_SIGNED = Report(Outcome.FAIL, Stage.TLS, Code.TLS_SELF_SIGNED, "It is self-signed.", "Install a certificate.")
NO_NAME = Report(Outcome.FAIL, Stage.RESOLVE, Code.DNS_NOT_FOUND, "There is no such name.")
TYPO = Mailbox("jo", "hotmial.com")


def result(
    evidence: Published, *reports: Report | None, complete: bool = True, mailbox: Mailbox = JO, unanswered: int = 0
) -> SearchResult:
    """Conclude with the reports of the first candidates; None was not tried, the rest was refused."""
    listed = candidates(mailbox, evidence)
    tried: dict[tuple[str, int, TlsMode], TriedCandidate] = {}
    for number, candidate in enumerate(listed):
        report = reports[number] if number < len(reports) else REFUSED
        if report is not None:
            tried[candidate.host, candidate.port, candidate.tls_mode] = judge(candidate, report)
    return conclude(mailbox, evidence, listed, tried, complete=complete, elapsed=1.2345, unanswered=unanswered)


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


def test_a_misspelt_domain_of_a_provider_is_told_whether_or_not_a_server_answers_there() -> None:
    found = result(GUESSES, GOOD, mailbox=TYPO)
    assert found.best is not None
    assert found.advice == "hotmial.com is easily taken for hotmail.com: make sure that the address is spelt right."
    assert result(GUESSES, mailbox=TYPO).advice.startswith("Did you mean hotmail.com? Ask your mail provider")
    gone = result(Published(guess=True, exists=False), *[NO_NAME] * 6, mailbox=TYPO)
    assert (gone.message, gone.advice) == ("The DNS knows no domain hotmial.com.", "Did you mean hotmail.com?")


def test_a_known_providers_server_needs_no_doubt_about_the_spelling() -> None:
    """Hotmail.gr is a domain of Microsoft's that our data does not list."""
    found = result(Published(mx=("hotmail-gr.olc.protection.outlook.com",)), GOOD, mailbox=Mailbox("jo", "hotmail.gr"))
    assert found.best is not None
    assert "easily taken" not in found.advice


def test_the_advice_is_that_of_the_only_server_that_answers() -> None:
    found = result(GUESSES, REFUSED, SELF_SIGNED)
    assert "smtp.example.test, port 587 with STARTTLS answers, but can't be used: It is self-signed." in found.message
    assert found.advice == "Install a certificate."


def test_a_domain_without_mailboxes_is_not_sent_to_its_mail_provider() -> None:
    found = result(Published(guess=True, null_mx=True))
    assert "receives no mail" in found.message
    assert found.advice == "Use the submission server of the service that sends for this domain."


def test_questions_without_an_answer_are_told() -> None:
    one, two = (result(SRV, GOOD, unanswered=number).message for number in (1, 2))
    assert one.endswith("1 question that might have led to a better server had no answer in time.")
    assert two.endswith("2 questions that might have led to a better server had no answer in time.")


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
