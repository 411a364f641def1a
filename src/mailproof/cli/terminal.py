"""What a command may expect of where it prints to, on any system."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from typing import TextIO

_OFF = ("", "0", "false", "no")
"""Values of a variable that mean what its absence means."""


def open_what_is_closed() -> None:
    """Open something in the place of standard streams that are closed (`2>&-`).

    Else the next file that is opened would get the number of the stream, be it a database, and what is printed would
    be written into it. An empty input ends at once; an output that is closed can't be written, which only a command
    that prints notices; what is complained about is lost.
    """
    if sys.stdin is None:
        sys.stdin = open(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")  # noqa: PTH123, SIM115 - the process's own
    if sys.stdout is None:
        descriptor = os.open(os.devnull, os.O_RDONLY)  # so that writing fails
        sys.stdout = open(descriptor, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - likewise
    if sys.stderr is None:
        descriptor = os.open(os.devnull, os.O_WRONLY)
        sys.stderr = open(descriptor, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - likewise


def say(line: str = "") -> None:
    """Print a line to standard error, or nothing where that can't be written either.

    Args:
        line: The line; "" only makes sure that what was printed there before is written.
    """
    try:
        if line:
            sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except OSError:
        _let_go(sys.stderr)


def problem_of_output(error: BaseException) -> OSError | None:
    """Return why what was printed can't be written, None if it was; what can't is forgotten then.

    Args:
        error: What a command ended with. Where it names no file it may be of standard output, which shows only if
            something is left to be written.
    """
    found = None
    try:
        sys.stdout.flush()
        if isinstance(error, OSError) and error.filename is None:
            descriptor = sys.stdout.fileno()
            os.write(descriptor, b"")  # fails on what is closed, and on a device that is full
            if error.errno == errno.ENOSPC and hasattr(os, "fstatvfs") and not os.fstatvfs(descriptor).f_bavail:
                found = error
    except ValueError:  # it is no file, in a test
        pass
    except OSError as problem:
        found = problem
    if found is not None:
        _let_go(sys.stdout)
    return found


def _let_go(stream: io.TextIOBase | object) -> None:
    """Let what a stream still holds be written nowhere: Python would try it again as it ends, and complain."""
    with contextlib.suppress(OSError, AttributeError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[union-attr]  # what has none raises
        os.close(nowhere)


def show_what_can_be_shown() -> None:
    """Let a character that standard output can't show come out as an escape instead of an error."""
    own = sys.stdout is sys.__stdout__
    if own and isinstance(sys.stdout, io.TextIOWrapper) and isinstance(sys.stdout.buffer, io.RawIOBase):
        # PYTHONUNBUFFERED: what a nearly full disk takes only a part of would be lost without an error.
        encoding, raw = sys.stdout.encoding, sys.stdout.detach()
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, line_buffering=True)
        sys.__stdout__ = sys.stdout  # type: ignore[misc]  # its width is asked for there
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def has_colour() -> bool:
    """Return whether to print in colour: on a terminal, and where nobody says otherwise.

    NO_COLOR of any value forbids it (https://no-color.org), then FORCE_COLOR or CLICOLOR_FORCE demands it, also in a
    pipe (https://force-color.org, https://bixense.com/clicolors); CLICOLOR=0 and TERM=dumb have none.
    """
    environment = os.environ
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return environment["FORCE_COLOR"].lower() not in _OFF
    if environment.get("CLICOLOR_FORCE", "").lower() not in _OFF:
        return True
    if not sys.stdout.isatty() or environment.get("TERM") == "dumb" or environment.get("CLICOLOR") == "0":
        return False
    # Windows' old console shows the codes themselves; its new terminal and editors say who they are.
    return os.name != "nt" or not os.environ.keys().isdisjoint({"WT_SESSION", "TERM_PROGRAM"})


def can_replace(stream: TextIO | None = None) -> bool:
    """Return whether a printed line can be replaced by another one: on a terminal that goes back to its beginning.

    Args:
        stream: Where the line is printed; None for standard output.
    """
    return (stream or sys.stdout).isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Return how many columns the terminal has that standard output is; 0 where it is none, and nothing is cut."""
    from shutil import get_terminal_size

    return get_terminal_size().columns if sys.stdout.isatty() else 0


def reader_has_left(error: OSError) -> bool:
    """Return whether printing failed since the reader of our output is gone; Windows tells it as a bad argument."""
    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)
