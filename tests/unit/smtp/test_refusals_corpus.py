"""What the real replies of the corpus are judged to mean, counted as `tools/measure_refusals.py` counts."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from tools.measure_refusals import CORPUS, EQUIVALENT, UNRECOGNISED, Row, judged, read_reply, rows

from mailproof.smtp.vocabulary import Code, Stage

ROWS = list(rows())


def results(some: list[Row]) -> Counter[str]:
    return Counter(row.result(judged(row)) for row in some)


def test_the_replies_that_rules_were_written_from_are_judged_right() -> None:
    some = [row for row in ROWS if row.part == "dev" and row.code != UNRECOGNISED]
    found = results(some)
    assert found["right"] >= 0.95 * len(some)
    assert found["astray"] <= 0.01 * len(some)


def test_a_reply_without_a_reason_is_not_given_one() -> None:
    some = [row for row in ROWS if row.part == "dev" and row.code == UNRECOGNISED]
    assert results(some) == {"right": len(some)}


def test_every_row_of_the_corpus_is_whole() -> None:
    codes = {str(code) for code in Code} | {UNRECOGNISED}
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert row["part"] in ("dev", "held_out")
        assert {row["code"], *row["also"]} <= codes, row
        assert row["source"], row
        Stage(row["stage"])
    assert set(EQUIVALENT) <= codes


def test_nine_languages_are_in_it() -> None:
    assert {row.language for row in ROWS} >= {"en", "de", "fr", "es", "it", "pt", "ru", "zh", "ja"}


@pytest.mark.parametrize(
    ("text", "code", "lines"),
    [
        ("535 5.7.8 no", 535, ("5.7.8 no",)),
        ("550-5.7.1 one\n550 5.7.1 two", 550, ("5.7.1 one", "5.7.1 two")),
        ("550 one\ntwo", 550, ("one", "two")),
        ("5.2.1 no code", 550, ("5.2.1 no code",)),
    ],
)
def test_a_reply_is_read_as_it_was_posted(text: str, code: int, lines: tuple[str, ...]) -> None:
    reply = read_reply(text)
    assert (reply.code, reply.lines) == (code, lines)
