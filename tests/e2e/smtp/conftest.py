"""What the tests of the probe share: the two ways in which it learns that a socket is ready."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from mailproof.net.epoll_readiness import EpollReadiness
from mailproof.net.plain_readiness import PlainReadiness
from mailproof.net.readiness import Readiness


@pytest.fixture(params=[EpollReadiness, PlainReadiness], ids=["epoll", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[socket.socket], Readiness]:
    """One way and then the other: what is fast is compared with its plain twin."""
    chosen: Callable[[socket.socket], Readiness] = request.param
    monkeypatch.setattr("mailproof.net.dial.readiness_of", chosen)
    return chosen
