"""The addresses of a host as they are compared, and what the report says of them: pure, over any table."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language_support.templates import english_only
from mailproof.diagnosis.address_findings import rows, working_address
from mailproof.diagnosis.address_words import some_of
from mailproof.diagnosis.addresses import AddressTable, AddressTrial, family_of
from mailproof.diagnosis.alternatives import Trial, TrialResult
from mailproof.diagnosis.findings import conclude
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.summary import summarize
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Audience, Plan
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.vocabulary import Code, Severity, Stage, TlsMode
from mailproof.smtp.wire import Ehlo, Reply

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLAN = Plan("mail.test", 587)
FOUR, OTHER_FOUR, SIX, OTHER_SIX = "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"

REFUSED = Cause(Stage.CONNECT, Code.CONNECTION_REFUSED)
SILENT = Cause(Stage.CONNECT, Code.TIMEOUT)
UNREACHED = Cause(Stage.CONNECT, Code.NETWORK_UNREACHABLE)
NO_GREETING = Cause(Stage.GREETING, Code.TIMEOUT)
WRONG_NAME = Cause(Stage.TLS, Code.TLS_HOSTNAME_MISMATCH)
NOT_HERE = Cause(Stage.GREETING, Code.SERVICE_UNAVAILABLE, Reply(554, ("5.3.2 not here",), "5.3.2"))
NO_RDNS = Cause(Stage.GREETING, Code.CLIENT_NO_RDNS, Reply(554, ("no PTR",)))
TOO_MANY = Cause(Stage.GREETING, Code.TOO_MANY_CONNECTIONS, Reply(421, ("too many",)))
FOREIGN = Cause(Stage.GREETING, Code.NOT_SMTP, Reply(220, ("ftp octets of a stranger",)))
CAUSES = (REFUSED, SILENT, UNREACHED, NO_GREETING, WRONG_NAME, NOT_HERE, NO_RDNS, TOO_MANY, FOREIGN)


def trial(address: str, cause: Cause | None = None, *mechanisms: str, **more: object) -> AddressTrial:
    names = mechanisms or ("PLAIN", "LOGIN")
    facts = Facts() if cause else Facts(ehlo=Ehlo({}, names), secure=True, starttls_offered=True)
    result = TrialResult(Trial(587, TlsMode.STARTTLS), cause, facts)
    return dataclasses.replace(AddressTrial(address, result, duration=1.25), **more)  # type: ignore[arg-type]


def observed(*trials: AddressTrial, cause: Cause | None = None, untried: int = 0, plan: Plan = PLAN) -> Observed:
    table = AddressTable(trials, untried)
    return Observed(plan, 587, Facts(), Redactor("secret-word"), NOW, cause=cause, addresses=table)


def warning(seen: Observed) -> tuple[str, str]:
    """Return message and advice of the warning; both empty where there is none."""
    for finding in conclude(seen).findings:
        if finding.code is Code.ADDRESSES_DIFFER:
            return finding.message, finding.advice
    return "", ""


OWN = trial(FOUR, used=True)


# What makes a difference, and what does not.


@pytest.mark.parametrize(
    ("others", "differs"),
    [
        ([], False),
        ([trial(SIX)], False),
        ([trial(SIX, None, "LOGIN", "PLAIN")], False),  # the order of mechanisms is no difference
        ([trial(SIX, None, "PLAIN")], True),
        ([trial(SIX, REFUSED)], True),
        ([trial(SIX, UNREACHED, conclusive=False)], False),
        ([trial(SIX, SILENT, conclusive=False)], False),
        ([trial(SIX, TOO_MANY)], False),
        ([trial(SIX, UNREACHED, conclusive=False), trial(OTHER_FOUR, REFUSED)], True),
        ([trial(SIX, None, unverified=Code.TLS_CERT_EXPIRED)], True),
    ],
)
def test_what_differs(others: list[AddressTrial], differs: bool) -> None:
    seen = observed(OWN, *others)
    assert seen.addresses.differs is differs
    assert len(rows(seen)) == (1 + len(others) if differs else 0)
    assert bool(warning(seen)[0]) is differs


def test_a_limit_that_the_tests_own_connection_meets_counts() -> None:
    seen = observed(trial(FOUR, TOO_MANY, used=True), trial(SIX), cause=TOO_MANY)
    assert [row.code for row in rows(seen)] == [Code.TOO_MANY_CONNECTIONS, Code.OK]
    assert "verified, mail.test:587 over 2001:db8::1" in conclude(seen).findings[0].advice


def test_different_words_for_one_refusal_are_no_difference() -> None:
    again = dataclasses.replace(NOT_HERE, reply=Reply(554, ("5.3.2 nor here",), "5.3.2"))
    assert not observed(trial(FOUR, NOT_HERE, used=True), trial(SIX, again), cause=NOT_HERE).addresses.differs


# The sentences.


ASK = "Ask whoever runs mail.test"
SIX_ALONE = f"{ASK} to repair 2001:db8::1, or to remove its AAAA record from the DNS: clients that are led there fail."
FOUR_ALONE = f"{ASK} to repair 192.0.2.2, or to remove its A record from the DNS: clients that are led there fail."
THREE = f"{ASK} to repair 2001:db8::1, 2001:db8::2 and 192.0.2.2, or to remove their A and AAAA records from the DNS"
WHY = f"{ASK} why 2001:db8::1 refuses this machine, whose address may be blocked there."
OUR_OWN = "If this machine reaches no other host over IPv6 either, the fault is in its own network."
NO_ANSWER = "2001:db8::1 did not answer the connect in 1.2 s"
REFUSES = '2001:db8::1 answers "554 5.3.2 not here" at the stage greeting'
NO_NAME = "192.0.2.2 has a certificate for no name, and not for mail.test"


@pytest.mark.parametrize(
    ("others", "message", "advice"),
    [
        ([trial(SIX, SILENT)], NO_ANSWER, f"{SIX_ALONE} {OUR_OWN}"),
        ([trial(SIX, SILENT), trial(OTHER_SIX)], NO_ANSWER, SIX_ALONE),  # the way over IPv6 is proven
        (
            [trial(SIX, SILENT), trial(OTHER_SIX, SILENT), trial(OTHER_FOUR, SILENT)],
            f"{NO_ANSWER}, as do 2001:db8::2 and 192.0.2.2",
            f"{THREE}: clients that are led there fail. {OUR_OWN}",
        ),
        ([trial(SIX, NOT_HERE)], REFUSES, WHY),
        ([trial(SIX, NOT_HERE), trial(OTHER_FOUR, WRONG_NAME)], f"{REFUSES}; {NO_NAME}", f"{FOUR_ALONE} {WHY}"),
        (
            [trial(OTHER_FOUR, None, "PLAIN")],
            "192.0.2.2 offers AUTH PLAIN instead of AUTH PLAIN, LOGIN",
            f"{ASK} to set up all its addresses alike: which of them a client meets is chance.",
        ),
        ([trial(OTHER_FOUR, FOREIGN)], "192.0.2.2 is no SMTP server", FOUR_ALONE),
    ],
    ids=["dead family", "half a family", "several", "in words", "both kinds", "chance", "no octet of a stranger"],
)
def test_a_passing_test_says_when_others_would_not(others: list[AddressTrial], message: str, advice: str) -> None:
    said = f"Not every address of mail.test answers alike: the test passed over 192.0.2.1, but {message}."
    assert warning(observed(OWN, *others)) == (said, advice)


def test_no_dns_has_the_local_host() -> None:
    plan = dataclasses.replace(PLAN, host="localhost")
    seen = observed(trial("127.0.0.1", used=True), trial("::1", REFUSED), plan=plan)
    assert warning(seen)[1] == (
        "Let the server listen on ::1 too, or remove that from this machine's hosts file: clients that are led there "
        "fail."
    )


def test_of_a_large_provider_the_way_there_is_doubted_first() -> None:
    plan = dataclasses.replace(PLAN, host="smtp.gmail.com")
    assert warning(observed(OWN, trial(SIX, REFUSED), plan=plan))[1] == (
        "Have routes, firewalls and proxies between this machine and 2001:db8::1 checked, since Google serves many "
        "others at that address."
    )


def test_what_stands_between_keeps_its_own_advice() -> None:
    cause = Cause(Stage.TLS, Code.SMTP_REDIRECTED, detail="whose certificate is for another")
    plan = dataclasses.replace(PLAN, host="smtp.gmail.com")
    own = trial(FOUR, WRONG_NAME, used=True)
    alone = conclude(observed(cause=cause, plan=plan)).findings[0].advice
    seen = observed(own, trial(SIX), cause=cause, plan=plan)
    assert conclude(seen).findings[0].advice.startswith(f"{alone} Another address of the host works: verified, smtp.")


def test_a_sentence_names_a_few_and_counts_the_rest() -> None:
    causes = (REFUSED, SILENT, NO_GREETING, WRONG_NAME, NOT_HERE)
    others = [trial(f"192.0.2.{place + 2}", cause) for place, cause in enumerate(causes)]
    message, advice = warning(observed(OWN, *others, untried=8))
    assert message.endswith("; 2 more differ otherwise.")
    assert "192.0.2.2, 192.0.2.3, 192.0.2.4 and 1 more" in advice
    assert rows(observed(OWN, *others, untried=8))[-1].message.endswith(" … 8 more addresses, which were not tried")
    assert [some_of("abcde"[:count]) for count in (1, 2, 3, 5)] == ["a", "a and b", "a, b and c", "a, b, c and 2 more"]


def test_the_tests_own_address_that_fails_is_the_causes_matter() -> None:
    seen = observed(trial(FOUR, WRONG_NAME, used=True), trial(SIX), cause=WRONG_NAME)
    assert warning(seen) == ("", "")
    assert conclude(seen).findings[0].advice == (
        "Ask whoever runs mail.test to repair 192.0.2.1, or to remove its A record from the DNS: verified, "
        "mail.test:587 over 2001:db8::1 with STARTTLS answers and offers AUTH PLAIN, LOGIN."
    )
    assert [row.code for row in rows(seen)] == [Code.TLS_HOSTNAME_MISMATCH, Code.OK]


@pytest.mark.parametrize("cause", [NOT_HERE, NO_RDNS, TOO_MANY], ids=lambda cause: cause.code.value)
def test_where_the_server_refuses_in_words_their_advice_stays(cause: Cause) -> None:
    alone = conclude(observed(cause=cause)).findings[0].advice
    seen = observed(trial(FOUR, cause, used=True), trial(SIX), cause=cause)
    assert conclude(seen).findings[0].advice == (
        f"{alone} Another address of the host works: verified, mail.test:587 over 2001:db8::1 with STARTTLS "
        "answers and offers AUTH PLAIN, LOGIN."
    )


def test_a_verified_change_of_the_settings_comes_first() -> None:
    seen = observed(trial(FOUR, NO_GREETING, used=True), trial(SIX), cause=NO_GREETING)
    works = TrialResult(Trial(465, TlsMode.IMPLICIT), None, Facts(ehlo=Ehlo({}, ("PLAIN",)), secure=True), message="x.")
    seen = dataclasses.replace(seen, results=(works,))
    advice = conclude(seen).findings[0].advice
    assert advice.startswith("Set the port to 465: verified, x. Ask whoever runs mail.test to repair 192.0.2.1")
    assert conclude(seen).fixes[0].verified


# Any table.

TRIALS = st.lists(
    st.builds(
        trial,
        st.sampled_from([FOUR, OTHER_FOUR, SIX, OTHER_SIX]),
        st.sampled_from([None, *CAUSES]),
        st.sampled_from(["PLAIN", "LOGIN"]),
        conclusive=st.booleans(),
        unverified=st.sampled_from([None, Code.TLS_CERT_EXPIRED]),
    ),
    max_size=8,
    unique_by=lambda trial: trial.address,
)


@given(TRIALS, st.booleans(), st.sampled_from(Audience), st.integers(0, 8))
def test_no_table_is_refuted_by_its_report(
    trials: list[AddressTrial], has_own: bool, audience: Audience, untried: int
) -> None:
    if has_own and trials:
        trials[0] = dataclasses.replace(trials[0], used=True, conclusive=True)
    own = trials[0] if has_own and trials else None
    plan = dataclasses.replace(PLAN, audience=audience)
    cause = own.result.cause if own else None
    seen = observed(*trials, cause=cause, untried=untried, plan=plan)
    report = summarize(seen, (), elapsed=0, round_trips=0)
    assert english_only(report) == []
    assert bool(report.addresses) is seen.addresses.differs
    assert len(report.addresses) in (0, len(trials))
    for row, each in zip(report.addresses, trials, strict=False):
        assert (row.address, row.family) == (each.address, family_of(each.address))
        assert (row.code in (Code.OK, Code.ADDRESSES_DIFFER)) is each.result.works
        assert "{" not in row.message
        assert "a stranger" not in row.message
    warned = [finding for finding in report.findings if finding.code is Code.ADDRESSES_DIFFER]
    assert bool(warned) is (own is not None and own.result.works and seen.addresses.differs)
    for finding in warned:
        assert finding.severity is Severity.WARNING
        assert finding.advice
        assert "{" not in finding.message + finding.advice
        for each in trials:
            if each.result.works or not each.conclusive:
                assert f"repair {each.address}" not in finding.advice
                assert f"why {each.address}" not in finding.advice
    works = [each.address for each in trials if each.result.works]
    proof = working_address(seen)
    assert bool(proof) is (cause is not None and bool(works))
    if proof:
        assert f" over {works[0]} " in proof
        assert proof in report.advice
        assert report.fixes == ()
