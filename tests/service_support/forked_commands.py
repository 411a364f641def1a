"""Runs commands of `mailproof` with every state of their standard streams, in processes that are forked from one.

The one has loaded what commands import, so that each condition takes a moment, and has never used gRPC: what is forked
from a process that has can't use it. It is a program of its own, since a process of tests may have.
"""

from __future__ import annotations

import importlib
import importlib.readers  # by which the list of presets is read
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clock_support.waiting import HANG

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


@dataclass(frozen=True, slots=True)
class Zygote:
    """A process that forks on demand."""

    process: subprocess.Popen[str]

    def run(self, lines: list[list[str]], folder: Path, condition: str = "") -> list[Ended]:
        """Run commands one after the other in a process of its own, each with standard streams of its own.

        Args:
            lines: Their command lines.
            folder: Where their output is kept.
            condition: What is done to the standard streams, or to the process, before each: a key of `CONDITIONS`.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        json.dump((lines, str(folder), condition), self.process.stdin)
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"
        return [Ended(*each) for each in json.loads((folder / "answers").read_text())]


@contextmanager
def zygote() -> Iterator[Zygote]:
    """Run the process."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield Zygote(process)
        assert process.stdin is not None
        process.stdin.close()


def _serve() -> None:
    """Fork for each line of standard input, until there are no more."""
    _load_everything()
    for line in sys.stdin:
        lines, text, condition = json.loads(line)
        folder = Path(text)
        child = os.fork()
        if child == 0:
            try:
                _run_all(lines, folder, CONDITIONS[condition], folder / "answers")
            except BaseException:  # it must not go on as a second one that forks
                (folder / "answers").write_text(json.dumps([[-1, "", traceback.format_exc()]] * len(lines)))
            os._exit(0)
        os.waitpid(child, 0)
        sys.stdout.write("done\n")
        sys.stdout.flush()


def _load_everything() -> None:
    """Import what commands import, since another user may not read it, and let `serve` end before it serves."""
    import dns.asyncbackend

    from mailproof.cli import guard, service_access
    from mailproof.service import app

    package = Path(guard.__file__).parents[1]
    for path in package.rglob("*.py"):
        if path.name not in ("__main__.py", "__init__.py"):
            importlib.import_module(".".join(("mailproof", *path.relative_to(package).with_suffix("").parts)))
    dns.asyncbackend.get_backend("asyncio")  # likewise: it is imported at the first question
    setattr(app, "serve", lambda _: 0)  # noqa: B010 - that it starts is tested elsewhere
    service_access._RETRIES = 0  # nobody listens, and the waits in between are tested elsewhere


def _run_all(lines: list[list[str]], folder: Path, prepare: Callable[[], object], answers: Path) -> None:
    for name in [name for name in os.environ if name.startswith("MAILPROOF_")]:
        del os.environ[name]
    os.environ.update({"MAILPROOF_CLIENT_CONFIG": "", "MAILPROOF_TOKEN": "mp_x"})
    from mailproof.cli.main import main

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
        code = main(arguments)
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
CONDITIONS: dict[str, Callable[[], object]] = {**STREAMS, "": lambda: None, "nobody": as_nobody}


if __name__ == "__main__":
    _serve()
