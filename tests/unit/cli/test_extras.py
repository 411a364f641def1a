"""A command whose libraries are not installed says which extra has them, and exits with 3."""

from collections.abc import Sequence
from typing import Any

import pytest

from mailproof.cli.exit_codes import NOT_CARRIED_OUT
from mailproof.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "module", "extra"),
    [
        (("serve", "--data-dir", "/nowhere"), "uvicorn", "server"),
        (("diagnose", "smtp.example.com"), "aiohappyeyeballs", "diagnose"),
        (("token", "list", "--data-dir", "/nowhere"), "cryptography", "server"),
    ],
)
def test_a_missing_library_names_its_extra(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: Sequence[str],
    module: str,
    extra: str,
) -> None:
    def run(_: Any) -> int:
        raise ModuleNotFoundError(f"No module named {module!r}", name=f"{module}.part")

    monkeypatch.setattr("mailproof.cli.main._parser", lambda _: _Parsed(run))
    assert main(arguments) == NOT_CARRIED_OUT
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"mailproof: mailproof {arguments[0]} needs the extra {extra}, which is not installed (")
    assert len(said.err.splitlines()) == 1
    assert f"'mailproof[{extra}]'" in said.err


def test_a_module_of_our_own_that_is_missing_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_: Any) -> int:
        raise ModuleNotFoundError("No module named 'mailproof.nothing'", name="mailproof.nothing")

    monkeypatch.setattr("mailproof.cli.main._parser", lambda _: _Parsed(run))
    with pytest.raises(ModuleNotFoundError):
        main(["serve"])


class _Parsed:
    """A parser whose every command is one function."""

    def __init__(self, run: Any) -> None:
        self.run = run

    def parse_args(self, _: Sequence[str]) -> Any:
        return type("Parsed", (), {"run": staticmethod(self.run)})()
