"""Tokens by the client-credentials grant, from a real HTTPS server on loopback that may do anything."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from clock_support.waiting import HANG
from mailproof.cli.diagnose_output import as_json
from mailproof.domain.secret import Secret
from mailproof.net.egress import Policy, Profile
from mailproof.net.egress_rules import parse_rule
from mailproof.net.guard import EgressDenied
from mailproof.probe.probe import Probe
from mailproof.smtp.report import Credentials, OAuth, Report
from mailproof.smtp.vocabulary import Code, Outcome, Stage, TlsMode
from mailproof.syntax.oauth import ClientCredentials
from smtp_support import pki
from smtp_support.probing import TRUST, Anywhere, make_plan, make_probe, run_plan
from smtp_support.sasl_server import TOKEN, Sasl, leaf
from smtp_support.scripted import Do, Part, free_port, serve, smtp
from smtp_support.token_endpoint import GOOD, ID, SECRET, endpoint, http


def login(
    port: int,
    probe: Probe | None = None,
    sasl: Sasl | None = None,
    clock: WaitedClock | None = None,
    **settings: Any,
) -> Report:
    url = f"https://localhost:{port}/tenant/oauth2/token?x=1"
    grant = ClientCredentials(url, ID, Secret(SECRET), ("https://mail.test/.default", "offline"))
    values: dict[str, Any] = {
        "tls_mode": TlsMode.IMPLICIT,
        "credentials": Credentials("user", Secret("")),
        "oauth": OAuth(grant=grant),
    }
    script = smtp(auth=sasl or Sasl(), ehlo_tls=["250-x", "250 AUTH XOAUTH2 PLAIN"], secure=True)
    with serve(script, context=pki.server_context(leaf())) as served:
        report = run_plan(make_plan(served.port, **values | settings), probe, clock)
    shown = str(as_json(report))
    assert SECRET not in shown
    assert TOKEN not in shown
    return report


def test_a_token_is_fetched_and_used() -> None:
    with endpoint(http("200 OK", GOOD)) as (served, bodies):
        report = login(served.port)
    assert report.outcome is Outcome.OK, report.message
    assert served.peer.heard[0] == "POST /tenant/oauth2/token?x=1 HTTP/1.1"
    basic = b64encode(b"client+id:client%3Asecret%2F1").decode()
    assert f"authorization: basic {basic}".lower() in [line.lower() for line in served.peer.heard]
    assert bodies == ["grant_type=client_credentials&scope=https%3A%2F%2Fmail.test%2F.default+offline"]
    assert [step.received for step in report.steps if "token endpoint" in step.sent] == ["an access token"]


def test_each_test_fetches_a_fresh_token() -> None:
    probe = make_probe()
    with endpoint(http("200 OK", GOOD)) as (served, bodies):
        assert login(served.port, probe).outcome is Outcome.OK
        assert login(served.port, probe).outcome is Outcome.OK
    assert len(bodies) == 2


def test_an_endpoint_that_wants_the_secret_in_the_body_gets_it_there() -> None:
    refusal = http("401 Unauthorized", '{"error":"invalid_client"}')
    with endpoint(refusal, http("200 OK", GOOD)) as (served, bodies):
        report = login(served.port)
    assert report.outcome is Outcome.OK
    assert "client_id=client+id&client_secret=client%3Asecret%2F1" in bodies[1]


def test_a_mail_server_without_oauth_costs_no_token() -> None:
    with endpoint(http("200 OK", GOOD)) as (served, bodies):
        report = login(served.port, mechanism="OAUTHBEARER")
    assert report.code is Code.AUTH_MECHANISM_UNSUPPORTED
    assert bodies == []
    assert "it has XOAUTH2, PLAIN; possible: OAUTHBEARER" in report.message


def described(text: str) -> str:
    return json.dumps({"error": "invalid_client", "error_description": text})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http("400 Bad Request", described("AADSTS7000215: bad\r\n\x1b[31msecret")), "invalid_client: AADSTS7000215"),
        (http("401 Unauthorized", described(f"{SECRET} is wrong")), "invalid_client: ******** is wrong"),
        (http("400 Bad Request", '{"error":"invalid_scope"}'), "invalid_scope"),
        (http("500 Oops", "<html>"), "status 500 and no JSON"),
        (http("200 OK", "[]"), "no JSON object"),
        (http("200 OK", "[" * 100_000), "no JSON object"),
        (http("200 OK", '{"access_token":""}'), "no token"),
        (http("200 OK", '{"access_token":5}'), "no token"),
        (http("200 OK", '{"access_token":"a\\u0001b"}'), "must be printable"),
        (http("200 OK", json.dumps({"access_token": "a" * 9001})), "must not be longer"),
        (http("200 OK", '{"access_token":"a","token_type":"mac"}'), "type mac"),
        (http("302 Found", "", "Location: https://169.254.169.254/"), "redirects elsewhere"),
        (http("200 OK", "x" * 300_000), "more than 256 KiB"),
        (http("200 OK", GOOD, "Content-Encoding: gzip"), "compressed"),
        ([b"220 mail.test ESMTP\r\n"], "does not answer in HTTP"),
        ([Do.CLOSE], "does not answer in HTTP"),
    ],
)
def test_an_endpoint_that_gives_no_token_is_the_cause(answer: Sequence[Part], words: str) -> None:
    with endpoint(answer) as (served, _):
        report = login(served.port)
    assert (report.stage, report.code) == (Stage.AUTH, Code.AUTH_TOKEN_FAILED)
    assert words in report.message
    assert report.message.isprintable()
    assert "client secret" in report.advice


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (http("401 Unauthorized", '{"error":"invalid_client"}'), True),
        (http("400 Bad Request", '{"error":"invalid_scope"}'), False),
        (http("500 Oops", "<html>"), False),
    ],
)
def test_a_blank_of_the_client_secret_is_told_where_the_client_was_refused(answer: Sequence[Part], told: bool) -> None:
    with endpoint(answer, answer) as (served, _):
        grant = ClientCredentials(f"https://localhost:{served.port}/token", ID, Secret(f"{SECRET} "))
        report = login(served.port, oauth=OAuth(grant=grant))
    assert report.code is Code.AUTH_TOKEN_FAILED
    assert report.advice.startswith("The client secret begins or ends with a blank") is told


def test_silence_ends_with_the_deadline() -> None:
    clock = WaitedClock(slowness=4)
    with endpoint([Do.SILENCE]) as (served, _):
        report = login(served.port, clock=clock, timeout=1.0)
        assert clock.waited == pytest.approx(1.0)
        assert served.peer.gone.wait(HANG)
    assert (report.stage, report.code) == (Stage.AUTH, Code.AUTH_TOKEN_FAILED)
    assert "in time" in report.message


def test_an_endless_answer_is_bounded() -> None:
    flood: list[Part] = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 65536] * 8]
    with endpoint(flood) as (served, _):
        report = login(served.port)
    assert report.code is Code.AUTH_TOKEN_FAILED
    assert "more than" in report.message


def test_nothing_listens() -> None:
    assert "does not answer on port" in login(free_port()).message


def test_the_certificate_is_checked() -> None:
    with endpoint(http("200 OK", GOOD), context=pki.bad("other name")) as (served, bodies):
        report = login(served.port)
    assert "no valid certificate" in report.message
    assert bodies == []


class NoEndpoint(Anywhere):
    """Forbids all names."""

    conceals_names = False

    def check_name(self, host: str, port: int) -> None:
        raise EgressDenied("test")


@pytest.mark.parametrize(
    "guard",
    [
        NoEndpoint(),
        Policy(Profile.INTERNET).for_https(),
        Policy(Profile.DEVELOPMENT, deny=(parse_rule("127.0.0.0/8"), parse_rule("::1"))).for_https(),
    ],
    ids=["name", "profile", "deny list"],
)
def test_an_endpoint_that_the_policy_forbids_is_not_dialled(guard: Any) -> None:
    with endpoint(http("200 OK", GOOD)) as (served, bodies):
        report = login(served.port, Probe(guard=Anywhere(), https_guard=guard, trust=TRUST))
        assert served.peers == []
    assert (report.stage, report.code) == (Stage.POLICY, Code.EGRESS_DENIED)
    assert "the token endpoint" in report.message
    assert "127.0.0.1" not in report.message
    assert bodies == []


def test_a_token_that_is_refused_is_no_failed_token() -> None:
    with endpoint(http("200 OK", GOOD)) as (served, _):
        report = login(served.port, sasl=Sasl(token="another"))
    assert report.code is Code.AUTH_REJECTED
