"""What is said of a wrong command line: what was meant, and nothing of what may be a secret."""

from __future__ import annotations

import os
import pty
import re
import shlex

import pytest

from mailproof.cli import main as cli
from mailproof.cli.examples import EXAMPLES
from mailproof.cli.main import build_parser, main
from mailproof.cli.parser import Parser
from service_support.every_command import leaves

SECRET = "hunter2"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MAILPROOF_") and name != "MAILPROOF_CLIENT_CONFIG"]:
        monkeypatch.delenv(name)


def complaint(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that is said of a wrong command line."""
    assert main(shlex.split(line)) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    return shown.err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("diagnos x", "there is no command 'diagnos': did you mean diagnose?"),
        ("diag x", "did you mean diagnose?"),
        ("Diagnose x", "did you mean diagnose?"),
        ("confg list", "did you mean config?"),
        ("qqq", "there is no command 'qqq'; there are serve, token, "),
        ("token revok x", "mailproof token: there is no action 'revok': did you mean revoke?"),
        ("token qqq", "there is no action 'qqq'; there are create, list, identify, revoke"),
        ("diagnose x --dept auth", "mailproof diagnose: there is no flag --dept: did you mean --depth?"),
        ("diagnose x --no_alternatives", "did you mean --no-alternatives?"),
        ("diagnose x --depth auht", "not 'auht': did you mean auth?"),
        ("diagnose x --qqqqq", "there is no flag --qqqqq (see mailproof diagnose --help)"),
        ("config list --servr x", "did you mean --server?"),
        ("--server x whoami", "there is no flag --server: flags stand behind the command"),
        ("--versio", "did you mean --version?"),
        ("token --json list", "there is no flag --json: flags stand behind the command"),
        ("whoami x", "one argument too many, behind 'mailproof whoami'; a name with spaces needs quotes"),
        ("config show Office mail", "one argument too many, behind 'Office'; a name with spaces needs quotes"),
        ("config show x\x1b]0;y\x07 z", r"one argument too many, behind 'x\x1b]0;y\x07'; a name with spaces"),
        ("config add smtp.example.com hunter2", "one argument too many, behind 'smtp.example.com'; "),
        ("-V", "there is no flag -V: did you mean --version?"),
        ("config help", "there is no action 'help': --help shows them"),
        ("diagnose x -----BEGIN", "an argument that begins with - is no flag"),
    ],
)
def test_what_was_meant_is_named(line: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert words in complaint(line, capsys)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("diagnose smtp.example.com --user u --password hunter2", "--password-stdin"),
        ("diagnose smtp.example.com --user u --password=hunter2", "--password-stdin"),
        ("diagnose --password hunter2 smtp.example.com", "--password-stdin"),
        ("diagnose --PASSWORD hunter2 smtp.example.com", "--password-stdin"),
        ("diagnose --smtp-password=hunter2 smtp.example.com", "--password-stdin"),
        ("diagnose '--password=hunter2 and more' smtp.example.com", "--password-stdin"),
        ("diagnose smtp.example.com --pass hunter2 --depth nonsense", "--password-stdin"),
        ("diagnose -p hunter2 smtp.example.com", "--password-stdin"),
        ("diagnose -phunter2 smtp.example.com", "--password-stdin"),
        ("diagnose -hunter2 smtp.example.com", "no flag -h"),
        ("diagnose smtp.example.com --user u --password-stdin hunter2", "--password-stdin: takes no value"),
        ("diagnose smtp.example.com --user u --password-stdin=hunter2", "--password-stdin"),
        ("diagnose smtp.example.com --user u --token hunter2", "--oauth-token-stdin"),
        ("diagnose smtp.example.com --client-secret hunter2", "--oauth-client-secret-stdin"),
        ("diagnose smtp.example.com --unheard-of hunter2", "--unheard-of"),
        ("--password hunter2 diagnose smtp.example.com", "--password"),
        ("whoami --token hunter2", "--token-file"),
        ("whoami --bearer=hunter2", "--token-file"),
        ("token --password hunter2 create", "--password"),
        ("token revoke --token hunter2", "--token-stdin"),
        ("config export --passphrase hunter2 f", "--passphrase-file"),
        ("serve --encryption-key hunter2", "--encryption-key-file"),
        ("explain auth_rejected --secret hunter2", "no flag takes a secret"),
    ],
)
def test_a_secret_is_not_shown_again_and_its_place_is_named(
    line: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = complaint(line, capsys)
    assert SECRET not in said
    assert named in said


def test_no_command_repeats_what_stands_behind_a_flag_that_it_has_not(capsys: pytest.CaptureFixture[str]) -> None:
    for name in leaves():
        for wrong in ("--password hunter2", "--password=hunter2", "--frobnicate hunter2", "-qhunter2"):
            assert SECRET not in complaint(f"{name} {wrong}", capsys), (name, wrong)


def every_parser(parser: Parser) -> list[Parser]:
    return [parser, *(each for below in parser.commands().values() for each in every_parser(below))]


def test_every_argument_and_every_command_has_its_help() -> None:
    for parser in every_parser(build_parser(None)):
        assert parser.description, parser.prog
        for action in parser.arguments():
            assert action.help, (parser.prog, action.dest)


def test_every_command_has_an_example_that_it_accepts(capsys: pytest.CaptureFixture[str]) -> None:
    assert EXAMPLES.keys() == leaves().keys(), "a row of cli/examples.py for each command"
    for name, example in EXAMPLES.items():
        words = shlex.split(re.split(r" [<>] ", example)[0])
        parsed = build_parser(name.split()[0]).parse_args(words[1:])
        assert words[0] == "mailproof"
        assert callable(parsed.run), example
        assert main([*name.split(), "--help"]) == 0
        assert f"example:\n  {example}\n" in capsys.readouterr().out


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_help_keeps_to_the_width_of_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for name in ("", "diagnose", "config list"):
        assert main([*name.split(), "--help"]) == 0
        text, _, _ = capsys.readouterr().out.partition("\nexample:")
        longest = max(len(line) for line in text.splitlines())
        assert longest <= columns or columns == 40, "words are not cut in two"
        assert longest > columns / 2


def test_help_is_found_by_its_word_too(capsys: pytest.CaptureFixture[str]) -> None:
    for line in ("", "token", "token create"):
        assert main(["help", *line.split()]) == 0
        shown = capsys.readouterr().out
        assert main([*line.split(), "--help"]) == 0
        assert capsys.readouterr().out == shown


def test_the_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert re.fullmatch(r"mailproof \S+\n", capsys.readouterr().out)


def test_the_end_of_input_at_a_prompt_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = pty.openpty()
    with open(theirs) as terminal, open(ours, "wb", buffering=0):  # noqa: PTH123 - descriptors
        monkeypatch.setattr("sys.stdin", terminal)
        monkeypatch.setattr("getpass.getpass", lambda _: (_ for _ in ()).throw(EOFError))
        assert main(["whoami", "--server", "127.0.0.1:1"]) == 2
    assert capsys.readouterr().err == "\nmailproof: the input ended where an answer was asked for\n", "below the prompt"


def test_commands_are_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert [*build_parser("").commands()] == [command.name for command in cli._COMMANDS]
