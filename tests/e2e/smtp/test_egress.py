"""The egress policy where it matters: what the probe dials, and what a denial tells a caller of each API."""

from __future__ import annotations

import json
import logging
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from clock_support.waiting import HANG
from mailproof.domain.asker import on_behalf_of
from mailproof.net.egress import Policy, Profile
from mailproof.net.egress_log import LoggingGuard
from mailproof.net.egress_rules import parse_rule
from mailproof.net.guard import EgressDenied
from mailproof.net.judged_lookup import CONCEALING
from mailproof.net.route import is_own
from mailproof.probe.probe import Probe
from mailproof.smtp.report import Report, Step
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage, TlsMode
from service_support.service import RunningService, running_service
from smtp_support import pki
from smtp_support.probing import LOGIN, TRUST, make_plan, run_events
from smtp_support.scripted import Do, Script, raw, serve, smtp

NAME = "rebinding.example"


class Lookups:
    """The system's resolver for one name: another answer each time, and a record of who asked for what."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str] | OSError) -> None:
        self._answers = iter(answers)
        self._real = socket.getaddrinfo
        self._lock = threading.Lock()
        self.asked: list[str] = []
        monkeypatch.setattr(socket, "getaddrinfo", self)

    def __call__(self, host: Any, port: Any, *args: Any, **keywords: Any) -> Any:
        if host != NAME:
            return self._real(host, port, *args, **keywords)
        with self._lock:
            self.asked.append(host)
            addresses = next(self._answers)
        if isinstance(addresses, OSError):
            raise addresses
        return [found for address in addresses for found in self._real(address, port, type=socket.SOCK_STREAM)]


def run_against(policy: Policy, port: int, clock: WaitedClock | None = None, **settings: Any) -> Report:
    plan = make_plan(port, **({"host": NAME} | settings))
    report = run_events(plan, Probe(guard=policy, trust=TRUST), loop_factory=clock)[-1]
    assert isinstance(report, Report)
    return report


def denying(*entries: str) -> Policy:
    return Policy(Profile.DEVELOPMENT, deny=tuple(map(parse_rule, entries)))


REBOUND = denying("127.0.0.2")
DANCES: list[tuple[str, Script, dict[str, Any]]] = [
    ("one connection", smtp(context=pki.good()), {"tls_mode": TlsMode.STARTTLS}),
    ("both modes of auto", raw(Do.SILENCE), {"tls_mode": TlsMode.AUTO, "timeout": 1.0}),
    ("a second connection without the check", smtp(context=pki.bad("expired")), {"tls_mode": TlsMode.OPPORTUNISTIC}),
    ("to the end", smtp(context=pki.good()), {"credentials": LOGIN, "sender": "a@b.example", "depth": Depth.MAIL}),
]


@pytest.mark.parametrize(("script", "settings"), [row[1:] for row in DANCES], ids=[row[0] for row in DANCES])
def test_a_name_that_rebinds_is_looked_up_once_and_the_judged_address_is_dialled(
    monkeypatch: pytest.MonkeyPatch, script: Script, settings: dict[str, Any]
) -> None:
    with serve(script) as good, socket.create_server(("127.0.0.2", good.port)) as trap:
        lookups = Lookups(monkeypatch, ["127.0.0.1"], *(["127.0.0.2"] for _ in range(9)))
        report = run_against(REBOUND, good.port, **settings)
        trap.settimeout(0)
        with pytest.raises(BlockingIOError):
            trap.accept()
    assert lookups.asked == [NAME]
    assert good.peers
    assert {step.peer for step in report.steps if step.peer} == {f"127.0.0.1:{good.port}"}


def test_the_next_test_looks_the_name_up_again_and_judges_the_new_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(smtp(context=pki.good())) as server:
        lookups = Lookups(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
        assert run_against(REBOUND, server.port, depth=Depth.CONNECT).outcome is Outcome.OK
        assert run_against(REBOUND, server.port, depth=Depth.CONNECT).code is Code.EGRESS_DENIED
    assert len(lookups.asked) == 2


def test_of_a_mixed_answer_the_forbidden_address_is_neither_dialled_nor_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(smtp(context=pki.good())) as good, socket.create_server(("127.0.0.2", good.port)) as trap:
        Lookups(monkeypatch, ["127.0.0.2", "127.0.0.1"])
        report = run_against(REBOUND, good.port, tls_mode=TlsMode.NONE)
        trap.settimeout(0)
        with pytest.raises(BlockingIOError):
            trap.accept()
    assert report.outcome is Outcome.OK
    assert "127.0.0.2" not in repr(report)


def test_an_allowed_address_that_fails_is_not_replaced_by_a_forbidden_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.2", 0)) as trap:
        port = trap.getsockname()[1]
        Lookups(monkeypatch, ["127.0.0.1", "127.0.0.2"])
        report = run_against(REBOUND, port)
        trap.settimeout(0)
        with pytest.raises(BlockingIOError):
            trap.accept()
    assert (report.code, report.stage) == (Code.CONNECTION_REFUSED, Stage.CONNECT)


def content(steps: tuple[Step, ...]) -> list[tuple[Any, ...]]:
    return [(s.stage, s.peer, s.sent, s.received, s.code) for s in steps]


@pytest.mark.parametrize("mode", list(TlsMode), ids=str)
def test_a_denial_that_needs_no_lookup_is_the_same_for_each(mode: TlsMode) -> None:
    policy = Policy(deny=(parse_rule("listed.example"),))
    hosts = ("listed.example", "127.0.0.1", "10.0.0.1", "localhost", "2130706433", "0x7f.1")
    reports = [run_against(policy, 587, host=host, tls_mode=mode) for host in hosts]
    reports.append(run_against(policy, 22, host="smtp.example.com", tls_mode=mode))
    first = reports[0]
    assert (first.outcome, first.stage, first.code) == (Outcome.FAIL, Stage.POLICY, Code.EGRESS_DENIED)
    assert content(first.steps) == [(Stage.POLICY, "", "", "", Code.EGRESS_DENIED)]
    assert_alike(reports)


@pytest.mark.parametrize("profile", [Profile.INTERNET, Profile.PRIVATE], ids=str)
@pytest.mark.parametrize("mode", [TlsMode.AUTO, TlsMode.NONE], ids=str)
def test_a_name_that_is_denied_looks_and_lasts_like_one_that_does_not_exist(
    monkeypatch: pytest.MonkeyPatch, mode: TlsMode, profile: Profile
) -> None:
    reports, waited = [], set()
    missing = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    for answer in (missing, ["127.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:127.0.0.1", "64:ff9b::7f00:1"]):
        clock = WaitedClock(slowness=2)  # a lookup on a thread must not be overtaken
        Lookups(monkeypatch, answer)
        reports.append(run_against(Policy(profile), 587, clock=clock, tls_mode=mode))
        waited.add(round(clock.waited, 6))
        monkeypatch.undo()
    missed = reports[0]
    assert (missed.outcome, missed.stage, missed.code) == (Outcome.FAIL, Stage.RESOLVE, Code.DNS_NOT_FOUND)
    assert "has no address that this service may connect to" in missed.message
    assert "ask the operator of this service" in missed.advice
    assert_alike(reports)
    assert waited == {CONCEALING}


def test_where_the_caller_is_the_operator_a_denial_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    Lookups(monkeypatch, ["169.254.169.254"], socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    assert run_against(Policy(Profile.DEVELOPMENT), 587).code is Code.EGRESS_DENIED
    missed = run_against(Policy(Profile.DEVELOPMENT), 587)
    assert (missed.code, missed.message) == (
        Code.DNS_NOT_FOUND,
        f"The name {NAME} does not exist, or has no address.",
    )


def test_this_machines_own_addresses_are_special_unless_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under `private` an address of another host may be dialled, and one of this machine's interfaces may not."""
    own, other = "10.250.0.1", "10.250.0.2"
    monkeypatch.setattr("mailproof.net.route.socket.socket.getsockname", lambda _: (own, 1))
    policy = Policy(Profile.PRIVATE, is_own=is_own)
    policy.check_name(other, 587)
    with pytest.raises(EgressDenied):
        policy.check_name(own, 587)
    with pytest.raises(EgressDenied):
        policy.check_addresses(NAME, 587, [own])
    Policy(Profile.PRIVATE, allow=(parse_rule(own),), is_own=is_own).check_name(own, 587)


