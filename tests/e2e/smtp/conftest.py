"""What the tests of the probe share: the ways in which it learns that a socket is ready, and a machine to test."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mailproof.net.epoll_readiness import EpollReadiness
from mailproof.net.plain_readiness import PlainReadiness
from mailproof.net.readiness import Readiness
from smtp_support.machine import Machine
from smtp_support.names import own_address, resolve


@pytest.fixture(params=[EpollReadiness, PlainReadiness], ids=["epoll", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[socket.socket], Readiness]:
    """One way and then the other: what is fast is compared with its plain twin."""
    chosen: Callable[[socket.socket], Readiness] = request.param
    monkeypatch.setattr("mailproof.net.dial.readiness_of", chosen)
    return chosen


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A machine that is known as mail.test, without any server."""
    with ExitStack() as stack:
        made = Machine(own_address(), stack)
        resolve(monkeypatch, {"mail.test": [made.address]})
        yield made
