"""DiscoverSettings through the running program's wires; what a search finds is test_discovery.py's business."""

import json
import urllib.request

import grpc
import pytest

from clock_support.waiting import HANG
from service_support.service import RunningService
from smtpdiag.v1 import discovery_pb2, discovery_pb2_grpc

# No domain of this name is looked up anywhere (RFC 6761 section 6.3), whatever name servers this machine has.
ADDRESS = "me@localhost"


def test_a_search_over_grpc_ends_with_one_result(service: RunningService) -> None:
    request = discovery_pb2.DiscoverSettingsRequest(address=ADDRESS)
    request.timeout.FromSeconds(2)
    with grpc.insecure_channel(service.grpc_address) as channel:
        stub = discovery_pb2_grpc.DiscoveryServiceStub(channel)
        messages = list(stub.DiscoverSettings(request, metadata=(("authorization", f"Bearer {service.admin_token}"),)))
        kinds = [message.WhichOneof("event") for message in messages]
        assert kinds[-1] == "result"
        assert kinds.count("result") == 1
        with pytest.raises(grpc.RpcError) as caught:
            list(stub.DiscoverSettings(request, metadata=(("authorization", f"Bearer {service.viewer_token}"),)))
        assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED
        bad = discovery_pb2.DiscoverSettingsRequest(address="no address")
        with pytest.raises(grpc.RpcError) as caught:
            list(stub.DiscoverSettings(bad, metadata=(("authorization", f"Bearer {service.admin_token}"),)))
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "address" in (caught.value.details() or "")


def test_a_search_over_rest_is_a_stream_of_lines(service: RunningService) -> None:
    request = urllib.request.Request(
        f"{service.http_url}/v1/discover",
        data=json.dumps({"address": ADDRESS, "timeout": "2s"}).encode(),
        headers={"authorization": f"Bearer {service.admin_token}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=HANG) as answer:
        assert answer.headers["content-type"] == "application/x-ndjson"
        lines = [json.loads(line) for line in answer]
    assert "result" in lines[-1]
    assert sum("result" in line for line in lines) == 1