def test_a_denial_is_logged_with_host_rule_and_caller(caplog: pytest.LogCaptureFixture) -> None:
    on_behalf_of(token_id="token-1", instance_id="instance-1")
    guard = LoggingGuard(Policy(deny=(parse_rule("listed.example"),)))
    for host, addresses in (("listed.example", []), (NAME, ["10.1.2.3"])):
        with caplog.at_level(logging.INFO), pytest.raises(EgressDenied) as denied:
            guard.check_addresses(host, 587, addresses)
        assert "10.1.2.3" not in str(denied.value)
    rows = [(vars(row)["host"], vars(row)["port"], vars(row)["token_id"]) for row in caplog.records]
    assert rows == [("listed.example", 587, "token-1"), (NAME, 587, "token-1")]
    assert "deny list" in vars(caplog.records[0])["rule"]


def assert_alike(reports: list[Report]) -> None:
    first, *others = reports
    for other in others:
        assert content(other.steps) == content(first.steps)
        for name in ("outcome", "stage", "code", "message", "advice", "evidence", "tls", "ehlo", "findings", "fixes"):
            assert getattr(other, name) == getattr(first, name), name
        assert (other.round_trips, other.alternatives) == (0, ())


# What a caller of the APIs sees. None of these is dialled, so the machine's own network does not matter.
FORBIDDEN = [
    "127.0.0.1",
    "localhost",
    "::1",
    "2130706433",  # 127.0.0.1, as the system's resolver reads it
    "0x7f000001",
    "127.1",
    "0",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "2002:7f00:1::1",
    "100.64.0.1",
    "listed.example",
    "any.below.example",
]


