"""One guard around all commands: whatever happens, a sentence and an exit code, and never a traceback.

Each command runs in a process that is forked from this one, which has loaded what they import: some 10 ms each.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import importlib.readers  # by which the list of presets is read
import json
import os
import re
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.asyncbackend
import pytest

from clock_support.waiting import HANG
from mailproof.cli import guard, service_access
from mailproof.cli import main as cli
from mailproof.domain.errors import Resource, ServiceShortage, StartupError
from mailproof.service.declaration import SettingError
from service_support.every_command import least, leaves

NOBODY = 65534
FULL = "/dev/full"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Attributes:
        code: Its exit code.
        out: What it printed, "" where that could not be caught.
        err: What it complained about.
    """

    code: int
    out: str
    err: str


def forked(lines: list[list[str]], folder: Path, prepare: Callable[[], object] = lambda: None) -> list[Ended]:
    """Run commands one after the other in a process of its own, each with standard streams of its own.

    Args:
        lines: Their command lines.
        folder: Where their output is kept.
        prepare: What is done to the standard streams before each.
    """
    answers = folder / "answers"
    child = os.fork()
    if child == 0:
        try:
            _run_all(lines, folder, prepare, answers)
        except BaseException:  # it must not go on as a second run of the tests
            answers.write_text(traceback.format_exc())
        os._exit(0)
    os.waitpid(child, 0)
    return [Ended(*each) for each in json.loads(answers.read_text())]


def _run_all(lines: list[list[str]], folder: Path, prepare: Callable[[], object], answers: Path) -> None:
    for name in [name for name in os.environ if name.startswith("MAILPROOF_")]:
        del os.environ[name]
    os.environ.update({"MAILPROOF_CLIENT_CONFIG": "", "MAILPROOF_TOKEN": "mp_x"})
    signal.alarm(int(HANG))
    answer = answers.open("w")  # before another user is one
    kept = [os.open(path, os.O_RDWR | os.O_CREAT, 0o600) for path in (os.devnull, folder / "out", folder / "err")]
    ends = []
    for arguments in lines:
        for descriptor, file in enumerate(kept):
            os.ftruncate(file, 0) if descriptor else None
            os.lseek(file, 0, os.SEEK_SET)
            os.dup2(file, descriptor)
        prepare()
        sys.stdin, sys.stdout, sys.stderr = (_stream(0, "r"), _stream(1, "w"), _stream(2, "w"))
        code = cli.main(arguments)
        for stream in (sys.stdout, sys.stderr):  # as Python does it in the end, and complains
            try:
                stream.flush()
            except OSError:
                code = 120
        ends.append((code, *(os.pread(file, 1 << 20, 0).decode("utf-8", "replace") for file in kept[1:])))
    json.dump(ends, answer)
    answer.close()


def _stream(descriptor: int, mode: str) -> Any:
    """Return a standard stream as Python makes it: None if it is closed."""
    try:
        os.fstat(descriptor)
    except OSError:
        return None
    return open(descriptor, mode, closefd=False)


def closed(descriptor: int) -> Callable[[], None]:
    """Return what closes a standard stream, as a shell's `1>&-` does before Python starts."""
    return lambda: os.close(descriptor)


def onto(path: str, descriptor: int) -> Callable[[], None]:
    """Return what lets a standard stream be written to a file."""

    def replace() -> None:
        os.dup2(os.open(path, os.O_WRONLY), descriptor)

    return replace


def without_reader() -> None:
    """Let standard output be a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    os.dup2(writing, 1)


def closed_on_exit() -> None:
    """Close all of them."""
    for descriptor in (0, 1, 2):
        closed(descriptor)()


def as_nobody() -> None:
    """Become another user, for good."""
    if os.geteuid() == 0:
        os.setuid(NOBODY)


STREAMS: dict[str, Callable[[], object]] = {
    "closed input": closed(0),
    "closed output": closed(1),
    "closed errors": closed(2),
    "all closed": closed_on_exit,
    "full disk": onto(FULL, 1),
    "full disk for errors": onto(FULL, 2),
    "no reader": without_reader,
}
DIRECTORIES = ("another user's directory", "a file for a directory")
HELP_CODES = {"closed output": 3, "all closed": 3, "full disk": 3, "no reader": 141}


def check(done: Ended, arguments: list[str], codes: tuple[int, ...] = (0, 1, 2, 3)) -> None:
    """Check that a command ended as one does: with a code of ours, and a sentence if it failed."""
    assert "Traceback" not in done.err, (arguments, done.err)
    assert "fault of mailproof" not in done.err, (arguments, done.err)
    assert "Exception ignored" not in done.err
    assert done.code in codes, (arguments, done)


@pytest.mark.parametrize("condition", HELP_CODES)
def test_the_help_of_every_command_ends_well(condition: str, tmp_path: Path) -> None:
    lines = [[*name.split(), "--help"] for name in leaves()]
    for arguments, done in zip(lines, forked(lines, tmp_path, STREAMS[condition]), strict=True):
        check(done, arguments, (HELP_CODES[condition],))
        if done.code == 3 and condition != "all closed":
            assert re.fullmatch(r"mailproof: standard output can't be written: .+\n", done.err)
        if done.code == 141:
            assert done.err == "", "quiet, as any program"


@pytest.fixture(scope="module")
def no_service() -> Iterator[None]:
    """Let `serve` of the forked processes end before it serves: that it starts is tested elsewhere."""
    from mailproof.service import app

    package = Path(guard.__file__).parents[1]
    for path in package.rglob("*.py"):  # for the processes that are another user's, who may not read them
        if path.name not in ("__main__.py", "__init__.py"):
            importlib.import_module(".".join(("mailproof", *path.relative_to(package).with_suffix("").parts)))
    dns.asyncbackend.get_backend("asyncio")  # likewise: it is imported at the first question
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app, "serve", lambda _: 0)
        patched.setattr(service_access, "_RETRIES", 0)  # nobody listens, and the waits in between are tested elsewhere
        yield


@pytest.mark.usefixtures("no_service")
@pytest.mark.parametrize("condition", [*STREAMS, *DIRECTORIES])
def test_every_command_ends_with_a_sentence_of_its_own(condition: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    prepare = STREAMS.get(condition, lambda: None)
    if condition == "another user's directory":
        folder.mkdir(mode=0o700)
        (folder / "mailproof.db").touch(0o600)
        folder.chmod(0 if os.geteuid() else 0o700)
        if os.geteuid() == 0:
            prepare = as_nobody
    elif condition == "a file for a directory":
        folder.touch()
    commands = leaves()
    lines = [least(name, leaf, str(folder)) for name, leaf in commands.items()]
    for (name, leaf), arguments, done in zip(commands.items(), lines, forked(lines, tmp_path, prepare), strict=True):
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


def test_a_command_that_raises_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(parser: argparse.ArgumentParser) -> None:
        parser.set_defaults(run=planted(KeyError("x")))

    monkeypatch.setattr(cli, "_COMMANDS", (cli._Command("planted", "Raise.", fill),))
    (name, leaf), *others = leaves().items()
    assert (name, others) == ("planted", [])
    (done,) = forked([least(name, leaf, str(tmp_path))], tmp_path)
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
