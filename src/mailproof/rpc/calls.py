"""The one table of calls: every RPC of the descriptors, wrapped once in its guards, handed to every transport.

Order of the guards: caller and instance, permission, then the body is taken in and decoded, declared rules and
idempotency key, then the servicer's method; then the status and the log line. The deadline bounds all of it, also how
long a stream's messages take to be delivered, and a call ends when its caller's token does. No transport can reach a
servicer in another way. An RPC without an implementation or without a permission fails at start-up.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from mailproof.domain.asker import on_behalf_of
from mailproof.domain.errors import (
    MAX_VIOLATIONS,
    DeadlineExceeded,
    Failure,
    FieldUnknown,
    FieldViolation,
    InvalidFields,
    ServerStopping,
)
from mailproof.domain.ledger import IdempotencyKey
from mailproof.domain.model import ClientCertificate, Permission
from mailproof.domain.phrase import say
from mailproof.domain.secret import Vault
from mailproof.domain.trace_context import TraceContext, follow
from mailproof.languages.language import Language
from mailproof.rpc.call_headers import NO_HEADERS, STRICT, CallHeaders, read_expected, read_idempotency_key, read_switch
from mailproof.rpc.call_log import LogCall, log_call
from mailproof.rpc.codec import MAX_REQUEST_BYTES
from mailproof.rpc.context import Context
from mailproof.rpc.deadlines import grant_grace
from mailproof.rpc.intake import Budget, Intake
from mailproof.rpc.open_calls import OpenCall, OpenCalls
from mailproof.rpc.status import REFERENCE_SERVICE, StatusError, status_error
from mailproof.rpc.unknown_names import NamePolicy, Names
from mailproof.rpc.validation import violations
from mailproof.scheduling.fair_worker import FairWorker
from mailproof.scheduling.turns import Turns
from mailproof.usecases.access import Access, authorize
from smtpdiag.v1 import options_pb2

log = logging.getLogger("mailproof.calls")

LARGE_WAITING = 32
"""Requests of an RPC with a larger bound than `MAX_REQUEST_BYTES` that may wait to be read; each holds its bytes."""

LARGE_WAITING_OF_INSTANCE = 8

OWN_SERVICES = "smtpdiag."
"""The package of our own services. What any other one has is somebody else's API, whose clients may send more."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id(offered: str | None) -> str:
    """Return the caller's `x-request-id` if it is harmless to log, else a new id."""
    return offered if offered and _REQUEST_ID.fullmatch(offered) else secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Call:
    """One inbound call as its transport received it.

    Attributes:
        transport: The name of the transport, for the log.
        authorization: The header authorization, None if it is missing.
        peer: The address that the call came from.
        deadline: The caller's deadline on the `time.monotonic` clock, None if it has none.
        instance_id: The header x-instance-id, None if it is missing.
        idempotency_key: The header x-idempotency-key, None if it is missing.
        request_id: The id under which the call is logged and answered.
        certificate: The client's certificate, which TLS has verified; None if it showed none.
        headers: The headers that few calls have.
        language: The one that the caller wants sentences in, by the header accept-language.
        trace: The trace that the call belongs to; None if it belongs to none.
    """

    transport: str
    authorization: str | None
    peer: str
    deadline: float | None = None
    instance_id: str | None = None
    idempotency_key: str | None = None
    request_id: str = field(default_factory=lambda: request_id(None))
    certificate: ClientCertificate | None = None
    headers: CallHeaders = NO_HEADERS
    language: Language = Language.ENGLISH
    trace: TraceContext | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One `google.api.http` binding.

    Attributes:
        verb: The HTTP verb, in upper case.
        template: The path template.
        body: Whether the request's body is the message; else the query is.
    """

    verb: str
    template: str
    body: bool


@dataclass(frozen=True, slots=True)
class Method:
    """One RPC: what its descriptor declares, and the servicer's method that implements it.

    Attributes:
        path: "/package.Service/Rpc".
        service: The full name of the service.
        streaming: Whether the server streams its answer.
        idempotent: Whether the RPC takes an idempotency key.
        conditional: Whether it takes the sequence that the caller expects.
        names: Which unknown names refuse a call of it.
        run: The servicer's method.
    """

    path: str
    service: str
    request_type: type[Message]
    response_type: type[Message]
    permission: Permission
    streaming: bool
    idempotent: bool
    max_request_bytes: int
    routes: tuple[Route, ...]
    run: Callable[[Any, Context], Any]
    conditional: bool = False
    names: NamePolicy = NamePolicy.REFUSE

    @property
    def writes(self) -> bool:
        """Whether it is for those who may change something: it stores something, or logs in somewhere."""
        return self.permission is Permission.WRITE

    @property
    def writes_defaults(self) -> bool:
        """Whether its answers in JSON have fields with default values too, which the reference service leaves out."""
        return self.service != REFERENCE_SERVICE


Decode = Callable[[Names], Message]
"""Returns the request message of a body; raises `errors.Failure` if it is no such message.

