"""The probe's own promises: the deadline, cancellation, heartbeats, the guard, names, secrets, politeness."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import Sequence
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from clock_support.waiting import HANG, eventually, eventually_here
from mailproof.domain.secret import Secret
from mailproof.net.guard import EgressDenied
from mailproof.probe import probe as probe_module
from mailproof.probe.channel import Channel
from mailproof.probe.probe import Probe
from mailproof.smtp.report import Credentials, Heartbeat, Report, Step
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage, TlsMode
from smtp_support import pki
from smtp_support.probing import (
    LOGIN,
    PASSWORD,
    TRUST,
    Anywhere,
    Nowhere,
    make_plan,
    make_probe,
    run,
    run_events,
    run_plan,
)
from smtp_support.scripted import EHLO_CLEAR, Do, Part, Served, Turns, free_port, raw, serve, smtp

pytestmark = pytest.mark.usefixtures("way")

NONE: dict[str, Any] = {"tls_mode": TlsMode.NONE}


def codes(report: Report) -> set[Code]:
    return {finding.code for finding in report.findings}


# The deadline.


def test_the_deadline_wins_over_silence() -> None:
    clock = WaitedClock()
    with serve(raw(Do.SILENCE)) as served:
        report = run_plan(make_plan(served.port, timeout=0.4, **NONE), loop_factory=clock)
    assert (report.code, report.stage) == (Code.TIMEOUT, Stage.GREETING)
    assert clock.waited == pytest.approx(0.4)


@pytest.mark.parametrize(
    "parts",
    [
        tuple(part for _ in range(10_000) for part in (b"220-still here\r\n", 0.02)),
        (b"220 ", *(part for _ in range(10_000) for part in (b"x", 0.02))),
    ],
    ids=["lines", "bytes"],
)
def test_the_deadline_wins_over_a_drip(parts: Sequence[Part]) -> None:
    """The drip takes 200 s or more, and then there is silence: without the deadline there would be no end."""
    with serve(raw(*parts)) as served:
        report = run(served.port, timeout=0.4, **NONE)
    assert (report.code, report.stage) == (Code.TIMEOUT, Stage.GREETING)


def test_a_server_that_does_not_read_is_bounded() -> None:
    # A listening socket that nobody accepts on: connected, silent.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        report = run(listener.getsockname()[1], timeout=0.3)
    assert (report.code, report.stage) == (Code.TIMEOUT, Stage.GREETING)


def test_silence_to_auth_has_advice_of_its_own() -> None:
    with serve(smtp(ehlo=EHLO_CLEAR, replies={"AUTH": [Do.SILENCE]})) as served:
        report = run(served.port, timeout=0.4, credentials=LOGIN, loop_factory=WaitedClock(slowness=4), **NONE)
    assert (report.code, report.stage) == (Code.TIMEOUT, Stage.AUTH)
    assert "Microsoft 365" in report.advice


# Cancellation and heartbeats.


@pytest.mark.parametrize("mode", [TlsMode.NONE, TlsMode.AUTO, TlsMode.IMPLICIT], ids=str)
def test_closing_the_generator_closes_the_sockets_at_once(mode: TlsMode) -> None:
    async def first_steps(served: Served) -> None:
        events = make_probe().run(make_plan(served.port, tls_mode=mode, timeout=3600.0))
        async for event in events:
            if isinstance(event, Step) and event.stage is Stage.CONNECT:
                break
        if mode is TlsMode.AUTO:
            await eventually_here(lambda: len(served.peers) == 2)  # the second try is under way
        await events.aclose()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not others

    with serve(raw(Do.SILENCE)) as served:
        asyncio.run(first_steps(served))
        assert all(peer.gone.wait(HANG) for peer in served.peers)


def test_cancelling_the_caller_closes_the_sockets_at_once() -> None:
    async def cancelled(served: Served) -> None:
        async def consume() -> None:
            async for _ in make_probe().run(make_plan(served.port, timeout=3600.0)):
                pass

        task = asyncio.create_task(consume())
        await eventually_here(lambda: served.peers)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not asyncio.all_tasks() - {asyncio.current_task()}

    with serve(raw(Do.SILENCE)) as served:
        asyncio.run(cancelled(served))
        assert served.peer.gone.wait(HANG)


def test_a_slow_step_has_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_module, "HEARTBEAT", 0.1)
    with serve(raw(Do.SILENCE)) as served:
        events = run_events(make_plan(served.port, timeout=0.35, **NONE), loop_factory=WaitedClock())
    beats = [event for event in events if isinstance(event, Heartbeat)]
    assert len(beats) == 3
    assert {beat.stage for beat in beats} == {Stage.GREETING}
    assert isinstance(events[-1], Report)
    assert sum(isinstance(event, Report) for event in events) == 1


def test_steps_come_as_they_end_and_are_the_reports() -> None:
    with serve(smtp(context=pki.good())) as served:
        events = run_events(make_plan(served.port, credentials=LOGIN))
    report = events[-1]
    assert isinstance(report, Report)
    assert tuple(event for event in events if isinstance(event, Step)) == report.steps
    expected = "policy resolve connect greeting ehlo starttls tls ehlo auth quit"
    assert " ".join(step.stage for step in report.steps) == expected
    assert {step.peer for step in report.steps[2:]} == {f"127.0.0.1:{served.port}"}


# The guard, names and connections.


def test_a_forbidden_address_is_not_dialled_and_not_told() -> None:
    with serve(smtp()) as served:
        report = run_plan(make_plan(served.port, host="localhost"), Probe(guard=Nowhere(), trust=TRUST))
    assert (report.code, report.stage) == (Code.EGRESS_DENIED, Stage.POLICY)
    assert served.peers == []
    assert [step.stage for step in report.steps] == [Stage.POLICY]
    assert "127.0.0.1" not in repr(report)
    assert report.message == "The policy of this service forbids the destination."


def test_a_forbidden_name_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoNames(Anywhere):
        conceals_names = False

        def check_name(self, host: str, port: int) -> None:
            raise EgressDenied("test")

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    report = run_plan(make_plan(25, host="localhost"), Probe(guard=NoNames(), trust=TRUST))
    assert (report.code, report.stage) == (Code.EGRESS_DENIED, Stage.POLICY)


def test_only_the_allowed_addresses_are_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    class Second(Anywhere):
        def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> Sequence[str]:
            assert addresses == ["127.0.0.2", "127.0.0.1"]
            return addresses[1:]

    def two(_host: str, port: int, **_: Any) -> list[Any]:
        info = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*info, ("127.0.0.2", port)), (*info, ("127.0.0.1", port))]

    with serve(smtp()) as served:
        monkeypatch.setattr(socket, "getaddrinfo", two)
        report = run_plan(make_plan(served.port, host="mail.test", **NONE), Probe(guard=Second(), trust=TRUST))
    assert report.outcome is Outcome.OK
    assert [step.received for step in report.steps if step.stage is Stage.RESOLVE] == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (socket.EAI_NONAME, Code.DNS_NOT_FOUND),
        (socket.EAI_NODATA, Code.DNS_NOT_FOUND),
        (socket.EAI_AGAIN, Code.DNS_TEMPORARY),
        (socket.EAI_FAIL, Code.DNS_ERROR),
        (socket.EAI_SYSTEM, Code.DNS_ERROR),
    ],
)
def test_a_name_that_does_not_resolve(number: int, code: Code, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(number, "x")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    report = run(25, host="mail.test")
    assert (report.code, report.stage) == (code, Stage.RESOLVE)
    assert [step.stage for step in report.steps] == [Stage.POLICY, Stage.RESOLVE]


def test_a_lookup_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    release = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        release.wait()
        raise socket.gaierror(socket.EAI_AGAIN, "x")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    clock = WaitedClock()
    try:
        report = run_plan(make_plan(25, host="mail.test", timeout=0.2), loop_factory=clock)
    finally:
        release.set()
    assert (report.code, report.stage) == (Code.TIMEOUT, Stage.RESOLVE)
    assert clock.waited == pytest.approx(0.2)


@pytest.mark.parametrize("host", ["a b", "", "x..y", "http://x", "a" * 300, "[::1", "mail\r\nQUIT"])
def test_an_invalid_host_is_a_finding(host: str) -> None:
    report = run(25, host=host)
    assert (report.code, report.stage) == (Code.INVALID_HOST, Stage.RESOLVE)


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": "a@b\r\nRCPT TO:<x@y>"},
        {"recipient": "a@b>\r\nDATA"},
        {"ehlo_name": "x\r\nMAIL FROM:<>"},
        {"depth": Depth.DATA},
        {"port": 70000},
        {"timeout": 0.0},
    ],
)
def test_a_wrong_plan_is_refused_before_anything_is_dialled(settings: dict[str, Any]) -> None:
    with serve(smtp()) as served:
        plan = make_plan(**({"port": served.port} | settings))
        with pytest.raises(ValueError, match=r"must|needed|valid|has characters"):
            run_plan(plan)
    assert served.peers == []


def test_a_closed_port_refuses() -> None:
    report = run(free_port())
    assert (report.code, report.stage) == (Code.CONNECTION_REFUSED, Stage.CONNECT)


def test_of_several_addresses_the_one_that_listens_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def two(_host: str, port: int, **_: Any) -> list[Any]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        ]

    with serve(smtp()) as served:
        monkeypatch.setattr(socket, "getaddrinfo", two)
        report = run(served.port, host="mail.test", **NONE)
        assert report.outcome is Outcome.OK
    report = run(served.port, host="mail.test", **NONE)
    assert report.code is Code.CONNECTION_REFUSED


# EHLO's name.


def test_the_ehlo_name_is_never_localhost(monkeypatch: pytest.MonkeyPatch) -> None:
    for machine, expected in (
        ("localhost", "[127.0.0.1]"),
        ("localhost.localdomain", "[127.0.0.1]"),
        ("box", "[127.0.0.1]"),
        ("mail.example.org", "mail.example.org"),
    ):
        monkeypatch.setattr(socket, "gethostname", lambda machine=machine: machine)
        with serve(smtp()) as served:
            report = run_plan(make_plan(served.port, **NONE), Probe(guard=Anywhere(), trust=TRUST))
        assert report.ehlo is not None
        assert report.ehlo.name == expected
        assert served.peer.heard[0] == f"EHLO {expected}"


def test_the_ehlo_name_can_be_set() -> None:
    with serve(smtp()) as served:
        run(served.port, ehlo_name="probe.example.org", **NONE)
    assert served.peer.heard[0] == "EHLO probe.example.org"


# Warnings and politeness.


def test_helo_will_do_where_tls_is_not_demanded() -> None:
    with serve(smtp(replies={"EHLO": ["500 what?"], "HELO": ["250 mail.test"]})) as served:
        report = run(served.port, **NONE)
    assert report.outcome is Outcome.OK
    assert codes(report) == {Code.HELO_ONLY_SERVER}


def test_the_legacy_auth_syntax_is_understood_and_warned_of() -> None:
    with serve(smtp(ehlo=["250-x", "250 AUTH=LOGIN PLAIN"])) as served:
        report = run(served.port, credentials=LOGIN, **NONE)
    assert report.outcome is Outcome.OK
    assert codes(report) == {Code.AUTH_OVER_LEGACY_SYNTAX, Code.CLEARTEXT_CREDENTIALS}


def test_a_small_size_limit_is_a_warning() -> None:
    with serve(smtp(ehlo=["250-x", "250 SIZE 20000"])) as served:
        report = run(served.port, **NONE)
    assert codes(report) == {Code.SIZE_LIMIT_SMALL}


@pytest.mark.parametrize("reply", [(Do.CLOSE,), (Do.RESET,), ("500 what?",), ("250 ok",), (b"\0\r\n",)])
def test_a_bad_answer_to_quit_changes_nothing(reply: Sequence[Part]) -> None:
    with serve(smtp(ehlo=EHLO_CLEAR, replies={"QUIT": reply})) as served:
        report = run(served.port, **NONE)
    assert (report.outcome, report.stage, report.code) == (Outcome.OK, Stage.QUIT, Code.OK)
    assert codes(report) == {Code.LOGIN_NOT_TESTED}


def test_a_server_that_leaves_before_quit_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = Channel.__dict__["gone"].fget

    def patient(channel: Channel) -> bool:  # the close may come a moment behind the reply
        eventually(lambda: at_once(channel), "the server has not left")
        return True

    monkeypatch.setattr(Channel, "gone", property(patient))
    with serve(smtp(replies={"EHLO": [*EHLO_CLEAR, Do.CLOSE]})) as served:
        report = run(served.port, **NONE)
    assert (report.outcome, report.stage, report.code) == (Outcome.OK, Stage.QUIT, Code.OK)
    assert codes(report) == {Code.QUIT_IGNORED, Code.LOGIN_NOT_TESTED}
    assert report.steps[-1].code is Code.QUIT_IGNORED


def test_an_answer_to_quit_is_not_waited_for() -> None:
    with serve(smtp(ehlo=EHLO_CLEAR, replies={"QUIT": [Do.SILENCE]})) as served:
        clock = WaitedClock(slowness=20)
        report = run_plan(make_plan(served.port, timeout=3.0, **NONE), loop_factory=clock)
        assert clock.waited == 0
        assert (report.outcome, codes(report)) == (Outcome.OK, {Code.LOGIN_NOT_TESTED})
        assert served.peer.gone.wait(HANG)
    assert served.peer.verbs[-1] == "QUIT"


def test_quit_is_sent_after_a_refusal_and_not_waited_for() -> None:
    with serve(smtp(context=pki.good(), replies={"AUTH": ["535 5.7.8 no"], "QUIT": [Do.SILENCE]})) as served:
        report = run(served.port, credentials=LOGIN)
        assert report.code is Code.AUTH_REJECTED
        assert served.peer.gone.wait(HANG)
    assert served.peer.verbs[-1] == "QUIT"


def test_a_refused_password_is_tried_once() -> None:
    with serve(smtp(context=pki.good(), password="another")) as served:
        run(served.port, credentials=LOGIN)
    assert served.peer.verbs.count("AUTH") == 1


def test_the_next_mechanism_is_tried_after_a_mechanism_error() -> None:
    turns = Turns((["504 5.5.4 no PLAIN"], ["334 VXNlcm5hbWU6"]))
    login = base64.b64encode(b"user").decode().upper()
    script = smtp(
        context=pki.good(),
        replies={"AUTH": turns, login: ["535 5.7.8 no"], base64.b64encode(b"user").decode(): ["535 no"]},
    )
    with serve(script) as served:
        report = run(served.port, credentials=LOGIN)
    assert report.code is Code.AUTH_REJECTED
    assert [line.split()[:2] for line in served.peer.heard if line.startswith("AUTH")] == [
        ["AUTH", "PLAIN"],
        ["AUTH", "LOGIN"],
    ]


def test_plain_waits_for_the_challenge_when_the_response_is_long() -> None:
    long = Credentials("user", Secret("x" * 600))
    with serve(smtp(context=pki.good(), password="x" * 600)) as served:
        report = run(served.port, credentials=long)
    assert report.outcome is Outcome.OK, report
    assert "AUTH PLAIN" in served.peer.heard


def test_endless_challenges_are_cancelled() -> None:
    async def script(peer: Any) -> None:
        await peer.perform(["220 x"])
        await peer.hear()
        await peer.perform(["250-x", "250 AUTH PLAIN LOGIN"])
        while True:
            line = await peer.hear()
            await peer.perform(["501 cancelled" if line == "*" else "334 "])

    with serve(script) as served:
        report = run(served.port, credentials=LOGIN, **NONE)
    assert (report.code, report.stage) == (Code.AUTH_MECHANISM_UNSUPPORTED, Stage.AUTH)
    assert served.peer.heard.count("*") == 2


# Secrets and hostile words.

BLOB = base64.b64encode(f"\0user\0{PASSWORD}".encode()).decode()


@pytest.mark.parametrize(
    "echo",
    [
        ("535 no such password: " + PASSWORD,),
        ("535 no: " + PASSWORD.upper(),),
        ("535 bad argument " + BLOB,),
        ("535 bad argument " + BLOB.rstrip("="),),
        ("535 bad " + base64.b64encode(PASSWORD.encode()).decode(),),
        ("535 bad " + base64.b64encode(f"log: user:{PASSWORD}!".encode()).decode(),),
        (f"535-no {PASSWORD[:6]}", f"535 {PASSWORD[6:]}"),
        ("535-no " + BLOB[:9], "535 " + BLOB[9:]),
        (f"535 no {PASSWORD[:4]}\x1b[1m{PASSWORD[4:]}",),
        (f"535 no {PASSWORD[:4]}\u202e{PASSWORD[4:]}",),
        ("535 " + "x" * 490 + PASSWORD,),
    ],
)
def test_an_echoed_password_is_masked(echo: Sequence[str]) -> None:
    with serve(smtp(context=pki.good(), replies={"AUTH": list(echo)})) as served:
        report = run(served.port, credentials=LOGIN)
    assert report.code is Code.AUTH_REJECTED
    assert Code.SERVER_ECHOES_SECRET in codes(report)
    shown = repr(report).lower()
    for secret in (PASSWORD, BLOB.rstrip("="), PASSWORD[4:], BLOB[9:].rstrip("=")):
        assert secret.lower() not in shown


def test_an_echo_in_a_later_reply_is_masked() -> None:
    replies: dict[str, Sequence[Part]] = {"MAIL": [f"550 user {PASSWORD} may not send"]}
    with serve(smtp(context=pki.good(), replies=replies)) as served:
        report = run(served.port, credentials=LOGIN, depth=Depth.MAIL, sender="a@example.org")
    assert report.code is Code.SENDER_REJECTED
    assert PASSWORD not in repr(report)


def test_hostile_words_are_made_harmless() -> None:
    words = "554 5.7.1 \x1b]0;owned\x07\x1b[31mred\x1b[0m \u202egnp.exe <script> \x00\x07 " + "y" * 2000
    with serve(raw(words.encode() + b"\xff\xfe\r\n")) as served:
        report = run(served.port, **NONE)
    assert report.code is Code.SERVICE_UNAVAILABLE
    text = report.evidence.text
    assert text.isprintable()
    assert len(text) <= 500
    assert "owned" not in text
    assert "red" in text


def test_hostile_extensions_are_made_harmless() -> None:
    lines = [f"250-X-{n} \x1b[2J{'z' * 900}" for n in range(40)]
    with serve(smtp(ehlo=["250-x", *lines, "250 HELP"])) as served:
        report = run(served.port, **NONE)
    assert report.ehlo is not None
    for keyword, parameters in report.ehlo.extensions.items():
        assert (keyword + parameters).isprintable()
        assert len(parameters) <= 300


def test_auto_waits_for_a_greeting_that_has_begun_instead_of_trying_tls_beside_it() -> None:
    """Postscreen greets in two parts, seconds apart, and takes who speaks in between for a spammer."""
    with serve(smtp(context=pki.good(), greeting=("220-wait", 0.6, "220 now"))) as served:
        report = run(served.port, tls_mode=TlsMode.AUTO)
    assert report.outcome is Outcome.OK, report
    assert len(served.peers) == 1
