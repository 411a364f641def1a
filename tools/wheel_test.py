"""Check the sources, build the wheel, install it in a clean environment with the locked dependencies, run all tests.

The tests run from the development environment, but the program that the end-to-end tests start is the wheel's: what the
repository has and the wheel lacks (generated code above all) fails here and nowhere else. What does not need another
step's result runs beside it, so that two cores have work before the tests begin. Arguments go to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
BYTECODE = ROOT / ".pytest_cache" / "bytecode"
"""Where the tests' modules are kept as pytest rewrites them: each process would else do that anew."""

Command = tuple[str, Sequence[str | Path]]
"""What is run, and the name that is printed."""

SYSTEMS = ("darwin", "win32")
"""The systems besides this one whose Python must have all names that the sources use."""


class Lane(threading.Thread):
    """Commands that run one after the other, beside other lanes, until one fails.

    Attributes:
        failed: Whether one has failed.
    """

    def __init__(self, commands: Iterable[Command]) -> None:
        super().__init__()
        self._commands = list(commands)
        self.failed = False

    def run(self) -> None:
        """Run the commands. What one prints is shown only where it fails."""
        for name, command in self._commands:
            began = time.monotonic()
            parts = [str(part) for part in command]
            done = subprocess.run(parts, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
            self.failed = done.returncode != 0
            print(f"{'FAIL' if self.failed else 'ok  '}  {name}  {time.monotonic() - began:.0f} s", flush=True)
            if self.failed:
                print(done.stdout + done.stderr, flush=True)
                return


def checks() -> Iterable[Command]:
    """Return the checks of the sources, which start nothing."""
    yield "the code's style", (PROGRAMS / "ruff", "check", ".")
    yield "the code's form", (PROGRAMS / "ruff", "format", "--check", ".")
    yield "types", (PROGRAMS / "mypy",)
    for system in SYSTEMS:  # each has a cache of its own, else each run would make all of them anew
        cache = f".mypy_cache/{system}"
        yield f"types on {system}", (PROGRAMS / "mypy", "--platform", system, "--cache-dir", cache, "src")
    yield "gen/ is what proto/ makes", (sys.executable, "tools/protos.py", "check")
    yield "the protos' style", (sys.executable, "tools/protos.py", "lint")


def console() -> Iterable[Command]:
    """Return the check of the web console: a lane of its own, since either other one is the longest at times."""
    yield "the console", (sys.executable, "tools/console.py", "check")


def wheel(folder: Path, clean: Path) -> Iterable[Command]:
    """Return what makes a clean environment with the wheel, and lets pytest read the tests once for all processes."""
    install = (sys.executable, "tools/install.py", clean / "bin" / "python", "--no-deps")
    yield "the wheel", (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    yield "a clean environment", (sys.executable, "-m", "venv", "--without-pip", clean)
    yield "its dependencies", (*install, "--require-hashes", "-r", ROOT / "requirements" / "runtime.txt")
    yield "the wheel in it", (*install, "--find-links", folder, "--no-index", "mailproof")
    yield "the tests can be read", (sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:xdist")


def environment() -> dict[str, str]:
    """Return the environment of what is run: one in which Python keeps what it has compiled."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(BYTECODE)}


def main() -> int:
    """Return pytest's exit code, or 1 where something before the tests has failed."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        clean = folder / "venv"
        lanes = (Lane(checks()), Lane(wheel(folder, clean)), Lane(console()))
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
        if any(lane.failed for lane in lanes):
            return 1
        (built,) = folder.glob("*.whl")
        print(f"testing {built.name}", flush=True)
        # A file stays in one process, so that its servers are started once. There is one process more than
        # cores, since a test that waits for a server or a deadline leaves its core to another one.
        processes = str((os.cpu_count() or 1) + 1)
        # tests/conftest.py has put them in order: the longest first, and not those with the most tests.
        how = ("-n", processes, "--dist", "loadfile", "--no-loadscope-reorder")
        tests = [sys.executable, "-m", "pytest", *how, *sys.argv[1:]]
        command = str(clean / "bin" / "mailproof")
        env = {**environment(), "MAILPROOF_TEST_COMMAND": command, "MAILPROOF_TEST_WHEEL": str(built)}
        return subprocess.run(tests, cwd=ROOT, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
