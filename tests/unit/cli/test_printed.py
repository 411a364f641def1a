"""What `diagnose` and `discover` print, byte for byte, as it was recorded in tests/unit/cli/printed.

The network's parts are replaced; all else runs, from the arguments to the bytes on standard output. A page is renewed
with `PYTHONPATH=tests python -m unit.cli.test_printed`.
"""

from __future__ import annotations

import dataclasses
import io
import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import mailproof.discovery.search
import mailproof.probe.probe
from mailproof.cli.main import main
from mailproof.discovery.progress import (
    Candidate,
    Clue,
    SearchHeartbeat,
    SearchResult,
    Source,
    TriedCandidate,
    Verdict,
)
from mailproof.smtp.report import (
    AddressResult,
    Alternative,
    Certificate,
    EhloInfo,
    Evidence,
    Finding,
    Heartbeat,
    Report,
    Step,
    StepStarted,
    TlsInfo,
)
from mailproof.smtp.vocabulary import Code, Outcome, Severity, Stage, TlsMode

PAGES = Path(__file__).parent / "printed"
NOON = datetime(2026, 1, 2, 12, 0, 0, 250000, tzinfo=UTC)
LONG = "word " * 60 + "Donaudampfschiffahrtsgesellschaft" * 6
HOSTILE = "\x1b[31mred\x1b[0m \x07bell \u202ebidi \ud800 lone ☃ snow - What to do: Note: [x]"

CERTIFICATE = Certificate(
    subject="mail.test",
    sans=("mail.test", "*.mail.test"),
    issuer="Test CA",
    not_before=NOON,
    not_after=datetime(2027, 1, 2, tzinfo=UTC),
    key="EC secp256r1",
    signature="ecdsa-with-SHA256",
    fingerprint="ab" * 32,
)


def step(stage: Stage, sent: str = "", received: str = "", code: Code = Code.OK) -> Step:
    return Step(stage, NOON, 0.0123456, "[::1]:587", sent, received, code)


STEPS = (
    step(Stage.POLICY),
    step(Stage.RESOLVE, "::1", "::1"),
    step(Stage.CONNECT, "", "x" * 400),
    step(Stage.EHLO, "EHLO me.test", "250-hello\n250 AUTH PLAIN"),
    step(Stage.AUTH, "AUTH PLAIN ********", HOSTILE, Code.AUTH_REJECTED),
    dataclasses.replace(step(Stage.QUIT, "", "", Code.TIMEOUT), connection=2),
)

ALTERNATIVES = (
    Alternative(465, TlsMode.IMPLICIT, Code.OK, "answers", "", NOON, 0.0123456),
    Alternative(25, TlsMode.NONE, Code.TIMEOUT, "was silent", "mx.test", NOON, 5.0),
    Alternative(2525, TlsMode.STARTTLS, Code.CONNECTION_REFUSED, "refused", "", NOON),
    Alternative(2587, TlsMode.STARTTLS, Code.CONNECTION_REFUSED, "refused", "", NOON),
)

