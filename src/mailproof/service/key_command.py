"""Runs the command that prints the encryption keys, such as the client of a key management service.

Laws: no shell, a deadline, and a bound on what it prints; nothing of what it prints on stdout is ever repeated, and of
stderr one line, in which whatever is as long as a key is left out.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from mailproof.domain.errors import StartupError

DEADLINE = 10.0
"""Seconds that the command may take."""

_MOST = 16 * 1024
_KEY_LIKE = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
_WORDS = 200


class _Output:
    """Reads a stream in a thread of its own, to its end or until it is too much."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.kept = b""
        self.too_much = False
        self._stream = stream
        self._thread = threading.Thread(target=self._read, name="mailproof-key-command", daemon=True)
        self._thread.start()

    def wait(self, until: float) -> bool:
        """Return whether the stream was read by a time of the `time.monotonic` clock."""
        self._thread.join(max(until - time.monotonic(), 0))
        return not self._thread.is_alive()

    def _read(self) -> None:
        with suppress(OSError, ValueError):  # it was closed
            while not self.too_much and (chunk := os.read(self._stream.fileno(), 4096)):
                self.too_much = len(self.kept) + len(chunk) > _MOST
                self.kept += chunk[: _MOST - len(self.kept)]


def run(argv: Sequence[str], deadline: float = DEADLINE) -> str:
    """Run a command and return what it prints.

    Args:
        argv: The program and its arguments.
        deadline: Seconds that it may take.

    Raises:
        StartupError: It can't be run, fails, takes too long or prints too much.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - what the operator configured, and no shell
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that what it starts ends with it
        )
    except (OSError, ValueError) as error:
        raise _failed(f"can't be run: {getattr(error, 'strerror', None) or 'it is no command'}") from None
    try:
        return _result(process, time.monotonic() + deadline, deadline)
    finally:
        if sys.platform != "win32":  # for the type checker, which also checks for other systems
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        with process:  # closes its pipes and waits for its end
            pass


def _result(process: subprocess.Popen[bytes], until: float, deadline: float) -> str:
    if process.stdout is None or process.stderr is None:
        raise AssertionError("both are pipes")
    printed, complaint = _Output(process.stdout), _Output(process.stderr)
    late = _failed(f"did not end within {deadline:g} seconds")
    read = printed.wait(until)
    if printed.too_much or complaint.too_much:
        raise _failed("prints more than keys")
    if not read or not complaint.wait(until):
        raise late
    try:
        code = process.wait(max(until - time.monotonic(), 0))
    except subprocess.TimeoutExpired:
        raise late from None
    if code:
        raise _failed(f"ended with {code}{_line(complaint.kept)}")
    return printed.kept.decode("ascii", "replace")


def _line(complaint: bytes) -> str:
    """Return the last line of stderr as the end of a sentence, without what may be a key; "" for none."""
    lines = [line for line in complaint.decode("utf-8", "replace").splitlines() if line.strip()]
    words = "".join(letter for letter in _KEY_LIKE.sub("...", lines[-1]) if letter.isprintable()) if lines else ""
    return f": {words.strip()[:_WORDS]}" if words.strip() else ""


def _failed(problem: str) -> StartupError:
    return StartupError(f"the command of MAILPROOF_ENCRYPTION_KEY_COMMAND {problem}")
