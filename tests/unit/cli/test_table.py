"""Tables and facts: as wide as the terminal, and whole in a pipe."""

from __future__ import annotations

import pytest

from mailproof.cli import table, terminal
from mailproof.cli.table import print_facts, print_table
from mailproof.reporting.facts import columns

HEAD = ("id", "host", "description")
ROWS = [("381590000000000000", "smtp.example.com:587", "the web shop's own " * 6), ("2", "", "日本語の説明" * 20)]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_table_on_a_terminal_fits_it(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "width", lambda: width)
    print_table(HEAD, ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert max(map(columns, lines)) in (width - 1, width), "no half of a wide character"
    assert lines[1].startswith("381590000000000000  "), "what names a row is whole"
    assert all(line.endswith("…") for line in lines[1:]) or width == 200


def test_on_a_narrow_terminal_what_matters_least_is_left_out_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("381590000000000000", "smtp.example.com", "the web shop", "TLSv1.3")]
    for width, names in ((80, ""), (54, "tls"), (45, "server, tls"), (31, "server, name, tls"), (17, None)):
        monkeypatch.setattr(terminal, "width", lambda width=width: width)
        print_table(("id", "server", "name", "tls"), rows, optional=("tls", "server", "name"))
        shown = capsys.readouterr()
        told = f"(not shown, since the terminal is narrow: {names})\n"
        assert shown.err == (told if names else "")
        if names is None:
            assert len(shown.out.splitlines()) > 2, "a list"
        else:
            assert len(shown.out.splitlines()) == 2
            assert not set(shown.out.split()) & set(names.split(", "))


def test_a_table_in_a_pipe_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(HEAD, ROWS)
    shown = capsys.readouterr().out
    assert ROWS[0][2].rstrip() in shown
    assert "…" not in shown


def test_where_columns_would_be_too_narrow_each_row_is_a_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "width", lambda: 30)
    print_table(HEAD, ROWS[:1])
    assert capsys.readouterr().out.splitlines()[:4] == [
        "id           381590000000000000",
        "host         smtp.example.com:587",
        "description  the web shop's",
        "             own the web",
    ]


def test_facts_are_wrapped_below_themselves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "width", lambda: 40)
    print_facts((("name", "x"), ("permissions", "one two three four five six seven")))
    assert capsys.readouterr().out == ("name         x\npermissions  one two three four five six\n             seven\n")


@pytest.mark.parametrize(("text", "width"), [("", 0), ("abc", 3), ("ä", 1), ("日本", 4), ("e\u0301", 1)])
def test_the_columns_of_a_text(text: str, width: int) -> None:
    assert columns(text) == width


@pytest.mark.parametrize(("cell", "cut"), [("abcdef", "abc…"), ("abcd", "abcd"), ("日本語", "日… "), ("ab", "ab  ")])
def test_a_cell_is_cut_to_exactly_its_width(cell: str, cut: str) -> None:
    assert table._padded(cell, 4) == cut
