"""`mailproof explain` as a process: the pages are in what is installed, and nothing heavy is loaded."""

import subprocess
import sys

import pytest

from clock_support.waiting import HANG

COMMAND = [sys.executable, "-m", "mailproof", "explain"]


def explain(*words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *words], input=stdin, capture_output=True, timeout=HANG, check=False)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("auth_rejected", "auth_rejected  ("),
        ("535 5.7.8 Username and Password not accepted", "Refusal 535 5.7.8 Username and Password not accepted  ("),
        ("x509: certificate signed by unknown authority", '"certificate signed by unknown authority" may be'),
    ],
)
def test_it_explains(words: str, first: str) -> None:
    done = explain(words)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().startswith(first)
    assert "\nCheck by hand\n" in done.stdout.decode()


def test_it_reads_standard_input() -> None:
    done = explain("-", stdin=b"\xff\x1b[2J said: 550 5.7.1 Relay access denied (in reply to RCPT TO command)" * 1000)
    assert done.returncode == 0
    assert b"\nrelay_denied  (" in done.stdout
    assert b"\x1b" not in done.stdout


def test_what_is_unknown_exits_1() -> None:
    done = explain("the weather is fine")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"mailproof explain: nothing is known of this.")


def test_nothing_of_a_service_is_loaded() -> None:
    heavy = "{'grpc', 'google.protobuf', 'cryptography', 'asyncpg', 'sqlite3', 'ssl', 'asyncio', 'mailproof.net'}"
    code = f"import sys; from mailproof.cli.main import main; main(); sys.exit(2 * bool({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code, "explain", "535 5.7.8 no"], capture_output=True, timeout=HANG, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
