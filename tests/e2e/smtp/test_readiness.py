"""No edge is lost, none spins, nothing stays behind: over real sockets, on both loops, with our own epoll and without.

The two ways are twins: what is fast is compared with what is plain.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from clock_support.waiting import HANG
from mailproof.net import epoll_readiness
from mailproof.net.broken import Broken
from mailproof.net.dial import dial
from mailproof.net.epoll_readiness import EpollReadiness
from mailproof.net.plain_readiness import PlainReadiness
from mailproof.net.readiness import Readiness, readiness_of
from mailproof.net.resolver import Resolver
from mailproof.probe.channel import Channel
from mailproof.smtp.vocabulary import Code

LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]

Way = Callable[[socket.socket], Readiness]


pytestmark = pytest.mark.usefixtures("way")


def test_linux_has_the_fast_way() -> None:
    assert readiness_of is EpollReadiness


def epolls(channel: Channel) -> list[asyncio.AbstractEventLoop]:
    """Return the loops that have an epoll of ours while a channel is open: this one, or none the plain way."""
    return [asyncio.get_running_loop()] if isinstance(channel._readiness, EpollReadiness) else []


async def connected(listener: socket.socket) -> tuple[Channel, socket.socket]:
    port = listener.getsockname()[1]
    limit = asyncio.get_running_loop().time() + HANG
    ours, ready, _ = await dial(Resolver().literal("127.0.0.1", port), limit)
    return Channel(ours, ready), listener.accept()[0]


def run(
    body: Callable[[Channel, socket.socket], Awaitable[None]],
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def whole() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            channel, peer = await connected(listener)
            with peer:
                assert list(epoll_readiness._POLLERS) == epolls(channel)
                number = channel._socket.fileno()
                await body(channel, peer)
                channel.close()
                assert not epoll_readiness._POLLERS
                assert not asyncio.get_running_loop().remove_reader(number)
                assert not asyncio.get_running_loop().remove_writer(number)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(whole())


@pytest.mark.parametrize("loop_factory", LOOPS)
def test_what_comes_before_anybody_waits_is_not_lost(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def body(channel: Channel, peer: socket.socket) -> None:
        peer.sendall(b"early")
        await asyncio.sleep(0.05)
        assert await channel.receive() == b"early"

    run(body, loop_factory)


@pytest.mark.parametrize("loop_factory", LOOPS)
def test_an_end_that_comes_with_the_last_bytes_is_not_lost(
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def body(channel: Channel, peer: socket.socket) -> None:
        peer.sendall(b"421 bye\r\n")
        peer.shutdown(socket.SHUT_WR)
        await asyncio.sleep(0.05)  # so that the kernel tells both at once
        assert await channel.receive() == b"421 bye\r\n"
        assert await channel.receive() == b""

    run(body, loop_factory)


@pytest.mark.parametrize("loop_factory", LOOPS)
def test_more_than_one_read_holds_is_read_on_without_another_edge(
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def body(channel: Channel, peer: socket.socket) -> None:
        peer.sendall(b"x" * 50_000)
        await asyncio.sleep(0.05)
        seen = 0
        while seen < 50_000:
            seen += len(await channel.receive())

    run(body, loop_factory)


@pytest.mark.parametrize("loop_factory", LOOPS)
def test_a_peer_that_has_stopped_reading_and_writing_wakes_nobody(
    loop_factory: Callable[[], asyncio.AbstractEventLoop], monkeypatch: pytest.MonkeyPatch
) -> None:
    wakes: list[str] = []

    def count(owner: type[EpollReadiness | PlainReadiness], name: str) -> None:
        original: Callable[..., object] = getattr(owner, name)

        def counted(*args: object) -> object:
            wakes.append(name)
            return original(*args)

        monkeypatch.setattr(owner, name, counted)

    count(EpollReadiness, "_wake")
    for way in (EpollReadiness, PlainReadiness):
        count(way, "writable")

    async def body(channel: Channel, peer: socket.socket) -> None:
        peer.shutdown(socket.SHUT_WR)
        rest = channel.send(b"x" * 20_000_000)
        assert rest  # the buffers are full
        channel.bound(asyncio.get_running_loop().time() + 0.3)
        with pytest.raises(TimeoutError):
            await channel.push(rest)
        assert 0 < len(wakes) < 10  # a loop that spins has some thousands

    run(body, loop_factory)


@pytest.mark.parametrize("loop_factory", LOOPS)
def test_a_bound_that_has_passed_ends_a_wait_at_once(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def body(channel: Channel, peer: socket.socket) -> None:
        channel.bound(asyncio.get_running_loop().time() - 1)
        with pytest.raises(TimeoutError):
            await channel.receive()

    run(body, loop_factory)


@pytest.mark.parametrize("loop_factory", LOOPS)
def test_many_connections_share_one_epoll(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def whole() -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
            pairs = [await connected(listener) for _ in range(50)]
            assert list(epoll_readiness._POLLERS) == epolls(pairs[0][0])
            reading = [asyncio.ensure_future(channel.receive()) for channel, _ in pairs]
            for number, (_, peer) in enumerate(pairs):
                peer.sendall(b"%d" % number)
            assert await asyncio.gather(*reading) == [b"%d" % number for number in range(50)]
            for channel, peer in pairs:
                channel.close()
                peer.close()
            assert not epoll_readiness._POLLERS

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(whole())


def test_a_file_number_that_is_used_again_belongs_to_its_new_socket(way: Way) -> None:
    async def whole() -> None:
        for _ in range(3):
            ours, peer = socket.socketpair()
            ours.setblocking(False)
            ready = way(ours)
            peer.sendall(b"x")
            ready.bound(asyncio.get_running_loop().time() + HANG)
            await ready.readable()
            ready.close()
            ours.close()
            peer.close()

    asyncio.run(whole())


def test_to_close_again_touches_no_socket_that_has_the_number_now(way: Way) -> None:
    async def whole() -> None:
        first, its_peer = socket.socketpair()
        with its_peer:
            number, earlier = first.fileno(), way(first)
            earlier.close()
            first.close()
        ours, peer = socket.socketpair()
        with ours, peer:
            ours.setblocking(False)
            assert ours.fileno() == number
            ready = way(ours)
            ready.bound(asyncio.get_running_loop().time() + 5)
            waiting = asyncio.ensure_future(ready.readable())
            await asyncio.sleep(0)  # the wait has begun
            earlier.close()
            peer.sendall(b"x")
            await waiting
            ready.close()

    asyncio.run(whole())


@pytest.mark.parametrize("loop_factory", LOOPS)
@pytest.mark.parametrize("said", [b"", b"554 go away\r\n"])
def test_a_reset_before_we_look_comes_after_the_connect_and_after_what_was_said(
    said: bytes, loop_factory: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port, limit = listener.getsockname()[1], asyncio.get_running_loop().time() + HANG
            dialling = asyncio.ensure_future(dial(Resolver().literal("127.0.0.1", port), limit))
            await asyncio.sleep(0)  # the connect is under way, and nobody looks until the reset is there
            peer = listener.accept()[0]
            peer.sendall(said)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
            ours, ready, name = await dialling
            channel = Channel(ours, ready)
            assert name == f"127.0.0.1:{port}"
            if said:
                assert await channel.receive() == said
            with pytest.raises(Broken) as told:
                await channel.receive()
            assert told.value.code is Code.CONNECTION_RESET
            channel.close()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())
