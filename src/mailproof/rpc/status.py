"""The one place where a failure becomes a google.rpc.Status, and a gRPC code an HTTP status.

Any exception that is no `Failure` is a defect of ours: the caller gets INTERNAL with a fixed sentence and the request's
id, and only the log gets the exception.
"""

from __future__ import annotations

from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from mailproof.domain.errors import (
    ExpectationUnknown,
    Failure,
    Kind,
    MethodNotAllowed,
    RequestTooLarge,
    UnsupportedMediaType,
)
from mailproof.domain.phrase import say
from mailproof.domain.provider_errors import EntityTagMismatch
from mailproof.languages.language import Language
from mailproof.languages.translation import in_language
from zitadel.v1 import message_pb2

DOMAIN = "mailproof"

REFERENCE_SERVICE = "zitadel.admin.v1.AdminService"
"""The service whose errors carry zitadel.v1.ErrorDetail."""

# The mapping of grpc-gateway, which clients of the REST API rely on.
HTTP_STATUS = {
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
HTTP_STATUS_OF_FAILURE: dict[type[Failure], int] = {
    MethodNotAllowed: 405,
    EntityTagMismatch: 412,
    RequestTooLarge: 413,
    UnsupportedMediaType: 415,
    ExpectationUnknown: 417,
}


class StatusError(Exception):
    """The status with which a call is refused.

    Attributes:
        status: Code, sentence and typed details.
        http_status: The HTTP status, for transports over HTTP.
        failure: The failure that it was made from, whose sentences are English; None for a defect of ours.
        language: The language of the status's sentences.
    """

    def __init__(
        self,
        status: status_pb2.Status,
        http_status: int,
        failure: Failure | None,
        language: Language = Language.ENGLISH,
    ) -> None:
        super().__init__(status.message)
        self.status = status
        self.http_status = http_status
        self.failure = failure
        self.language = language


def status_error(
    error: BaseException, *, service: str = "", request_id: str = "", language: Language = Language.ENGLISH
) -> StatusError:
    """Return the status that the caller gets for an error.

    Its message is in the caller's language, as the reference service's is, since the clients of the compatible APIs and
    browsers show just that. What programs read (code, reason, the names of fields, facts) never changes.

    Args:
        error: The error.
        service: Full name of the called service; the reference service has details of its own.
        request_id: The id under which the call is logged.
        language: The language of its sentences.
    """
    if not isinstance(error, Failure):
        phrase = say("internal error (request id {request_id})", request_id=request_id or "unknown")
        status = status_pb2.Status(code=Kind.INTERNAL.value, message=in_language(phrase, language))
        _add(status, error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN))
        _add(status, error_details_pb2.RequestInfo(request_id=request_id))
        if service == REFERENCE_SERVICE:
            _add(status, message_pb2.ErrorDetail(id="INTERNAL", message=in_language(say("internal error"), language)))
        return StatusError(status, HTTP_STATUS[Kind.INTERNAL], None, language)
    text = sentence = in_language(error.message, language)
    if service == REFERENCE_SERVICE and error.reference:
        text = f"{text} ({error.reference})"
    status = status_pb2.Status(code=error.kind.value, message=text)
    facts = {name: in_language(value, language) for name, value in error.metadata.items()}  # an advice is a sentence
    _add(status, error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=facts))
    if error.violations:
        bad = error_details_pb2.BadRequest()
        for violation in error.violations:
            bad.field_violations.add(field=violation.field, description=in_language(violation.description, language))
        _add(status, bad)
    if error.retry_after is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(round(error.retry_after * 1000))
        _add(status, retry)
    if error.help_url:
        about = in_language(say("What it means and what to change"), language)
        link = error_details_pb2.Help.Link(description=about, url=error.help_url)
        _add(status, error_details_pb2.Help(links=[link]))
    if service == REFERENCE_SERVICE:
        _add(status, message_pb2.ErrorDetail(id=error.reference or error.reason, message=sentence))
    return StatusError(status, HTTP_STATUS_OF_FAILURE.get(type(error), HTTP_STATUS[error.kind]), error, language)


def _add(status: status_pb2.Status, detail: Message) -> None:
    status.details.add().Pack(detail)
