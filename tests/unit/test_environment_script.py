"""tools/environment.sh and tools/debian.sh, with programs in the place of the system's: what is missing is said."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"

PYTHON = """\
case "$2" in
  *'version_info < '*) exit {old} ;;
  *sep=*) echo {version} ;;
  *ensurepip*) exit {no_venv} ;;
  *-venv*) echo python3.12-venv ;;
  *) echo "started $*" ;;
esac
"""
"""A Python that answers what environment.sh asks of it, and says how it was started last."""

Add = Callable[[str, str], Path]


@pytest.fixture
def add(tmp_path: Path) -> Add:
    """Puts a program into the only folder of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("dirname", "grep"):
        (folder / name).symlink_to(shutil.which(name) or name)

    def put(name: str, text: str) -> Path:
        (folder / name).write_text(f"#!/bin/sh\n{text}")
        (folder / name).chmod(0o755)
        return folder / name

    return put


def python(*, old: bool = False, version: str = "3.12.1", no_venv: bool = False) -> str:
    return PYTHON.format(old=int(old), version=version, no_venv=int(no_venv))


def run(folder: Path, script: str, *arguments: str) -> tuple[int, str]:
    """Run a script of tools/ and return its exit code and all that it has printed."""
    command = ["/bin/sh", str(TOOLS / script), *arguments]
    done = subprocess.run(
        command,
        env={"PATH": str(folder / "bin")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_first_python_that_is_new_enough_makes_the_environment(tmp_path: Path, add: Add) -> None:
    add("python3", python(old=True, version="3.9.2"))
    add("python3.11", python())
    code, printed = run(tmp_path, "environment.sh", "", ".venv", "lock.txt", ".stamp")
    assert (code, printed) == (0, f"started {TOOLS}/environment.py .venv lock.txt .stamp\n")


@pytest.mark.parametrize(
    ("programs", "sentence"),
    [
        ({}, "and there is no python3: see https://www.python.org/downloads/, or name one"),
        ({"apt-get": ""}, "and there is no python3: sudo apt-get install python3 python3-venv, or name one"),
        (
            {"dnf": "", "python3": python(old=True, version="3.9.2")},
            "and python3 is 3.9.2: sudo dnf install python3.12,",
        ),
        ({"apk": "", "python3": python(no_venv=True)}, "has it not: sudo apk add python3 py3-pip."),
    ],
)
def test_a_python_that_is_missing_or_too_old_is_said_with_the_systems_own_command(
    tmp_path: Path, add: Add, programs: dict[str, str], sentence: str
) -> None:
    for name, text in programs.items():
        add(name, text)
    code, printed = run(tmp_path, "environment.sh", "", ".venv", "lock.txt", ".stamp")
    assert code == 1
    assert printed.count("\n") == 1
    assert sentence in printed


def test_a_python_that_was_named_is_never_replaced_by_another(tmp_path: Path, add: Add) -> None:
    add("python3", python())
    old = add("python2", python(old=True, version="2.7.18"))
    code, printed = run(tmp_path, "environment.sh", str(old), ".venv", "lock.txt", ".stamp")
    assert (code, printed) == (1, f"Python 3.11 or newer is needed, and {old}, which PYTHON names, is 2.7.18.\n")
    code, printed = run(tmp_path, "environment.sh", "python9", ".venv", "lock.txt", ".stamp")
    assert code == 1
    assert printed.startswith("There is no program python9, which PYTHON names: give PYTHON=")


def debian(add: Add, *, user: int = 1000, sudo: bool = True, apt: int = 0) -> None:
    """Make a Debian on which curl is installed. What would change it is written down instead."""
    add("dpkg-query", 'for last; do :; done\n[ "$last" != curl ] || echo "install ok installed"\n')
    add("id", f"echo {user}\n")
    add("apt-get", f'echo "apt-get as $DEBIAN_FRONTEND: $*" >&2\nexit {apt}\n')
    add("env", 'export "$1"\nshift\nexec "$@"\n')
    for name in ("tee", "chmod", "rm"):
        add(name, "exit 0\n")
    # As sudo does, it passes no variable on but PATH.
    add("sudo", f'shift\nunset DEBIAN_FRONTEND\n[ "$*" != true ] || exit {int(not sudo)}\n"$@"\n')


def test_nothing_is_said_or_done_where_all_packages_are_there(tmp_path: Path, add: Add) -> None:
    debian(add)
    assert run(tmp_path, "debian.sh", "curl") == (0, "")


@pytest.mark.parametrize("user", [0, 1000], ids=["root", "sudo"])
def test_what_is_missing_is_said_and_then_installed_without_a_question(tmp_path: Path, add: Add, user: int) -> None:
    debian(add, user=user)
    code, printed = run(tmp_path, "debian.sh", "curl", "postfix", "dovecot-imapd")
    assert code == 0
    assert printed.splitlines() == [
        "Installing from Debian, by apt-get as root: postfix dovecot-imapd",
        "apt-get as noninteractive: update -qq",
        "apt-get as noninteractive: install -y -qq --no-install-recommends postfix dovecot-imapd",
    ]


def test_who_may_not_install_gets_the_command_and_no_prompt(tmp_path: Path, add: Add) -> None:
    debian(add, sudo=False)
    code, printed = run(tmp_path, "debian.sh", "curl", "postfix")
    assert code == 1
    assert "apt-get as" not in printed
    assert printed.endswith("To install them: sudo apt-get install --no-install-recommends postfix\n")


def test_apt_get_that_fails_is_said(tmp_path: Path, add: Add) -> None:
    debian(add, apt=100)
    code, printed = run(tmp_path, "debian.sh", "postfix")
    assert code == 1
    assert printed.endswith("apt-get could not install them (its own words are above): postfix\n")


def test_another_system_is_told_what_is_to_be_installed(tmp_path: Path, add: Add) -> None:
    add("true", "")
    code, printed = run(tmp_path, "debian.sh", "postfix")
    assert code == 1
    assert printed.startswith("This system has no Debian packages")
    assert printed.endswith("postfix\n")
