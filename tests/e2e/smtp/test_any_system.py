"""`mailproof` on systems without epoll: the same reports, the same ends, and one sentence where Linux is needed.

The real command in a process of its own, from which `smtp_support.systems` has taken what the system lacks.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from discovery_support.world import ADDRESS, World
from mailproof import __version__
from mailproof.cli import main as cli
from smtp_support import pki
from smtp_support.names import own_address
from smtp_support.probing import PASSWORD
from smtp_support.real_server import PASSWORD as REAL_PASSWORD
from smtp_support.real_server import USER as REAL_USER
from smtp_support.real_server import RealServer, real_server
from smtp_support.scripted import EHLO_CLEAR, Do, Script, free_port, raw, serve, smtp
from smtp_support.systems import SYSTEMS, command

LACKING = [system for system in SYSTEMS if system != "as_it_is"]

LONG = [f"220-{'x' * 70}" for _ in range(200)]  # octets of more than one read


@dataclass(frozen=True)
class Case:
    """A server, what is asked of it, and the code that comes out."""

    server: Callable[[], AbstractContextManager[str]]  # gives HOST:PORT
    arguments: Sequence[str]
    code: str
    stdin: str = ""


def scripted(
    script: Callable[[], Script], *, implicit: bool = False, host: str = "127.0.0.1"
) -> Callable[[], AbstractContextManager[str]]:
    @contextmanager
    def served() -> Iterator[str]:
        with serve(script(), context=pki.good() if implicit else None) as running:
            yield f"{host}:{running.port}"

    return served


@contextmanager
def nobody() -> Iterator[str]:
    yield f"127.0.0.1:{free_port()}"


@contextmanager
def implicit_elsewhere() -> Iterator[str]:
    """A closed port on a host whose port 465 works: the other settings are tried, several at once."""
    address = own_address()
    context = pki.server_context(pki.issue("x", pki.authority(), sans=(address,)))
    with serve(smtp(secure=True), context=context, host=address, port=465):
        yield f"{address}:587"


LOGIN = ("--user", "user", "--password-stdin")
PLAIN = ("--tls", "none")
SHORT = ("--timeout", "1", "--no-alternatives")

CASES = {
    "STARTTLS and AUTH": Case(scripted(lambda: smtp(context=pki.good())), LOGIN, "ok", PASSWORD),
    "implicit TLS and AUTH": Case(scripted(lambda: smtp(secure=True), implicit=True), LOGIN, "ok", PASSWORD),
    "two addresses": Case(scripted(lambda: smtp(context=pki.good()), host="localhost"), LOGIN, "ok", PASSWORD),
    "a wrong password": Case(scripted(lambda: smtp(context=pki.good())), LOGIN, "auth_rejected", "wrong"),
    "a message": Case(
        scripted(lambda: smtp(ehlo=EHLO_CLEAR)), (*PLAIN, "--to", "b@example.net"), "ok"
    ),
    "a greeting of many reads": Case(scripted(lambda: smtp(greeting=[*LONG, "220 hi"])), PLAIN, "response_too_large"),
    "a greeting drop by drop": Case(
        scripted(lambda: smtp(greeting=[b"220-a", 0.05, b"\r\n220 ", 0.05, b"b\r", 0.05, b"\n"], ehlo=EHLO_CLEAR)),
        PLAIN,
        "ok",
    ),
    "a reset": Case(scripted(lambda: raw(0.1, Do.RESET)), (*PLAIN, "--no-alternatives"), "connection_reset"),
    "a close after a word": Case(scripted(lambda: raw("421 busy", Do.CLOSE)), PLAIN, "service_unavailable"),
    "silence": Case(scripted(lambda: raw(Do.SILENCE)), (*PLAIN, *SHORT), "timeout"),
    "silence in the midst": Case(
        scripted(lambda: raw("220 hi", Do.SILENCE)), (*PLAIN, *SHORT), "timeout"
    ),
    "no TLS behind STARTTLS": Case(
        scripted(lambda: smtp(starttls=["220 go", "250 what?"])), (), "starttls_injection"
    ),
    "nobody": Case(nobody, (), "connection_refused"),
    "another port works": Case(implicit_elsewhere, ("--tls", "starttls"), "connection_refused"),
}  # fmt: skip


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_text(pki.authority().pem)
    return str(path)


def start(system: str, *arguments: str, prepare: str = "", **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*command(system, prepare), *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more,
    )  # fmt: skip


def finish(child: subprocess.Popen[str], stdin: str = "") -> tuple[int, str, str]:
    with child:
        try:
            out, err = child.communicate(stdin, timeout=60)
        finally:
            child.kill()
    return child.returncode, out, err


def comparable(report: Any) -> Any:
    """Return a report without what differs between two runs: its times."""
    for timed in (*report["steps"], *report["alternatives"]):
        del timed["started_at"], timed["duration"]
    del report["elapsed_ms"]
    return report


@pytest.mark.parametrize("name", CASES)
def test_the_report_is_the_same_on_every_system(name: str, ca_file: str) -> None:
    case = CASES[name]
    with case.server() as target:
        arguments = ("diagnose", target, "--ca-file", ca_file, "--json", *case.arguments)
        children = [start(system, *arguments) for system in SYSTEMS]
        done = [finish(child, case.stdin) for child in children]
    assert [(code, err) for code, _, err in done] == [(0 if case.code == "ok" else 1, "")] * len(SYSTEMS)
    here, *others = (comparable(json.loads(out)) for _, out, _ in done)
    assert here["code"] == case.code
    for other in others:
        assert other == here


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with real_server(tmp_path_factory.mktemp("messages")) as running:
        yield running


@pytest.mark.parametrize("system", LACKING)
@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "implicit"])
def test_a_real_server_takes_the_login(system: str, implicit: bool, real: RealServer, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(real.ca_pem)
    target = f"127.0.0.1:{real.implicit if implicit else real.starttls}"
    child = start(
        system, "diagnose", target, "--user", REAL_USER, "--password-stdin", "--ca-file", str(tmp_path / "ca.pem")
    )
    code, out, err = finish(child, REAL_PASSWORD)
    assert (code, err) == (0, "")
    assert "PASSED" in out


@pytest.mark.parametrize("system", SYSTEMS)
def test_an_interrupt_ends_a_wait_quietly(system: str) -> None:
    nothing_else_wakes = "from mailproof.probe import probe; probe.HEARTBEAT = 300.0"
    with serve(raw(Do.SILENCE)) as served:
        arguments = ("diagnose", f"127.0.0.1:{served.port}", *PLAIN, "--no-alternatives", "--timeout", "300")
        child = start(system, *arguments, prepare=nothing_else_wakes)
        assert child.stdout is not None
        while "connect" not in child.stdout.readline():
            pass
        child.send_signal(signal.SIGINT)
        code, _, err = finish(child)
        assert (code, err) == (130, "")
        assert served.peer.gone.wait(10)


@pytest.mark.parametrize("system", LACKING)
def test_settings_are_found(system: str) -> None:
    with ExitStack() as stack:
        world = World(stack)
        world.srv("_submission", "0 1 587 silent.example.test.", "1 1 587 mx.example.test.")
        world.mail("mx.example.test", 587)
        world.mail("silent.example.test", 587, raw(Do.SILENCE))
        world.web("autoconfig.example.test", b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
        code, out, err = finish(start(system, "discover", ADDRESS, "--timeout", "5", "--json", prepare=world.prepare()))
    assert (code, err) == (0, "")
    best, silent = json.loads(out)["candidates"][:2]
    assert (best["host"], best["port"], best["verdict"], best["source"]) == ("mx.example.test", 587, "verified", "srv")
    assert (silent["host"], silent["verdict"]) == ("silent.example.test", "not_tried")  # it was given 2.5 seconds


@pytest.mark.parametrize("system", LACKING)
def test_help_is_the_same(system: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [["--help"], *([one.name, "--help"] for one in cli._COMMANDS)]
    one_after_the_other = (
        f"from mailproof.cli import main as cli\nfor asked in {asked}:\n    print(cli.main(asked), end='\\0')"
    )
    expected = ""
    for arguments in asked:
        code = cli.main(arguments)
        expected += f"{capsys.readouterr().out}{code}\0"
    done, shown, said = finish(start(system, "--version", prepare=one_after_the_other))
    assert (done, shown.removesuffix(f"mailproof {__version__}\n"), said) == (0, expected, "")
    assert expected.count("0\0") == len(asked)


@pytest.mark.parametrize("arguments", [(), ("--data-dir", "data"), ("--data-dir", "data", "--sandbox")])
@pytest.mark.parametrize(
    ("system", "missing"), [("without_epoll", "epoll"), ("like_windows", "epoll and no uvloop")]
)  # fmt: skip
def test_serve_says_in_one_sentence_that_it_needs_linux(
    system: str, missing: str, arguments: Sequence[str], tmp_path: Path
) -> None:
    code, out, err = finish(start(system, "serve", *arguments, cwd=tmp_path))
    assert (code, out) == (3, "")
    assert err == (
        f"mailproof: serve needs Linux: this system has no {missing}; "
        "`mailproof diagnose` and `mailproof discover` work here\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_help_is_shown_where_not_every_character_can_be() -> None:
    env = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "mailproof", "diagnose", "--help"], env=env, capture_output=True, text=True, check=True
    )
    assert "--oauth-\\u2026" in done.stdout
