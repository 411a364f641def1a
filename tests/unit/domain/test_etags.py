"""Entity tags: what is written is read, and nothing else is."""

import pytest

from mailproof.domain.etags import MAX_SEQUENCE, etag, parse_etag, parse_sequence


@pytest.mark.parametrize("sequence", [0, 1, 12, MAX_SEQUENCE])
def test_a_tag_is_read_again(sequence: int) -> None:
    assert parse_etag(etag(sequence)) == sequence
    assert parse_sequence(str(sequence)) == sequence


@pytest.mark.parametrize("text", ["", '"', '""', "12", 'W/"12"', '"12', '"-1"', '"012"', '"12", "13"', '"a"', "*"])
def test_what_is_no_tag_of_ours(text: str) -> None:
    assert parse_etag(text) is None


@pytest.mark.parametrize(
    "text", ["", " 1", "+1", "-1", "1.0", "0x1", "01", "\u0661", "1, 1", str(MAX_SEQUENCE + 1), "9" * 5000]
)
def test_what_is_no_sequence(text: str) -> None:
    assert parse_sequence(text) is None
