"""`auto` beside the explicit modes: it never has worse evidence, and takes little more time to find it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clock_support.loop import WaitedClock
from mailproof.probe.attempt import SECOND_TRY, SILENCE
from mailproof.smtp.report import Report
from mailproof.smtp.vocabulary import Code, Outcome, Stage, TlsMode
from smtp_support.machine import Machine, plan
from smtp_support.probing import run_plan
from smtp_support.scripted import Do, Script, raw, smtp

IMPLICIT, STARTTLS, AUTO = TlsMode.IMPLICIT, TlsMode.STARTTLS, TlsMode.AUTO

PORTS = (465, 587, 2526)
"""Where `auto` tries implicit TLS first, where it tries STARTTLS first, and a port of no meaning."""

# The begin of a ServerHello: handshake, TLS 1.2, 74 octets, server_hello, 70 octets, TLS 1.2.
HALF_A_SERVER_HELLO = bytes.fromhex("160303004a020000460303")
ALERT = bytes.fromhex("15030300020228")  # fatal, handshake_failure (RFC 8446 section 6)
OTHER_VERSION = bytes.fromhex("15030200020246")  # fatal, protocol_version


SCRIPTS: dict[str, tuple[TlsMode | None, Callable[[], Script]]] = {
    "cut at the ClientHello": (IMPLICIT, lambda: raw(Do.HEAR, Do.CLOSE)),
    "reset at the ClientHello": (IMPLICIT, lambda: raw(Do.HEAR, Do.RESET)),
    "cut in the ServerHello": (IMPLICIT, lambda: raw(Do.HEAR, HALF_A_SERVER_HELLO, Do.CLOSE)),
    "reset in the ServerHello": (IMPLICIT, lambda: raw(Do.HEAR, HALF_A_SERVER_HELLO, Do.RESET)),
    "an alert": (IMPLICIT, lambda: raw(Do.HEAR, ALERT, Do.CLOSE)),
    "an alert on the version": (IMPLICIT, lambda: raw(Do.HEAR, OTHER_VERSION, Do.CLOSE)),
    "silence in the ServerHello": (IMPLICIT, lambda: raw(Do.HEAR, HALF_A_SERVER_HELLO, Do.SILENCE)),
    "silence at the ClientHello": (None, lambda: raw(Do.HEAR, Do.SILENCE)),
    "a refused greeting": (STARTTLS, lambda: raw("554 5.3.2 not now")),
    "a greeting that is cut": (STARTTLS, lambda: raw(b"220 mail", Do.CLOSE)),
    "a close without a greeting": (None, lambda: raw(0.05, Do.CLOSE)),
    "no STARTTLS": (STARTTLS, lambda: smtp(ehlo=("250 mail.test",))),
    "STARTTLS refused": (STARTTLS, lambda: smtp(starttls=("454 4.7.0 not now",))),
    "STARTTLS and a cut": (STARTTLS, lambda: smtp(starttls=("220 go", Do.HEAR, Do.CLOSE))),
    "STARTTLS and a reset": (STARTTLS, lambda: smtp(starttls=("220 go", Do.HEAR, Do.RESET))),
    "another protocol": (None, lambda: raw("* OK IMAP4rev1 ready")),
}
"""What a server does, and the mode that it speaks; None where that can't be told."""


def asked(port: int, mode: TlsMode, slowness: float = 1.0) -> tuple[Report, float]:
    clock = WaitedClock(slowness)
    report = run_plan(plan(port, mode, timeout=4.0, verify_alternatives=False), loop_factory=clock)
    return report, clock.waited


def of_no_mode(message: str, mode: str) -> str:
    """Return a sentence as it is where no mode was chosen by name."""
    for verb in ("demand", "begin"):
        message = message.replace(f"TLS mode {mode} {verb}s", f"these settings {verb}")
    return message.replace(f"mode {mode}", "mode auto")


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_auto_says_what_the_right_mode_says(machine: Machine, name: str, port: int) -> None:
    mode, make = SCRIPTS[name]
    machine.script(port, make())
    modes = [mode] if mode else [IMPLICIT, STARTTLS]
    slowness = 0.1 if name.startswith("silence") else 1.0  # nothing comes that a short wait could overtake
    right = [asked(port, one, slowness) for one in modes]
    auto, waited = asked(port, AUTO, slowness)
    if (
        name == "a close without a greeting"
    ):  # whether the ClientHello was on its way by then decides what it looks like
        assert {auto.code, *(report.code for report, _ in right)} <= {Code.CONNECTION_CLOSED, Code.CONNECTION_RESET}
        return
    assert (auto.stage, auto.code) in [(report.stage, report.code) for report, _ in right]
    assert auto.evidence in [report.evidence for report, _ in right]
    assert auto.message in [of_no_mode(report.message, str(mode)) for report, _ in right]
    assert waited <= max(2 * max(time for _, time in right), SECOND_TRY + SILENCE) + 0.01


@pytest.mark.parametrize("port", PORTS)
def test_both_tries_are_steps(machine: Machine, port: int) -> None:
    machine.script(port, raw(Do.HEAR, Do.CLOSE))
    report, _ = asked(port, AUTO)
    stages = {(step.connection, step.stage): step.code for step in report.steps}
    clear, secure = (2, 1) if port == 465 else (1, 2)
    assert stages[secure, Stage.TLS] is Code.CONNECTION_CLOSED
    assert stages[clear, Stage.GREETING] is Code.TIMEOUT
    assert [step.stage for step in report.steps].count(Stage.CONNECT) == 2
    assert report.elapsed_ms >= SILENCE * 1000  # the verdict is not known before the second try has ended


@pytest.mark.parametrize("port", PORTS)
def test_a_clear_greeting_that_comes_late_is_still_waited_for(machine: Machine, port: int) -> None:
    """The port answers a ClientHello with its greeting: nothing was cut."""
    machine.submission(port, greeting=(0.8, "220 mail.test"))  # 1.6 s on this clock
    clock = WaitedClock(slowness=0.5)
    report = run_plan(plan(port, AUTO, timeout=20.0, verify_alternatives=False), loop_factory=clock)
    assert report.outcome is Outcome.OK