It notes in the `Names` what a JSON request says beyond its message."""

Read = Callable[[Intake], Awaitable[Decode]]
"""Takes in the body of a request, which the transport has not read before, and returns what decodes it.

It counts the bytes that it holds with the `Intake`, and bounds the time that the body takes. Raises `errors.Failure` if
they are too many or too slow, and `ClientGone`.
"""

Deliver = Callable[[Message], Awaitable[None]]
"""Sends one message of a stream, and returns when the client has taken it or will be able to."""


class ClientGone(Exception):
    """The client closed its connection; there is nobody to answer."""


class Calls:
    """The table of calls.

    Args:
        servicers: The implementation of each service.
        access: Finds out who calls.
        vault: Computes the keyed digests by which a repeated request is recognised.
        default_timeout: Seconds for a call that has no deadline; a caller's deadline can't be later.
        log_call: Logs the end of each call.
        budget: Bounds the bytes of bodies that are under way; None for the default one.
        strict_names: Whether unknown names refuse a call on every API.

    Attributes:
        methods: The RPCs by path.
    """

    def __init__(
        self,
        servicers: Mapping[ServiceDescriptor, object],
        access: Access,
        vault: Vault,
        *,
        default_timeout: float,
        log_call: LogCall = log_call,
        budget: Budget | None = None,
        strict_names: bool = False,
    ) -> None:
        self._access = access
        self._strict_names = strict_names
        self._open = OpenCalls(access)
        self._budget = budget or Budget()
        self._vault = vault
        self._default_timeout = default_timeout
        self._log_call = log_call
        self._turns = Turns()
        self._large = FairWorker("mailproof-large", most=LARGE_WAITING, most_of_share=LARGE_WAITING_OF_INSTANCE)
        self.methods: dict[str, Method] = {}
        for service, servicer in servicers.items():
            for descriptor in service.methods:
                method = method_of(descriptor, servicer)
                self.methods[method.path] = method

    def close(self) -> None:
        """End the thread that reads large requests, after the one that it reads."""
        self._large.close()

    def end_open(self) -> None:
        """Make the open calls of the current event loop end, since the server stops."""
        self._open.end_all(ServerStopping())

    async def unary(self, method: Method, call: Call, read: Read) -> Message:
        """Run a unary RPC and return its answer.

        Args:
            read: Takes in the request; it is called once the caller is known and permitted.

        Raises:
            StatusError: The call was refused, or it failed.
            ClientGone: The client hung up before its request was read.
        """
        started = time.monotonic()
        deadline = self._deadline(call.deadline, started)
        open_call: OpenCall | None = None
        try:
            try:
                _require_time(deadline)
                async with asyncio.timeout(deadline - started) as scope:
                    grant_grace(scope)
                    open_call = await self._admit(method, call, scope)
                    self._open.add(open_call)
                    try:
                        request, context = await self._take_in(method, call, open_call, read, deadline)
                        response: Message = await method.run(request, context)
                    finally:
                        self._open.remove(open_call)
            except TimeoutError:
                over = say("the deadline passed before there was an answer")
                raise self._ended(open_call, call, started, over) from None
        except (asyncio.CancelledError, ClientGone):
            self._log_end(method.path, call, started, "CANCELLED")
            raise
        except Exception as error:  # noqa: BLE001 - the one boundary: whatever it is, the caller gets a status
            raise self.refusal(error, method, call, started) from None
        self._log_end(method.path, call, started, "OK")
        return response

    async def stream(self, method: Method, call: Call, read: Read, deliver: Deliver) -> None:
        """Run a server-streaming RPC and deliver its messages; the deadline covers how long the client takes them.

        Args:
            read: Takes in the request; it is called once the caller is known and permitted.
            deliver: Sends a message.

        Raises:
            StatusError: The call was refused, or it failed, perhaps after some messages.
            ClientGone: The client hung up before its request was read.
        """
        started = time.monotonic()
        deadline = self._deadline(call.deadline, started)
        open_call: OpenCall | None = None
        try:
            try:
                _require_time(deadline)
                async with asyncio.timeout(deadline - started) as scope:
                    grant_grace(scope)
                    open_call = await self._admit(method, call, scope)
                    self._open.add(open_call)
                    try:
                        request, context = await self._take_in(method, call, open_call, read, deadline)
                        async with aclosing(method.run(request, context)) as messages:
                            async for message in messages:
                                await deliver(message)
                    finally:
                        self._open.remove(open_call)
            except TimeoutError:
                over = say("the deadline passed before the stream ended")
                raise self._ended(open_call, call, started, over) from None
        except (asyncio.CancelledError, ClientGone):
            self._log_end(method.path, call, started, "CANCELLED")
            raise
        except Exception as error:  # noqa: BLE001 - as above
            raise self.refusal(error, method, call, started) from None
        self._log_end(method.path, call, started, "OK")

    async def check(self, call: Call, permission: Permission) -> None:
        """Check who calls and whether they have a permission, for pages that are not RPCs.

        Raises:
            StatusError: The caller is unknown or lacks the permission; the refusal is logged like that of a call.
        """
        try:
            caller = await self._access.authenticate(
                call.authorization, call.peer, call.instance_id, certificate=call.certificate
            )
            authorize(caller, permission)
        except Failure as failure:
            raise self.refusal(failure, None, call) from None

    def remaining(self, deadline: float | None) -> float:
        """Return the seconds that a call may take from now on.

        Args:
            deadline: The caller's deadline on the `time.monotonic` clock, None if it has none.
        """
        now = time.monotonic()
        return max(self._deadline(deadline, now) - now, 0.0)

    def refusal(self, error: Exception, method: Method | None, call: Call, started: float | None = None) -> StatusError:
        """Log an error and return the status that the caller gets.

        Args:
            method: The RPC, None if no RPC was found.
            started: When the call began, on the `time.monotonic` clock; None if it was refused at once.
        """
        path = method.path if method else ""
        if not isinstance(error, Failure):
            log.error("internal error", exc_info=error, extra={"request_id": call.request_id, "method": path})
        service = method.service if method else ""
        refusal = status_error(error, service=service, request_id=call.request_id, language=call.language)
        outcome = error.reason if isinstance(error, Failure) else "INTERNAL"
        self._log_end(path, call, time.monotonic() if started is None else started, outcome)
        return refusal

    def _log_end(self, path: str, call: Call, started: float, outcome: str) -> None:
        seconds = time.monotonic() - started
        self._log_call(path, call.transport, call.peer, call.request_id, outcome, seconds, call.trace)

    def _deadline(self, wanted: float | None, started: float) -> float:
        bound = started + self._default_timeout
        return bound if wanted is None else min(wanted, bound)

    def _ended(self, open_call: OpenCall | None, call: Call, started: float, over: str) -> Failure:
        """Return why a call's time is over: it was made to end, or a deadline has passed."""
        if open_call is not None and open_call.failure is not None:
            return open_call.failure
        cut = call.deadline is not None and call.deadline > started + self._default_timeout
        return DeadlineExceeded(over, cut_to=self._default_timeout if cut else None)

    async def _admit(self, method: Method, call: Call, scope: asyncio.Timeout) -> OpenCall:
        caller = await self._access.authenticate(
            call.authorization, call.peer, call.instance_id, certificate=call.certificate
        )
        authorize(caller, method.permission)
        follow(call.trace)
        on_behalf_of(token_id=caller.token.id, instance_id=caller.instance_id, request_id=call.request_id)
        return OpenCall(caller, scope)

    async def _take_in(
        self, method: Method, call: Call, open_call: OpenCall, read: Read, deadline: float
    ) -> tuple[Message, Context]:
        caller, headers = open_call.caller, call.headers
        if headers.misspelt is not None:
            name, meant = headers.misspelt
            raise FieldUnknown(
                [FieldViolation(name, say("is no header of this service; did you mean {meant}?", meant=meant))],
                name,
                meant,
            )
        strict, problems = read_switch(headers.strict, STRICT)
        names = Names(NamePolicy.REFUSE if strict or self._strict_names else method.names)
        intake = Intake(self._budget, open_call)
        try:
            decode = await read(intake)
            intake.arrived()
            if method.max_request_bytes > MAX_REQUEST_BYTES:
                # Reading 1 MiB takes 0.2 s: on a thread it delays the others by no more than Python's switch interval.
                request, broken = await self._large.run(caller.instance_id, lambda: _read(decode, names))
            else:
                await self._turns.next()  # the largest takes 10 ms, and many may come at once
                request, broken = _read(decode, names)
        finally:
            intake.close()
        if names.count:
            named = {"request_id": call.request_id, "method": method.path, "names": names.logged()}
            log.info("unknown names", extra=named)
        key = None
        if method.idempotent:
            key, wrong = read_idempotency_key(call.idempotency_key, headers.standard_key)
            problems += wrong
        expected, wrong = read_expected(headers.expected_sequence, headers.if_match, takes=method.conditional)
        if broken or problems or wrong:
            reference = next((name for _, name in broken if name), "")
            raise InvalidFields([violation for violation, _ in broken] + problems + wrong, reference=reference)
        return request, Context(
            caller,
            _require_time(deadline),
            self._repeatable(method, key, request) if key else None,
            expected,
            names.said() if names.document is not None and method.conditional else None,
            call.language,
        )

    def _repeatable(self, method: Method, key: str, request: Message) -> IdempotencyKey:
        """Return the key with the request's digests, which are the same over every transport."""
        request.DiscardUnknownFields()  # JSON can't carry them, and no servicer reads them
        content = method.path.encode() + b"\n" + request.SerializeToString(deterministic=True)
        return IdempotencyKey(key, self._vault.fingerprints(content))


