"""How far two names are apart, and which provider's domain a domain is easily taken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.discovery.spelling import meant_domain
from mailproof.syntax.edits import distance


@pytest.mark.parametrize(
    ("typed", "of_existing", "of_missing"),
    [
        ("gmial.com", "gmail.com", "gmail.com"),
        ("GMIAL.com.", "gmail.com", "gmail.com"),
        ("outlook.con", "outlook.com", "outlook.com"),
        ("outlok.con", "", "outlook.com"),  # two letters
        ("gmail.com", "", ""),
        ("example.test", "", ""),
        ("line.com", "", ""),  # and not live.com: a short name has many neighbours
        ("gmx.dd", "", ""),
        ("", "", ""),
    ],
)
def test_the_domain_that_is_meant(typed: str, of_existing: str, of_missing: str) -> None:
    assert (meant_domain(typed, exists=True), meant_domain(typed, exists=False)) == (of_existing, of_missing)


@pytest.mark.parametrize(
    ("one", "other", "away"),
    [("gmail", "gmail", 0), ("gmial", "gmail", 1), ("gmal", "gmail", 1), ("gmaill", "gmail", 1), ("hmail", "gmail", 1),
     ("gamli", "gmail", 2), ("", "ab", 2), ("abc", "xyz", 3), ("smtp", "", 3)],
)  # fmt: skip
def test_distances(one: str, other: str, away: int) -> None:
    assert distance(one, other, 2) == distance(other, one, 2) == away


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_a_bounded_distance_is_the_unbounded_one_as_far_as_it_goes(one: str, other: str) -> None:
    assert distance(one, other, 2) == min(distance(one, other, 20), 3)
