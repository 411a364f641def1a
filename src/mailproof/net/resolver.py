"""Looks names up with the system's resolver, without blocking an event loop or the end of the process.

`getaddrinfo` can't be interrupted, so it runs on threads of our own. They are few, and daemon threads, so that a name
server that does not answer can't keep the process from exiting. A caller that is cancelled leaves its thread behind.
Several event loops may share a `Resolver`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import queue
import socket
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import cast

from mailproof.domain.errors import Resource, ServiceShortage
from mailproof.net.addrinfo import AddrInfo, few
from mailproof.net.shortage import raise_if_no_descriptor, raise_if_short
from mailproof.smtp.vocabulary import Code

MAX_THREADS = 32
MAX_WAITING = 512  # lookups that wait for a thread
MAX_ADDRESSES = 16  # of one name


_NOT_FOUND = ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY")  # not every system has all of them
_NO_DATA = 11004  # what Windows tells of a name without addresses: WSANO_DATA (winsock2.h)

_CODES = {
    **{getattr(socket, name): Code.DNS_NOT_FOUND for name in _NOT_FOUND if hasattr(socket, name)},
    _NO_DATA: Code.DNS_NOT_FOUND,
    socket.EAI_AGAIN: Code.DNS_TEMPORARY,
}


class LookupFailed(Exception):
    """The lookup found nothing or failed.

    Attributes:
        code: Why.
    """

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code


class _Lookup:
    """One lookup: runs on a thread, and gives its result to the event loop that asked."""

    __slots__ = ("future", "host", "loop", "port")

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Sequence[AddrInfo]] = self.loop.create_future()

    def run(self) -> None:
        if self.future.cancelled():
            return
        result: Sequence[AddrInfo] | LookupFailed | ServiceShortage
        try:
            result = _getaddrinfo(self.host, self.port)
        except (LookupFailed, ServiceShortage) as error:
            result = error
        try:
            self.loop.call_soon_threadsafe(self._settle, result)
        except RuntimeError:  # the loop was closed, so nobody waits any more
            return

    def _settle(self, result: Sequence[AddrInfo] | LookupFailed | ServiceShortage) -> None:
        if self.future.done():
            return
        if isinstance(result, LookupFailed | ServiceShortage):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)


class Resolver:
    """Looks names up. Its threads are started when they are needed, and stay.

    Args:
        max_addresses: How many addresses of one name are returned at most.
    """

    def __init__(self, max_addresses: int = MAX_ADDRESSES) -> None:
        self._max_addresses = max_addresses
        self._jobs: queue.SimpleQueue[_Lookup] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._open = 0  # lookups that wait or run

    def literal(self, host: str, port: int) -> Sequence[AddrInfo]:
        """Return the address of an address literal; nothing for a name."""
        address = _literal(host, port)
        return [address] if address else ()

    async def lookup(self, host: str, port: int) -> Sequence[AddrInfo]:
        """Return the addresses of a host, in the system's order.

        Args:
            host: A name in ASCII, or an address literal without brackets.
            port: The port to put into the addresses.

        Raises:
            LookupFailed: There are no addresses.
            ServiceShortage: Something is used up on this side.
        """
        literal = self.literal(host, port)
        if literal:
            return literal
        with self._lock:
            if self._open >= MAX_THREADS + MAX_WAITING:
                raise ServiceShortage(Resource.THREADS)
            if self._threads < min(self._open + 1, MAX_THREADS):
                self._start_thread()
            self._open += 1
        job = _Lookup(host, port)
        self._jobs.put(job)
        found = await job.future
        return found if len(found) <= self._max_addresses else few(found, self._max_addresses)

    def _start_thread(self) -> None:
        """Start one more thread; where that is impossible, those that there are serve as well.

        Raises:
            ServiceShortage: There are none.
        """
        try:
            threading.Thread(target=self._work, name="mailproof-dns", daemon=True).start()
        except (RuntimeError, MemoryError) as error:
            if not self._threads:
                raise_if_short(error)
                raise
        else:
            self._threads += 1

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            job.run()
            del job  # else the job's event loop is kept alive while this thread waits
            with self._lock:
                self._open -= 1


@lru_cache(maxsize=1024)
def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _literal(host: str, port: int) -> AddrInfo | None:
    address = _address(host)
    if address is None:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))
    if address.scope_id is None:
        return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port, 0, 0))
    return _getaddrinfo(host, port)[0]  # only the system can read the zone; no name server is asked


def _getaddrinfo(host: str, port: int) -> Sequence[AddrInfo]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except socket.gaierror as error:
        raise_if_short(error)
        raise_if_no_descriptor()  # without one the system's resolver reads no configuration and asks nobody
        raise LookupFailed(_CODES.get(error.errno or 0, Code.DNS_ERROR)) from None
    except (UnicodeError, ValueError):
        raise LookupFailed(Code.INVALID_HOST) from None
    except (OSError, MemoryError) as error:
        raise_if_short(error)
        raise LookupFailed(Code.DNS_ERROR) from None
    if not found:
        raise LookupFailed(Code.DNS_NOT_FOUND)
    return cast("Sequence[AddrInfo]", found[:MAX_ADDRESSES])
