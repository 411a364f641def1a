"""The catalogue of failures: a type for each reason to refuse a call, with the facts that belong to it.

Here is what they have in common, and those of requests and of the service itself. Those of one subject are beside it:
`caller_errors`, `provider_errors`, `limit_errors`, `transfer_errors`.

A failure has a kind (gRPC's canonical code), a reason (stable and machine-readable; the proto enum
`smtpdiag.v1.ErrorReason` lists them) and a sentence that anyone may read. `rpc.status` alone makes a google.rpc.Status
or an HTTP answer of it. A failed SMTP test is a failure only where an API has no other way to say so
(`SmtpTestFailed`). Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import reduce

from mailproof.domain.phrase import Phrase, listed, say


class Kind(Enum):
    """The canonical codes of gRPC that we use, with their numbers (google/rpc/code.proto)."""

    CANCELLED = 1
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


MAX_VIOLATIONS = 20
"""How many violations an answer names at most; more than a message has fields. A repeated field could break rules any
number of times, and violations are sent twice in the metadata, of which clients take 8 to 16 KiB."""


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """A field that breaks a rule.

    Attributes:
        field: Its path in the request's message: "query.limit".
        description: What it must be; begins with "must" or "is".
    """

    field: str
    description: str


class Failure(Exception):
    """A reason to refuse a call. Subclasses set `kind` and `reason`, instances the sentence and the facts.

    Args:
        message: A sentence for people. It never holds a secret or another caller's data.
        metadata: Machine-readable facts for ErrorInfo; the keys are in lowerCamelCase.
        violations: The fields that break rules, if the caller's input is at fault.
        retry_after: Seconds after which the same call may succeed; None if it will not.
        reference: The id that the reference service gives such an error (`zitadel.v1.ErrorDetail`); empty for none.
        help_url: The page that explains the failure; empty if there is none.
    """

    kind: Kind = Kind.INTERNAL
    reason: str = "INTERNAL"

    def __init__(
        self,
        message: str,
        *,
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[FieldViolation] = (),
        retry_after: float | None = None,
        reference: str = "",
        help_url: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = dict(metadata or {})
        self.violations = tuple(violations)
        self.retry_after = retry_after
        self.reference = reference
        self.help_url = help_url


class InvalidFields(Failure):
    """Fields break the contract's rules; the first `MAX_VIOLATIONS` of them are named."""

    kind = Kind.INVALID_ARGUMENT
    reason = "FIELD_INVALID"

    def __init__(self, violations: Sequence[FieldViolation], *, reference: str = "") -> None:
        violations = violations[:MAX_VIOLATIONS]
        each = [say("{field}: {problem}", field=it.field, problem=it.description) for it in violations]
        super().__init__(
            say("invalid request: {problems}", problems=listed(each)), violations=violations, reference=reference
        )


class FieldUnknown(InvalidFields):
    """The request has names that its message, or this service's headers, do not have.

    Args:
        violations: The names, and what else is wrong with the request.
        unknown: The first of the names.
        nearest: What is meant by it; empty if nothing resembles it.
    """

    reason = "FIELD_UNKNOWN"

    def __init__(self, violations: Sequence[FieldViolation], unknown: str, nearest: str) -> None:
        super().__init__(violations)
        self.metadata["unknown"] = unknown
        if nearest:
            self.metadata["nearest"] = nearest


class MalformedRequest(Failure):
    """The bytes of a request are not a message: its JSON, protobuf, UTF-8 or framing is broken."""

    kind = Kind.INVALID_ARGUMENT
    reason = "REQUEST_MALFORMED"


class ExpectationUnknown(MalformedRequest):
    """The client expects something of the server that this one does not know (RFC 9110 section 10.1.1)."""


class RequestTooLarge(Failure):
    """The request is larger than the limit."""

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "REQUEST_TOO_LARGE"

    def __init__(self, limit: int) -> None:
        super().__init__(
            say("the request is larger than {limit} bytes", limit=limit), metadata={"limitBytes": str(limit)}
        )


class UnsupportedMediaType(Failure):
    """This path does not read the content type of the request."""

    kind = Kind.INVALID_ARGUMENT
    reason = "MEDIA_TYPE_UNSUPPORTED"


class RouteNotFound(Failure):
    """The server has no such path.

    Args:
        nearest: The route that resembles it most, with its HTTP methods: "GET /v1/events"; empty where none does.
    """

    kind = Kind.NOT_FOUND
    reason = "ROUTE_NOT_FOUND"

    def __init__(self, nearest: str = "") -> None:
        # The reference service says "Not Found".
        known = say("Not Found: there is no such path; did you mean {nearest}?", nearest=nearest)
        super().__init__(known if nearest else say("Not Found"), metadata={"nearest": nearest} if nearest else None)


class MethodNotAllowed(Failure):
    """The path exists, but not with this HTTP method."""

    kind = Kind.UNIMPLEMENTED
    reason = "METHOD_NOT_ALLOWED"

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = tuple(allowed)
        # The reference service says "Method Not Allowed".
        sentence = say("Method Not Allowed: this path takes {methods}", methods=", ".join(self.allowed))
        super().__init__(sentence, metadata={"allow": ", ".join(self.allowed)})


class UnknownRpc(Failure):
    """The server has no such RPC.

    Args:
        nearest: The RPC that resembles it most, "package.Service/Rpc"; empty where none does.
    """

    kind = Kind.UNIMPLEMENTED
    reason = "RPC_UNKNOWN"

    def __init__(self, nearest: str = "") -> None:
        known = say("no such RPC; did you mean {nearest}?", nearest=nearest)
        super().__init__(known if nearest else say("no such RPC"), metadata={"nearest": nearest} if nearest else None)


