"""The one place where a failure becomes a google.rpc.Status, and a gRPC code an HTTP status.

Any exception that is no `Failure` is a defect of ours: the caller gets INTERNAL with a fixed sentence and the request's
id, and only the log gets the exception.
"""

from __future__ import annotations

from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from mailproof.domain.errors import (
    EntityTagMismatch,
    Failure,
    Kind,
    MethodNotAllowed,
    RequestTooLarge,
    UnsupportedMediaType,
)
from zitadel.v1 import message_pb2

DOMAIN = "mailproof"

REFERENCE_SERVICE = "zitadel.admin.v1.AdminService"
"""The service whose errors carry zitadel.v1.ErrorDetail."""

# The mapping of grpc-gateway, which clients of the REST API rely on.
_HTTP = {
    Kind.CANCELLED: 499,
    Kind.INVALID_ARGUMENT: 400,
    Kind.DEADLINE_EXCEEDED: 504,
    Kind.NOT_FOUND: 404,
    Kind.ALREADY_EXISTS: 409,
    Kind.PERMISSION_DENIED: 403,
    Kind.RESOURCE_EXHAUSTED: 429,
    Kind.FAILED_PRECONDITION: 400,
    Kind.ABORTED: 409,
    Kind.UNIMPLEMENTED: 501,
    Kind.INTERNAL: 500,
    Kind.UNAVAILABLE: 503,
    Kind.UNAUTHENTICATED: 401,
}

# Failures for which HTTP has a more exact status than gRPC has a code.
_HTTP_OF_FAILURE: dict[type[Failure], int] = {
    MethodNotAllowed: 405,
    EntityTagMismatch: 412,
    RequestTooLarge: 413,
    UnsupportedMediaType: 415,
}


class StatusError(Exception):
    """The status with which a call is refused.

    Attributes:
        status: Code, sentence and typed details.
        http_status: The HTTP status, for transports over HTTP.
        failure: The failure that it was made from; None for a defect of ours.
    """

    def __init__(self, status: status_pb2.Status, http_status: int, failure: Failure | None) -> None:
        super().__init__(status.message)
        self.status = status
        self.http_status = http_status
        self.failure = failure


def status_error(error: BaseException, *, service: str = "", request_id: str = "") -> StatusError:
    """Return the status that the caller gets for an error.

    Args:
        error: The error.
        service: Full name of the called service; the reference service has details of its own.
        request_id: The id under which the call is logged.
    """
    if not isinstance(error, Failure):
        status = status_pb2.Status(
            code=Kind.INTERNAL.value, message=f"internal error (request id {request_id or 'unknown'})"
        )
        _add(status, error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN))
        _add(status, error_details_pb2.RequestInfo(request_id=request_id))
        if service == REFERENCE_SERVICE:
            _add(status, message_pb2.ErrorDetail(id="INTERNAL", message="internal error"))
        return StatusError(status, _HTTP[Kind.INTERNAL], None)
    text = error.message
    if service == REFERENCE_SERVICE and error.reference:
        text = f"{text} ({error.reference})"
    status = status_pb2.Status(code=error.kind.value, message=text)
    _add(status, error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata))
    if error.violations:
        bad = error_details_pb2.BadRequest()
        for violation in error.violations:
            bad.field_violations.add(field=violation.field, description=violation.description)
        _add(status, bad)
    if error.retry_after is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(round(error.retry_after * 1000))
        _add(status, retry)
    if error.help_url:
        link = error_details_pb2.Help.Link(description="What it means and what to change", url=error.help_url)
        _add(status, error_details_pb2.Help(links=[link]))
    if service == REFERENCE_SERVICE:
        _add(status, message_pb2.ErrorDetail(id=error.reference or error.reason, message=error.message))
    return StatusError(status, _HTTP_OF_FAILURE.get(type(error), _HTTP[error.kind]), error)


def _add(status: status_pb2.Status, detail: Message) -> None:
    status.details.add().Pack(detail)
