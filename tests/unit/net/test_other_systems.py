"""What other systems' sockets say differently: numbers of errors, and what they forget after a reset."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import cast

import pytest

from mailproof.net import dial
from mailproof.net.plain_readiness import PlainReadiness
from mailproof.net.resolver import LookupFailed, Resolver
from mailproof.net.shortage import numbers_of
from mailproof.probe.channel import Channel
from mailproof.smtp.vocabulary import Code

ADDRESS = ("127.0.0.1", 25)


class Forgetful:
    """A socket of macOS whose peer has reset the connection."""

    def getpeername(self) -> object:
        raise OSError(errno.EINVAL, "Invalid argument")

    getsockname = getpeername

    def fileno(self) -> int:
        return 1000


@pytest.mark.parametrize("word", ["Errno", "WinError"])
def test_errors_of_several_addresses_are_told_apart(word: str) -> None:
    words = f"Multiple exceptions: [{word} {errno.ENETUNREACH}] x, [{word} {errno.ECONNREFUSED}] Connect call failed"
    broken = dial._differing(numbers_of(OSError(words)))
    assert broken.code is Code.CONNECTION_REFUSED
    assert broken.detail == "the addresses fail differently: connection refused, network unreachable"


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_reset_connection_was_there(family: socket.AddressFamily) -> None:
    info = (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ADDRESS)
    assert dial._peer(cast("socket.socket", Forgetful()), [info]) == ADDRESS


def test_a_reset_connection_has_still_some_address_to_say_in_ehlo() -> None:
    async def whole() -> None:
        forgetful = cast("socket.socket", Forgetful())
        assert Channel(forgetful, PlainReadiness(forgetful)).local_address == "127.0.0.1"

    asyncio.run(whole())


@pytest.mark.parametrize(
    ("number", "code"),
    [(socket.EAI_NONAME, Code.DNS_NOT_FOUND), (11004, Code.DNS_NOT_FOUND), (socket.EAI_AGAIN, Code.DNS_TEMPORARY)],
)
def test_a_name_without_addresses_is_not_found(number: int, code: Code, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: object, **__: object) -> object:
        raise socket.gaierror(number, "no")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(LookupFailed) as failed:
        asyncio.run(Resolver().lookup("mail.test", 25))
    assert failed.value.code is code
