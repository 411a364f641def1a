"""What is installed with the server, and that SECURITY.md names tests that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEFT_OUT = frozenset({"aiohttp", "aiosignal", "frozenlist", "multidict", "propcache", "urllib3", "yarl"})
"""What sonora's client alone needs, and what that needs."""

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
