"""Defaults of flags: a flag wins over its variable, that over the file, that over the default."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import pytest

from mailproof.cli import defaults
from mailproof.cli.arguments import UsageError
from mailproof.cli.main import build_parser, main
from service_support.every_command import leaves

ROOT = Path(__file__).parents[3]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("MAILPROOF_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "mailproof" / "config.toml"
    path.parent.mkdir()
    return path


def parsed(line: str) -> argparse.Namespace:
    """Return what a command line means with the defaults of the environment and the file."""
    words = line.split()
    parser = build_parser(words[0])
    defaults.apply(parser.commands()[words[0]], words[0], os.environ)
    return parser.parse_args(words)


def test_a_flag_wins_over_its_variable_and_that_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (parsed("whoami").timeout, parsed("whoami").instance, parsed("whoami").json) == (30, "", False)
    file.write_text('timeout = 7\ninstance = "shop"\njson = true\nlanguage = "de"\n[diagnose]\ntimeout = 5\n')
    found = parsed("whoami")
    assert (found.timeout, found.instance, found.json) == (7, "shop", True)
    assert (parsed("diagnose x").timeout, parsed("diagnose x").language) == (5, "de")
    assert (parsed("discover x").timeout, parsed("discover x").language) == (7, "de")
    monkeypatch.setenv("MAILPROOF_TIMEOUT", "3")
    monkeypatch.setenv("MAILPROOF_JSON", "no")
    monkeypatch.setenv("MAILPROOF_LANGUAGE", "en")
    found = parsed("diagnose x")
    assert (found.timeout, found.json, found.language) == (3, False, "en")
    assert parsed("whoami --timeout 2 --instance b").timeout == 2
    assert parsed("whoami --timeout 2 --instance b").instance == "b"


def test_every_key_sets_its_flag(file: Path) -> None:
    values: dict[str, Any] = {"timeout": 9, "language": "de", "json": True, "no-alternatives": True, "tls": "starttls"}
    values |= {"depth": "connect", "egress-profile": "private", "wait": "full", "server": "127.0.0.1:5"}
    for table, rows in {"": (*defaults._CALL, *defaults._ANY), "[diagnose]": defaults._OF_DIAGNOSE}.items():
        for row in rows:
            value = values.get(row.key, "x")
            shown = str(value).lower() if isinstance(value, bool | int) else f'"{value}"'
            plain = parsed("diagnose h" if table else "whoami --server x" if row.key == "language" else "config list")
            file.write_text(f"{table}\n{row.key} = {shown}\n")
            found = parsed("diagnose h" if table or row.key == "language" else "config list")
            assert vars(found) != vars(plain), row
            file.write_text("")


def test_paths_are_those_beside_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('token-file = "tokens/one"\nca-file = "/etc/ca.pem"\n[diagnose]\nca-file = "~/mail.pem"\n')
    monkeypatch.setenv("HOME", "/home/me")
    assert parsed("whoami").token_file == str(file.parent / "tokens" / "one")
    assert parsed("whoami").ca_file == Path("/etc/ca.pem")
    assert parsed("diagnose x").ca_file == "/home/me/mail.pem", "the top's is that of the service"
    monkeypatch.setenv("MAILPROOF_TOKEN", "mp_x")
    assert parsed("whoami").token_file is None, "a variable wins over the file"


def test_commands_on_a_data_directory_read_no_such_file(file: Path) -> None:
    file.write_text("nonsense")
    for name, leaf in leaves().items():
        command = name.split()[0]
        reads = command in defaults.TABLES or "--server" in leaf.flags()
        if not reads:
            defaults.apply(build_parser(command).commands()[command], command, os.environ)
            continue
        with pytest.raises(UsageError, match="is no TOML"):
            defaults.apply(build_parser(command).commands()[command], command, os.environ)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('servr = "x"', "line 1, servr: there is no such key: did you mean server?"),
        ("\n[diagnos]", "line 2, [diagnos]: there is no such table: did you mean diagnose?"),
        ('[diagnose]\ndept = "x"', "line 2, dept: there is no such key: did you mean depth?"),
        ('[diagnose]\ndepth = "auht"', "line 2, depth: must be one of connect, tls, "),
        ('depth = "auth"', "line 1, depth: there is no such key: it belongs into the table [diagnose]"),
        ('timeout = "soon"', "line 1, timeout: must be a number of seconds"),
        ("timeout = [1]", "line 1, timeout: must be a number"),
        ("timeout = true", "line 1, timeout: must be a number"),
        ('json = "yes"', "line 1, json: must be true or false"),
        ('mechanism = ""', "line 1, mechanism: there is no such key: it belongs into the table [diagnose]"),
        ('token = "hunter2"', "line 1, token: there is no such key: no secret belongs into this file"),
        ('password = "hunter2"', "line 1, password: there is no such key: no secret belongs into this file"),
        ("x =", "is no TOML: Invalid value (at "),
        ("x = 1\nx = 2", "is no TOML: "),
        ("a = " + "[" * 3000, "is no TOML: "),
        ("x" * 70000, "is larger than"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_wrong_in_the_file_is_named(
    text: str, words: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(text)
    assert main(["diagnose", "127.0.0.1:1"]) == 2
    shown = capsys.readouterr().err
    assert f"{file}" in shown
    assert words in shown
    assert "hunter2" not in shown
    assert shown.count("\n") == 1
    assert main(["diagnose", "--help"]) == 0, "help is shown with a wrong file too"


def test_a_complaint_about_a_value_names_where_it_comes_from(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('server = "mail.example"\ntoken-file = "none"\n')
    assert main(["whoami"]) == 2
    assert capsys.readouterr().err.startswith(f"mailproof whoami: {file}, line 1, server: must say how")
    assert main(["whoami", "--server", "127.0.0.1:1"]) == 2
    assert f"{file}, line 2, token-file: {file.parent}/none can't be read" in capsys.readouterr().err
    assert main(["whoami", "--server", "127.0.0.1:1", "--token-file", "/none"]) == 2
    assert "argument --token-file: /none can't be read" in capsys.readouterr().err
    monkeypatch.setenv("MAILPROOF_TIMEOUT", "soon")
    assert main(["whoami"]) == 2
    assert "MAILPROOF_TIMEOUT: must be a number of seconds" in capsys.readouterr().err


def test_a_file_that_is_named_must_be_there_and_none_may_be_named(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("nonsense")
    monkeypatch.setenv(defaults.CONFIG_VARIABLE, "")
    assert parsed("whoami").timeout == 30
    for name, words in (("none", "there is no file"), (".", "can't be read: Is a directory")):
        monkeypatch.setenv(defaults.CONFIG_VARIABLE, str(tmp_path / name))
        assert main(["whoami"]) == 2
        assert words in capsys.readouterr().err
    file.write_bytes(b'server = "\xff"')
    monkeypatch.setenv(defaults.CONFIG_VARIABLE, str(file))
    assert main(["whoami"]) == 2
    assert "is not UTF-8" in capsys.readouterr().err


def test_the_page_has_every_key() -> None:
    assert defaults.describe() in (ROOT / "docs" / "cli.md").read_text(), "renew the table with `describe()`"
