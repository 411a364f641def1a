"""A few addresses of many: both families, in the system's order."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.net.addrinfo import AddrInfo, few


def info(address: str) -> AddrInfo:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 25, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 25))


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ("", ""),
        ("a:: 1.0.0.1", "a:: 1.0.0.1"),
        ("1.0.0.1 1.0.0.2 1.0.0.3 1.0.0.4 1.0.0.5", "1.0.0.1 1.0.0.2 1.0.0.3 1.0.0.4"),
        ("a:: b:: c:: d:: e:: 1.0.0.1 1.0.0.2 1.0.0.3", "a:: b:: 1.0.0.1 1.0.0.2"),
        ("a:: b:: c:: d:: e:: 1.0.0.1", "a:: b:: c:: 1.0.0.1"),
        ("1.0.0.1 a:: b:: c:: d::", "1.0.0.1 a:: b:: c::"),
    ],
)
def test_a_few_of_many_addresses(found: str, kept: str) -> None:
    assert few([info(address) for address in found.split()]) == [info(address) for address in kept.split()]


@given(
    st.lists(
        st.sampled_from([info(f"192.0.2.{n}") for n in range(12)] + [info(f"2001:db8::{n}") for n in range(12)]),
        unique=True,
    ),
    st.integers(2, 8),
)
def test_few_are_in_order_and_of_both_families(found: list[AddrInfo], most: int) -> None:
    kept = few(found, most)
    assert kept == [one for one in found if one in kept]
    assert len(kept) == min(len(found), most)
    assert {one[0] for one in kept} == {one[0] for one in found}
