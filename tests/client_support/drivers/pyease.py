"""pyease-grpc on requests: grpc-web, with messages as dictionaries."""

from __future__ import annotations

from typing import Any

import pyease_grpc
import pyease_grpc._protocol
import requests
from google.protobuf import json_format
from google.protobuf.message import Message
from pyease_grpc.rpc_trailer import RpcTrailer

from client_support.drivers.common import Json, Limits, Made, Refused, Task, drive


def _to_dict(message: Message, *, float_precision: object = None, **options: Any) -> Json:
    """Do as MessageToDict, whose float_precision is gone from protobuf 7; pyease-grpc 1.7.2 still names it."""
    if "including_default_value_fields" in options:
        raise TypeError("protobuf has another name for it since 5.26, which pyease-grpc tries next")
    return json_format.MessageToDict(message, **options)


pyease_grpc._protocol.MessageToDict = _to_dict


class Client:
    """A session."""

    def __init__(self, way: Json, protobuf: pyease_grpc.Protobuf) -> None:
        self._session = pyease_grpc.RpcSession(protobuf)
        self._url = way["http"]

    def call(self, made: Made) -> None:
        """Make a call."""
        method = made.rpc.method
        service = method.containing_service
        uri = pyease_grpc.RpcUri(self._url, service.file.package, service.name, method.name)
        try:
            answer = self._session.request(uri, made.request, headers=made.headers, timeout=made.timeout)
            for payload in answer.iter_payloads():
                made.take(payload)
                if made.cancelled is not None:
                    answer.close()
                    raise Refused(1, "left at its first message")
        except RpcTrailer as error:
            # There is no public way to the headers of a refusal.
            details = error._trailer.get("grpc-status-details-bin")
            raise Refused(error.code().value[0], error.details(), details) from None
        except requests.exceptions.Timeout as error:
            raise Refused(4, f"this client's own: {error}") from None

    def close(self) -> None:
        """Close the session."""
        self._session.session.close()


def _main() -> None:
    task = Task()
    protobuf = pyease_grpc.Protobuf(task.files)
    limits = Limits(cancel_unary="a call blocks until it is answered", breaks_off=True)
    drive(task, lambda way: Client(way, protobuf), limits)


if __name__ == "__main__":
    _main()
