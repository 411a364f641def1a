"""A server that says the most of everything that our bounds let through: its report has 16 kB at most all the same."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from pathlib import Path

from clock_support.waiting import HANG
from mailproof.smtp.report import Report, Step
from mailproof.smtp.vocabulary import Code, Outcome, Stage, TlsMode
from smtp_support import pki
from smtp_support.forms import check_size
from smtp_support.probing import LOGIN, PASSWORD, make_plan, run_events
from smtp_support.scripted import Script, serve, smtp

LINE = "发送失败 请检查您的用户名和密码" * 12
LINES = 128


def reply(code: int, text: str, lines: int = LINES) -> list[str]:
    """Return a reply of many lines, the first of them as it is known."""
    return [*(f"{code}-{text}" for _ in range(lines - 1)), f"{code} {text}"]


def largest() -> tuple[Script, ssl.SSLContext]:
    """Return the server, and its TLS with ten certificates, as many names in them as OpenSSL takes."""
    authority = pki.authority()
    names = tuple(f"{'n' * 60}.{'m' * 60}.{number}.example.org" for number in range(97))
    leaf = pki.issue("x" * 60, authority, sans=(*pki.LOCAL, *names))
    others = [pki.issue(f"{number}" * 60, authority, ca=True, sans=names[:40]) for number in range(9)]
    extensions = [f"250-X{number} {'p' * 300}" for number in range(100)]
    mechanisms = " ".join(f"X-MECHANISM-{number}" for number in range(100))
    script = smtp(
        greeting=reply(220, f"mail.test {LINE}"),
        ehlo_tls=["250-mail.test", *extensions, f"250-AUTH {mechanisms} LOGIN", "250 HELP"],
        replies={"AUTH": reply(535, f"5.7.8 {LINE}")},
        secure=True,
    )
    return script, pki.server_context(leaf, *others)


def test_the_report_of_the_largest_of_everything_is_bounded() -> None:
    script, context = largest()
    with serve(script, context=context) as served:
        events = run_events(make_plan(served.port, tls_mode=TlsMode.IMPLICIT, credentials=LOGIN))
    report = events[-1]
    assert isinstance(report, Report)
    check_size(report)
    assert (report.outcome, report.stage, report.code) == (Outcome.FAIL, Stage.AUTH, Code.AUTH_REJECTED)
    assert report.evidence.text.startswith(LINE[:100])
    assert "535" in report.message
    assert report.advice
    assert report.tls is not None
    assert report.ehlo is not None
    assert report.tls.chain[0].sans[0] in pki.LOCAL
    # So much text takes more looking for echoes than one test has: in doubt nothing of it is shown.
    assert report.ehlo.mechanisms_inside_tls[-1].endswith("more mechanisms")
    assert not any("MECHANISM" in name for name in report.ehlo.mechanisms_inside_tls)
    streamed = [event for event in events if isinstance(event, Step)]
    assert len(streamed[-1].received) == len(report.steps[-1].received), "the deciding step is whole"
    assert max(len(step.received) for step in streamed) > 500, "the stream's steps are whole"


def test_the_command_prints_no_more(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(pki.authority().pem)
    script, context = largest()
    with serve(script, context=context) as served:
        arguments = [f"127.0.0.1:{served.port}", "--tls", "implicit", "--ca-file", str(ca_file), "--json"]
        command = [sys.executable, "-m", "mailproof", "diagnose", *arguments, "--user", "user", "--password-stdin"]
        done = subprocess.run(command, input=PASSWORD.encode(), capture_output=True, timeout=HANG, check=False)
    assert json.loads(done.stdout)["code"] == "auth_rejected"
    assert 10_000 < len(done.stdout) <= 16_000
