"""A connection to a running service over gRPC, and the sentence for each way in which a call fails.

The generated stubs are used as they are: a stub is made of `channel`, and each call is given the `options` too.
Knows no arguments and prints nothing. Imports gRPC only where it runs, since `--help` passes here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import grpc

    from mailproof.syntax.server_address import ServerAddress

MAX_ANSWER = 16 * 1024 * 1024
"""Octets of one message of an answer."""

_OF_NO_SERVICE = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "UNKNOWN", "INTERNAL", "CANCELLED")
"""The codes that gRPC gives a call itself which no service has answered."""


class CallFailed(Exception):
    """A call has failed; the text is a sentence for people.

    Attributes:
        code: The name of the gRPC code: "NOT_FOUND".
        reason: The service's reason, as `smtpdiag.v1.ErrorReason` has it; empty where no service has answered.
        metadata: The facts that belong to the reason.
        retry_after: Seconds after which the call may succeed; None where the service does not say so.
    """

    def __init__(
        self,
        sentence: str,
        *,
        code: str,
        reason: str = "",
        metadata: dict[str, str] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.reason = reason
        self.metadata = metadata or {}
        self.retry_after = retry_after


class ServiceClient:
    """A connection to a service, as one caller of one instance. An asynchronous context manager.

    Args:
        address: Where the service is.
        token: The caller's token; it goes to that service and nowhere else.
        instance: The instance that calls are about; empty for the caller's first one.
        ca_pem: Certificate authorities, PEM, that are trusted besides the system's.
        timeout: Seconds for each call.
    """

    def __init__(
        self, address: ServerAddress, token: str, *, instance: str = "", ca_pem: str = "", timeout: float = 30.0
    ) -> None:
        self._address = address
        self._ca_pem = ca_pem
        self._timeout = timeout
        instance_header = (("x-instance-id", instance),) if instance else ()
        self._metadata = (("authorization", f"Bearer {token}"), *instance_header)
        self.channel = self._open()

    @property
    def options(self) -> dict[str, Any]:
        """What every call takes besides its request."""
        return {"metadata": self._metadata, "timeout": self._timeout}

    async def __aenter__(self) -> Self:
        """Return the client itself. The first call connects."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection, and make a sentence of a call's failure.

        Raises:
            CallFailed: The block ended since a call has failed.
        """
        import grpc

        await self.channel.close()
        if isinstance(error, grpc.aio.AioRpcError):
            raise await self._failure(error) from None

    def _open(self) -> grpc.aio.Channel:
        import grpc

        options = [("grpc.max_receive_message_length", MAX_ANSWER), ("grpc.primary_user_agent", "mailproof-cli")]
        if self._address.is_local:
            options.append(("grpc.enable_http_proxy", 0))
        if not self._address.secure:
            return grpc.aio.insecure_channel(self._address.target, options=options)
        from mailproof.cli.connection_problem import anchors

        trusted = anchors(self._ca_pem)
        credentials = grpc.ssl_channel_credentials(trusted.encode() if trusted else None)
        return grpc.aio.secure_channel(self._address.target, credentials, options=options)

    async def _failure(self, error: grpc.aio.AioRpcError) -> CallFailed:
        from google.rpc import error_details_pb2, status_pb2

        code, words = error.code().name, error.details() or ""
        packed = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
        if isinstance(packed, bytes):
            info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
            for each in status_pb2.Status.FromString(packed).details:
                each.Unpack(info)
                each.Unpack(retry)
            after = retry.retry_delay.ToTimedelta().total_seconds() if retry.HasField("retry_delay") else None
            return CallFailed(words, code=code, reason=info.reason, metadata=dict(info.metadata), retry_after=after)
        if code == "UNIMPLEMENTED":
            sentence = f"{self._address.target} has no such call: it is another service, or an older release"
            return CallFailed(sentence, code=code)
        if code == "RESOURCE_EXHAUSTED" and "larger than max" in words:
            return CallFailed(f"the answer is larger than {MAX_ANSWER} bytes", code=code)
        if code not in _OF_NO_SERVICE:
            return CallFailed(f"{self._address.target} refuses the call, {code}: {words}", code=code)
        from mailproof.cli.connection_problem import connection_problem

        problem = await connection_problem(self._address, self._ca_pem)
        if not problem and code == "DEADLINE_EXCEEDED":
            problem = f"{self._address.target} did not answer within {self._timeout:g} s"
        return CallFailed(problem or f"the connection to {self._address.target} broke: {words}", code=code)
