"""Calls a running service over gRPC: asynchronous, typed, with errors, deadlines and retries. See docs/client.md.

Law: it needs nothing but grpc, google's messages and the generated ones; importing it starts nothing; a token is in no
repr, no log and no error. What is retried follows from the options in the protos alone.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from copy import copy
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple, Self, TypeVar, cast
from uuid import uuid4

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2

from ccadmin.v1.email_pb2_grpc import EmailServiceStub
from mailproof import __version__
from mailproof.syntax.server_address import parse_server
from smtpdiag.v1 import options_pb2
from smtpdiag.v1.access_pb2_grpc import AccessServiceStub
from smtpdiag.v1.config_overview_pb2_grpc import ConfigServiceStub
from smtpdiag.v1.diagnosis_pb2_grpc import DiagnosisServiceStub
from smtpdiag.v1.discovery_pb2_grpc import DiscoveryServiceStub
from smtpdiag.v1.findings_pb2_grpc import FindingsServiceStub
from smtpdiag.v1.instance_pb2_grpc import InstanceServiceStub
from smtpdiag.v1.server_pb2_grpc import ServerServiceStub
from smtpdiag.v1.test_pb2_grpc import TestServiceStub
from zitadel.admin.v1.admin_pb2_grpc import AdminServiceStub

MAX_ANSWER = 16 * 1024 * 1024  # octets of one message
FIRST_WAIT, LONGEST_WAIT = 0.2, 10.0  # seconds before a retry, beside what the service asks for
Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)


class CallError(Exception):
    """A call has failed; the message is a sentence for people, in the language that was asked for.

    Attributes:
        code: The name of the gRPC code: "NOT_FOUND".
        reason: The service's reason, as `smtpdiag.v1.ErrorReason` has it; empty where no service has answered.
        metadata: The facts that belong to the reason.
        violations: The fields that are wrong, each with a sentence.
        retry_after: Seconds after which the call may succeed; None where the service does not say so.
        help_url: A page on it, where the service knows its address.
        request_id: What to look for in the service's log, where the service is to blame.
    """

    def __init__(self, message: str, code: str, status: status_pb2.Status | None = None) -> None:
        super().__init__(message)
        info, bad, links = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.Help()
        retry, request = error_details_pb2.RetryInfo(), error_details_pb2.RequestInfo()
        for packed in status.details if status else ():
            for known in (info, bad, links, retry, request):
                packed.Unpack(known)
        self.message, self.code = message, code
        self.reason: str = info.reason
        self.metadata: Mapping[str, str] = dict(info.metadata)
        self.violations = tuple((str(each.field), str(each.description)) for each in bad.field_violations)
        delay = max(retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9, 0.0)
        self.retry_after: float | None = delay if retry.HasField("retry_delay") else None
        self.help_url: str = links.links[0].url if links.links else ""
        self.request_id: str = request.request_id


class InvalidRequest(CallError):
    """The request is wrong, and stays so; `violations` says where."""


class NotAuthenticated(CallError):
    """The token is missing, unknown, revoked or expired."""


class NotFound(CallError):
    """There is no such configuration, test, instance or finding."""


class Conflict(CallError):
    """The configuration has another sequence than the expected one, or exists already."""


class LimitReached(CallError):
    """Too much at once or in all; `retry_after` says when waiting helps."""


class DeadlinePassed(CallError):
    """There was no answer in time. What a call that writes has done by then stands."""


class ServiceUnavailable(CallError):
    """The service, or its database, can't be reached at the moment."""


class FailedTest(CallError):
    """A test was made and has failed: `reason` is the diagnosis; `metadata` has stage, advice, serverText, testId."""


_KINDS = {"INVALID_ARGUMENT": InvalidRequest, "UNAUTHENTICATED": NotAuthenticated, "NOT_FOUND": NotFound}
_KINDS |= {"ABORTED": Conflict, "ALREADY_EXISTS": Conflict, "RESOURCE_EXHAUSTED": LimitReached}
_KINDS |= {"DEADLINE_EXCEEDED": DeadlinePassed, "UNAVAILABLE": ServiceUnavailable}


