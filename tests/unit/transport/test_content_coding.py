"""Compressed bodies are taken, and no more of them is unpacked than their call takes."""

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.errors import MalformedRequest, RequestTooLarge, UnsupportedMediaType
from mailproof.transport.content_coding import check_coding, takes_gzip, unpack

LIMIT = 1000


@given(st.binary(max_size=LIMIT))
def test_what_was_packed_is_unpacked(content: bytes) -> None:
    assert unpack(gzip.compress(content), LIMIT) == content


@pytest.mark.parametrize(
    ("coding", "packed"), [("", False), ("identity", False), ("UTF-8", False), ("gzip", True), (" X-GZIP ", True)]
)
def test_the_codings_that_are_read(coding: str, packed: bool) -> None:
    assert check_coding(coding) is packed


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd", "*", "\xff"])
def test_other_codings_are_refused(coding: str) -> None:
    with pytest.raises(UnsupportedMediaType, match="must be gzip or none"):
        check_coding(coding)


def test_a_bomb_is_too_large_and_is_not_unpacked_whole() -> None:
    with pytest.raises(RequestTooLarge):
        unpack(gzip.compress(bytes(10_000_000)), LIMIT)
    assert len(unpack(gzip.compress(bytes(LIMIT)), LIMIT)) == LIMIT


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", gzip.compress(b"{}")[:-1], gzip.compress(b"{}") + b"x", gzip.compress(b"{") + gzip.compress(b"}")],
    ids=["nothing", "no gzip", "cut", "more", "two files"],
)
def test_what_is_not_one_whole_gzip_file_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest, match="gzip"):
        unpack(body, LIMIT)


@given(st.binary(max_size=LIMIT))
def test_any_bytes_are_answered(body: bytes) -> None:
    with suppress(MalformedRequest, RequestTooLarge):
        assert len(unpack(body, LIMIT)) <= LIMIT


def test_a_list_of_codings_that_no_client_sends_is_not_read() -> None:
    assert takes_gzip("gzip, deflate, br, zstd")
    assert takes_gzip(f"{'a, ' * 300}gzip")
    assert not takes_gzip(f"{'a, ' * 400}gzip")
