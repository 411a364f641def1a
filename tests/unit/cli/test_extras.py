"""A command whose libraries are not installed says which extra has them, and exits with 3."""

import argparse

import pytest

from mailproof.cli.exit_codes import NOT_CARRIED_OUT
from mailproof.cli.main import _Command, main


@pytest.mark.parametrize(
    ("command", "module", "extra"),
    [
        ("serve", "uvicorn", "server"),
        ("diagnose", "aiohappyeyeballs", "diagnose"),
        ("token", "cryptography", "server"),
    ],
)
def test_a_missing_library_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, module: str, extra: str
) -> None:
    lacks(monkeypatch, command, f"{module}.part")
    assert main([command]) == NOT_CARRIED_OUT
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"mailproof: {command} needs the extra {extra}, which is not installed (")
    assert len(said.err.splitlines()) == 1
    assert f"'mailproof[{extra}]'" in said.err


def test_a_module_of_our_own_that_is_missing_is_a_defect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacks(monkeypatch, "serve", "mailproof.nothing")
    assert main(["serve"]) == NOT_CARRIED_OUT
    assert "this is a fault of mailproof and not yours" in capsys.readouterr().err


def lacks(monkeypatch: pytest.MonkeyPatch, command: str, module: str) -> None:
    """Let a command be one that imports a module which is not there."""

    def run(_: argparse.Namespace) -> int:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    row = _Command(command, "Lacks something.", lambda parser: parser.set_defaults(run=run))
    monkeypatch.setattr("mailproof.cli.main._COMMANDS", (row,))
