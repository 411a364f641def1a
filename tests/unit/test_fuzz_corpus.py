"""The fuzzer's corpus, replayed without the fuzzer; each file is named for what it does."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_nothing_in_the_corpus_breaks_a_law(path: Path) -> None:
    importlib.import_module(f"fuzz.fuzz_{path.parent.name}").check(path.read_bytes())


def test_every_target_has_a_corpus() -> None:
    targets = {path.stem.removeprefix("fuzz_") for path in CORPUS.parent.glob("fuzz_*.py")}
    assert targets == {path.parent.name for path in FILES}


def test_where_the_fuzzer_has_no_wheels_it_says_so() -> None:
    program = "import runpy, sys; sys.modules['atheris'] = None; runpy.run_module('fuzz', run_name='__main__')"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=CORPUS.parents[1], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("make fuzz needs atheris, which has wheels for Linux")
