"""From addresses to a connected socket with its readiness. Looks nothing up: what was judged is what is dialled."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import re
import socket
from collections.abc import Sequence

from aiohappyeyeballs import start_connection

from mailproof.net.broken import Broken, socket_code, socket_error
from mailproof.net.readiness import Readiness, readiness_of
from mailproof.net.resolver import AddrInfo
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.host import join_host_port

ADDRESS_DELAY = 0.25  # seconds ahead that one address has over the next (RFC 8305 section 5)

# Of several addresses that fail in different ways, the most informative one: something answered, or might have.
_MOST_INFORMATIVE = (Code.CONNECTION_REFUSED, Code.CONNECTION_RESET, Code.TIMEOUT, Code.NETWORK_UNREACHABLE)

_SINCE = (0, errno.ECONNRESET, errno.EPIPE)  # errors of a connection that was there

_NUMBERS = re.compile(r"\[(?:Errno|WinError) (\d+)\]")  # of Windows' sockets both are the same

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
    """
    connected = await _race(addresses, limit) if len(addresses) > 1 else _begin(addresses[0])
    readiness: Readiness | None = None
    try:
        readiness = readiness_of(connected)
        if len(addresses) == 1:
            await _established(connected, readiness, limit)
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


def _begin(info: AddrInfo) -> socket.socket:
    family, kind, protocol, _, address = info
    try:
        connecting = socket.socket(family, kind, protocol)
    except OSError as error:
        raise socket_error(error) from None
    connecting.setblocking(False)
    try:
        connecting.connect(address)
    except BlockingIOError:
        return connecting
    except OSError as error:
        connecting.close()
        raise socket_error(error) from None
    return connecting


async def _established(connecting: socket.socket, readiness: Readiness, limit: float) -> None:
    readiness.bound(limit)
    if await readiness.connected():
        number = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number not in _SINCE:
            raise Broken(socket_code(number))
        readiness.reset = number != 0  # asking has cleared it


async def _race(addresses: Sequence[AddrInfo], limit: float) -> socket.socket:
    try:
        async with asyncio.timeout_at(limit):
            return await start_connection(addresses, happy_eyeballs_delay=ADDRESS_DELAY, interleave=1)
    except TimeoutError:
        raise
    except OSError as error:
        if error.errno is not None:
            raise socket_error(error) from None
        raise _differing(str(error)) from None
    except RuntimeError as error:  # of uvloop
        raise _differing(str(error)) from None


def _differing(words: str) -> Broken:
    """Return why none could be reached; aiohappyeyeballs joins the errors of several addresses in one text."""
    codes = {socket_code(int(digits)) for digits in _NUMBERS.findall(words)}
    reported = [code for code in _MOST_INFORMATIVE if code in codes] or [Code.NETWORK_UNREACHABLE]
    detail = "the addresses fail differently: " + ", ".join(reported) if len(reported) > 1 else ""
    return Broken(reported[0], detail.replace("_", " "))
