"""`python -m fuzz TARGET [options of libFuzzer] [directories]`: run one target, instrumented."""

import importlib
import platform
import sys
from typing import Any

from fuzz.slow import timed

MISSING = "make fuzz needs atheris, which has wheels for Linux on x86_64 with Python 3.11 to 3.14; this is {} on {} {}"


def main() -> None:
    try:
        atheris: Any = importlib.import_module("atheris")  # not every machine that checks the types has it
    except ImportError:
        sys.exit(MISSING.format(f"Python {platform.python_version()}", platform.system(), platform.machine()))
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["mailproof", "fuzz"]):
        target = importlib.import_module(f"fuzz.fuzz_{name}")
    atheris.Setup(sys.argv, timed(target.check))
    atheris.Fuzz()


main()