def _require_time(deadline: float) -> float:
    """Return the seconds that are left: nothing begins without any.

    asyncio's timeout ends a task where it next waits, so one whose deadline has passed could store something before.

    Raises:
        TimeoutError: The deadline has passed.
    """
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError
    return remaining


def _read(decode: Decode, names: Names) -> tuple[Message, list[tuple[FieldViolation, str]]]:
    """Return a request with the first violations of its declared rules."""
    request = decode(names)
    return request, list(islice(violations(request), MAX_VIOLATIONS))


def method_of(descriptor: MethodDescriptor, servicer: object) -> Method:
    """Return what a descriptor declares of an RPC, with the method of the servicer that implements it.

    Raises:
        TypeError: There is no such method, or the descriptor declares what is not served.
        ValueError: It has no permission.
    """
    service = descriptor.containing_service
    run = getattr(servicer, descriptor.name, None)
    if run is None:
        raise TypeError(f"{type(servicer).__name__} does not implement {descriptor.full_name}")
    options = descriptor.GetOptions()
    if descriptor.client_streaming:
        raise TypeError(f"{descriptor.full_name}: client streams are not served")
    idempotent = options.Extensions[options_pb2.idempotent]
    if idempotent and descriptor.server_streaming:
        raise TypeError(f"{descriptor.full_name}: a stream can't be repeated under a key")
    permission = Permission(options.Extensions[options_pb2.permission])
    slips = NamePolicy.REFUSE_SLIPS if permission is Permission.WRITE else NamePolicy.LENIENT
    return Method(
        path=f"/{service.full_name}/{descriptor.name}",
        service=service.full_name,
        request_type=GetMessageClass(descriptor.input_type),
        response_type=GetMessageClass(descriptor.output_type),
        permission=permission,
        streaming=descriptor.server_streaming,
        idempotent=idempotent,
        max_request_bytes=options.Extensions[options_pb2.max_request_bytes] or MAX_REQUEST_BYTES,
        routes=tuple(_routes(options.Extensions[annotations_pb2.http])),
        run=run,
        conditional=options.Extensions[options_pb2.conditional],
        names=NamePolicy.REFUSE if service.full_name.startswith(OWN_SERVICES) else slips,
    )


def _routes(rule: Any) -> list[Route]:
    verb = rule.WhichOneof("pattern")
    if verb == "custom" or rule.body not in ("", "*"):
        raise TypeError(f"the route {rule} has an HTTP method of its own or a partial body, which are not served")
    routes = [Route(verb.upper(), getattr(rule, verb), bool(rule.body))] if verb else []
    for binding in rule.additional_bindings:
        routes += _routes(binding)
    return routes
