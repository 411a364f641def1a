"""Whether this machine has a way to an address at all, as the system's routes say."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest

from mailproof.domain.errors import ServiceShortage
from mailproof.net.addrinfo import AddrInfo
from mailproof.net.route import has_route

HERE: AddrInfo = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 25))


def failing(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def connect(*_: Any) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr("mailproof.net.route.socket.socket.connect", connect)


def test_there_is_a_route_to_this_machine_itself() -> None:
    assert has_route(HERE)


def test_nothing_is_sent() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.bind(("127.0.0.1", 0))
        there.setblocking(False)
        assert has_route((*HERE[:4], there.getsockname()))
        with pytest.raises(BlockingIOError):
            there.recv(1)


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (errno.ENETUNREACH, False),  # no IPv6 on this machine
        (errno.EADDRNOTAVAIL, False),
        (errno.EAFNOSUPPORT, False),
        (errno.EACCES, True),  # of a broadcast address, or a firewall: the connect will tell
    ],
)
def test_what_the_system_says(monkeypatch: pytest.MonkeyPatch, number: int, wanted: bool) -> None:
    failing(monkeypatch, number)
    assert has_route(HERE) is wanted


def test_a_shortage_is_none_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, errno.EMFILE)
    with pytest.raises(ServiceShortage):
        has_route(HERE)
