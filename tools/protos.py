"""Everything that is done with the protos: generate, check, lint, format, breaking.

`gen/` is machine output only: one generator (grpc_tools, pinned) plus mypy-protobuf for the stubs' types. buf has no
module registry here, so its workspace is laid out in a temporary folder with Google's protos from their wheel.
"""

from __future__ import annotations

import argparse
import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc_tools
from google.api import http_pb2

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
GEN = ROOT / "gen"
BASELINE = PROTO / "baseline.binpb"  # descriptors of the last release; `release` renews it
GOOGLEAPIS = Path(http_pb2.__file__).parents[2]
WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"
PACKAGES = ("zitadel", "ccadmin", "smtpdiag")
BIN = Path(sys.executable).parent


def _sources() -> list[str]:
    return sorted(str(p.relative_to(PROTO)) for p in PROTO.rglob("*.proto"))


def _protoc(*options: str) -> None:
    plugins = [f"--plugin=protoc-gen-{name}={BIN / f'protoc-gen-{name}'}" for name in ("mypy", "mypy_grpc")]
    command = [sys.executable, "-m", "grpc_tools.protoc", *plugins, f"-I{PROTO}", f"-I{GOOGLEAPIS}", f"-I{WELL_KNOWN}"]
    subprocess.run([*command, *options, *_sources()], check=True)


def generate(into: Path) -> None:
    """Write the generated modules into a folder, with their type stubs and what has type checkers read those."""
    into.mkdir(parents=True, exist_ok=True)
    _protoc(
        f"--python_out={into}", f"--grpc_python_out={into}", f"--mypy_out=quiet:{into}", f"--mypy_grpc_out=quiet:{into}"
    )
    for package in PACKAGES:
        (into / package / "py.typed").touch()  # PEP 561


def _differences(left: Path, right: Path) -> list[str]:
    def listing(root: Path) -> set[str]:
        return {str(p.relative_to(root)) for p in root.rglob("*py*") if "__pycache__" not in p.parts}

    names = listing(left) | listing(right)
    return sorted(
        n
        for n in names
        if not (left / n).exists() or not (right / n).exists() or not filecmp.cmp(left / n, right / n, shallow=False)
    )


def check() -> int:
    """Return 1 unless gen/ is exactly what the protos generate."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        changed = _differences(Path(folder), GEN)
    for name in changed:
        print(f"gen/{name} is not what proto/ generates; run `make gen`")
    return 1 if changed else 0


def buf(*arguments: str) -> int:
    """Run buf in a workspace of our protos and Google's; return its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        shutil.copytree(PROTO, workspace / "proto")
        shutil.copy(ROOT / "buf.yaml", workspace)
        for package in ("api", "rpc", "type"):
            shutil.copytree(
                GOOGLEAPIS / "google" / package,
                workspace / "googleapis" / "google" / package,
                ignore=shutil.ignore_patterns("*.py", "*.pyi", "__pycache__"),
            )
        return subprocess.run([str(BIN / "buf"), *arguments], cwd=workspace, check=False).returncode


def lint() -> int:
    """Lint, check the format, and compare with the last release."""
    verdicts = [
        buf("lint"),
        buf("format", "proto", "--diff", "--exit-code"),
        buf("breaking", "proto", "--against", "proto/baseline.binpb", "--exclude-imports"),
    ]
    return max(verdicts)


def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["generate", "check", "lint", "release"])
    command = parser.parse_args().command
    if command == "generate":
        for package in PACKAGES:
            shutil.rmtree(GEN / package, ignore_errors=True)
        generate(GEN)
        return 0
    if command == "release":
        _protoc(f"--descriptor_set_out={BASELINE}", "--include_imports")
        return 0
    return check() if command == "check" else lint()


if __name__ == "__main__":
    sys.exit(main())
