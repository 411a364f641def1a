"""The program around the command line: Ctrl-C ends it quietly before a command begins, and after it is done."""

from __future__ import annotations

import asyncio
import signal
import warnings
from collections.abc import Iterator

import pytest

from mailproof import __main__ as program
from mailproof.cli import event_loop
from mailproof.cli import main as cli


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Let Ctrl-C be handled as Python does it at the start of a process, and as before in the end."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_a_command_sees_an_interrupt_and_what_comes_after_it_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def run() -> int:
        seen.append(signal.getsignal(signal.SIGINT))
        return 7

    monkeypatch.setattr(cli, "main", run)
    assert program.main() == 7
    assert seen == [signal.default_int_handler]
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL


@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_just_before_the_command_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", run)
    assert program.main() == 130


@pytest.mark.usefixtures("interrupts")
def test_who_ignores_interrupts_goes_on_ignoring_them(monkeypatch: pytest.MonkeyPatch) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    monkeypatch.setattr(cli, "main", lambda: 0)
    assert program.main() == 0
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_work_that_an_interrupt_keeps_from_beginning_is_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> int:
        raise AssertionError("it does not begin")

    def interrupted(_: asyncio.AbstractEventLoop) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(event_loop, "_tick", interrupted)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(KeyboardInterrupt):
            event_loop.run(work())
