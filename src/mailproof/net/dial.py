"""From addresses to a connected socket with its readiness. Looks nothing up: what was judged is what is dialled."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Sequence

from aiohappyeyeballs import start_connection

from mailproof.domain.errors import Resource, ServiceShortage
from mailproof.domain.phrase import say
from mailproof.net.addrinfo import AddrInfo
from mailproof.net.broken import Broken, socket_code, socket_error
from mailproof.net.readiness import Readiness, readiness_of
from mailproof.net.shortage import numbers_of, raise_if_no_port, raise_if_short
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.host import join_host_port

ADDRESS_DELAY = 0.25  # seconds ahead that one address has over the next (RFC 8305 section 5)

# Of several addresses that fail in different ways, the most informative one: something answered, or might have.
_MOST_INFORMATIVE = (Code.CONNECTION_REFUSED, Code.CONNECTION_RESET, Code.TIMEOUT, Code.NETWORK_UNREACHABLE)

_SINCE = (0, errno.ECONNRESET, errno.EPIPE)  # errors of a connection that was there

Name = tuple[str, int] | tuple[str, int, int, int]  # of a socket's end, as the system gives it


async def dial(addresses: Sequence[AddrInfo], limit: float) -> tuple[socket.socket, Readiness, str]:
    """Connect to the first address that answers; return its socket, and the peer as "address:port" or "[v6]:port".

    A peer that has reset the connection since is connected to: what it said before is still to be read. Which of
    several it was can't be asked any more; the name is empty then.

    Args:
        limit: Until when, on the loop's clock.

    Raises:
        TimeoutError: None has answered by then.
        Broken: None can be reached.
        ServiceShortage: Something is used up on this side.
    """
    connected = await _race(addresses, limit) if len(addresses) > 1 else _begin(addresses[0])
    readiness: Readiness | None = None
    try:
        readiness = _watched(connected)
        if len(addresses) == 1:
            await _established(connected, readiness, limit, addresses)
        peer = _peer(connected, addresses)
    except BaseException:
        if readiness is not None:
            readiness.close()
        connected.close()
        raise
    if peer is None:
        return connected, readiness, ""
    return connected, readiness, join_host_port(peer[0], peer[1])


def _peer(connected: socket.socket, addresses: Sequence[AddrInfo]) -> Name | None:
    family, *_, address = addresses[0]
    peer: Name | None = address if len(addresses) == 1 else None
    if peer is None or family is not socket.AF_INET:  # which of several it is must be asked; so must IPv6's zone
        with contextlib.suppress(OSError):  # it has reset the connection
            peer = connected.getpeername()
    with contextlib.suppress(OSError):  # likewise, on macOS
        if connected.getsockname() == peer:  # TCP's simultaneous open, on a free loopback port
            raise Broken(Code.CONNECTION_REFUSED)
    return peer


def _watched(connected: socket.socket) -> Readiness:
    try:
        return readiness_of(connected)
    except OSError as error:
        if error.errno == errno.ENOSPC:  # epoll_ctl(2): the kernel watches no more files for this user
            raise ServiceShortage(Resource.FILE_DESCRIPTORS) from None
        raise_if_short(error)
        raise


def _begin(info: AddrInfo) -> socket.socket:
    family, kind, protocol, _, address = info
    try:
        connecting = socket.socket(family, kind, protocol)
    except OSError as error:
        raise socket_error(error) from None
    connecting.setblocking(False)
    try:
        connecting.connect(address)
    except OSError as error:
        if isinstance(error, BlockingIOError) and error.errno != errno.EAGAIN:
            return connecting
        connecting.close()
        raise_if_no_port([error.errno or 0], [info])
        raise socket_error(error) from None
    return connecting


async def _established(
    connecting: socket.socket, readiness: Readiness, limit: float, addresses: Sequence[AddrInfo]
) -> None:
    readiness.bound(limit)
    if await readiness.connected():
        number = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number not in _SINCE:
            raise_if_no_port([number], addresses)
            raise Broken(socket_code(number))
        readiness.reset = number != 0  # asking has cleared it


async def _race(addresses: Sequence[AddrInfo], limit: float) -> socket.socket:
    try:
        async with asyncio.timeout_at(limit):
            return await start_connection(addresses, happy_eyeballs_delay=ADDRESS_DELAY, interleave=1)
    except TimeoutError:
        raise
    except (OSError, RuntimeError) as error:  # uvloop raises either
        raise_if_short(error)
        numbers = numbers_of(error)
        raise_if_no_port(numbers, addresses)
        raise _differing(numbers) from None


def _differing(numbers: Sequence[int]) -> Broken:
    """Return why none could be reached, given the errno of each failed connect."""
    codes = {socket_code(number) for number in numbers}
    reported = [code for code in _MOST_INFORMATIVE if code in codes] or [Code.NETWORK_UNREACHABLE]
    names = ", ".join(reported).replace("_", " ")
    detail = say("the addresses fail differently: {codes}", codes=names) if len(reported) > 1 else ""
    return Broken(reported[0], detail)
