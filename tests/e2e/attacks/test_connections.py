"""Strangers who open connections and say nothing, or far too much: everybody else is served all the same.

The full numbers are `make attack ATTACKS="idle floods"`.
"""

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from clock_support.waiting import HANG, eventually
from mailproof.transport.grpc_open_calls import MOST_WAITING
from service_support.frames import CONTINUATION, PING, PREFACE, SETTINGS, SETTINGS_ACK, FrameClient
from service_support.rest import call
from service_support.service import RunningService, running_service
from service_support.strangers import connect, grpc_address, http_address, is_open, limited_descriptors, sources
from zitadel.admin.v1 import admin_pb2, admin_pb2_grpc

HTTP, GRPC, PER_SOURCE = 100, 40, 30
GET = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
RPC = "/zitadel.admin.v1.AdminService/ListSMTPConfigs"


@pytest.fixture(scope="module")
def bounded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service with small bounds."""
    flags = (
        f"--max-http-connections={HTTP}",
        f"--max-grpc-connections={GRPC}",
        f"--max-connections-per-source={PER_SOURCE}",
    )
    with running_service(tmp_path_factory.mktemp("bounded") / "data", *flags) as service:
        yield service


@pytest.fixture
def held() -> Iterator[ExitStack]:
    """Closes what a test holds open."""
    with ExitStack() as stack:
        yield stack


def hold(
    held: ExitStack, address: tuple[str, int], count: int, *, of: int, net: int, first: bytes = b""
) -> list[socket.socket]:
    """Open connections from `of` sources."""
    opened = [held.enter_context(closing(connect(address, source, first))) for source in _turns(count, of, net)]
    assert len(opened) == count
    return opened


def _turns(count: int, of: int, net: int) -> Iterator[str]:
    for number in range(count):
        yield sources(of, net)[number % of]


def still_open(connections: list[socket.socket]) -> int:
    return sum(map(is_open, connections))


def healthy(service: RunningService) -> None:
    for path in ("/healthz", "/readyz"):
        with closing(http.client.HTTPConnection(*http_address(service), timeout=HANG)) as connection:
            connection.request("GET", path)
            assert connection.getresponse().status == 200


def served(service: RunningService) -> None:
    """Somebody with a token is served over fresh connections of both ports, and health answers."""
    healthy(service)
    assert call(service, "POST", "/admin/v1/smtp/_search", {}).status == 200
    with grpc.insecure_channel(service.grpc_address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        list_configs(channel, service)


def list_configs(channel: grpc.Channel, service: RunningService) -> None:
    admin_pb2_grpc.AdminServiceStub(channel).ListSMTPConfigs(
        admin_pb2.ListSMTPConfigsRequest(),
        metadata=(("authorization", f"Bearer {service.admin_token}"),),
        wait_for_ready=True,
        timeout=HANG,
    )


@pytest.mark.parametrize("first", [b"", b"GET /", GET], ids=["silent", "half a head", "after a request"])
def test_idle_http_connections_keep_nobody_out(bounded: RunningService, held: ExitStack, first: bytes) -> None:
    idle = hold(held, http_address(bounded), 3 * HTTP, of=20, net=1, first=first)
    served(bounded)
    eventually(lambda: still_open(idle) < HTTP)


def test_idle_http_connections_of_one_source_end_none_of_another(bounded: RunningService, held: ExitStack) -> None:
    (other,) = hold(held, http_address(bounded), 1, of=1, net=2)
    of_one = hold(held, http_address(bounded), 2 * PER_SOURCE, of=1, net=3)
    eventually(lambda: still_open(of_one) <= PER_SOURCE)
    assert [is_open(connection) for connection in of_one[-PER_SOURCE:]] == [True] * PER_SOURCE, "the newest stay"
    other.setblocking(True)
    other.sendall(GET)
    assert other.recv(100).startswith(b"HTTP/1.1 200 ")


def test_idle_http_connections_of_strangers_go_before_a_known_callers(bounded: RunningService, held: ExitStack) -> None:
    known = held.enter_context(closing(http.client.HTTPConnection(*http_address(bounded), timeout=HANG)))
    headers = {"authorization": f"Bearer {bounded.viewer_token}"}
    known.request("GET", "/admin/v1/email", headers=headers)
    first = known.getresponse().read()
    mine = known.sock
    strangers = hold(held, http_address(bounded), 3 * HTTP, of=20, net=4, first=GET)
    eventually(lambda: still_open(strangers) < HTTP)
    known.request("GET", "/admin/v1/email", headers=headers)
    assert known.getresponse().read() == first
    assert known.sock is mine, "http.client would have connected again"


def test_more_pipelined_requests_than_may_wait_end_the_connection(bounded: RunningService, held: ExitStack) -> None:
    connection = held.enter_context(closing(connect(http_address(bounded), first=GET * 1000)))
    connection.settimeout(HANG)
    answers = b""
    while data := _some(connection):
        answers += data
    assert answers.count(b"HTTP/1.1 200 ") < 100
    served(bounded)


@pytest.mark.parametrize("first", [b"", PREFACE + SETTINGS + SETTINGS_ACK], ids=["silent", "in HTTP/2"])
def test_idle_grpc_connections_keep_nobody_out(bounded: RunningService, held: ExitStack, first: bytes) -> None:
    with FrameClient(grpc_address(bounded), timeout=HANG) as known:
        known.open()
        stream = known.call(RPC, ("authorization", f"Bearer {bounded.viewer_token}"))
        known.http.send_data(stream, bytes(5), end_stream=True)
        known.flush()
        while stream not in known.ended:
            assert known.read()
        idle = hold(held, grpc_address(bounded), 2 * GRPC, of=10, net=5, first=first)
        eventually(lambda: still_open(idle) < GRPC)
        served(bounded)
        assert is_open(known.socket), "strangers go before a known caller"


def test_idle_grpc_connections_of_one_source_end_none_of_another(bounded: RunningService, held: ExitStack) -> None:
    (other,) = hold(held, grpc_address(bounded), 1, of=1, net=6)
    of_one = hold(held, grpc_address(bounded), PER_SOURCE + 10, of=1, net=7)
    eventually(lambda: still_open(of_one) <= PER_SOURCE)
    assert is_open(other)


def test_more_sockets_than_descriptors_leave_both_ports_open(
    tmp_path_factory: pytest.TempPathFactory, held: ExitStack
) -> None:
    folder = tmp_path_factory.mktemp("limited")
    with limited_descriptors(folder, 256), running_service(folder / "data") as service:
        (line,) = [line for line in service.greeting if "open files" in line]
        assert " 256, for " in line, "the soft limit of 128 was raised to the hard one"
        silent = hold(held, grpc_address(service), 300, of=10, net=8)
        silent += hold(held, http_address(service), 300, of=10, net=9)
        served(service)
        eventually(lambda: still_open(silent) < 256)


def test_a_connection_has_100_streams_at_most(bounded: RunningService) -> None:
    with FrameClient(grpc_address(bounded)) as client:
        client.open()
        assert client.http.remote_settings.max_concurrent_streams == 100


@pytest.mark.parametrize(
    "path", ["/grpc.health.v1.Health/Check", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"]
)
def test_half_sent_calls_that_need_no_token_are_few(bounded: RunningService, path: str) -> None:
    with FrameClient(grpc_address(bounded), timeout=HANG) as client:
        client.open()
        for _ in range(60):
            client.announce(client.call(path), 2 * 1024 * 1024)
        while len(client.ended) < 60 - MOST_WAITING:
            client.read()
        with grpc.insecure_channel(bounded.grpc_address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=HANG)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_http2_rapid_reset_is_survived(bounded: RunningService) -> None:
    with FrameClient(grpc_address(bounded)) as client:
        client.open()
        for _ in range(2000):
            if _over(client, lambda: client.http.reset_stream(client.call(RPC))):
                break
        served(bounded)


@pytest.mark.parametrize(
    "flood",
    [PING * 5000, SETTINGS * 5000, CONTINUATION * 5000],
    ids=["PING flood", "SETTINGS flood", "CONTINUATION flood"],
)
def test_http2_floods_are_survived(bounded: RunningService, flood: bytes) -> None:
    with FrameClient(grpc_address(bounded)) as client:
        client.open()
        _over(client, lambda: client.socket.sendall(flood))
        served(bounded)


def _over(client: FrameClient, attack: Callable[[], object]) -> bool:
    """Carry on with an attack and return whether the server has ended it."""
    try:
        attack()
        client.flush()
    except OSError:
        return True
    return False


def _some(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionError:
        return b""
