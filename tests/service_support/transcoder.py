"""Envoy as the translator: its grpc_json_transcoder and grpc_web filters in front of the service's gRPC port.

It is set to what docs/rest.md promises wherever it has a setting for that, so that what still differs is no choice of
a setting.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.rpc import error_details_pb2, status_pb2

from service_support.edge import free_port, running_envoy
from service_support.rules import FILES, SERVICES
from service_support.service import RunningService

_TYPES = "type.googleapis.com/envoy.extensions"
_TRANSCODER = "envoy.filters.http.grpc_json_transcoder"
_HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_OFF = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": True}
_READY = "/ready-for-the-test"


def descriptor_set() -> bytes:
    """Return the descriptors of all services, and of what errors have as details."""
    found: dict[str, FileDescriptor] = {}

    def take(file: FileDescriptor) -> None:
        if file.name not in found:
            for each in file.dependencies:
                take(each)
            found[file.name] = file

    for file in (*FILES, error_details_pb2.DESCRIPTOR, status_pb2.DESCRIPTOR):
        take(file)
    made = FileDescriptorSet()
    for file in found.values():
        file.CopyToProto(made.file.add())
    return made.SerializeToString()


def _transcoder(*, lenient: bool, defaults: bool) -> dict[str, Any]:
    """Return the transcoder's settings for one API.

    Args:
        lenient: Whether unknown names are passed over.
        defaults: Whether fields are printed that have their default value.
    """
    return {
        "@type": f"{_TYPES}.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
        "proto_descriptor_bin": base64.b64encode(descriptor_set()).decode(),
        "services": [service.full_name for service in SERVICES],
        "match_incoming_request_route": True,
        "convert_grpc_status": True,
        "url_unescape_spec": "ALL_CHARACTERS",
        "query_param_unescape_plus": True,
        "ignore_unknown_query_parameters": lenient,
        "print_options": {"always_print_primitive_fields": defaults, "stream_newline_delimited": True},
        "request_validation_options": {"reject_unknown_method": True, "reject_unknown_query_parameters": not lenient},
    }


def _config(port: int, upstream: int) -> dict[str, Any]:
    http = {
        "@type": f"{_TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "transcoder",
        "normalize_path": False,
        "merge_slashes": False,
        "http_filters": [
            {
                "name": "envoy.filters.http.grpc_web",
                "typed_config": {"@type": f"{_TYPES}.filters.http.grpc_web.v3.GrpcWeb"},
            },
            {"name": _TRANSCODER, "typed_config": _transcoder(lenient=True, defaults=False)},
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{_TYPES}.filters.http.router.v3.Router"},
            },
        ],
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "service",
                    "domains": ["*"],
                    "routes": [
                        {
                            "match": {"path": _READY},
                            "direct_response": {"status": 200},
                            "typed_per_filter_config": {_TRANSCODER: _OFF},
                        },
                        *(
                            {
                                "match": {"prefix": prefix},
                                "route": {"cluster": "grpc", "timeout": "130s"},
                                "typed_per_filter_config": {_TRANSCODER: _transcoder(lenient=lenient, defaults=True)},
                            }
                            for prefix, lenient in (("/v1/", False), ("/ccadmin/", True))
                        ),
                        {"match": {"prefix": "/"}, "route": {"cluster": "grpc", "timeout": "130s"}},
                    ],
                }
            ]
        },
    }
    manager = {"name": "envoy.filters.network.http_connection_manager", "typed_config": http}
    return {
        "static_resources": {
            "listeners": [
                {"name": "transcoder", "address": _address(port), "filter_chains": [{"filters": [manager]}]},
            ],
            "clusters": [
                {
                    "name": "grpc",
                    "type": "STATIC",
                    "typed_extension_protocol_options": {
                        _HTTP: {
                            "@type": f"type.googleapis.com/{_HTTP}",
                            "explicit_http_config": {"http2_protocol_options": {"hpack_table_size": 0}},
                        }
                    },
                    "load_assignment": {
                        "cluster_name": "grpc",
                        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(upstream)}}]}],
                    },
                }
            ],
        }
    }


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


@contextmanager
def running_transcoder(service: RunningService, directory: Path) -> Iterator[str]:
    """Run an Envoy that translates for the service's gRPC port, and yield its address."""
    port = free_port()
    config = json.dumps(_config(port, int(service.grpc_address.rpartition(":")[2])))
    with running_envoy(config, directory / "transcoder.json", f"http://127.0.0.1:{port}{_READY}"):
        yield f"127.0.0.1:{port}"
