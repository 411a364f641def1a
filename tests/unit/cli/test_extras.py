"""A command whose libraries are not installed says which extra has them, and exits with 3."""

import argparse
from collections.abc import Sequence

import pytest

from mailproof.cli import main as cli
from mailproof.cli.exit_codes import NOT_CARRIED_OUT


@pytest.mark.parametrize(
    ("arguments", "module", "extra"),
    [
        (("serve",), "uvicorn", "server"),
        (("diagnose",), "aiohappyeyeballs", "diagnose"),
        (("token",), "cryptography", "server"),
    ],
)
def test_a_missing_library_names_its_extra(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: Sequence[str],
    module: str,
    extra: str,
) -> None:
    _plant(monkeypatch, arguments[0], f"{module}.part")
    assert cli.main(arguments) == NOT_CARRIED_OUT
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"mailproof: {arguments[0]} needs the extra {extra}, which is not installed (")
    assert len(said.err.splitlines()) == 1
    assert f"'mailproof[{extra}]'" in said.err


def test_a_module_of_our_own_that_is_missing_is_a_defect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _plant(monkeypatch, "serve", "mailproof.nothing")
    assert cli.main(["serve"]) == NOT_CARRIED_OUT
    assert "a fault of mailproof" in capsys.readouterr().err


def _plant(monkeypatch: pytest.MonkeyPatch, name: str, module: str) -> None:
    """Let a command be one that lacks a module."""

    def run(_: argparse.Namespace) -> int:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    command = cli._Command(name, "Lack a module.", lambda parser: parser.set_defaults(run=run))
    monkeypatch.setattr(cli, "_COMMANDS", (command,))
