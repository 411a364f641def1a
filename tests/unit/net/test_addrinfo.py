"""A few addresses of many: both families, in the system's order."""

import socket

import pytest

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
