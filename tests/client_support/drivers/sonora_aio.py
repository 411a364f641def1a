"""sonora's client on aiohttp: grpc-web."""

from __future__ import annotations

import grpc
import sonora.aio

from client_support.drivers.common import Json, Made, Refused, Task, Threaded, drive


class Client:
    """A channel."""

    def __init__(self, way: Json) -> None:
        self._channel = sonora.aio.insecure_web_channel(way["http"])

    async def call(self, made: Made) -> None:
        """Make a call."""
        rpc = made.rpc
        pick = self._channel.unary_stream if rpc.stream else self._channel.unary_unary
        method = pick(rpc.path, rpc.request.SerializeToString, rpc.response.FromString)
        with method(made.message, timeout=made.timeout, metadata=made.metadata) as call:
            try:
                if rpc.stream:
                    async for answer in call:
                        made.take(answer)
                else:
                    made.take(await call)
            except grpc.RpcError as error:
                details = None
                if error.code() != grpc.StatusCode.DEADLINE_EXCEEDED:
                    # A refusal's details are headers of the answer: it has no other trailers.
                    details = dict(await call.initial_metadata()).get("grpc-status-details-bin")
                raise Refused(error.code().value[0], error.details(), details) from None

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.__aexit__(None, None, None)


def _open(way: Json) -> Threaded:
    async def build() -> Client:
        return Client(way)

    return Threaded(build)


if __name__ == "__main__":
    drive(Task(), _open)
