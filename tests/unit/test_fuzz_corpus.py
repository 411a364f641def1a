"""The fuzzer's corpus, replayed without the fuzzer; each file is named for what it does."""

import importlib
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
