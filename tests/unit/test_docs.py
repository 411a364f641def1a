"""Documentation that must keep up with the code, and what the package promises of itself."""

import argparse
import importlib.metadata
import itertools
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from mailproof import __version__
from mailproof.cli import diagnose as diagnose_cli
from mailproof.cli import discover as discover_cli
from mailproof.cli import explain as explain_cli
from mailproof.service.settings import describe
from smtpdiag.v1 import diagnosis_pb2, discovery_pb2

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_settings_page_is_the_settings() -> None:
    assert describe() in (ROOT / "docs" / "settings.md").read_text(), "renew the table with `describe()`"


@pytest.mark.parametrize(
    ("page", "command"), [("diagnose", diagnose_cli), ("discovery", discover_cli), ("explain", explain_cli)]
)
def test_a_commands_page_has_every_argument_and_no_other(page: str, command: ModuleType) -> None:
    parser = argparse.ArgumentParser(add_help=False)
    command.add_arguments(parser)
    actions = parser._actions
    arguments = {flag for action in actions for flag in action.option_strings or [str(action.metavar)]}
    text = (ROOT / "docs" / f"{page}.md").read_text()
    tables = {word for line in re.findall(r"^\| `.*", text, re.MULTILINE) for word in re.findall(r"`([^` ]+)", line)}
    assert arguments <= tables
    named = set(re.findall(r"--[a-z]+(?:-[a-z]+)*(?![\w…-])", text))
    assert named <= arguments
    for field in re.findall(r"^\| `[^|]*\| `([a-z_0-9]+)", text, re.MULTILINE):
        messages = (diagnosis_pb2.DiagnoseRequest, diagnosis_pb2.XOAuth2, discovery_pb2.DiscoverSettingsRequest)
        assert any(field in message.DESCRIPTOR.fields_by_name for message in messages), field


def test_every_make_target_of_the_documentation_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    named = {name for page in pages for name in re.findall(r"`make ([a-z-]+)", page.read_text())}
    assert named <= targets


def test_every_rpc_is_documented() -> None:
    """Our own RPCs by their names, and each of their routes by its path."""
    protos = "\n".join(path.read_text() for path in (ROOT / "proto/smtpdiag").rglob("*.proto"))
    names = re.findall(r"^  rpc (\w+)\(", protos, re.MULTILINE)
    routes = re.findall(r'\b(?:get|put|post|patch|delete): "([^"]+)"', protos)
    assert len(names) > 5
    assert len(routes) >= len(names)
    text = "\n".join(page.read_text() for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    assert [word for word in (*names, *routes) if word not in text] == []


def test_links_of_the_documentation_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_version_is_the_changelogs_newest() -> None:
    newest = re.search(r"^## (\d\S*?),? ", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == __version__


def floor(name: str) -> str:
    project = PYPROJECT["project"]
    named = itertools.chain(project["dependencies"], *project["optional-dependencies"].values())
    found = next(d for d in named if re.match(rf"{name}[>=]", d))
    return str(found.rpartition("=")[2])


def test_dependency_floors_are_the_generators_versions() -> None:
    stub = (ROOT / "gen/zitadel/admin/v1/admin_pb2_grpc.py").read_text()
    generated = re.search(r"GRPC_GENERATED_VERSION = '([\d.]+)'", stub)
    assert generated is not None
    for name in ("grpcio", "grpcio-health-checking", "grpcio-reflection", "grpcio-status"):
        assert floor(name) == generated[1], name
    runtime = re.search(r"PUBLIC,\s+(\d+),\s+(\d+),\s+(\d+),", (ROOT / "gen/zitadel/v1/message_pb2.py").read_text())
    assert runtime is not None
    assert floor("protobuf") == ".".join(runtime.groups())


@pytest.mark.parametrize("lock", ["runtime", "dev"])
def test_lock_files_have_hashes_and_no_registry(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    assert "--hash=sha256:" in text
    assert not re.search(r"https?://|index-url|find-links", text)
    extras = PYPROJECT["project"]["optional-dependencies"].values()
    for dependency in itertools.chain(PYPROJECT["project"]["dependencies"], *extras):
        if dependency.startswith("mailproof["):
            continue
        name = re.split(r"[>=]", dependency)[0]
        assert re.search(rf"^{name}==", text, re.MULTILINE), name


def test_the_installed_version_is_the_sources() -> None:
    assert importlib.metadata.version("mailproof") == __version__
