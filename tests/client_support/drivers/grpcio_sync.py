"""grpcio, gRPC's own client, called synchronously."""

from __future__ import annotations

from typing import Any

import grpc

from client_support.drivers.common import Json, Made, Refused, Task, drive


class Client:
    """A channel."""

    def __init__(self, way: Json) -> None:
        self._channel = grpc.insecure_channel(way["grpc"])

    def call(self, made: Made) -> None:
        """Make a call."""
        rpc = made.rpc
        names = rpc.path, rpc.request.SerializeToString, rpc.response.FromString
        try:
            if rpc.stream:
                begin = self._channel.unary_stream(*names)
                stream: Any = begin(made.message, metadata=made.metadata, timeout=made.timeout)
                self._let_cancel(made, stream)
                for answer in stream:
                    made.take(answer)
            else:
                method = self._channel.unary_unary(*names)
                future = method.future(made.message, metadata=made.metadata, timeout=made.timeout)
                self._let_cancel(made, future)
                made.take(future.result())
        except grpc.FutureCancelledError:
            raise Refused(1, "the future was cancelled") from None
        except grpc.RpcError as error:
            trailers: dict[str, Any] = dict(error.trailing_metadata() or ())  # type: ignore[arg-type] # they are pairs
            raise Refused(error.code().value[0], error.details(), trailers.get("grpc-status-details-bin")) from None

    @staticmethod
    def _let_cancel(made: Made, call: Any) -> None:
        made.on_cancel = call.cancel
        if made.cancelled is not None and made.cancelled.is_set():
            call.cancel()

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


if __name__ == "__main__":
    drive(Task(), Client)
