"""Which names of a certificate are shown, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.net.certificate_names import MAX_SHOWN, choose, matches

CROWD = tuple(f"shop{number}.example.net" for number in range(100))


@pytest.mark.parametrize(
    ("name", "expected", "fits"),
    [
        ("mail.example.com", "mail.example.com", True),
        ("MAIL.Example.com.", "mail.example.com", True),
        ("*.example.com", "mail.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.mail.example.com", False),
        ("*.com", "example.com", True),  # OpenSSL alone judges; here it only decides what is shown first
        ("*", "localhost", False),
        ("m*.example.com", "mail.example.com", False),
        ("192.0.2.1", "192.0.2.1", True),
        ("*.0.2.1", "192.0.2.1", False),
        ("2001:db8::1", "2001:0DB8:0:0::1", True),
    ],
)
def test_a_name_is_for_a_host_as_rfc_9525_has_it(name: str, expected: str, fits: bool) -> None:
    assert matches(name, expected) is fits


@pytest.mark.parametrize(
    ("names", "expected", "first"),
    [
        ((*CROWD, "mail.example.com"), "mail.example.com", "mail.example.com"),
        ((*CROWD, "*.example.com"), "mail.example.com", "*.example.com"),
        ((*CROWD, "192.0.2.1"), "192.0.2.1", "192.0.2.1"),
        (("www.example.com", *CROWD, "192.0.2.7"), "192.0.2.1", "www.example.com"),
        ((*CROWD, "www.example.com"), "mail.example.com", "www.example.com"),
        ((*CROWD, "www.example.com", "smtp.example.com"), "mail.example.com", "smtp.example.com"),
        ((*CROWD, "mail.example.de"), "mail.example.com", "mail.example.de"),
        ((*CROWD, "www.other.co.uk", "www.example.co.uk"), "mail.example.co.uk", "www.example.co.uk"),
        ((*CROWD, "mail.other.example"), "mail.example.com", "mail.other.example"),
    ],
)
def test_the_expected_name_or_the_most_similar_one_comes_first(
    names: tuple[str, ...], expected: str, first: str
) -> None:
    shown = choose(names, expected)
    assert shown[0] == first
    assert len(shown) == MAX_SHOWN


def test_names_that_could_be_the_host_are_among_the_shown_ones() -> None:
    nearer = tuple(f"*.{number}.example.com" for number in range(50))
    shown = choose((*nearer, "192.0.2.1", "mx.example.net", "bad_name!.example.com"), "mail.example.com")
    assert "mx.example.net" in shown
    assert len(shown) == MAX_SHOWN


def test_a_short_list_keeps_its_order_behind_the_expected_name() -> None:
    assert choose(("a.example.net", "b.example.net", "b.example.net", "x.test"), "x.test") == (
        "x.test",
        "a.example.net",
        "b.example.net",
    )


@given(st.lists(st.text(max_size=20), max_size=30), st.text(max_size=20))
def test_whatever_the_names_are_some_of_them_are_shown(names: list[str], expected: str) -> None:
    shown = choose(names, expected)
    assert len(shown) == min(MAX_SHOWN, len(set(names)))
    assert set(shown) <= set(names)
