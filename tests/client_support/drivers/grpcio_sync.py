"""grpcio, gRPC's own client, called synchronously."""

from __future__ import annotations

import grpc

from client_support.drivers.common import Json, Made, Refused, Task, drive


class Client:
    """A channel."""

    def __init__(self, way: Json) -> None:
        self._channel = grpc.insecure_channel(way["grpc"])

    def call(self, made: Made) -> None:
        """Make a call."""
        rpc = made.rpc
        pick = self._channel.unary_stream if rpc.stream else self._channel.unary_unary
        method = pick(rpc.path, rpc.request.SerializeToString, rpc.response.FromString)
        try:
            if rpc.stream:
                stream = method(made.message, metadata=made.metadata, timeout=made.timeout)
                self._let_cancel(made, stream)
                for answer in stream:
                    made.take(answer)
            else:
                future = method.future(made.message, metadata=made.metadata, timeout=made.timeout)
                self._let_cancel(made, future)
                made.take(future.result())
        except grpc.FutureCancelledError:
            raise Refused(1, "the future was cancelled") from None
        except grpc.RpcError as error:
            trailers = dict(error.trailing_metadata() or ())
            raise Refused(error.code().value[0], error.details(), trailers.get("grpc-status-details-bin")) from None

    @staticmethod
    def _let_cancel(made: Made, call: grpc.Future) -> None:
        made.on_cancel = call.cancel
        if made.cancelled is not None and made.cancelled.is_set():
            call.cancel()

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


if __name__ == "__main__":
    drive(Task(), Client)