PASSED = Report(
    outcome=Outcome.OK,
    stage=Stage.QUIT,
    code=Code.OK,
    message="All is well.",
    findings=(
        Finding(Code.CLEARTEXT_CREDENTIALS, Severity.WARNING, Stage.AUTH, "In clear text.", LONG, "docs/x.md"),
        Finding(Code.CERT_EXPIRES_SOON, Severity.WARNING, Stage.TLS, "", "Renew it.", "docs/y.md"),
    ),
    steps=STEPS[:4],
    elapsed_ms=1234,
    round_trips=1,
    addresses=(
        AddressResult("192.0.2.1", "IPv4", Stage.EHLO, Code.OK, "answers and offers AUTH PLAIN", 0.0123456),
        AddressResult("2001:db8::1", "IPv6", Stage.GREETING, Code.SERVICE_UNAVAILABLE, HOSTILE + LONG, 1.25),
        AddressResult("192.0.2.2", "IPv4", Stage.EHLO, Code.ADDRESSES_DIFFER, "offers no login"),
    ),
)
FAILED = Report(
    outcome=Outcome.FAIL,
    stage=Stage.TLS,
    code=Code.TLS_HOSTNAME_MISMATCH,
    message=LONG,
    advice=HOSTILE,
    evidence=Evidence(535, "5.7.8", HOSTILE),
    tls=TlsInfo("TLSv1.3", "AES", "", (CERTIFICATE,), verify_error="name"),
    ehlo=EhloInfo("me.test", {"AUTH": "PLAIN"}, (), ("PLAIN",)),
    findings=(Finding(Code.TLS_HOSTNAME_MISMATCH, Severity.ERROR, Stage.TLS, "No.", "Do.", "/v1/findings/x"),),
    alternatives=ALTERNATIVES,
    steps=STEPS,
    elapsed_ms=7,
    round_trips=2,
)
BARE = Report(
    outcome=Outcome.FAIL,
    stage=Stage.TLS,
    code=Code.TLS_SELF_SIGNED,
    message="Itself.",
    tls=TlsInfo(chain=(Certificate("", (), "x", NOON, NOON, "RSA 2048", "s", "00"),)),
    alternatives=ALTERNATIVES[1:2],
)


def tried(host: str, verdict: Verdict, code: Code = Code.OK, **more: Any) -> TriedCandidate:
    candidate = Candidate(host, 587, TlsMode.STARTTLS, more.pop("user", ""), more.pop("source", Source.SRV), 1)
    return TriedCandidate(candidate, verdict, Stage.QUIT, code, elapsed_ms=12, **more)


BEST = tried("mx.test", Verdict.VERIFIED, user="o'neil $HOME@x.test", mechanisms=("PLAIN", "LOGIN"))
LITERAL = tried("2001:db8::1", Verdict.VERIFIED, source=Source.AUTOCONFIG)
OTHERS = (
    tried("relay.test", Verdict.WITHOUT_AUTH, source=Source.GUESS),
    tried("relay.test", Verdict.WITHOUT_AUTH, Code.AUTH_NOT_OFFERED),
    tried("down.test", Verdict.FAILED, Code.CONNECTION_REFUSED, message="No."),
    tried("late.test", Verdict.NOT_TRIED),
)
CLUES = (
    Clue(Source.SRV, "SRV _submission._tcp.x.test", "none", found=False),
    Clue(Source.MX, "MX x.test", "mx.test"),
    Clue(Source.AUTOCONFIG, "https://x.test", "has no address", Code.DNS_NOT_FOUND, found=False),
    Clue(Source.AUTOCONFIG, "https://autoconfig.x.test", HOSTILE + LONG, Code.TIMEOUT, found=False),
)
FOUND = SearchResult((BEST, LITERAL, *OTHERS), "Use mx.test.", "Mind the gap.", elapsed_ms=99)
ALONE = SearchResult((LITERAL,), "Use it.", elapsed_ms=1)
NOTHING = SearchResult(OTHERS, HOSTILE, LONG, complete=False, elapsed_ms=30000)

BEGUN = tuple(StepStarted(each.stage, each.started_at, each.connection) for each in STEPS)
TESTS: Mapping[str, tuple[Any, ...]] = {
    "passed": (*BEGUN[:2], *STEPS[:4], BEGUN[4], Heartbeat(Stage.AUTH, 4.6), PASSED),
    "failed": (*(event for pair in zip(BEGUN, STEPS, strict=True) for event in pair), *ALTERNATIVES, FAILED),
    "bare": (BARE,),
}
SEARCHES: Mapping[str, tuple[Any, ...]] = {
    "found": (*CLUES, BEST, LITERAL, *OTHERS, SearchHeartbeat(5.4), FOUND),
    "alone": (ALONE,),
    "nothing": (*OTHERS, NOTHING),
}

