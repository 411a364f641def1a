"""Several addresses behind one name (RFC 8305): a dead one costs a moment, and if all are dead the report says how."""

from __future__ import annotations

import pytest

from clock_support.loop import WaitedClock
from mailproof.smtp.report import Report
from mailproof.smtp.vocabulary import Code, Outcome, Stage, TlsMode
from smtp_support.machine import black_hole
from smtp_support.names import own_address, resolve
from smtp_support.probing import make_plan, run_plan
from smtp_support.scripted import EHLO_CLEAR, serve, smtp

PORT = 2525
UNREACHABLE = "255.255.255.255"  # TCP knows no broadcast: the kernel refuses at once, with or without a network


def run(clock: WaitedClock | None = None, timeout: float = 60.0) -> Report:
    plan = make_plan(PORT, host="mail.test", tls_mode=TlsMode.NONE, timeout=timeout)
    return run_plan(plan, loop_factory=clock)


def connect_step(report: Report) -> tuple[Code, str]:
    (step,) = (step for step in report.steps if step.stage is Stage.CONNECT)
    return step.code, step.received


def test_an_unreachable_address_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    address = own_address()
    resolve(monkeypatch, {"mail.test": [UNREACHABLE, address]})
    clock = WaitedClock(slowness=20)
    with serve(smtp(ehlo=EHLO_CLEAR), host=address, port=PORT):
        report = run(clock)
    assert report.outcome is Outcome.OK
    assert clock.waited == 0
    assert report.steps[-1].peer == f"{address}:{PORT}"


def test_a_silent_address_costs_a_quarter_of_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    address = own_address()
    with black_hole(PORT) as silent, serve(smtp(ehlo=EHLO_CLEAR), host=address, port=PORT):
        resolve(monkeypatch, {"mail.test": [silent, address]})
        clock = WaitedClock()
        report = run(clock)
    assert report.outcome is Outcome.OK
    assert clock.waited == pytest.approx(0.25)
    assert report.steps[-1].peer == f"{address}:{PORT}"


def test_a_dead_family_does_not_hide_the_living_one(monkeypatch: pytest.MonkeyPatch) -> None:
    address = own_address()
    resolve(monkeypatch, {"mail.test": ["::1", "::1", address]})
    with serve(smtp(ehlo=EHLO_CLEAR), host=address, port=PORT):
        assert run().outcome is Outcome.OK


def test_where_all_fail_the_telling_one_is_the_cause_and_all_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, {"mail.test": [UNREACHABLE, own_address()]})
    report = run()
    assert (report.stage, report.code) == (Stage.CONNECT, Code.CONNECTION_REFUSED)
    words = "the addresses fail differently: connection refused, network unreachable"
    assert connect_step(report) == (Code.CONNECTION_REFUSED, words)


def test_where_all_fail_alike_that_is_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    for addresses, code in (
        ([UNREACHABLE], Code.NETWORK_UNREACHABLE),
        ([UNREACHABLE, UNREACHABLE], Code.NETWORK_UNREACHABLE),
        ([own_address(), own_address()], Code.CONNECTION_REFUSED),
    ):
        resolve(monkeypatch, {"mail.test": addresses})
        assert connect_step(run()) == (code, "")


def test_one_that_is_silent_to_the_end_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole(PORT) as silent:
        resolve(monkeypatch, {"mail.test": [UNREACHABLE, silent, own_address()]})
        clock = WaitedClock()
        report = run(clock, timeout=0.8)
    assert (report.stage, report.code) == (Stage.CONNECT, Code.TIMEOUT)
    assert clock.waited == pytest.approx(0.8)
