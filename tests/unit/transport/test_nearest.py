"""A mistyped path is told the nearest name, and a look costs little whoever asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.transport.nearest import LONGEST, Nearest

NAMES = {each: f"GET {each}" for each in ("/v1/events", "/v1/configs", "/v1/configs:export", "/admin/v1/smtp/")}
NEAREST = Nearest(NAMES)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/v1/event", "GET /v1/events"),
        ("/V1/Events/", "GET /v1/events"),
        ("/v1/config", "GET /v1/configs"),
        ("/v1/config:export", "GET /v1/configs:export"),
        ("/admin/v1/smpt/17", "GET /admin/v1/smtp/"),
        ("/favicon.ico", ""),
        ("/", ""),
        ("", ""),
        ("/v1/events" + "x" * LONGEST, ""),
    ],
)
def test_the_nearest_name_is_told(path: str, told: str) -> None:
    assert NEAREST(path) == told


@given(st.text(max_size=2 * LONGEST))
def test_any_text_is_answered(path: str) -> None:
    assert NEAREST(path) in {"", *NAMES.values()}


def test_of_no_names_none_is_near() -> None:
    assert Nearest({})("/v1/events") == ""
