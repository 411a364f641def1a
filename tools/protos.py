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
REFERENCE = ROOT / "src" / "mailproof" / "transport" / "reference"
"""The OpenAPI document and its page, which are made of the protos too (tools/openapi)."""

REFERENCE_FILES = ("openapi.json", "docs.html")
ERROR_DETAILS = "google/rpc/error_details.proto"  # no proto of ours imports it, but every error has its messages
BASELINE = PROTO / "baseline.binpb"  # descriptors of the last release; `release` renews it
GOOGLEAPIS = Path(http_pb2.__file__).parents[2]
WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"
PACKAGES = ("zitadel", "ccadmin", "smtpdiag")
BIN = Path(sys.executable).parent


def _sources() -> list[str]:
    return sorted(str(p.relative_to(PROTO)) for p in PROTO.rglob("*.proto"))


def _protoc(*options: str, more: tuple[str, ...] = ()) -> None:
    plugins = [f"--plugin=protoc-gen-{name}={BIN / f'protoc-gen-{name}'}" for name in ("mypy", "mypy_grpc")]
    command = [sys.executable, "-m", "grpc_tools.protoc", *plugins, f"-I{PROTO}", f"-I{GOOGLEAPIS}", f"-I{WELL_KNOWN}"]
    subprocess.run([*command, *options, *_sources(), *more], check=True)


def generate(into: Path) -> None:
    """Write the generated modules into a folder, with their type stubs and what has type checkers read those."""
    into.mkdir(parents=True, exist_ok=True)
    _protoc(
        f"--python_out={into}", f"--grpc_python_out={into}", f"--mypy_out=quiet:{into}", f"--mypy_grpc_out=quiet:{into}"
    )
    for package in PACKAGES:
        (into / package / "py.typed").touch()  # PEP 561


def describe(into: Path) -> None:
    """Write the descriptors of the protos with their comments into a file."""
    _protoc("--include_source_info", "--include_imports", f"--descriptor_set_out={into}", more=(ERROR_DETAILS,))


def generate_reference(into: Path) -> None:
    """Write the OpenAPI document and its page into a folder, by a program that has gen/ as it is now."""
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder) / "described.binpb"
        describe(described)
        command = [sys.executable, "-m", "tools.openapi", str(described), str(into)]
        subprocess.run(command, cwd=ROOT, check=True)


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
    """Return 1 unless gen/ and the OpenAPI document are exactly what the protos generate."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        changed = [f"gen/{name}" for name in _differences(Path(folder), GEN)]
    with tempfile.TemporaryDirectory() as folder:
        generate_reference(Path(folder))
        _, wrong, missing = filecmp.cmpfiles(folder, REFERENCE, REFERENCE_FILES, shallow=False)
        changed += [str((REFERENCE / name).relative_to(ROOT)) for name in (*wrong, *missing)]
    for name in changed:
        print(f"{name} is not what proto/ generates; run `make gen`")
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
        generate_reference(REFERENCE)
        return 0
    if command == "release":
        _protoc(f"--descriptor_set_out={BASELINE}", "--include_imports")
        return 0
    return check() if command == "check" else lint()


if __name__ == "__main__":
    sys.exit(main())
