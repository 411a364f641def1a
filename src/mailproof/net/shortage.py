"""Tells what is used up on this side (file descriptors, local ports, memory, threads) from a fault of the peer.

Law: a shortage of ours is raised as `ServiceShortage`, and never becomes a code of a diagnosis.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from mailproof.domain.errors import Resource, ServiceShortage
from mailproof.net.addrinfo import AddrInfo

_RESOURCES = {
    errno.EMFILE: Resource.FILE_DESCRIPTORS,
    errno.ENFILE: Resource.FILE_DESCRIPTORS,
    errno.ENOMEM: Resource.MEMORY,
    errno.ENOBUFS: Resource.MEMORY,  # of the kernel, for sockets
    10024: Resource.FILE_DESCRIPTORS,  # what sockets of Windows say: WSAEMFILE, WSAENOBUFS (winsock2.h)
    10055: Resource.MEMORY,
}
"""Errno -> what is used up; of a file, a socket or a lookup."""

_NUMBERS = re.compile(r"\[(?:Errno|WinError) (\d+)\]")  # of Windows' sockets both are the same

_NO_THREAD = "can't start new thread"  # CPython's words; the exception is a plain RuntimeError
_NO_MEMORY_IN_TLS = "malloc failure"  # OpenSSL's words for ERR_R_MALLOC_FAILURE, whichever library reports it


def raise_if_short(error: BaseException) -> None:
    """Return where an error is the peer's, or nobody's.

    Raises:
        ServiceShortage: It arose because something is used up on this side.
    """
    resource = _resource_of(error)
    if resource is not None:
        raise ServiceShortage(resource) from None


def raise_if_no_descriptor() -> None:
    """Return where a file can be opened.

    For failures that do not say why: the system's resolver, and OpenSSL as it reads trust anchors, take a file that
    they can't open for one that does not exist.

    Raises:
        ServiceShortage: None can be opened.
    """
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        raise_if_short(error)


def numbers_of(error: OSError | RuntimeError) -> list[int]:
    """Return the errno of an error, or those of the errors that aiohappyeyeballs has joined in its text."""
    if isinstance(error, OSError) and error.errno is not None:
        return [error.errno]
    return [int(digits) for digits in _NUMBERS.findall(str(error))]


def raise_if_no_port(numbers: Iterable[int], addresses: Sequence[AddrInfo]) -> None:
    """Return where failed connects do not show that something is used up on this side.

    Args:
        numbers: The errno of each failed connect.
        addresses: What was dialled.

    Raises:
        ServiceShortage: They do.
    """
    for number in numbers:
        raise_if_short(OSError(number, ""))
        if number == errno.EAGAIN:  # connect(2): a table of the kernel is full
            raise ServiceShortage(Resource.MEMORY)
        # Also the error of a machine that has no address of the family, which says that there is no way to the peer.
        if number == errno.EADDRNOTAVAIL and any(_has_local_address(info) for info in addresses):
            raise ServiceShortage(Resource.PORTS)


@contextmanager
def shortages_raised() -> Iterator[None]:
    """Raise `ServiceShortage` where the block ends with an error that is due to a shortage; other errors stay.

    Raises:
        ServiceShortage: Something is used up on this side; also where a task group has wrapped the error.
    """
    try:
        yield
    except (OSError, MemoryError, RuntimeError, ExceptionGroup) as error:
        for single in _each(error):
            raise_if_short(single)
        raise


def _each(error: Exception) -> Iterator[Exception]:
    """Yield an error, or the errors of a group and of the groups in it."""
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            yield from _each(inner)
    else:
        yield error


def _resource_of(error: BaseException) -> Resource | None:
    """Return what is used up; None where the error does not show that anything is."""
    if isinstance(error, ServiceShortage):
        return error.resource
    if isinstance(error, MemoryError):
        return Resource.MEMORY
    if isinstance(error, ssl.SSLError):  # its errno is OpenSSL's, of another table
        return Resource.MEMORY if _NO_MEMORY_IN_TLS in str(error) else None
    if isinstance(error, socket.gaierror):  # as is its
        return Resource.MEMORY if error.errno == socket.EAI_MEMORY else None
    if isinstance(error, OSError):
        return _RESOURCES.get(error.errno or 0)
    return Resource.THREADS if isinstance(error, RuntimeError) and _NO_THREAD in str(error) else None


def _has_local_address(info: AddrInfo) -> bool:
    """Return whether this machine has an address from which a peer could be reached. Nothing is sent."""
    family, *_, address = info
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
            datagrams.connect(address)  # chooses an address, and a port of UDP, of which there are as many again
    except OSError as error:
        raise_if_short(error)
        return error.errno == errno.EAGAIN  # the ports of UDP are used up as well
    return True
