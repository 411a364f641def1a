"""One guard around all commands: whatever happens, a sentence and an exit code, and never a traceback.

Each command runs in a process that is forked from one which has loaded what they import: some 10 ms each.
"""

from __future__ import annotations

import argparse
import errno
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailproof.cli import guard
from mailproof.cli import main as cli
from mailproof.domain.errors import Resource, ServiceShortage, StartupError
from mailproof.service.declaration import SettingError
from service_support.every_command import least, leaves
from service_support.forked_commands import STREAMS, Ended, Zygote, zygote

DIRECTORIES = ("another user's directory", "a file for a directory")
HELP_CODES = {"closed output": 3, "all closed": 3, "full disk": 3, "no reader": 141}


def check(done: Ended, arguments: list[str], codes: tuple[int, ...] = (0, 1, 2, 3)) -> None:
    """Check that a command ended as one does: with a code of ours, and a sentence if it failed."""
    assert "Traceback" not in done.err, (arguments, done.err)
    assert "fault of mailproof" not in done.err, (arguments, done.err)
    assert "Exception ignored" not in done.err
    assert done.code in codes, (arguments, done)


@pytest.mark.parametrize("condition", HELP_CODES)
def test_the_help_of_every_command_ends_well(condition: str, forking: Zygote, tmp_path: Path) -> None:
    lines = [[*name.split(), "--help"] for name in leaves()]
    for arguments, done in zip(lines, forking.run(lines, tmp_path, condition), strict=True):
        check(done, arguments, (HELP_CODES[condition],))
        if done.code == 3 and condition != "all closed":
            assert re.fullmatch(r"mailproof: standard output can't be written: .+\n", done.err)
        if done.code == 141:
            assert done.err == "", "quiet, as any program"


@pytest.fixture(scope="module")
def forking() -> Iterator[Zygote]:
    with zygote() as started:
        yield started


@pytest.mark.parametrize("condition", [*STREAMS, *DIRECTORIES])
def test_every_command_ends_with_a_sentence_of_its_own(condition: str, forking: Zygote, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    prepare = condition if condition in STREAMS else ""
    if condition == "another user's directory":
        folder.mkdir(mode=0o700)
        (folder / "mailproof.db").touch(0o600)
        folder.chmod(0 if os.geteuid() else 0o700)
        if os.geteuid() == 0:
            prepare = "nobody"
    elif condition == "a file for a directory":
        folder.touch()
    commands = leaves()
    lines = [least(name, leaf, str(folder)) for name, leaf in commands.items()]
    for (name, leaf), arguments, done in zip(
        commands.items(), lines, forking.run(lines, tmp_path, prepare), strict=True
    ):
        check(done, arguments, (0, 1, 2, 3, 141) if condition == "no reader" else (0, 1, 2, 3))
        if condition in DIRECTORIES and "--data-dir" in leaf.flags() and name != "serve":
            assert done.code in (2, 3), (arguments, done)
        if done.code in (2, 3) and condition not in ("closed errors", "all closed", "full disk for errors"):
            assert done.err.startswith("mailproof"), (arguments, done)
            assert done.err.count("\n") == 1, (arguments, done)
    if folder.exists():
        folder.chmod(0o700)


def planted(raised: BaseException) -> Callable[[object], int]:
    """Return what a command does that raises."""

    def run(_: object) -> int:
        raise raised

    return run


def a_call_too_deep(depth: int = 0) -> int:
    return a_call_too_deep(depth + 1) + 1


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (StartupError("there is no database x"), 3, r"mailproof: there is no database x\n"),
        (SettingError("--data-dir: must be a directory"), 2, r"mailproof: --data-dir: must be a directory\n"),
        (ServiceShortage(next(iter(Resource))), 3, r"mailproof: this service has no .*\n"),
        (OSError(errno.ENOSPC, "No space left on device", "/x/y"), 3, r"mailproof: /x/y: No space left on device\n"),
        (PermissionError(errno.EACCES, "Permission denied", b"/x"), 3, r"mailproof: /x: Permission denied\n"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), 3, r"mailproof: Connection reset .*\n"),
        (
            ExceptionGroup("of tasks", [ExceptionGroup("within", [OSError(errno.ENOSPC, "No space", "/x")])]),
            3,
            r"mailproof: /x: No space\n",
        ),
        (MemoryError(), 3, r"mailproof: there is not enough memory for it\n"),
        (EOFError(), 2, r"mailproof: the input ended where an answer was asked for\n"),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
        (ValueError("hunter2"), 3, r"mailproof: this is a fault of mailproof .*: ValueError in test_guard\.py.*\n"),
        (RecursionError("x"), 3, r"mailproof: this is a fault of mailproof .*: RecursionError in .*\n"),
        (AssertionError("hunter2"), 3, r"mailproof: .* MAILPROOF_DEBUG=1 .*\n"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, BaseException) else None,
)
def test_what_a_command_raises_is_a_code_and_a_sentence(
    error: BaseException, code: int, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(parser: argparse.ArgumentParser) -> None:
        parser.set_defaults(run=planted(error))

    monkeypatch.setattr(cli, "_COMMANDS", (*cli._COMMANDS, cli._Command("planted", "Raise.", fill)))
    assert cli.main(["planted"]) == code
    shown = capsys.readouterr()
    assert re.fullmatch(sentence, shown.err)
    assert "hunter2" not in shown.err + shown.out


def test_a_command_that_raises_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(parser: argparse.ArgumentParser) -> None:
        parser.set_defaults(run=planted(KeyError("x")))

    monkeypatch.setattr(cli, "_COMMANDS", (cli._Command("planted", "Raise.", fill),))
    (name, leaf), *others = leaves().items()
    assert (name, others) == ("planted", [])
    code = cli.main(least(name, leaf, str(tmp_path)))
    done = Ended(code, *capsys.readouterr())
    with pytest.raises(AssertionError, match="fault of mailproof"):
        check(done, [name])


def test_debug_shows_where_it_came_from_and_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAILPROOF_DEBUG", "1")

    def work() -> int:
        password = "hunter2"
        nothing: dict[str, int] = {}
        try:
            return nothing[password]
        except KeyError as error:
            raise TypeError("of the code") from error

    assert guard.guarded(work) == 3
    shown = capsys.readouterr().err
    assert "TypeError: of the code\n" in shown
    assert "KeyError\n" in shown
    assert f'File "{__file__}", line' in shown
    assert "'hunter2'" not in shown


def test_a_recursion_without_end_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert guard.guarded(a_call_too_deep) == 3
    assert "RecursionError" in capsys.readouterr().err


def test_an_interrupt_while_the_end_is_told_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def say(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mailproof.cli.terminal.say", say)
    assert guard.guarded(lambda: 1 // 0) == 130


@pytest.mark.parametrize(
    ("script", "code", "err"),
    [
        ("{} --version >&-", 3, "mailproof: standard output can't be written: Bad file descriptor\n"),
        ("{} --version >/dev/full", 3, "mailproof: standard output can't be written: No space left on device\n"),
        ("{} nonsense 2>&-", 2, ""),
        ("{} explain auth_rejected <&- >/dev/null", 0, ""),
        ("{} whoami --token-file - <&-", 2, "mailproof whoami: argument --token-file: standard input is empty\n"),
    ],
)
def test_a_real_process(script: str, code: int, err: str) -> None:
    shell = ["/bin/sh", "-c", script.format(f"{sys.executable} -m mailproof")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(shell, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (code, err)
