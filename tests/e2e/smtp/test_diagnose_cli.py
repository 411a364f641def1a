"""`mailproof diagnose` as a process: what it prints, its exit codes, what it imports."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest

from clock_support.waiting import HANG
from service_support.here import carry_out
from smtp_support import pki
from smtp_support.names import own_address
from smtp_support.probing import PASSWORD
from smtp_support.scripted import EHLO_CLEAR, Do, free_port, raw, serve, smtp

COMMAND = [sys.executable, "-m", "mailproof", "diagnose"]


def diagnose_here(*arguments: str, stdin: str | bytes = "") -> subprocess.CompletedProcess[str]:
    return carry_out(("diagnose", *arguments), dict(os.environ), stdin)


def diagnose(*arguments: str, stdin: str | bytes = "", **more: Any) -> subprocess.CompletedProcess[str]:
    data = stdin if isinstance(stdin, bytes) else stdin.encode()
    done = subprocess.run([*COMMAND, *arguments], input=data, capture_output=True, timeout=HANG, check=False, **more)
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode()
    )


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_text(pki.authority().pem)
    return str(path)


def test_a_passed_test_is_readable_and_exits_0(ca_file: str) -> None:
    with serve(smtp(context=pki.good())) as served:
        target = f"localhost:{served.port}"
        done = diagnose(target, "--user", "user", "--password-stdin", "--ca-file", ca_file, stdin=f"{PASSWORD}\n")
    assert done.returncode == 0, done
    assert done.stderr == ""
    stages = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("  ok")]
    assert stages == ["policy", "resolve", "connect", "greeting", "ehlo", "starttls", "tls", "ehlo", "auth", "quit"]
    assert "PASSED" in done.stdout
    assert "AUTH PLAIN ********" in done.stdout
    assert PASSWORD not in done.stdout
    assert "\x1b" not in done.stdout


def test_a_failed_test_says_what_to_do_and_exits_1(ca_file: str) -> None:
    with serve(smtp(context=pki.good())) as served:
        target = f"localhost:{served.port}"
        done = diagnose(target, "--user", "user", "--password-stdin", "--ca-file", ca_file, stdin="wrong")
    assert done.returncode == 1
    assert "FAILED at auth: auth_rejected" in done.stdout
    assert "What to do:" in done.stdout
    assert "535" in done.stdout
    assert done.stdout.endswith("  More: mailproof explain auth_rejected\n")


def test_json_is_one_document_of_the_vocabulary(ca_file: str) -> None:
    with serve(smtp(context=pki.good())) as served:
        target = f"127.0.0.1:{served.port}"
        done = diagnose(target, "--ca-file", ca_file, "--tls", "starttls", "--json")
    report = json.loads(done.stdout)
    assert list(report) == [
        "outcome", "stage", "code", "message", "advice", "evidence", "tls", "ehlo", "findings", "alternatives",
        "steps", "elapsed_ms", "round_trips", "fixes", "addresses", "timeout", "test_id", "since_last_good",
    ]  # fmt: skip
    assert (report["outcome"], report["stage"], report["code"]) == ("ok", "quit", "ok")
    assert report["tls"]["verified"] is True
    assert report["tls"]["chain"][0]["not_after"].endswith("Z")
    assert report["ehlo"]["mechanisms_inside_tls"] == ["PLAIN", "LOGIN"]
    step = report["steps"][-1]
    assert step["stage"] == "quit"
    assert step["started_at"].endswith("Z")
    assert step["duration"].endswith("s")
    assert float(step["duration"][:-1]) >= 0


def test_json_of_a_failed_test() -> None:
    done = diagnose_here(f"127.0.0.1:{free_port()}", "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["outcome"], report["stage"], report["code"]) == ("fail", "connect", "connection_refused")
    assert report["tls"] is None
    assert report["findings"][0]["severity"] == "error"


def test_with_a_recipient_a_message_is_sent_and_depth_overrides() -> None:
    heard: list[list[str]] = []
    with serve(smtp(ehlo=EHLO_CLEAR)) as served:
        base = (f"127.0.0.1:{served.port}", "--tls", "opportunistic", "--to", "b@example.net")
        assert diagnose_here(*base, "--from", "a@example.org").returncode == 0
        assert diagnose_here(*base, "--depth", "rcpt", "--ehlo-name", "x.example.org").returncode == 0
        heard = [peer.heard for peer in served.peers]
    assert "MAIL FROM:<a@example.org> SIZE" in " ".join(heard[0])
    assert "DATA" in heard[0]
    assert "Subject: Test email" in heard[0]
    assert heard[1] == ["EHLO x.example.org", "MAIL FROM:<b@example.net>", "RCPT TO:<b@example.net>", "QUIT"]


def test_ipv6_in_brackets() -> None:
    try:
        with serve(smtp(ehlo=EHLO_CLEAR), host="::1") as served:
            done = diagnose_here(f"[::1]:{served.port}", "--tls", "none", "--json")
    except OSError:
        pytest.skip("no IPv6 on this machine's loopback")
    report = json.loads(done.stdout)
    assert report["outcome"] == "ok"
    assert report["steps"][-1]["peer"] == f"[::1]:{served.port}"


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        ([], "", "HOST"),
        (["mail.test:x"], "", "HOST[:PORT]: the port"),
        (["mail.test:0"], "", "HOST[:PORT]: the port"),
        (["mail.test:65536"], "", "HOST[:PORT]: the port"),
        (["mail.test:٢٥"], "", "HOST[:PORT]: the port"),
        (["mail.test:"], "", "HOST[:PORT]: has no port"),
        (["smtp://mail.test:0"], "", "HOST[:PORT]: the port"),
        (["imaps://mail.test"], "", "HOST[:PORT]: is the URL of a server that mail is read from"),
        (["me@gmail.com"], "", "HOST[:PORT]: is a mail address and no server; did you mean smtp.gmail.com"),
        (["smtps://me:word@mail.test"], "", "HOST[:PORT]: must not hold a user or password"),
        (["smtps://mail.test", "--tls", "starttls"], "", "--tls: must not contradict the host: smtps://"),
        (["x", "--tls", "startls"], "", "--tls: did you mean starttls?"),
        (["mail.test/x"], "", "HOST[:PORT]: must be a host without"),
        (["a b"], "", "HOST[:PORT]"),
        (["mail.test\nQUIT"], "", "HOST[:PORT]: must not contain control"),
        (["[::1"], "", "HOST[:PORT]"),
        (["[mail.test]:25"], "", "HOST[:PORT]: only an IPv6"),
        ([""], "", "HOST[:PORT]: must not be empty"),
        (["x", "--tls", "maybe"], "", "--tls"),
        (["x", "--depth", "deep"], "", "--depth"),
        (["x", "--timeout", "0"], "", "--timeout"),
        (["x", "--timeout", "nan"], "", "--timeout"),
        (["x", "--timeout", "soon"], "", "--timeout"),
        (["x", "--ca-file", "/nowhere/ca.pem"], "", "--ca-file: No such file"),
        (["x", "--ca-file", "/"], "", "--ca-file"),
        (["x", "--ca-file", "/dev/null"], "", "--ca-file: holds no certificate"),
        (["x", "--ca-file", ""], "", "--ca-file"),
        (["x", "--password-stdin"], "p", "--password-stdin: needs --user"),
        (["x", "--user", "u"], "", "--user: needs --password-stdin"),
        (["x", "--user", "", "--password-stdin"], "p", "--user: must not be empty"),
        (["x", "--user", "u", "--password-stdin"], "", "--password-stdin: standard input is empty"),
        (["x", "--user", "u", "--password-stdin"], "a\nb\n", "--password-stdin: the password must be one line"),
        (["x", "--user", "u", "--password-stdin"], b"\xff\xfe", "--password-stdin: the password must be UTF-8"),
        (["x", "--from", "nobody"], "", "--from: must be an address"),
        (["x", "--to", "a@b\r\nDATA"], "", "--to: must not contain control"),
        (["x", "--depth", "rcpt"], "", "--to: is needed"),
        (["x", "--ehlo-name", "a b"], "", "--ehlo-name"),
        (["x", "--egress-profile", "moon"], "", "--egress-profile"),
    ],
)  # fmt: skip
def test_bad_usage_is_one_line_that_names_the_argument(arguments: list[str], stdin: str | bytes, words: str) -> None:
    done = diagnose_here(*arguments, stdin=stdin)
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert words in done.stderr


def test_the_egress_profile_is_obeyed() -> None:
    done = diagnose_here(f"127.0.0.1:{free_port()}", "--egress-profile", "internet", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["code"] == "egress_denied"


def test_the_checked_fix_is_shown_and_can_be_turned_off(ca_file: str) -> None:
    address = own_address()
    context = pki.server_context(pki.issue("x", pki.authority(), sans=(address,)))
    with serve(smtp(secure=True), context=context, host=address, port=465) as served:
        target = (f"{address}:587", "--ca-file", ca_file, "--tls", "starttls")
        done = diagnose_here(*target, "--user", "user", "--password-stdin", stdin=PASSWORD)
        assert done.returncode == 1
        assert (
            f"What to do: Set the TLS mode to implicit and the port to 465: verified, {address}:465 with implicit TLS "
            "answers and offers AUTH PLAIN, LOGIN."
        ) in done.stdout
        assert f"    verified  465 implicit: {address}:465 with implicit TLS answers" in done.stdout
        assert (
            "    tried     2525 starttls, 2465 implicit, 2587 starttls, 25 starttls  [connection_refused]"
            in done.stdout
        )
        assert json.loads(diagnose_here(*target, "--json").stdout)["alternatives"][0]["code"] == "ok"
        before = len(served.peers)
        assert json.loads(diagnose_here(*target, "--json", "--no-alternatives").stdout)["alternatives"] == []
        assert len(served.peers) == before
        assert not any(line.startswith("AUTH") for peer in served.peers for line in peer.heard)


def test_what_was_tried_in_vain_is_said_once() -> None:
    address = own_address()
    done = diagnose_here(f"{address}:587", "--timeout", "60")
    tried = "465 implicit, 2525 starttls, 2465 implicit, 2587 starttls, 25 starttls"
    assert done.stdout.count(tried) == 1
    assert f"    tried     {tried}  [connection_refused]\n" in done.stdout
    assert f"resolve       0.0 ms  {address}\n" in re.sub(r"\d+\.\d ms", "0.0 ms", done.stdout)


@pytest.mark.parametrize(
    ("kind", "names"), [("expired", "127.0.0.1, localhost, ::1"), ("other name", "mail.example.org, 192.0.2.1")]
)
def test_a_bad_certificate_is_described(ca_file: str, kind: str, names: str) -> None:
    with serve(smtp(secure=True), context=pki.bad(kind)) as served:
        done = diagnose_here(f"127.0.0.1:{served.port}", "--tls", "implicit", "--ca-file", ca_file, "--no-alternatives")
    described = next(line for line in done.stdout.splitlines() if line.startswith("  Certificate:"))
    assert f"Certificate: CN=x for {names}; issuer CN=mailproof test authority; valid from 20" in described
    assert "; EC secp256r1; SHA-256 " in described


def test_without_a_fault_of_the_certificate_it_is_not_described(ca_file: str) -> None:
    with serve(smtp(context=pki.good(), replies={"EHLO": ["550 no"]})) as served:
        done = diagnose_here(f"127.0.0.1:{served.port}", "--ca-file", ca_file, "--no-alternatives")
    assert done.returncode == 1
    assert "Certificate:" not in done.stdout


def test_on_a_terminal_sentences_are_wrapped_at_its_width() -> None:
    ours, theirs = pty.openpty()
    try:
        termios.tcsetwinsize(theirs, (24, 60))
        env = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
        command = [*COMMAND, f"{own_address()}:587", "--timeout", "60"]
        subprocess.run(command, stdout=theirs, stdin=subprocess.DEVNULL, timeout=HANG, check=False, env=env)
        text = re.sub(r"\x1b\[[0-9;]*m", "", os.read(ours, 65536).decode())
    finally:
        os.close(ours)
        os.close(theirs)
    verdict = text[text.index("FAILED") :].splitlines()
    assert max(map(len, verdict)) <= 60
    assert [line for line in verdict if line.startswith("    ")]
    assert "465 implicit, 2525 starttls" in " ".join(" ".join(verdict).split())


def test_interrupt_exits_130_quietly() -> None:
    with serve(raw(Do.SILENCE)) as served:
        command = [*COMMAND, f"127.0.0.1:{served.port}", "--tls", "none", "--timeout", "120"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            while "connect" not in child.stdout.readline():
                pass
            time.sleep(0.1)
            child.send_signal(signal.SIGINT)
            _, err = child.communicate(timeout=HANG)
        assert (child.returncode, err) == (130, "")
        assert served.peer.gone.wait(HANG)


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_is_for_terminals(environment: dict[str, str], coloured: bool) -> None:
    ours, theirs = pty.openpty()
    try:
        command = [*COMMAND, f"127.0.0.1:{free_port()}"]
        env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"} | environment
        subprocess.run(command, stdout=theirs, stdin=subprocess.DEVNULL, timeout=HANG, check=False, env=env)
        assert (b"\x1b[" in os.read(ours, 65536)) is coloured
    finally:
        os.close(ours)
        os.close(theirs)


def test_on_a_terminal_the_stage_that_runs_is_shown_until_it_ends() -> None:
    ours, theirs = pty.openpty()
    try:
        with serve(raw("220 slow", Do.SILENCE)) as served:
            command = [*COMMAND, f"127.0.0.1:{served.port}", "--tls", "none", "--timeout", "120"]
            with subprocess.Popen(command, stdout=theirs, env=os.environ | {"NO_COLOR": "1", "TERM": "xterm"}) as child:
                shown = ""
                while not shown.endswith("  ...   ehlo"):
                    shown += os.read(ours, 4096).decode()
                child.send_signal(signal.SIGINT)
                assert child.wait(HANG) == 130
                shown += os.read(ours, 4096).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert re.search(r"  \.\.\.   greeting\r +\r  ok    greeting +[0-9.]+ ms  220 slow\r\n", shown)
    assert re.search(r"  \.\.\.   ehlo\r +\r$", shown), "nothing is left of the line"
    assert "\x1b" not in shown


def test_steps_are_streamed_as_they_end() -> None:
    with serve(raw("220 slow", Do.SILENCE)) as served:
        command = [*COMMAND, f"127.0.0.1:{served.port}", "--tls", "none", "--timeout", "120"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            while "greeting" not in child.stdout.readline():
                pass
            assert child.poll() is None  # EHLO is still unanswered
            child.kill()


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; from mailproof.cli.main import main\n"
        f"main(['diagnose', '127.0.0.1:{free_port()}', '--json'])\n"
        "heavy = {name.split('.')[0] for name in sys.modules} & {'grpc', 'google', 'sonora', 'uvicorn', 'sqlite3',"
        " 'aiosmtpd', 'zitadel', 'cryptography'}\n"
        "heavy |= {name for name in sys.modules if name.startswith(('mailproof.store', 'mailproof.rpc'))}\n"
        "print(sorted(heavy), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=HANG, check=True)
    assert done.stderr.strip() == "[]"


def test_a_text_beyond_ascii_is_shown_on_any_terminal(tmp_path: Path) -> None:
    with serve(smtp(ehlo=EHLO_CLEAR, greeting=["220 mail.test grüßt"])) as served:
        env = os.environ | {"PYTHONIOENCODING": "ascii"}
        done = diagnose(f"127.0.0.1:{served.port}", "--tls", "none", env=env, cwd=tmp_path)
    assert done.returncode == 0
    assert "gr\\xfc\\xdft" in done.stdout
