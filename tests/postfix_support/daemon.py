"""A daemon in the foreground whose log comes through a pipe: waiting for a line of it replaces every sleep."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from clock_support.waiting import HANG

STOP_SECONDS = HANG


class Daemon:
    """A running process and what it has logged so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    @property
    def log(self) -> str:
        with self._changed:
            return "\n".join(self._lines)

    def wait_for(self, pattern: str, seconds: float = HANG) -> re.Match[str]:
        """Return the first match in the log, now or when it comes."""

        def found() -> re.Match[str] | None:
            return next(filter(None, (re.search(pattern, line) for line in self._lines)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self._ended, seconds)
            match = found()
        assert match, f"no {pattern!r} in the log:\n{self.log}"
        return match

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


@contextmanager
def daemon(command: list[str], env: Mapping[str, str] | None = None) -> Iterator[Daemon]:
    """Run a daemon in a process group of its own; at the end the whole group is gone."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **(env or {})},
        start_new_session=True,
    )
    running = Daemon(process)
    try:
        yield running
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # children that outlived it; it leads the group
            process.wait()
            running.reader.join(STOP_SECONDS)  # the pipe ends with its last writer
            assert process.stdout is not None
            process.stdout.close()
