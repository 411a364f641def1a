"""The beginnings of steps: each step's comes exactly once and before its end, whatever the server does.

`smtp_support.probing.run_events` checks the same for every run of the probe in the other files.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clock_support.loop import WaitedClock
from mailproof.domain.secret import Secret
from mailproof.net.guard import EgressDenied
from mailproof.probe import attempt
from mailproof.probe.probe import Probe
from mailproof.smtp.report import Credentials, OAuth, Progress, Report, Step, StepStarted
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode
from mailproof.syntax.oauth import ClientCredentials
from smtp_support import pki
from smtp_support.probing import LOGIN, TRUST, Anywhere, Nowhere, check_started, make_plan, make_probe, run_events
from smtp_support.sasl_server import Sasl, leaf
from smtp_support.scripted import EHLO, EHLO_CLEAR, Do, Part, Peer, raw, serve, serve_alerts, smtp

LETTER: dict[str, Any] = {"sender": "me@example.com", "recipient": "you@example.com", "depth": Depth.DATA}


def words(events: Sequence[Progress]) -> str:
    """Return the stages of a run: "+tls" for a beginning, "tls" for an end."""
    marks = {StepStarted: "+", Step: ""}
    return " ".join(f"{marks[type(event)]}{event.stage}" for event in events if isinstance(event, StepStarted | Step))


def test_each_step_begins_before_it_ends() -> None:
    with serve(smtp(ehlo=EHLO_CLEAR)) as served:
        events = run_events(make_plan(served.port, tls_mode=TlsMode.NONE, credentials=LOGIN))
    assert words(events) == (
        "+policy policy +resolve resolve +connect connect +greeting greeting +ehlo ehlo +auth auth +quit quit"
    )


def test_a_beginning_is_streamed_while_its_step_runs() -> None:
    with serve(raw("220 slow", Do.SILENCE)) as served:
        events = run_events(make_plan(served.port, tls_mode=TlsMode.NONE, timeout=0.3), loop_factory=WaitedClock())
    assert words(events).endswith("+greeting greeting +ehlo ehlo")
    assert isinstance(events[-1], Report)


def test_a_key_that_is_derived_belongs_to_the_step_of_its_command() -> None:
    with serve(
        smtp(auth=Sasl(), ehlo_tls=["250-x", "250 AUTH SCRAM-SHA-256"], secure=True),
        context=pki.server_context(leaf()),
    ) as served:
        events = run_events(make_plan(served.port, tls_mode=TlsMode.IMPLICIT, credentials=LOGIN))
    report = events[-1]
    assert isinstance(report, Report)
    assert report.code is Code.OK
    assert words(events).count("+auth") == sum(step.stage is Stage.AUTH for step in report.steps) > 1


def test_both_tries_of_auto_are_steps_of_connections_of_their_own() -> None:
    """The first try, with STARTTLS, hears nothing; its step ends as the second one shows the mode."""
    with serve(smtp(secure=True), context=pki.good()) as served:
        events = run_events(make_plan(served.port, tls_mode=TlsMode.AUTO))
    report = events[-1]
    assert isinstance(report, Report)
    assert report.code is Code.OK
    assert "+connect connect +greeting +connect connect +tls tls greeting +greeting greeting +ehlo" in words(events)
    tries = [(step.connection, step.stage, step.code) for step in report.steps if step.connection][:4]
    assert tries == [
        (1, Stage.CONNECT, Code.OK),
        (2, Stage.CONNECT, Code.OK),
        (2, Stage.TLS, Code.OK),
        (1, Stage.GREETING, Code.WRONG_TLS_MODE_USE_IMPLICIT),
    ]


def test_a_step_that_fails_at_another_stage_has_its_own_beginning() -> None:
    async def injecting(peer: Peer) -> None:
        for parts in (["220 mail.test"], EHLO, ["220 go"]):
            await peer.perform(parts)
            await (peer.hear() if parts != ["220 go"] else peer.read(1))  # last the first octet of the handshake
        await peer.perform(["250 what?"])
        await peer.silence()

    with serve(injecting) as served:
        events = run_events(make_plan(served.port))
    assert words(events).endswith("starttls +tls +starttls starttls")
    (begun, announced, last) = [event for event in events if isinstance(event, StepStarted | Step)][-3:]
    assert begun == StepStarted(Stage.TLS, last.started_at, connection=1)
    assert announced == StepStarted(Stage.STARTTLS, last.started_at, connection=1)


def test_a_client_certificate_that_is_missed_after_the_handshake_is_a_step_of_tls() -> None:
    context = pki.server_context(pki.issue("localhost", pki.authority(), sans=pki.LOCAL))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=pki.authority().pem)
    with serve_alerts(context) as served:
        events = run_events(make_plan(served.port, tls_mode=TlsMode.IMPLICIT))
    assert words(events).endswith("+tls tls +greeting +tls tls")


class NoNames(Anywhere):
    conceals_names = False

    def check_name(self, host: str, port: int) -> None:
        raise EgressDenied("test")


@pytest.mark.parametrize(
    ("probe", "host", "expected"),
    [
        (Probe(guard=NoNames(), trust=TRUST), "127.0.0.1", "+policy policy"),
        (Probe(guard=Nowhere(), trust=TRUST), "127.0.0.1", "+policy policy"),
        (make_probe(), "no such name", "+resolve resolve"),
    ],
    ids=["a forbidden name", "forbidden addresses", "no name"],
)
def test_a_destination_that_is_not_dialled(probe: Probe, host: str, expected: str) -> None:
    assert words(run_events(make_plan(25, host=host), probe)) == expected


def test_a_denied_token_endpoint_is_a_step_of_the_policy() -> None:
    grant = ClientCredentials("https://127.0.0.1/", "id", Secret("secret-secret"), ())
    plan = {"credentials": Credentials("user", Secret("")), "oauth": OAuth(grant=grant), "tls_mode": TlsMode.IMPLICIT}
    script = smtp(ehlo_tls=["250-x", "250 AUTH XOAUTH2"], secure=True)
    with serve(script, context=pki.good()) as served:
        probe = Probe(guard=Anywhere(), https_guard=NoNames(), trust=TRUST)
        events = run_events(make_plan(served.port, **plan), probe)
    assert words(events).endswith("+auth +policy policy")


def test_the_check_finds_what_is_wrong() -> None:
    with serve(smtp(ehlo=EHLO_CLEAR)) as served:
        events = run_events(make_plan(served.port, tls_mode=TlsMode.NONE))
    first = next(event for event in events if isinstance(event, StepStarted))
    for wrong in (events[1:], [first, *events], [*events[1:], first]):
        with pytest.raises(AssertionError):
            check_started(wrong)


PARTS: st.SearchStrategy[Part] = st.sampled_from(
    [
        "220 ok",
        "250-x",
        "250 AUTH PLAIN LOGIN",
        "334 ",
        "354 go",
        "421 no",
        "450 later",
        "535 no",
        "999",
        "HTTP/1.1 400",
    ]
) | st.sampled_from([Do.CLOSE, Do.RESET, b"250-a\r\n220 b\r\n", b"\x16\x03\x01", b"\xff", 0.001])
VERBS = ("EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "QUIT")


@settings(max_examples=60)
@given(
    greeting=st.just(["220 mail.test"]) | st.lists(PARTS, max_size=3),
    replies=st.dictionaries(st.sampled_from(VERBS), st.lists(PARTS, min_size=1, max_size=3), max_size=4),
    mode=st.sampled_from(TlsMode),
    secure=st.booleans(),
)
def test_whatever_a_server_does_each_step_has_begun_once(
    greeting: list[Part], replies: dict[str, list[Part]], mode: TlsMode, secure: bool
) -> None:
    script = smtp(greeting=greeting, replies=replies, context=pki.good(), secure=secure)
    with serve(script, context=pki.good() if secure else None) as served:
        plan = make_plan(served.port, tls_mode=mode, credentials=LOGIN, timeout=0.1, **LETTER)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(attempt, "SECOND_TRY", 0.02)
            events = run_events(plan, loop_factory=WaitedClock())
    report = events[-1]
    assert isinstance(report, Report)
    assert tuple(event for event in events if isinstance(event, Step)) == report.steps
