"""Completion scripts and manual pages: today's, and read without complaint by the shells and by `man` themselves."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tools import command_line

from clock_support.waiting import HANG
from mailproof.cli.completion import SHELLS
from mailproof.cli.main import main
from service_support.every_command import leaves

# Each takes the script's folder and lines, and prints what the last word of each line is completed to.
BASH = """
source "$1/mailproof.bash"
shift
for line; do
  COMP_WORDS=($line) COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
  _shtab_mailproof
  echo "${COMPREPLY[@]}"
done
"""
FISH = """
source $argv[1]/mailproof.fish
for line in $argv[2..]
  echo (complete -C $line | string replace -r '\\t.*' '')
end
"""
# A real zsh on a terminal of its own: lines and Tab are typed, and a widget then prints what the line has become.
ZSH = r"""
zmodload zsh/zpty
zpty shell "PS1= TERM=dumb zsh -f -i"
zpty -w shell "cp ${(q)1}/mailproof.zsh _mailproof; fpath=(\$PWD \$fpath); autoload -Uz compinit && compinit -u -D"
zpty -w shell 'say() { print -r -- ">""$BUFFER<"; BUFFER=; zle .accept-line }; zle -N say; bindkey "^G" say'
shift
for typed; do
  zpty -w -n shell "$typed"$'\t\C-g'
  while zpty -r shell line; do
    [[ $line == *\>mailproof*\<* ]] && print -r -- ${${${line##*\>}%\<*}##mailproof } && break
  done
done
zpty -d shell
"""
PROGRAMS = {"bash": ["bash", "-c", BASH, "bash"], "fish": ["fish", "-N", "-c", FISH], "zsh": ["zsh", "-fc", ZSH, "zsh"]}

TYPED = {
    "disc": "discover",
    "token rev": "revoke",
    "diagnose --dep": "--depth",
    "diagnose --depth au": "auth",
    "diagnose --tls startt": "starttls",
    "diagnose smtp.example.com --ehlo": "--ehlo-name",
    "config list --inst": "--instance",
    "completion ba": "bash",
    "backup some-f": "some-file",
    "whoami --token-file some-f": "some-file",
}


def test_what_follows_from_the_parsers_is_todays() -> None:
    assert command_line.stale() == [], "python tools/command_line.py generate"


def test_what_is_stale_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "DATE", "2001-01-01")
    assert set(command_line.stale()) == {f"docs/man/{path.name}" for path in command_line.MAN.glob("*.1")}


@pytest.mark.parametrize("name", SHELLS)
def test_the_command_prints_the_script(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", name]) == 0
    assert capsys.readouterr().out == (command_line.COMPLETIONS / f"mailproof.{name}").read_text()


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_completes(name: str, tmp_path: Path, needs_debian: Callable[[str], None]) -> None:
    needs_debian(name)
    (tmp_path / "some-file").touch()
    typed = [f"mailproof {line}" for line in TYPED]
    done = subprocess.run(
        [*PROGRAMS[name], str(command_line.COMPLETIONS), *typed],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=HANG,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )
    completed = [(line.split() or [""])[-1] for line in done.stdout.splitlines()]
    assert completed == list(TYPED.values()), done.stderr


def test_each_command_has_its_page() -> None:
    pages = {path.name for path in command_line.MAN.glob("*.1")}
    assert pages == {"mailproof.1", *(f"mailproof-{name.split()[0]}.1" for name in leaves())}
    for name, leaf in leaves().items():
        page = (command_line.MAN / f"mailproof-{name.split()[0]}.1").read_text().replace("\\-", "-")
        for flag in leaf.flags():
            assert rf"\fB{flag}\fR" in page, (name, flag)


def test_the_pages_are_read_without_complaint(needs_debian: Callable[[str], None]) -> None:
    needs_debian("mandoc")
    pages = sorted(map(str, command_line.MAN.glob("*.1")))
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", *pages], capture_output=True, text=True, timeout=HANG)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
