"""What a command may expect of where it prints to: colour, and how a reader's leaving is told."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from mailproof.cli import terminal


@pytest.mark.parametrize(
    ("system", "environment", "coloured"),
    [
        ("posix", {}, True),
        ("posix", {"NO_COLOR": "1"}, False),
        ("posix", {"TERM": "dumb"}, False),
        ("posix", {"CLICOLOR": "0"}, False),
        ("posix", {"FORCE_COLOR": "0"}, False),
        ("posix", {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ("posix", {"NO_COLOR": "1", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
        ("nt", {}, False),
        ("nt", {"WT_SESSION": "x"}, True),
        ("nt", {"TERM_PROGRAM": "vscode"}, True),
        ("nt", {"WT_SESSION": "x", "NO_COLOR": "1"}, False),
    ],
)
def test_colour(system: str, environment: Mapping[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "os", SimpleNamespace(name=system, environ=environment))
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True)))
    assert terminal.has_colour() is coloured
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: False)))
    forced = environment.get("FORCE_COLOR", "0") != "0" and "NO_COLOR" not in environment
    assert terminal.has_colour() is forced, "a pipe has none unless somebody demands it"


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "3"}, True),
        ({"FORCE_COLOR": "false", "CLICOLOR_FORCE": "1"}, False),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"CLICOLOR_FORCE": "0"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_in_a_pipe(environment: Mapping[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "os", SimpleNamespace(name="posix", environ=environment))
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: False)))
    assert terminal.has_colour() is coloured


@pytest.mark.parametrize(
    ("system", "error", "left"),
    [
        ("posix", BrokenPipeError(errno.EPIPE, "x"), True),
        ("posix", OSError(errno.EINVAL, "x"), False),
        ("nt", BrokenPipeError(errno.EPIPE, "x"), True),
        ("nt", OSError(errno.EINVAL, "x"), True),
        ("nt", OSError(errno.ENOSPC, "x"), False),
    ],
)
def test_a_reader_that_has_left(system: str, error: OSError, left: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "os", SimpleNamespace(name=system))
    assert terminal.reader_has_left(error) is left
