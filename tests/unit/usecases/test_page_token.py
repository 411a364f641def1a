"""Page tokens: what was made is read, and nothing else is."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.store.sealing import Sealer
from mailproof.usecases.page_token import MAX_TOKEN_LENGTH, make_list_token, make_token, read_list_token, read_token

KEY, OTHER = secrets.token_bytes(32), secrets.token_bytes(32)
VAULT = Sealer(KEY)
TEXT = st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace").decode())
SEQUENCE = st.integers(0, 2**63)


@given(TEXT, TEXT, SEQUENCE)
def test_a_token_is_read_as_it_was_made(instance: str, filter_: str, sequence: int) -> None:
    token = make_token(VAULT, instance, filter_, sequence)
    assert read_token(VAULT, instance, filter_, token) == sequence
    assert len(token) <= 200
    assert token.isascii()


@given(TEXT, TEXT, TEXT, TEXT, SEQUENCE)
def test_a_token_is_of_its_instance_and_filter(a: str, b: str, c: str, d: str, sequence: int) -> None:
    token = make_token(VAULT, a, b, sequence)
    if (a, b) != (c, d):
        with pytest.raises(ValueError, match="same filter"):
            read_token(VAULT, c, d, token)


@given(st.data(), SEQUENCE)
def test_a_token_with_a_changed_character_is_refused(data: st.DataObject, sequence: int) -> None:
    token = make_token(VAULT, "i", "", sequence)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCabc019-_=+/ ").filter(lambda c: c != token[at]))
    with pytest.raises(ValueError, match="same filter"):
        read_token(VAULT, "i", "", token[:at] + other + token[at + 1 :])


@given(st.text(max_size=100))
def test_a_token_can_not_be_forged(text: str) -> None:
    with pytest.raises(ValueError, match="same filter"):
        read_token(VAULT, "i", "", text)


def test_a_token_outlives_a_new_key() -> None:
    token = make_token(VAULT, "i", "", 7)
    assert read_token(Sealer(OTHER, KEY), "i", "", token) == 7
    with pytest.raises(ValueError, match="same filter"):
        read_token(Sealer(OTHER), "i", "", token)


KEYS = st.lists(st.none() | st.integers(-(2**63), 2**63) | TEXT, max_size=5).map(tuple)


@given(TEXT, TEXT, st.lists(TEXT, max_size=2), KEYS)
def test_a_lists_token_is_read_as_it_was_made(
    instance: str, name: str, asked: list[str], after: tuple[str, ...]
) -> None:
    token = make_list_token(VAULT, instance, name, asked, after)
    assert read_list_token(VAULT, instance, name, asked, token) == after
    for other in ((instance + "x", name, asked), (instance, name + "x", asked), (instance, name, [*asked, ""])):
        with pytest.raises(ValueError, match="same filter and order_by"):
            read_list_token(VAULT, *other, token)


def test_a_lists_token_is_none_of_the_events() -> None:
    with pytest.raises(ValueError, match="same filter and order_by"):
        read_list_token(VAULT, "i", "tests", (), make_token(VAULT, "i", "", 7))
    with pytest.raises(ValueError, match="same filter"):
        read_token(VAULT, "i", "", make_list_token(VAULT, "i", "", (), (7,)))
    assert read_list_token(VAULT, "i", "tests", (), "") == ()


def test_a_lists_token_has_its_bound() -> None:
    longest = ("\U0001f600" * 500, *["ä" * 200] * 4)
    assert len(make_list_token(VAULT, "i", "tests", (), longest)) > MAX_TOKEN_LENGTH / 2
    assert len(make_list_token(VAULT, "i", "tests", (), ("\U0001f600" * 200,))) <= MAX_TOKEN_LENGTH
