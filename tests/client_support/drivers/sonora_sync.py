"""sonora's client on urllib3: grpc-web."""

from __future__ import annotations

from typing import Any

import grpc
import sonora.client

from client_support.drivers.common import Json, Limits, Made, Refused, Task, drive


class Client:
    """A channel."""

    def __init__(self, way: Json) -> None:
        self._channel = sonora.client.insecure_web_channel(way["http"])

    def call(self, made: Made) -> None:
        """Make a call."""
        try:
            if made.rpc.stream:
                self._stream(made)
            else:
                method = self._channel.unary_unary(*self._method(made))
                made.take(method(made.message, timeout=made.timeout, metadata=made.metadata))
        except grpc.RpcError as error:
            # A unary call keeps nothing of a refusal but code and message; called as a stream it keeps the headers.
            if error.code() != grpc.StatusCode.DEADLINE_EXCEEDED:
                self._stream(made)
            raise Refused(error.code().value[0], error.details()) from None

    def _stream(self, made: Made) -> None:
        call = self._channel.unary_stream(*self._method(made))(
            made.message, timeout=made.timeout, metadata=made.metadata
        )
        try:
            for answer in call:
                made.take(answer)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                raise
            details = dict(call.initial_metadata()).get("grpc-status-details-bin")
            raise Refused(error.code().value[0], error.details(), details) from None

    @staticmethod
    def _method(made: Made) -> tuple[str, Any, Any]:
        return made.rpc.path, made.rpc.request.SerializeToString, made.rpc.response.FromString

    def close(self) -> None:
        """Close the channel."""
        self._channel.__exit__(None, None, None)


if __name__ == "__main__":
    drive(Task(), Client, Limits(cancel="a call blocks until it is answered, a stream too until it ends"))
