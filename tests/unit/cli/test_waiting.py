"""That a command waits is said on a terminal alone, and gone before anything else is printed."""

from __future__ import annotations

import asyncio
import io

import pytest

from mailproof.cli import waiting
from mailproof.cli.table import print_table


class Terminal(io.StringIO):
    """Standard error that is a terminal."""

    def isatty(self) -> bool:
        return True


def said(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, *, prints: bool = False) -> str:
    """Return what is on standard error after a wait that is long enough."""
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr(waiting, "MOMENT", 0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")

    async def work() -> None:
        with waiting.waiting_for("127.0.0.1:50051"):
            if prints:
                print_table(("a",), [("b",)])
            for _ in range(3):
                await asyncio.sleep(0)

    asyncio.run(work())
    return stream.getvalue()


def test_it_is_said_within_the_terminals_width_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "waiting for 127.0.0"
    assert said(Terminal(), monkeypatch) == f"{text}\r\r{' ' * len(text)}\r"


def test_nothing_is_said_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(io.StringIO(), monkeypatch) == ""


def test_nothing_is_said_once_something_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(Terminal(), monkeypatch, prints=True) == ""
