"""What is installed with the server, and that SECURITY.md names tests that exist."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT_OUT = frozenset({"aiohttp", "aiosignal", "frozenlist", "multidict", "propcache", "urllib3", "yarl"})
"""What sonora's client alone needs, and what that needs."""

CONSOLE = frozenset(
    {"@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-web", "@preact/signals", "preact"}
)
"""The npm packages that the web console is made with; each has a reason, and another one needs one."""

NEEDED_BY_THESE = frozenset({"@preact/signals-core"})

NODE = ("tests/e2e/node", "bench/smtp", "console")
"""The folders whose packages are npm's. None of them is part of an installation."""

IMPORT_ALL = """
import importlib, pkgutil, sys
class LeftOut:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, LeftOut())
import mailproof
for module in pkgutil.walk_packages(mailproof.__path__, "mailproof."):
    if module.name != "mailproof.__main__":
        importlib.import_module(module.name)
"""


def locked(name: str) -> set[str]:
    text = (ROOT / "requirements" / name).read_text()
    return set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))


def test_the_server_is_installed_without_what_its_libraries_clients_need() -> None:
    assert not LEFT_OUT & locked("runtime.txt")
    assert "sonora" in locked("runtime.txt")


def test_every_module_can_be_imported_without_it() -> None:
    program = IMPORT_ALL.replace("{names}", repr(set(LEFT_OUT)))
    subprocess.run([sys.executable, "-c", program], check=True)


def test_every_locked_package_has_its_hashes() -> None:
    for name in ("runtime.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text()
        entries = re.split(r"\n(?=[a-z])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
        assert len(entries) > 20
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
        assert not re.search("https?:|index-url|find-links", text), "a lock file names no registry"


@pytest.mark.parametrize("folder", NODE)
def test_every_package_of_npm_has_its_digest_and_no_registry(folder: str) -> None:
    text = (ROOT / folder / "package-lock.json").read_text()
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert packages
    assert [name for name, each in packages.items() if not each.get("integrity", "").startswith("sha512-")] == []
    assert "resolved" not in text
    settings = (ROOT / folder / ".npmrc").read_text().splitlines()
    assert [line for line in settings if line.startswith(("registry", "@", "//"))] == []
    assert "omit-lockfile-registry-resolved=true" in settings


@pytest.mark.parametrize("folder", NODE)
def test_a_lock_of_npm_has_the_packages_of_every_system(folder: str) -> None:
    """`npm ci` refuses one without: where a registry has not all of a release's packages, npm leaves them out."""
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    named = {other for each in packages.values() for other in each.get("optionalDependencies", {})}
    assert named - {name.rpartition("node_modules/")[2] for name in packages} == set()


def test_the_console_is_made_of_few_packages() -> None:
    locked_packages = json.loads((ROOT / "console" / "package-lock.json").read_text())["packages"]
    assert locked_packages[""]["dependencies"].keys() == CONSOLE
    shipped = {name.rpartition("node_modules/")[2] for name, each in locked_packages.items() if not each.get("dev")}
    assert shipped - {""} == CONSOLE | NEEDED_BY_THESE


def test_neither_an_installation_nor_a_start_needs_node() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "hooks" not in project["tool"]["hatch"]["build"], "a build that ran something could need it"
    assert [name for name in locked("runtime.txt") if "node" in name] == []
    rules = re.findall(r"^(run|setup):(.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    needs = {name: re.findall(r"\w+_STAMP", prerequisites) for name, prerequisites in rules}
    assert needs == {"run": [], "setup": ["NODE_STAMP", "CONSOLE_STAMP"]}


def test_every_test_that_the_threat_model_names_exists() -> None:
    model = (ROOT / "SECURITY.md").read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", model)
    assert len(named) > 30
    missing = []
    for path, name in named:
        file = ROOT / path
        if not file.is_file() or not re.search(rf"^(?:async )?def {name}\(", file.read_text(), re.MULTILINE):
            missing.append(f"{path}::{name}")
    assert missing == []


def test_every_row_of_the_threat_model_has_a_test() -> None:
    rows = [line for line in (ROOT / "SECURITY.md").read_text().splitlines() if line.startswith("| ")]
    attacks = [row for row in rows if row.count("|") == 5 and not row.startswith(("| attacker |", "| --- "))]
    assert len(attacks) > 25
    assert [row for row in attacks if "::" not in row] == []
