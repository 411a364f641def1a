"""The floor of bench/rpc_bench.py: a bare grpc.aio server on uvloop with the same messages on the wire.

It parses each request with the generated class and serialises an answer that it made beforehand; nothing else: no
caller, no deadline, no rule, no log, no database. Prints its port.
"""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import uvloop
from google.protobuf import timestamp_pb2

from zitadel.admin.v1 import admin_pb2 as pb
from zitadel.settings.v1 import settings_pb2
from zitadel.v1 import object_pb2

ID = "381590000000000000"
NOW = timestamp_pb2.Timestamp(seconds=1_790_000_000, nanos=123_456_000)
DETAILS = object_pb2.ObjectDetails(sequence=4711, creation_date=NOW, change_date=NOW, resource_owner=ID)
ADDED = pb.AddSMTPConfigResponse(details=DETAILS, id=ID)
FOUND = pb.GetSMTPConfigByIdResponse(
    smtp_config=settings_pb2.SMTPConfig(
        details=DETAILS,
        id=ID,
        sender_address="noreply@example.com",
        sender_name="Example",
        tls=True,
        host="smtp.example.com:587",
        user="noreply@example.com",
        reply_to_address="help@example.com",
        description="the one of the bench",
        state=settings_pb2.SMTP_CONFIG_INACTIVE,
    )
)


class Echo(grpc.GenericRpcHandler):
    """The two methods."""

    def __init__(self) -> None:
        self._handlers = {
            "/zitadel.admin.v1.AdminService/GetSMTPConfigById": grpc.unary_unary_rpc_method_handler(
                self._get,
                request_deserializer=pb.GetSMTPConfigByIdRequest.FromString,
                response_serializer=pb.GetSMTPConfigByIdResponse.SerializeToString,
            ),
            "/zitadel.admin.v1.AdminService/AddSMTPConfig": grpc.unary_unary_rpc_method_handler(
                self._add,
                request_deserializer=pb.AddSMTPConfigRequest.FromString,
                response_serializer=pb.AddSMTPConfigResponse.SerializeToString,
            ),
        }

    def service(self, handler_call_details: Any) -> Any:
        return self._handlers.get(handler_call_details.method)

    async def _get(self, _: Any, __: Any) -> pb.GetSMTPConfigByIdResponse:
        return FOUND

    async def _add(self, _: Any, __: Any) -> pb.AddSMTPConfigResponse:
        return ADDED


async def main() -> None:
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((Echo(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
