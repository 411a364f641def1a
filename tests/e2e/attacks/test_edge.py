"""One caller's bad headers, sent through the edge, fail nobody else's call: grpc-core keeps what it can't parse in the
table of headers of a connection that the edge shares among all callers (https://github.com/grpc/grpc/issues/34721)."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from service_support.edge import running_edge
from service_support.raw_call import call
from service_support.service import RunningService
from zitadel.admin.v1 import admin_pb2, admin_pb2_grpc

PATH = "/zitadel.admin.v1.AdminService/ListSMTPConfigs"
UNREADABLE = {
    "a timeout without a number": ("grpc-timeout", "abc"),
    "an empty timeout": ("grpc-timeout", ""),
    "a timeout in a wrong unit": ("grpc-timeout", "1s"),
    "a negative timeout": ("grpc-timeout", "-1S"),
    "a timeout of 9 digits": ("grpc-timeout", "123456789S"),
    "a fraction of a timeout": ("grpc-timeout", "1.5S"),
    "two timeouts": ("grpc-timeout", "1S, 2S"),
    "a binary header that is no base64": ("x-attack-bin", "!!!!"),
    "a binary header of another alphabet": ("x-attack-bin", "-_-_"),
    "a binary header of one digit": ("x-attack-bin", "A"),
    "an empty binary header": ("x-attack-bin", ""),
    "a trace of garbage": ("grpc-trace-bin", "%%%"),
    "a status in a request": ("grpc-status", "x"),
    "attempts that are no number": ("grpc-previous-rpc-attempts", "many"),
    "an encoding that nobody knows": ("grpc-encoding", "attack"),
    "a te of another kind": ("te", "attack"),
}


@pytest.fixture(scope="module")
def edge(service: RunningService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_edge(service, tmp_path_factory.mktemp("edge")) as address:
        yield address


def good_calls(address: str, token: str, count: int) -> list[str]:
    """Make good calls on a connection each, and return how they end."""
    ends = []
    for _ in range(count):
        options = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(address, options=options) as channel:
            stub = admin_pb2_grpc.AdminServiceStub(channel)
            metadata = (("authorization", f"Bearer {token}"), ("x-trace-bin", b"\0\1\2"))
            try:
                stub.ListSMTPConfigs(admin_pb2.ListSMTPConfigsRequest(), metadata=metadata, timeout=20)
                ends.append("OK")
            except grpc.RpcError as error:
                ends.append(f"{error.code().name}: {error.details()}")
    return ends


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_header_that_grpc_cant_read_fails_its_own_call_alone(service: RunningService, edge: str, name: str) -> None:
    for _ in range(3):
        answer = call(edge, PATH, b"", [UNREADABLE[name]])
        assert answer.get("grpc-status") != "0", answer
    assert good_calls(edge, service.admin_token, 20) == ["OK"] * 20


@pytest.mark.parametrize("without", ["hpack_table_size: 0", 'return "grpc-timeout"'])
def test_each_of_the_two_defences_is_enough(service: RunningService, tmp_path: Path, without: str) -> None:
    """Without the table's size the filter refuses; with a filter that finds nothing, nothing of a bad call is kept."""
    with running_edge(service, tmp_path, without=without) as address:
        answer = call(address, PATH, b"", [UNREADABLE["a timeout without a number"]])
        assert answer.get("grpc-status") != "0", answer
        assert good_calls(address, service.admin_token, 20) == ["OK"] * 20


def test_a_connection_of_ones_own_suffers_alone(service: RunningService) -> None:
    """The native port, without an edge: the caller's own connection is all that its headers can spoil."""
    for bad in UNREADABLE.values():
        call(service.grpc_address, PATH, b"", [bad])
    assert good_calls(service.grpc_address, service.admin_token, 5) == ["OK"] * 5


def test_the_edge_says_which_header_it_refuses(service: RunningService, edge: str) -> None:
    answer = call(edge, PATH, b"", [("grpc-timeout", "abc")])
    assert (answer["grpc-status"], "the header grpc-timeout can't be read" in answer["grpc-message"]) == ("3", True)
    twice = [("authorization", f"Bearer {service.admin_token}"), ("authorization", "Bearer b")]
    for address in (edge, service.grpc_address):
        assert call(address, PATH, b"", twice)["grpc-status"] == "16"
