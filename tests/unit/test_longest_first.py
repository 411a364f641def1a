"""The table of long test files names files that are there."""

from pathlib import Path

from plain_support.longest_first import LONGEST_FIRST

TESTS = Path(__file__).resolve().parent.parent


def test_each_is_there_once() -> None:
    assert [name for name in LONGEST_FIRST if not (TESTS / name).is_file()] == []
    assert len(set(LONGEST_FIRST)) == len(LONGEST_FIRST)
