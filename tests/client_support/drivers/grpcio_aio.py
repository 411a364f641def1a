"""grpcio's client for asyncio."""

from __future__ import annotations

from typing import Any

import grpc

from client_support.drivers.common import Json, Made, Refused, Task, Threaded, drive


class Client:
    """A channel."""

    def __init__(self, way: Json) -> None:
        self._channel = grpc.aio.insecure_channel(way["grpc"])

    async def call(self, made: Made) -> None:
        """Make a call."""
        rpc = made.rpc
        pick: Any = self._channel.unary_stream if rpc.stream else self._channel.unary_unary
        method = pick(rpc.path, rpc.request.SerializeToString, rpc.response.FromString)
        call = method(made.message, metadata=made.metadata, timeout=made.timeout)
        try:
            if rpc.stream:
                async for answer in call:
                    made.take(answer)
            else:
                made.take(await call)
        except grpc.aio.AioRpcError as error:
            trailers = dict(error.trailing_metadata())
            raise Refused(error.code().value[0], error.details(), trailers.get("grpc-status-details-bin")) from None

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()


def _open(way: Json) -> Threaded:
    async def build() -> Client:
        return Client(way)

    return Threaded(build)


if __name__ == "__main__":
    drive(Task(), _open)
