"""Build the wheel, install it with the locked dependencies in a clean environment, and run all tests with that.

The tests run from the development environment, but the program that the end-to-end tests start is the wheel's: what the
repository has and the wheel lacks (generated code above all) fails here and nowhere else. Arguments go to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Return pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        clean = Path(folder) / "venv"
        subprocess.run(
            [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, str(ROOT)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (wheel,) = Path(folder).glob("*.whl")
        venv.create(clean, with_pip=True)
        pip = [str(clean / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, "--require-hashes", "--no-deps", "-r", str(ROOT / "requirements" / "runtime.txt")], check=True
        )
        subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
        command = str(clean / "bin" / "mailproof")
        print(f"testing {wheel.name}", flush=True)
        # A file stays in one process, so that its servers are started once. There is one process more than
        # cores, since a test that waits for a server or a deadline leaves its core to another one.
        processes = str((os.cpu_count() or 1) + 1)
        tests = [sys.executable, "-m", "pytest", "-n", processes, "--dist", "loadfile", *sys.argv[1:]]
        return subprocess.run(
            tests,
            cwd=ROOT,
            env={**os.environ, "MAILPROOF_TEST_COMMAND": command, "MAILPROOF_TEST_WHEEL": str(wheel)},
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
