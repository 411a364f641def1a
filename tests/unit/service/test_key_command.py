"""The command that prints the keys: what it may do, and that nothing it prints is repeated."""

from __future__ import annotations

import pytest

from mailproof.domain.errors import StartupError
from mailproof.service.key_command import run


def sh(script: str) -> list[str]:
    return ["/bin/sh", "-c", script]


def test_what_it_prints_is_returned() -> None:
    assert run(sh("printf 'one\\ntwo'; echo noise >&2")) == "one\ntwo"


@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        (["/nowhere/to/be/found"], "can't be run: No such file"),
        (sh("sleep 60"), "did not end within 0.3 seconds"),
        (sh("exec >&- 2>&-; sleep 60"), "did not end within 0.3 seconds"),
        (sh("sleep 60 & echo hunter2"), "did not end within 0.3 seconds"),
        (sh("echo hunter2; exit 7"), "ended with 7"),
        (sh("echo denied: $(printf hunter2%.0s 1 2 3) >&2; exit 1"), r"ended with 1: denied: \.\.\.$"),
    ],
)
def test_a_command_that_fails_or_hangs_is_told_without_what_it_prints(argv: list[str], problem: str) -> None:
    with pytest.raises(StartupError, match=problem) as caught:
        run(argv, 0.3)
    assert "hunter2" not in str(caught.value)


def test_a_command_that_prints_without_end_is_ended() -> None:
    with pytest.raises(StartupError, match="prints more than keys"):
        run(sh("yes hunter2"))
