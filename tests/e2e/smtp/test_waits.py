"""A verified setting is told when it is verified: which waits end early, which do not, and what is said of them."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from mailproof.net.dial import dial
from mailproof.probe.trials import CONNECT_PATIENCE, WAIT, WAIT_AT_25
from mailproof.smtp.report import Alternative, Report
from mailproof.smtp.vocabulary import Code, Outcome, Patience, Stage, TlsMode
from smtp_support.machine import USUAL, Machine, black_hole, plan, rows, run
from smtp_support.names import own_address, resolve
from smtp_support.probing import run_events
from smtp_support.scripted import Do, raw, serve

IMPLICIT, STARTTLS, NONE, AUTO = TlsMode.IMPLICIT, TlsMode.STARTTLS, TlsMode.NONE, TlsMode.AUTO


@pytest.mark.parametrize("mode", [AUTO, STARTTLS, NONE], ids=str)
def test_a_blocked_port_beside_a_good_one_is_told_soon(machine: Machine, mode: TlsMode) -> None:
    machine.implicit(465)
    clock = WaitedClock()
    with black_hole(25, machine.address):
        report = run(25, mode, clock, timeout=30.0)
    assert clock.waited < 5
    assert (report.stage, report.code) == (Stage.CONNECT, Code.TIMEOUT)
    assert "came about within 3." in report.message
    assert report.advice.startswith("Set the ")
    assert "the port to 465: verified" in report.advice
    assert report.fixes[0].verified
    assert rows(report)[0] == (465, IMPLICIT, Code.OK)


def test_all_of_the_time_is_waited_where_that_is_asked_for(machine: Machine) -> None:
    machine.implicit(465)
    clock = WaitedClock()
    with black_hole(587, machine.address):
        report = run(587, clock=clock, timeout=5.0, wait=Patience.FULL)
    assert clock.waited == pytest.approx(5.0)
    assert "came about in time" in report.message
    assert rows(report)[0] == (465, IMPLICIT, Code.OK)


def test_a_wait_without_another_setting_that_works_has_all_of_its_time(machine: Machine) -> None:
    machine.tarpits()
    clock = WaitedClock(slowness=0.1)
    report = run(587, clock=clock, timeout=5.0)
    assert clock.waited == pytest.approx(5.0)
    assert report.code is Code.TIMEOUT


@pytest.mark.parametrize(("port", "waited"), [(587, WAIT), (25, WAIT_AT_25)])
def test_a_silent_greeting_ends_once_another_setting_works(machine: Machine, port: int, waited: float) -> None:
    machine.tarpits(465)
    machine.implicit(465)
    clock = WaitedClock()
    report = run(port, clock=clock, timeout=30.0)
    assert clock.waited == pytest.approx(waited, abs=0.1)
    assert (report.stage, report.code) == (Stage.GREETING, Code.TIMEOUT)
    assert f"no greeting within {waited} s" in report.message
    assert "Set the TLS mode to implicit and the port to 465: verified" in report.advice


def test_a_silent_handshake_ends_once_another_setting_works(machine: Machine) -> None:
    machine.tarpits(587)
    machine.submission(587)
    clock = WaitedClock()
    report = run(465, IMPLICIT, clock, timeout=30.0)
    assert clock.waited == pytest.approx(WAIT, abs=0.1)
    assert (report.stage, report.code) == (Stage.TLS, Code.TIMEOUT)
    assert "Set the TLS mode to starttls and the port to 587: verified" in report.advice


def test_a_silent_handshake_after_starttls_ends_once_another_setting_works(machine: Machine) -> None:
    """The greeting was heard, but that says nothing of the handshake."""
    machine.submission(587, starttls=("220 go", Do.SILENCE))
    machine.implicit(465)
    clock = WaitedClock()
    report = run(587, clock=clock, timeout=30.0)
    assert clock.waited == pytest.approx(WAIT, abs=0.1)
    assert (report.stage, report.code) == (Stage.TLS, Code.TIMEOUT)
    assert "Set the TLS mode to implicit and the port to 465: verified" in report.advice


def test_several_silent_addresses_are_told_as_soon_as_one(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.tarpits(465)
    machine.implicit(465)
    other = own_address()
    resolve(monkeypatch, {"mail.test": [machine.address, other]})
    clock = WaitedClock()
    with serve(raw(Do.SILENCE), host=other, port=587):
        report = run(587, clock=clock, timeout=30.0)
    assert clock.waited == pytest.approx(WAIT, abs=0.5)
    assert "Set the TLS mode to implicit and the port to 465: verified" in report.advice


def test_a_trial_that_is_given_up_says_how_long_it_was_waited_for(machine: Machine) -> None:
    machine.implicit(465)
    machine.script(587, raw(Do.SILENCE))
    report = run(587, IMPLICIT, WaitedClock(), timeout=30.0)
    (row,) = [other for other in report.alternatives if other.port == 587]
    assert row.code is Code.TIMEOUT
    assert "sent no greeting within " in row.message


def test_a_silent_greeting_inside_tls_ends_once_another_setting_works(machine: Machine) -> None:
    machine.implicit(465, greeting=(Do.SILENCE,))
    machine.submission(587)
    clock = WaitedClock()
    report = run(465, IMPLICIT, clock, timeout=30.0)
    assert clock.waited == pytest.approx(WAIT, abs=0.1)
    assert (report.stage, report.code) == (Stage.GREETING, Code.TIMEOUT)
    assert "Set the TLS mode to starttls and the port to 587: verified" in report.advice


def test_a_connect_in_which_this_machine_was_busy_makes_no_wait_longer(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    dials = itertools.count()

    async def busy_at_first(*args: Any) -> Any:
        connected = await dial(*args)
        if next(dials) == 0:
            time.sleep(0.5)  # noqa: ASYNC251 - a busy machine blocks the loop; 20 of it would be a wait of 10 s
        return connected

    monkeypatch.setattr("mailproof.probe.link.dial", busy_at_first)
    machine.tarpits(465)
    machine.implicit(465)
    clock = WaitedClock()
    run(587, clock=clock, timeout=30.0)
    assert clock.waited == pytest.approx(WAIT, abs=0.1)


def test_a_server_that_greets_late_passes_although_another_setting_works(machine: Machine) -> None:
    machine.implicit(465)
    machine.submission(25, greeting=(2.0, "220 mail.test"))
    assert run(25, timeout=30.0).outcome is Outcome.OK


def test_a_greeting_that_has_begun_is_waited_for(machine: Machine) -> None:
    machine.implicit(465)
    machine.script(587, raw(b"220-wait\r\n", Do.SILENCE))
    clock = WaitedClock(slowness=0.2)
    report = run(587, clock=clock, timeout=5.0)
    assert clock.waited == pytest.approx(5.0)
    assert report.code is Code.TIMEOUT


def test_ports_that_drop_what_is_sent_are_not_waited_for_long_where_the_host_answers(machine: Machine) -> None:
    machine.script(587, raw("554 5.3.2 not now"))
    clock = WaitedClock()
    with black_hole(465, machine.address):
        report = run(587, clock=clock, timeout=30.0)
    assert report.stage is Stage.GREETING
    assert clock.waited <= CONNECT_PATIENCE + 0.1


# The stream.


def streamed(port: int, mode: TlsMode = STARTTLS, **settings: Any) -> tuple[list[Alternative], Report]:
    events = run_events(plan(port, mode, **settings))
    report = events[-1]
    assert isinstance(report, Report)
    return [event for event in events if isinstance(event, Alternative)], report


def test_each_alternative_of_the_report_was_streamed_once_before_it(machine: Machine) -> None:
    machine.implicit(465)
    machine.tarpits(465, 587)
    told, report = streamed(587)  # refused
    assert report.code is Code.CONNECTION_REFUSED
    assert sorted(told, key=lambda other: other.port) == sorted(report.alternatives, key=lambda other: other.port)
    assert {other.port for other in told} == set(USUAL) - {587}
    assert told[0].code is Code.OK
    assert all(other.duration > 0 for other in told)
    began = report.steps[0].started_at
    assert all(began <= other.started_at for other in told)


def test_a_trial_is_streamed_while_the_attempt_still_waits(machine: Machine) -> None:
    machine.implicit(465)
    machine.script(587, raw(Do.SILENCE))
    events = run_events(plan(587, timeout=6.0), loop_factory=WaitedClock())
    (place,) = [at for at, event in enumerate(events) if isinstance(event, Alternative) and event.code is Code.OK]
    assert any(getattr(event, "code", None) is Code.TIMEOUT for event in events[place:])


def test_a_setting_that_proves_not_to_be_the_problem_is_streamed_but_not_in_the_report(machine: Machine) -> None:
    machine.implicit(465)
    machine.submission(587, greeting=(0.4, "220 mail.test"))
    told, report = streamed(587, timeout=1.2)
    assert report.outcome is Outcome.OK
    assert report.alternatives == ()
    assert (465, Code.OK) in [(other.port, other.code) for other in told]
