"""Renew the lock files: exact versions and hashes for every supported Python, and no registry's address."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = "requirements/left-out.txt"
LOCKS = {"runtime": ["build"], "dev": ["dev"]}  # file -> dependency groups beside the project's own dependencies
WITH_CLIENTS = {"dev"}  # the tests drive the clients too that the service can do without


def main() -> int:
    """Write requirements/*.txt; `--upgrade` and other options go to uv."""
    (ROOT / "requirements").mkdir(exist_ok=True)
    for name, groups in LOCKS.items():
        command = [str(Path(sys.executable).parent / "uv"), "pip", "compile", "pyproject.toml", "--quiet"]
        command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
        command += [
            "--extra",
            "server",
            "--no-annotate",
            "--custom-compile-command",
            "make lock",
            "-o",
            f"requirements/{name}.txt",
        ]
        command += [] if name in WITH_CLIENTS else ["--override", LEFT_OUT]
        command += [part for group in groups for part in ("--group", group)]
        subprocess.run([*command, *sys.argv[1:]], cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
