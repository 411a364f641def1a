"""What a test counts towards: spellings of one host, user or receiver are one."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from mailproof.domain.limits import Ticket
from mailproof.domain.model import Caller, Role, Token
from mailproof.domain.secret import Secret
from mailproof.smtp.report import NEVER, Credentials, OAuth, Plan, Report, Step
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage
from mailproof.syntax.oauth import ClientCredentials
from mailproof.syntax.url import parse_url
from mailproof.usecases.limited_work import (
    ProvenSecrets,
    StoredSecret,
    folded_host,
    folded_mailbox,
    login_of,
    note_end,
    work_of_post,
    work_of_search,
    work_of_test,
)

CALLER = Caller(Token("1", "", Role.ADMIN, ("i",), datetime(2026, 1, 1, tzinfo=UTC)), "i")
PLAN = Plan(host="mx.a.test", credentials=Credentials("jo", Secret("x")), recipient="to@b.test", timeout=7.0)


@pytest.mark.parametrize("text", ["mx.a.test", "MX.A.TEST", "mx.a.test.", " mx.A.test "])
def test_spellings_of_a_host_are_one(text: str) -> None:
    assert folded_host(text) == "mx.a.test"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("BÜCHER.test", "xn--bcher-kva.test"),
        ("not a host", "not a host"),
    ],
)
def test_an_address_has_one_form_and_a_name_its_labels(text: str, folded: str) -> None:
    assert folded_host(text) == folded


@pytest.mark.parametrize(
    "text",
    [
        "jodoe@a.test",
        "JoDoe@A.Test",
        "jo.doe@a.test",
        "jodoe+1@a.test",
        '"jodoe"@a.test',
        '"jo\\doe"@a.test',
        " jodoe@a.test.",
    ],
)
def test_spellings_of_a_receiver_are_one(text: str) -> None:
    assert folded_mailbox(text) == "jodoe@a.test"


def test_a_receiver_that_begins_with_a_plus_is_one_too() -> None:
    assert folded_mailbox("+49123@a.test") == "+49123@a.test"


@pytest.mark.parametrize(
    ("host", "user", "login"),
    [
        ("MX.a.test", " Jo ", "user jo of mx.a.test"),
        ("mx.a.test", "Jo@A.test", "user jo@a.test"),
        ("any.other.name.test", "jo@a.test", "user jo@a.test"),
    ],
)
def test_a_user_that_is_an_address_is_one_account_wherever_it_is_tried(host: str, user: str, login: str) -> None:
    plan = dataclasses.replace(PLAN, host=host, credentials=Credentials(user, Secret("x")))
    assert work_of_test(CALLER, plan).logins == (login,)


def test_a_client_of_oauth_is_one_of_its_token_endpoint() -> None:
    grant = ClientCredentials("https://ID.a.test/token", "client", Secret("s"))
    plan = dataclasses.replace(PLAN, oauth=OAuth(grant=grant))
    assert work_of_test(CALLER, plan).logins == ("user jo of mx.a.test", "client client of id.a.test")


@pytest.mark.parametrize("depth", list(Depth))
def test_only_what_logs_in_or_sends_counts(depth: Depth) -> None:
    work = work_of_test(CALLER, dataclasses.replace(PLAN, depth=depth))
    assert bool(work.logins) == (depth not in {Depth.CONNECT, Depth.TLS, Depth.EHLO})
    assert bool(work.receiver) == (depth is Depth.DATA)
    assert (work.host, work.seconds) == ("mx.a.test", 7.0)


def test_without_credentials_or_with_a_proven_secret_no_login_counts() -> None:
    assert work_of_test(CALLER, dataclasses.replace(PLAN, credentials=None)).logins == ()
    assert work_of_test(CALLER, PLAN, proven=True).logins == ()


def test_a_search_counts_for_its_domain_and_a_post_for_its_host() -> None:
    assert work_of_search(CALLER, "jo@A.test", 3.0).host == "a.test"
    assert work_of_post(CALLER, parse_url("https://Hook.test:8443/x", ("https",)), 3.0).host == "hook.test"


def report(stage: Stage, *seen: Stage, ok: bool = False) -> Report:
    steps = tuple(Step(each, NEVER, 0.1) for each in seen)
    return Report(Outcome.OK if ok else Outcome.FAIL, stage, Code.OK if ok else Code.TIMEOUT, "", steps=steps)


@pytest.mark.parametrize(
    ("ended", "login"),
    [
        (report(Stage.CONNECT, Stage.CONNECT), None),
        (report(Stage.TLS, Stage.CONNECT, Stage.TLS), None),
        (report(Stage.QUIT, Stage.CONNECT, Stage.QUIT, ok=True), None),
        (report(Stage.AUTH, Stage.CONNECT, Stage.AUTH), False),
        (report(Stage.AUTH, Stage.CONNECT), False),
        (report(Stage.MAIL, Stage.AUTH, Stage.MAIL), True),
        (report(Stage.QUIT, Stage.AUTH, Stage.QUIT, ok=True), True),
    ],
)
def test_what_became_of_the_login(ended: Report, login: bool | None) -> None:
    assert login_of(ended) is login
    ticket = Ticket()
    assert (ticket.login_failed, ticket.message_sent) == (True, True), "until it is known"
    note_end(ticket, ended)
    assert (ticket.login_failed, ticket.message_sent) == (login is False, False)


def test_a_login_that_the_server_does_not_offer_is_none() -> None:
    missing = dataclasses.replace(report(Stage.AUTH, Stage.AUTH), code=Code.AUTH_NOT_OFFERED)
    assert login_of(missing) is None
    sent = tuple(dataclasses.replace(step, sent="AUTH PLAIN ********") for step in missing.steps)
    assert login_of(dataclasses.replace(missing, steps=sent)) is False


def test_a_message_that_may_have_been_taken_was_sent() -> None:
    ticket = Ticket()
    note_end(ticket, report(Stage.DATA, Stage.AUTH, Stage.RCPT, Stage.DATA))
    assert ticket.message_sent


def test_a_stored_secret_is_proven_until_it_is_refused_or_replaced() -> None:
    proven, secret = ProvenSecrets(), StoredSecret("i", "7", b"blob")
    assert secret not in proven
    proven.note(secret, accepted=True)
    assert secret in proven
    assert secret._replace(sealed=b"another") not in proven
    assert secret._replace(instance_id="j") not in proven
    proven.note(secret, accepted=False)
    assert secret not in proven
    for number in range(10_001):
        proven.note(secret._replace(provider_id=str(number)), accepted=True)
    assert secret._replace(provider_id="0") not in proven, "the oldest is forgotten"
