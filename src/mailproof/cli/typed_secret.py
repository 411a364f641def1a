"""Where commands take a secret from: standard input, a file or a terminal; never an argument, which lists show."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mailproof.cli.arguments import UsageError
from mailproof.cli.waiting import end_waiting

MAX_SECRET = 64 * 1024  # bytes


def read_secret(flag: str, what: str) -> str:
    """Read a secret from standard input: one line, without its end. A terminal is asked without an echo.

    Args:
        flag: The flag that asks for it, for a complaint.
        what: Which secret it is: "password".

    Raises:
        UsageError: Standard input does not hold one line of UTF-8.
    """
    if sys.stdin.isatty():
        return ask_secret(what)
    return _one_line(sys.stdin.buffer.read(MAX_SECRET + 1), flag, what, "standard input")


def read_secret_file(path: str, flag: str, what: str) -> str:
    """Read a secret from a file: one line, without its end.

    Args:
        path: The file.
        flag: The flag that names it, for a complaint.
        what: Which secret it is: "password".

    Raises:
        UsageError: The file can't be read, or does not hold one line of UTF-8.
    """
    from pathlib import Path

    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_SECRET + 1)
    except OSError as error:
        raise UsageError(f"argument {flag}: {path} can't be read: {error.strerror}") from None
    except ValueError:  # a NUL in the name
        raise UsageError(f"argument {flag}: names no file") from None
    return _one_line(data, flag, what, path)


def ask_secret(what: str) -> str:
    """Ask a terminal for a secret, without an echo.

    Args:
        what: Which secret it is: "password of me@example.com".
    """
    from getpass import getpass

    end_waiting()
    with interruptible(), _ending_its_line(EOFError):  # getpass ends that of Ctrl-C itself
        return getpass(f"{what[:1].upper()}{what[1:]}: ")


def confirmed(question: str) -> bool:
    """Ask a terminal a question whose answer is no unless it is a "y" or "yes"."""
    end_waiting()
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    with interruptible(), _ending_its_line(KeyboardInterrupt):
        answer = sys.stdin.readline()
    if not answer.endswith("\n"):  # Ctrl-D
        sys.stderr.write("\n")
    return answer.strip().lower() in ("y", "yes")


@contextmanager
def _ending_its_line(without: type[BaseException]) -> Iterator[None]:
    """End the line of a question that is not answered, so that what comes next begins at the margin.

    Args:
        without: What is raised where nothing has ended it yet.
    """
    try:
        yield
    except without:
        sys.stderr.write("\n")
        sys.stderr.flush()
        raise


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end what waits for a terminal: an event loop would only note it, and wait on."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _one_line(data: bytes, flag: str, what: str, source: str) -> str:
    from mailproof.syntax.text import has_nul

    try:
        text = data.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise UsageError(f"argument {flag}: the {what} must be UTF-8 text") from None
    if not text:
        raise UsageError(f"argument {flag}: {source} is empty")
    if len(data) > MAX_SECRET or has_nul(text) or "\r" in text or "\n" in text:
        raise UsageError(f"argument {flag}: the {what} must be one line")
    return text