def _failure(error: grpc.aio.AioRpcError, where: str) -> CallError:
    code, words = error.code().name, error.details() or ""
    kind, packed = _KINDS.get(code, CallError), dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    with suppress(DecodeError):  # the details may be those of something between the service and us
        if isinstance(packed, bytes):
            found = kind(words, code, status := status_pb2.Status.FromString(packed))
            return FailedTest(words, code, status) if "stage" in found.metadata else found
    return kind(f"the call to {where} failed, {code}: {words}", code)


class RetryRule(NamedTuple):
    """Whether a call changes and sends nothing, and whether an idempotency key makes it safe to repeat."""

    reads: bool
    keyed: bool

    @classmethod
    def of(cls, path: str) -> RetryRule:
        """Return the rule of a call by its path, "/package.Service/Method"."""
        options = descriptor_pool.Default().FindMethodByName(path[1:].replace("/", ".")).GetOptions().Extensions
        return cls(options[options_pb2.permission] == "iam.read", options[options_pb2.idempotent])

    def allows(self, error: CallError) -> bool:
        """Return whether the call may be made again after an error."""
        if error.code == "RESOURCE_EXHAUSTED":  # refused by a limit of the service's own, before anything began
            return error.retry_after is not None and not isinstance(error, FailedTest)
        # The answer is lost: a test may have sent its message, and a change may have been made.
        return error.code == "UNAVAILABLE" and (self.reads or self.keyed)


class _Call:
    """A call with its attempts, within its deadline; as an iterator the parts of its answer."""

    def __init__(
        self, client: Client, begin: Any, rule: RetryRule, request: Any, *, timeout: Any = None, metadata: Any = ()
    ) -> None:
        self._client, self._begin, self._rule, self._request = client, begin, rule, request
        self._call: Any = None
        self._failed, self._parts, self._clock = 0, 0, asyncio.get_running_loop().time
        self._end = self._clock() + (client._timeout if timeout is None else timeout)
        key = {"x-idempotency-key": str(uuid4())} if rule.keyed else {}
        self._headers = key | client._headers | dict(metadata)

    def __aiter__(self) -> _Call:
        return self

    async def __anext__(self) -> Any:
        part = await self.received(lambda call: call.read())
        if part is grpc.aio.EOF:
            raise StopAsyncIteration
        self._parts += 1
        return part

    def cancel(self) -> bool:
        """End the call, also on the service; return whether it still ran."""
        return self._call is not None and bool(self._call.cancel())

    __del__ = cancel  # who breaks out of the loop has ended the call

    async def received(self, read: Callable[[Any], Any] = lambda call: call) -> Any:
        """Return what is read of the call's answer, all of it by default; begin it, again where that helps."""
        while True:
            try:
                self._call = self._call or await self._attempt()
                return await read(self._call)
            except grpc.aio.AioRpcError as error:
                failed = _failure(error, self._client._where)
            longest = min(FIRST_WAIT * 2**self._failed, LONGEST_WAIT)
            wait = (failed.retry_after or 0) + random.uniform(longest / 2, longest)  # noqa: S311 - it is no secret
            self._failed += 1
            in_time, seldom = self._clock() + wait < self._end, self._failed <= self._client._retries
            if self._parts or not (in_time and seldom and self._rule.allows(failed)):
                raise failed from None
            await asyncio.sleep(wait)
            self._call = None

    async def _attempt(self) -> Any:
        token = self._client._token
        given = token() if callable(token) else token
        text = given if isinstance(given, str) else await given
        headers = self._headers | ({"authorization": f"Bearer {text}"} if text else {})
        for name, value in headers.items():  # gRPC's own error on a value would repeat it
            if not (f"{value}".isascii() and f"{value}".isprintable()):
                raise ValueError(f"{name} must be printable ASCII characters")
        timeout = max(left, 0) if (left := self._end - self._clock()) < 1e9 else None  # gRPC's clock would overflow
        return self._begin(self._request, metadata=tuple(headers.items()), timeout=timeout)


def _answer(*call: Any, **options: Any) -> asyncio.Task[Any]:
    return asyncio.create_task(_Call(*call, **options).received())


