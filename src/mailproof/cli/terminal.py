"""What a command may expect of where it prints to, on any system."""

from __future__ import annotations

import errno
import io
import os
import sys


def show_what_can_be_shown() -> None:
    """Let a character that standard output can't show come out as an escape instead of an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def has_colour() -> bool:
    """Return whether to print in colour: on a terminal only, and where nobody minds (https://no-color.org)."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    # Windows' old console shows the codes themselves; its new terminal and editors say who they are.
    return os.name != "nt" or not os.environ.keys().isdisjoint({"WT_SESSION", "TERM_PROGRAM"})


def can_replace() -> bool:
    """Return whether a printed line can be replaced by another one: on a terminal that goes back to its beginning."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def reader_has_left(error: OSError) -> bool:
    """Return whether printing failed since the reader of our output is gone; Windows tells it as a bad argument."""
    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)
