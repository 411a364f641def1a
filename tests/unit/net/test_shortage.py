"""What is used up on this side is told apart from what the other side does."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import threading
from typing import Any

import dns.resolver
import pytest

from mailproof.discovery.records import Records
from mailproof.domain.errors import Resource, ServiceShortage
from mailproof.net import resolver as resolving
from mailproof.net.addrinfo import AddrInfo
from mailproof.net.broken import Broken
from mailproof.net.dial import dial
from mailproof.net.egress import Policy, Profile
from mailproof.net.http import HttpClient, RequestFailed
from mailproof.net.resolver import LookupFailed, Resolver
from mailproof.net.shortage import raise_if_no_port, raise_if_short, shortages_raised
from mailproof.net.trust import TrustStore
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.url import Url

HERE: AddrInfo = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 25))
NOWHERE: AddrInfo = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("255.255.255.255", 25))

MALLOC = ssl.SSLError(1, "malloc failure (_ssl.c:1000)")
OURS = [
    (OSError(errno.EMFILE, "x"), Resource.FILE_DESCRIPTORS),
    (OSError(errno.ENFILE, "x"), Resource.FILE_DESCRIPTORS),
    (OSError(errno.ENOBUFS, "x"), Resource.MEMORY),
    (OSError(errno.ENOMEM, "x"), Resource.MEMORY),
    (MemoryError(), Resource.MEMORY),
    (socket.gaierror(socket.EAI_MEMORY, "x"), Resource.MEMORY),
    (MALLOC, Resource.MEMORY),
    (RuntimeError("can't start new thread"), Resource.THREADS),
    (ServiceShortage(Resource.PORTS), Resource.PORTS),
]
THEIRS = [
    OSError(errno.ECONNREFUSED, "x"),
    OSError(errno.EADDRNOTAVAIL, "x"),
    OSError("no number"),
    socket.gaierror(socket.EAI_NONAME, "x"),
    socket.gaierror(errno.EMFILE, "of another table"),
    ssl.SSLError(errno.EMFILE, "of another table"),
    RuntimeError("something else"),
    ValueError("x"),
]


@pytest.mark.parametrize(("error", "resource"), OURS, ids=repr)
def test_a_shortage_is_known_by_its_error(error: Exception, resource: Resource) -> None:
    for raised in (error, ExceptionGroup("tasks", [ValueError(), ExceptionGroup("inner", [error])])):
        if isinstance(raised, ServiceShortage):
            continue
        with pytest.raises(ServiceShortage) as caught, shortages_raised():
            raise raised
        assert caught.value.resource is resource
    with pytest.raises(ServiceShortage):
        raise_if_short(error)


@pytest.mark.parametrize("error", THEIRS, ids=repr)
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    raise_if_short(error)
    with pytest.raises(type(error)) as caught, shortages_raised():
        raise error
    assert caught.value is error


def test_the_sentence_blames_nobody_else() -> None:
    shortage = ServiceShortage(Resource.FILE_DESCRIPTORS)
    assert "this service has no file descriptors left" in str(shortage)
    assert "says nothing about the server" in str(shortage)
    assert shortage.retry_after


@pytest.mark.parametrize(
    ("number", "info", "resource"),
    [
        (errno.EADDRNOTAVAIL, HERE, Resource.PORTS),
        (errno.EADDRNOTAVAIL, NOWHERE, None),  # as on a machine without an address of the family
        (errno.EAGAIN, HERE, Resource.MEMORY),
        (errno.EMFILE, NOWHERE, Resource.FILE_DESCRIPTORS),
        (errno.ECONNREFUSED, HERE, None),
    ],
)
def test_ports_are_used_up_only_where_there_is_an_address_to_dial_from(
    number: int, info: AddrInfo, resource: Resource | None
) -> None:
    if resource is None:
        raise_if_no_port([number], [info])
        return
    with pytest.raises(ServiceShortage) as caught:
        raise_if_no_port([errno.ECONNREFUSED, number], [info])
    assert caught.value.resource is resource


class Short(socket.socket):
    """A socket that can't be connected for lack of something here."""

    number = errno.EADDRNOTAVAIL

    def connect(self, address: Any, /) -> None:
        if self.type == socket.SOCK_STREAM:
            raise OSError(self.number, "x")
        super().connect(address)