PLACES: Mapping[str, tuple[bool, str, Mapping[str, str]]] = {
    "a pipe": (False, "utf-8", {}),
    "a pipe in ASCII": (False, "ascii", {"COLUMNS": "40"}),
    "a terminal": (True, "utf-8", {}),
    "a terminal of 40 columns": (True, "utf-8", {"COLUMNS": "40"}),
    "a terminal without colour": (True, "utf-8", {"NO_COLOR": "1"}),
    "a terminal with an empty NO_COLOR": (True, "utf-8", {"NO_COLOR": ""}),
    "a dumb terminal": (True, "utf-8", {"TERM": "dumb", "COLUMNS": "100"}),
}
"""Whether it is a terminal, its encoding, and what the environment has."""


class Output(io.TextIOWrapper):
    """Standard output that says whether it is a terminal."""

    def __init__(self, terminal: bool, encoding: str) -> None:
        self.bytes = io.BytesIO()
        self.terminal = terminal
        super().__init__(self.bytes, encoding=encoding, newline="\n")

    def isatty(self) -> bool:
        return self.terminal


def player(events: Sequence[Any]) -> Callable[..., Any]:
    """Return a class whose `run` yields these events, whatever it is asked."""

    class Player:
        def __init__(self, **_: object) -> None:
            pass

        async def run(self, *_: object) -> AsyncGenerator[Any, None]:
            for event in events:
                yield event

    return Player


@contextmanager
def replaced(events: Sequence[Any]) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NO_COLOR", "COLUMNS", "LINES"):
            patch.delenv(name, raising=False)
        patch.setenv("TERM", "xterm")
        patch.setenv("COLUMNS", "80")
        patch.setattr(mailproof.probe.probe, "Probe", player(events))
        patch.setattr(mailproof.discovery.search, "SettingsSearch", player(events))
        yield patch


def printed(arguments: Sequence[str], events: Sequence[Any], place: str) -> tuple[int, bytes]:
    """Return the exit code and the bytes on standard output."""
    terminal, encoding, environment = PLACES[place]
    with replaced(events) as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        output = Output(terminal, encoding)
        patch.setattr(sys, "stdout", output)
        code = main(arguments)
        output.flush()
        return code, output.bytes.getvalue()


def readable(output: bytes) -> str:
    """Return an output with the escape character as ␛, and what else can't be seen as its number."""
    text = output.decode().replace("\x1b", "␛")
    return "".join(c if c.isprintable() or c == "\n" else f"⟨{ord(c):x}⟩" for c in text)


def page(command: Sequence[str], played: Mapping[str, Sequence[Any]]) -> str:
    """Return all outputs of a command, with a head before each."""
    parts = []
    for name, events in played.items():
        for place in PLACES:
            code, output = printed(command, events, place)
            parts.append(f"=== {name}, to {place}: exit code {code}\n{readable(output)}")
        code, output = printed([*command, "--json"], events, "a terminal")
        parts.append(f"=== {name}, as JSON: exit code {code}\n{readable(output)}")
    return "".join(parts)


PRINTED: Mapping[str, Callable[[], str]] = {
    "diagnose": lambda: page(["diagnose", "mail.test:587"], TESTS),
    "discover": lambda: page(["discover", "jo@x.test"], SEARCHES),
}


@pytest.mark.parametrize("command", PRINTED)
def test_the_output_is_what_was_recorded(command: str) -> None:
    assert PRINTED[command]() == (PAGES / f"{command}.txt").read_bytes().decode()


def test_the_pages_show_that_colour_width_and_quiet_matter() -> None:
    coloured = printed(["diagnose", "mail.test"], TESTS["failed"], "a terminal")[1]
    plain = printed(["diagnose", "mail.test"], TESTS["failed"], "a terminal without colour")[1]
    narrow = printed(["diagnose", "mail.test"], TESTS["failed"], "a terminal of 40 columns")[1]
    quiet = printed(["diagnose", "mail.test", "--json"], TESTS["failed"], "a terminal")[1]
    assert b"\x1b[1;31m" in coloured
    assert b"\x1b[1;31m" not in plain
    assert narrow.count(b"\n") > coloured.count(b"\n") > 10
    assert quiet.startswith(b"{\n")


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    for command, render in PRINTED.items():
        (PAGES / f"{command}.txt").write_bytes(render().encode())
