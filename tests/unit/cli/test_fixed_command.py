"""The command line that `diagnose --apply` prints: the one that was typed, with a fix applied."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

import mailproof.probe.probe
from mailproof.cli import diagnose
from mailproof.cli.fixed_command import WITH_VALUE, FixedCommand, fixed_command
from mailproof.cli.main import main
from mailproof.smtp.report import Fix, Plan, Report, SettingChange
from mailproof.smtp.vocabulary import Code, Outcome, Stage


def fix(changes: Mapping[str, str], *, verified: bool = True) -> Fix:
    """Return a fix that sets these settings."""
    return Fix(tuple(SettingChange(setting, "?", to) for setting, to in changes.items()), verified)


@pytest.mark.parametrize(
    ("typed", "changes", "expected"),
    [
        ("mx.test --tls starttls", {"tls_mode": "implicit", "port": "465"}, "mx.test:465 --tls implicit"),
        ("mx.test:587 --tls starttls", {"tls_mode": "implicit", "port": "465"}, "mx.test:465 --tls implicit"),
        ("--tls=starttls mx.test:587", {"tls_mode": "implicit"}, "--tls=implicit mx.test:587"),
        ("mx.test:25 --json", {"tls_mode": "none"}, "mx.test:25 --json --tls none"),
        # Without a port the TLS mode chooses it; the fix is for the port that was tested.
        ("mx.test", {"tls_mode": "implicit"}, "mx.test:587 --tls implicit"),
        ("mx.test --tls implicit", {"tls_mode": "starttls"}, "mx.test:465 --tls starttls"),
        ("mx.test", {"tls_mode": "opportunistic"}, "mx.test --tls opportunistic"),
        ("mx.test", {"host": "smtp.test"}, "smtp.test"),
        ("smtps://mx.test", {"host": "smtp.test"}, "smtp.test:465 --tls implicit"),
        ("smtps://mx.test", {"tls_mode": "starttls", "port": "587"}, "mx.test:587 --tls starttls"),
        ("smtps://mx.test", {"tls_mode": "starttls"}, "mx.test:465 --tls starttls"),
        ("smtp://mx.test/ --tls SSL", {"port": "587"}, "mx.test:587 --tls SSL"),
        ("smtps://mx.test", {"mechanism": "PLAIN"}, "smtps://mx.test --mechanism PLAIN"),
        ("mx.test --tls ssl", {"tls_mode": "starttls"}, "mx.test:465 --tls starttls"),
        ("mx.test:2525", {"host": "smtp.test"}, "smtp.test:2525"),
        ("mx.test", {"host": "2001:db8::1"}, "'[2001:db8::1]'"),
        ("[2001:db8::1]:587", {"port": "465"}, "'[2001:db8::1]:465'"),
        ("2001:db8::1", {"port": "465"}, "'[2001:db8::1]:465'"),
        ("2001:db8::1", {"mechanism": "PLAIN"}, "2001:db8::1 --mechanism PLAIN"),
        (
            "mx.test --user jo --password-stdin --from jo@x.test",
            {"user": "jo@x.test"},
            "mx.test --user jo@x.test --password-stdin --from jo@x.test",
        ),
        ("mx.test --user jo --user jim --password-stdin", {"user": "x"}, "mx.test --user jo --user x --password-stdin"),
        ("mx.test --timeout 9", {"user": "it's me"}, "mx.test --timeout 9 --user 'it'\"'\"'s me' --password-stdin"),
        ("mx.test --oauth-token-stdin --user a", {"user": "b"}, "mx.test --oauth-token-stdin --user b"),
        ("mx.test --user jo --password-stdin", {"user": "-x"}, "mx.test --user=-x --password-stdin"),
        ("mx.test", {"user": "-x"}, "mx.test --user=-x --password-stdin"),
        ("--user jo mx.test --password-stdin --mechanism LOGIN --ca-file f", {"user": ""}, "mx.test --ca-file f"),
        (
            "mx.test --user u --oauth-endpoint=//t --oauth-client-id=i --oauth-client-secret-stdin --oauth-scope s",
            {"user": ""},
            "mx.test",
        ),
        ("mx.test --mechanism CRAM-MD5 --apply", {"mechanism": ""}, "mx.test --apply"),
        ("--tls none -- mx.test", {"port": "25", "user": "jo"}, "--tls none --user jo --password-stdin -- mx.test:25"),
        (
            "--user diagnose diagnose:25 --password-stdin",
            {"port": "26"},
            "--user diagnose diagnose:26 --password-stdin",
        ),
    ],
)
def test_only_what_the_fix_changes_is_changed(typed: str, changes: Mapping[str, str], expected: str) -> None:
    command = fixed_command(["diagnose", *shlex.split(typed)], [fix(changes)])
    assert command == FixedCommand(f"mailproof diagnose {expected}", verified=True)


def test_the_best_fix_that_arguments_can_express_is_taken() -> None:
    fixes = [fix({"tls": "true"}), fix({}), fix({"port": "465"}, verified=False), fix({"port": "2525"})]
    assert fixed_command(["diagnose", "mx.test"], fixes) == FixedCommand(
        "mailproof diagnose mx.test:465", verified=False
    )
    assert fixed_command(["diagnose", "mx.test"], fixes[:2]) is None
    assert fixed_command(["diagnose", "mx.test"], []) is None


def test_a_hostile_name_stays_one_word() -> None:
    command = fixed_command(["diagnose", "mx.test:25"], [fix({"host": "a; rm -rf ~ #`id`"})])
    assert command is not None
    assert shlex.split(command.text) == ["mailproof", "diagnose", "a; rm -rf ~ #`id`:25"]


def test_the_flags_with_values_are_those_of_the_command() -> None:
    parser = argparse.ArgumentParser()
    diagnose.add_arguments(parser)
    found = {flag for action in parser._actions for flag in action.option_strings if action.nargs is None}
    assert found == WITH_VALUE


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[Report], None]:
    """Let each test of a server end with a report."""

    def replace(report: Report) -> None:
        class Player:
            def __init__(self, **_: object) -> None:
                pass

            async def run(self, _: Plan) -> Any:
                yield report

        monkeypatch.setattr(mailproof.probe.probe, "Probe", Player)

    return replace


FAILED = Report(Outcome.FAIL, Stage.CONNECT, Code.TIMEOUT, "It was silent.", fixes=(fix({"port": "465"}),))
PASSED = Report(Outcome.OK, Stage.QUIT, Code.OK, "It passed.")
HOPELESS = Report(Outcome.FAIL, Stage.CONNECT, Code.TIMEOUT, "It was silent.")
UNTRIED = Report(
    Outcome.FAIL, Stage.AUTH, Code.AUTH_REJECTED, "No.", fixes=(fix({"user": "a@b.test"}, verified=False),)
)


@pytest.mark.parametrize(
    ("report", "code", "last", "command"),
    [
        (
            FAILED,
            1,
            "  With the fix: mailproof diagnose mx.test:465 --apply",
            "mailproof diagnose mx.test:465 --apply --json",
        ),
        (
            UNTRIED,
            1,
            "  With the fix, which was not tried: mailproof diagnose mx.test --apply --user a@b.test --password-stdin",
            "mailproof diagnose mx.test --apply --json --user a@b.test --password-stdin",
        ),
        (HOPELESS, 1, "  No change of the settings is known to help.", ""),
        (PASSED, 0, "  It passed.", ""),
    ],
    ids=["verified", "not tried", "no fix", "passed"],
)
def test_the_command_follows_the_verdict(
    report: Report,
    code: int,
    last: str,
    command: str,
    play: Callable[[Report], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    def printed(arguments: Sequence[str]) -> str:
        assert main(["diagnose", "mx.test", *arguments]) == code
        return capsys.readouterr().out

    play(report)
    assert printed(["--apply"]).splitlines()[-1] == last
    assert "fix" not in printed([])
    assert json.loads(printed(["--apply", "--json"]))["fixed_command"] == command
    assert "fixed_command" not in json.loads(printed(["--json"]))