@pytest.mark.parametrize("addresses", [[HERE], [NOWHERE, HERE]], ids=["one", "several"])
@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, errno.ENOBUFS])
def test_a_dial_that_lacks_a_port_or_memory_is_no_failure_of_the_peer(
    addresses: list[AddrInfo], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Short, "number", number)
    monkeypatch.setattr(socket, "socket", Short)

    async def whole() -> None:
        await dial(addresses, asyncio.get_running_loop().time() + 60)

    with pytest.raises(ServiceShortage):
        asyncio.run(whole())


def test_no_address_of_the_family_is_no_shortage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", Short)

    async def whole() -> None:
        await dial([NOWHERE], asyncio.get_running_loop().time() + 60)

    with pytest.raises(Broken) as caught:
        asyncio.run(whole())
    assert caught.value.code is Code.NETWORK_UNREACHABLE


def no_descriptor(*_: object, **__: object) -> int:
    raise OSError(errno.EMFILE, "x")


def unresolved(*_: object, **__: object) -> object:
    raise socket.gaierror(socket.EAI_AGAIN, "x")  # what glibc says where it can't open a socket or a file


def test_a_lookup_without_descriptors_is_no_fault_of_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", unresolved)
    with pytest.raises(LookupFailed):
        asyncio.run(Resolver().lookup("mail.test", 25))
    monkeypatch.setattr(os, "open", no_descriptor)
    with pytest.raises(ServiceShortage):
        asyncio.run(Resolver().lookup("mail.test", 25))


@pytest.mark.parametrize("error", [OSError(errno.EMFILE, "x"), MemoryError(), socket.gaierror(socket.EAI_MEMORY, "x")])
def test_a_lookup_that_says_what_it_lacks(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(ServiceShortage):
        asyncio.run(Resolver().lookup("mail.test", 25))


def test_a_lookup_needs_a_thread_and_goes_on_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    looking = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [HERE])
    start = threading.Thread.start

    def fail(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def several() -> list[object]:
        return await asyncio.gather(*(looking.lookup("mail.test", 25) for _ in range(4)))

    monkeypatch.setattr(threading.Thread, "start", fail)
    with pytest.raises(ServiceShortage):
        asyncio.run(several())
    assert looking._open == 0
    monkeypatch.setattr(threading.Thread, "start", start)
    asyncio.run(looking.lookup("mail.test", 25))
    monkeypatch.setattr(threading.Thread, "start", fail)
    assert asyncio.run(several()) == [[HERE]] * 4


def test_more_lookups_than_can_wait_are_a_shortage_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "MAX_THREADS", 0)
    monkeypatch.setattr(resolving, "MAX_WAITING", 0)
    with pytest.raises(ServiceShortage):
        asyncio.run(Resolver().lookup("mail.test", 25))


def test_a_dns_question_without_a_socket_is_no_fault_of_the_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "x")

    monkeypatch.setattr("dns.asyncquery.udp", refuse)
    with pytest.raises(ServiceShortage):
        asyncio.run(Records(["127.0.0.1"]).mx("example.test"))


def test_a_configuration_that_can_not_be_opened_is_a_shortage_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def unread(*_: object, **__: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(Records, "_configured", unread)
    with pytest.raises(LookupFailed):
        asyncio.run(Records().mx("example.test"))
    monkeypatch.setattr(os, "open", no_descriptor)
    with pytest.raises(ServiceShortage):
        asyncio.run(Records().mx("example.test"))


def test_a_request_that_lacks_a_port_is_no_fault_of_the_web_server(monkeypatch: pytest.MonkeyPatch) -> None:
    client = HttpClient(Policy(Profile.DEVELOPMENT).for_https(), TrustStore(), Resolver())
    url = Url("http", "127.0.0.1", 1, "/")  # nobody listens there
    with pytest.raises(RequestFailed):
        asyncio.run(client.ask("GET", url, {}))
    monkeypatch.setattr(socket, "socket", Short)
    with pytest.raises(ServiceShortage):
        asyncio.run(client.ask("GET", url, {}))


# --- trust anchors --------------------------------------------------------------------------------------------------


def test_anchors_that_can_not_be_opened_are_not_taken_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    trust = TrustStore()
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", no_descriptor)
        with pytest.raises(ServiceShortage):
            trust.context()
    assert trust.cached() is None  # the next test tries again
    trust.context()