@pytest.fixture(scope="module")
def public_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service as on the internet, with a deny list."""
    arguments = ("--egress-profile", "internet", "--egress-deny", "listed.example", "--egress-deny", "*.below.example")
    with running_service(tmp_path_factory.mktemp("egress") / "data", *arguments) as running:
        yield running


def post(service: RunningService, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {service.admin_token}", "content-type": "application/json"}
    request = urllib.request.Request(f"{service.http_url}{path}", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=HANG) as answer:
            return answer.status, [json.loads(line) for line in answer.read().splitlines()]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


VARYING = {"startedAt", "duration", "elapsedMs", "elapsed", "requestId"}


def timeless(value: Any) -> Any:
    """Return an answer without what time or chance put into it."""
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key not in VARYING}
    return [timeless(item) for item in value] if isinstance(value, list | tuple) else value


def test_over_rest_all_denials_of_a_diagnosis_are_one(public_service: RunningService) -> None:
    answers = [post(public_service, "/v1/diagnose", {"host": host, "port": 587}) for host in FORBIDDEN]
    answers += [post(public_service, "/v1/diagnose", {"host": "smtp.example.com", "port": port}) for port in (22, 443)]
    first = timeless(answers[0])
    assert first[0] == 200
    text = json.dumps(first)
    assert "EGRESS_DENIED" in text
    assert "RESOLVE" not in text
    assert "127.0.0.1" not in text
    for answer, host in zip(answers, [*FORBIDDEN, "port 22", "port 443"], strict=True):
        assert timeless(answer) == first, host


def test_over_rest_all_denials_of_a_settings_test_are_one(public_service: RunningService) -> None:
    def body(host: str) -> dict[str, Any]:
        address = f"[{host}]:587" if ":" in host else f"{host}:587"
        return {
            "senderAddress": "a@example.com",
            "senderName": "A",
            "host": address,
            "tls": True,
            "receiverAddress": "b@example.com",
        }

    answers = [post(public_service, "/admin/v1/smtp/_test", body(host)) for host in FORBIDDEN]
    first = timeless(answers[0])
    assert first[0] == 400
    assert "EGRESS_DENIED" in json.dumps(first)
    for answer, host in zip(answers, FORBIDDEN, strict=True):
        assert timeless(answer) == first, host


def test_allow_and_deny_lists_reach_the_service(tmp_path: Path) -> None:
    allowed = ("--egress-profile", "internet", "--egress-allow", "127.0.0.0/8", "--egress-deny", "127.0.0.2")
    with serve(smtp(context=pki.good())) as server:
        env = {"MAILPROOF_EGRESS_ALLOW": "2525"}  # the flags win
        with running_service(tmp_path / "data", *allowed, "--egress-allow", str(server.port), env=env) as running:
            verdicts = {}
            for host in ("127.0.0.1", "127.0.0.2", "10.0.0.1"):
                _, events = post(running, "/v1/diagnose", {"host": host, "port": server.port, "depth": "DEPTH_CONNECT"})
                verdicts[host] = events[-1]["report"]["code"]
    assert verdicts == {"127.0.0.1": "CODE_OK", "127.0.0.2": "CODE_EGRESS_DENIED", "10.0.0.1": "CODE_EGRESS_DENIED"}
