"""The command line itself: what --help costs, exit codes, and complaints of one line."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from clock_support.waiting import HANG
from mailproof import __version__
from mailproof.cli import main as cli
from mailproof.cli.main import main

HEAVY = ("grpc", "sqlite3", "asyncio", "cryptography", "google.protobuf", "aiosmtpd", "uvicorn", "sonora", "ssl")
HELP = [
    ["--help"],
    ["serve", "--help"],
    ["diagnose", "--help"],
    ["discover", "--help"],
    ["token", "--help"],
    ["token", "create", "--help"],
    ["whoami", "--help"],
    ["config", "list", "--help"],
    ["tests", "list", "--help"],
]


@pytest.mark.parametrize("arguments", [*HELP, ["--version"]], ids=" ".join)
def test_help_imports_neither_grpc_nor_a_database_nor_a_loop(arguments: list[str]) -> None:
    """In a process of its own, whose modules are counted too; what they cost is measured by bench/startup.py."""
    code = (
        "import json, sys\n"
        "before = len(sys.modules)\n"
        "from mailproof.cli.main import main\n"
        "code = main(json.loads(sys.argv[1]))\n"
        "heavy = [name for name in json.loads(sys.argv[2]) if name in sys.modules]\n"
        "print(json.dumps([code, heavy, len(sys.modules) - before]), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(arguments), json.dumps(HEAVY)],
        capture_output=True,
        text=True,
        check=True,
    )
    exit_code, heavy, modules = json.loads(done.stderr)
    assert exit_code == 0
    assert done.stdout
    assert heavy == []
    assert modules < 120


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in cli._COMMANDS:
        assert re.search(rf"^ +{command.name} +\S", shown, re.MULTILINE)


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mailproof {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "COMMAND"),
        (["nonsense"], "nonsense"),
        (["--nonsense"], "--nonsense"),
        (["serve", "--data-dir"], "--data-dir"),
        (["serve", "--data-dir", "x", "--nonsense"], "--nonsense"),
        (["serve", "--data", "x"], "--data"),
        (["serve", "--data-dir", "x", "extra"], "one argument too many"),
        (["serve", "--data-dir", "x", "--http-listen", "y"], "--http-listen"),
        (["serve", "--data-dir", "x", "--database-url", "postgresql://db"], "--database-url"),
        (["token"], "ACTION"),
        (["token", "make"], "make"),
        (["token", "create"], "--role"),
        (["token", "create", "--role", "king", "--data-dir", "x"], "--role"),
        (["token", "create", "--role", "viewer", "--data-dir", "x", "--instance", "a b"], "--instance"),
        (["token", "create", "--role", "viewer", "--data-dir", "x", "--instance", ""], "--instance"),
        (["token", "create", "--role", "viewer", "--data-dir", "x", "--name", "a\nb"], "--name"),
        (["token", "create", "--role", "viewer", "--data-dir", "x", "--name", "x" * 201], "--name"),
        (["token", "revoke", "--data-dir", "x"], "ID"),
        (["token", "revoke", "\udcff", "--data-dir", "x"], "ID"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAILPROOF_DATA_DIR", raising=False)
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("mailproof")
    assert sentence in shown.err
    assert shown.err.count("\n") == 1


def test_a_start_that_fails_is_one_sentence_and_exit_3(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "list", "--data-dir", f"{tmp_path}/none"]) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == f"mailproof: there is no database {tmp_path}/none/mailproof.db\n"


def test_python_m_mailproof_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mailproof", "--version"], capture_output=True, text=True, check=True, timeout=HANG
    )
    assert done.stdout == f"mailproof {__version__}\n"
