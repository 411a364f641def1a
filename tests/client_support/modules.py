"""The npm packages of the clients."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from client_support.clients import NODE_DIR
from clock_support.waiting import HANG

NPM = Path(__file__).parents[2] / "tools" / "npm.py"


def node_modules() -> None:
    """Install them where `make setup` has not done so."""
    if not (NODE_DIR / "node_modules" / ".package-lock.json").exists():
        npm = [sys.executable, str(NPM), "--prefix", str(NODE_DIR), "ci", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(npm, check=True, timeout=HANG)
