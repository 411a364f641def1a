"""`python -m fuzz TARGET [options of libFuzzer] [directories]`: run one target, instrumented."""

import importlib
import sys
from typing import Any


def main() -> None:
    atheris: Any = importlib.import_module("atheris")  # not every machine that checks the types has it
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["mailproof", "fuzz"]):
        target = importlib.import_module(f"fuzz.fuzz_{name}")
    atheris.Setup(sys.argv, target.check)
    atheris.Fuzz()


main()