class Client:
    """A connection to a service, as one caller: each attribute is the generated stub of one of its gRPC services.

    An asynchronous context manager, made where a loop runs.

    Args:
        target: "https://host:port", "host:port" of this machine, "unix:/path", or "http://host:port", by which the
            token is sent in the clear.
        token: The caller's, or what returns it before each attempt; "" where a client certificate says who it is.
        instance: The instance that calls are about; "" for the caller's first one.
        language: The languages of sentences, as the HTTP header accept-language has them.
        ca_pem: Certificate authorities, PEM, that are trusted besides the system's.
        client_certificate: A certificate and its key, PEM.
        timeout: Seconds for each call with all its retries; `math.inf` for any.
        retries: How often a call is made again where that is safe.
    """

    def __init__(
        self,
        target: str,
        token: str | Callable[[], str | Awaitable[str]] = "",
        *,
        instance: str = "",
        language: str = "",
        ca_pem: str = "",
        client_certificate: tuple[str, str] = ("", ""),
        timeout: float = 30.0,
        retries: int = 5,
    ) -> None:
        address = parse_server(target)
        self._where, self._token, self._timeout, self._retries = address.target, token, timeout, retries
        self._headers = _headers(instance, language)
        options: list[tuple[str, Any]] = [("grpc.primary_user_agent", f"mailproof/{__version__}")]
        options += [("grpc.max_receive_message_length", MAX_ANSWER), ("grpc.enable_http_proxy", not address.is_local)]
        options += [("grpc.initial_reconnect_backoff_ms", 100)]  # by default a second, in which retries would fail
        if address.secure:
            chain, key = (part.encode() or None for part in client_certificate)
            known = ssl.create_default_context().get_ca_certs(binary_form=True)
            roots = "".join((*map(ssl.DER_cert_to_PEM_cert, known), ca_pem)).encode()
            credentials = grpc.ssl_channel_credentials(roots or None, key, chain)
            self._channel = grpc.aio.secure_channel(address.target, credentials, options=options)
        else:
            self._channel = grpc.aio.insecure_channel(address.target, options=options)
        self._make_stubs()

    def _make_stubs(self) -> None:
        one = partial(self._method, _answer, self._channel.unary_unary)
        parts = partial(self._method, _Call, self._channel.unary_stream)
        calls = cast("grpc.aio.Channel", SimpleNamespace(unary_unary=one, unary_stream=parts))
        self.access = AccessServiceStub(calls)
        self.admin = AdminServiceStub(calls)
        self.configs = ConfigServiceStub(calls)
        self.diagnosis = DiagnosisServiceStub(calls)
        self.discovery = DiscoveryServiceStub(calls)
        self.email = EmailServiceStub(calls)
        self.findings = FindingsServiceStub(calls)
        self.instances = InstanceServiceStub(calls)
        self.server = ServerServiceStub(calls)
        self.tests = TestServiceStub(calls)

    def _method(self, call: Any, opened: Callable[..., Any], path: str, *how: Any, **more: Any) -> Any:
        return partial(call, self, opened(path, *how, **more), RetryRule.of(path))

    def using(
        self, *, instance: str = "", language: str = "", expected_sequence: int | str = "", idempotency_key: str = ""
    ) -> Self:
        """Return a client on the same connection whose calls differ in what is given.

        A change is made only while the configuration has the expected sequence, else it raises `Conflict`. An add has
        an idempotency key of its own, unless one is given so that another process may repeat it.
        """
        other = copy(self)
        other._headers = self._headers | _headers(instance, language, str(expected_sequence), idempotency_key)
        other._make_stubs()
        return other

    async def pages(self, method: grpc.aio.UnaryUnaryMultiCallable[Q, A], request: Q) -> AsyncIterator[A]:
        """Yield the pages of a list, by a method such as `ListTests`; the request is changed for each page."""
        asked: Any = request
        while True:
            page: Any = await method(request)
            yield page
            asked.page_token = page.next_page_token
            if not asked.page_token:
                return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._channel.close()


def _headers(*values: str) -> dict[str, str]:
    names = ("x-instance-id", "accept-language", "x-expected-sequence", "x-idempotency-key")
    return {name: value for name, value in zip(names, values, strict=False) if value}
