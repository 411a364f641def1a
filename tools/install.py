"""Install packages into an environment: by uv, which takes a third of pip's time, or by pip where uv can't.

uv does not read pip's configuration, so behind an index of its own only pip may find the packages.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

UV = Path(sys.executable).parent / "uv"


def main() -> int:
    """Return the exit code. The first argument is the environment's Python, the others are those of `pip install`."""
    python, *arguments = sys.argv[1:]
    if UV.exists():
        quick = [str(UV), "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *arguments]
        # What is compiled belongs beside what is installed: that is where its own programs look.
        beside = {name: value for name, value in os.environ.items() if name != "PYTHONPYCACHEPREFIX"}
        if subprocess.run(quick, capture_output=True, env=beside, check=False).returncode == 0:
            return 0
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.run([*pip, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