def _or(first: str, second: str) -> str:
    return say("{first} or {second}", first=first, second=second)


class FindingNotFound(Failure):
    """No code of a diagnosis has this name.

    Args:
        nearest: The codes that resemble it, the nearest first.
    """

    kind = Kind.NOT_FOUND
    reason = "FINDING_NOT_FOUND"

    def __init__(self, nearest: Sequence[str]) -> None:
        super().__init__(
            say("no finding has this code; did you mean {codes}?", codes=reduce(_or, nearest))
            if nearest
            else say("no finding has this code"),
            metadata={"nearest": ", ".join(nearest)} if nearest else None,
        )


class KeptTestNotFound(Failure):
    """The instance keeps no test with this id, or keeps it no more.

    Args:
        test_id: The id.
    """

    kind = Kind.NOT_FOUND
    reason = "TEST_NOT_FOUND"

    def __init__(self, test_id: str) -> None:
        super().__init__(say("no test with this id is kept"), metadata={"id": test_id[:100]})


class InstanceNotFound(Failure):
    """There is no such instance, or the caller's token is not for it; the answer does not say which."""

    kind = Kind.NOT_FOUND
    reason = "INSTANCE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__(say("the caller has no instance with the id of the header x-instance-id"))


class IdempotencyKeyReused(Failure):
    """The key of the header x-idempotency-key was used with another request."""

    kind = Kind.INVALID_ARGUMENT
    reason = "IDEMPOTENCY_KEY_REUSED"

    def __init__(self) -> None:
        super().__init__(
            say("the idempotency key was used with another request: send a new key with a new request"),
            violations=[FieldViolation("x-idempotency-key", say("was used with another request"))],
        )


class DeadlineExceeded(Failure):
    """The deadline of the caller, or of the server, passed before there was an answer.

    Args:
        message: As with `Failure`.
        cut_to: The seconds that the server gives a call, where the caller's deadline was later; None where it was not.
    """

    kind = Kind.DEADLINE_EXCEEDED
    reason = "DEADLINE_EXCEEDED"

    def __init__(self, message: str, *, cut_to: float | None = None) -> None:
        if cut_to is not None:
            message = say(
                "{over}; it was cut to {seconds} s, which is all that this server gives a call",
                over=message,
                seconds=f"{cut_to:g}",
            )
        super().__init__(message, metadata={"cutTo": f"{cut_to:g}s"} if cut_to is not None else None)


class ServerStopping(Failure):
    """The server stops or starts anew, and the call's time to end is over. What a write has done stands."""

    kind = Kind.UNAVAILABLE
    reason = "SERVER_STOPPING"

    def __init__(self) -> None:
        super().__init__(
            say("the server is stopping, so this call was ended before its answer was whole; call again"),
            retry_after=2.0,
        )


class SmtpTestFailed(Failure):
    """An SMTP test failed, in an API whose answer has no place for a report.

    Its kind is DEADLINE_EXCEEDED if the test ran out of time, and FAILED_PRECONDITION otherwise.

    Args:
        message: As with `Failure`.
        code: The diagnosis' code; in upper case it is the failure's reason.
        stage: The stage that the test came to.
        metadata: As with `Failure`; the stage is added.
        retry_after: As with `Failure`.
        timed_out: Whether the test ran out of time.
        reference: As with `Failure`.
        help_url: As with `Failure`.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        stage: str,
        metadata: Mapping[str, str],
        retry_after: float | None,
        timed_out: bool,
        reference: str = "",
        help_url: str = "",
    ) -> None:
        super().__init__(
            message,
            metadata={"stage": stage, **metadata},
            retry_after=retry_after,
            reference=reference,
            help_url=help_url,
        )
        self.kind = Kind.DEADLINE_EXCEEDED if timed_out else Kind.FAILED_PRECONDITION
        self.reason = code.upper()


class StoreUnavailable(Failure):
    """The database can't be used now. Nothing was changed, unless the sentence says otherwise."""

    kind = Kind.UNAVAILABLE
    reason = "STORE_UNAVAILABLE"

    def __init__(self, message: str = say("the database can't be used right now"), retry_after: float = 1.0) -> None:
        super().__init__(message, retry_after=retry_after)


class Resource(StrEnum):
    """What this service can run out of while it tests a server."""

    FILE_DESCRIPTORS = "file_descriptors"
    PORTS = "local_ports"
    MEMORY = "memory"
    THREADS = "threads"


class ServiceShortage(Failure):
    """Something is used up on this side, so that a test, a search or a post can't be finished: no fault of the server.

    Args:
        resource: What is used up.

    Attributes:
        resource: What is used up.
    """

    kind = Kind.UNAVAILABLE
    reason = "RESOURCES_SHORT"

    def __init__(self, resource: Resource) -> None:
        super().__init__(
            say(
                "this service has no {resource} left, so the test was not finished and says nothing about "
                "the server; try again in a moment",
                resource=Phrase(resource.replace("_", " "), {}),
            ),
            metadata={"resource": resource.value},
            retry_after=5.0,
        )
        self.resource = resource


class StartupError(Exception):
    """The service can't start: a setting is wrong, a key does not fit, a port is in use. It is for operators."""


class AddressUnusable(StartupError):
    """The service can't listen on an address: another program does, or it is none of this machine's.

    Args:
        address: The address, with its port.
        wire: What it is for, as people call it.
        reason: The system's words.

    Attributes:
        wire: What it is for.
    """

    def __init__(self, address: str, wire: str, reason: str) -> None:
        super().__init__(f"can't listen on {address} for {wire}: {reason}")
        self.wire = wire
